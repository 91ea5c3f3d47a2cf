/** To be written. */
import { Problem } from '../problem';
import type { AppContext } from '../request';

export function planImport(_: AppContext): Response {
  throw new Problem('not_found');
}
