/** To be written. */
import { Problem } from '../problem';
import type { AppContext } from '../request';

export function importRecords(_: AppContext): Response {
  throw new Problem('not_found');
}
