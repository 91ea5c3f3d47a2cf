/** To be written. */
import { Problem } from '../problem';
import type { AppContext } from '../request';

export function createImport(_: AppContext): Response {
  throw new Problem('not_found');
}
export function listImports(_: AppContext): Response {
  throw new Problem('not_found');
}
export function readImport(_: AppContext): Response {
  throw new Problem('not_found');
}
export function finishImport(_: AppContext): Response {
  throw new Problem('not_found');
}
