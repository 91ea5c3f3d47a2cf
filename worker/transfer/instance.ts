/** To be written. */
import { Problem } from '../problem';
import type { AppContext } from '../request';

export function readInstance(_: AppContext): Response {
  throw new Problem('not_found');
}
