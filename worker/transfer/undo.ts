/** To be written. */
import { Problem } from '../problem';
import type { AppContext } from '../request';

export function undoImport(_: AppContext): Response {
  throw new Problem('not_found');
}
