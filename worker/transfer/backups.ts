/** To be written. */
import { Problem } from '../problem';
import type { AppContext } from '../request';

export function listBackups(_: AppContext): Response {
  throw new Problem('not_found');
}
export function makeBackup(_: AppContext): Response {
  throw new Problem('not_found');
}
export function readBackupPart(_: AppContext): Response {
  throw new Problem('not_found');
}
