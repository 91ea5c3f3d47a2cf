/** To be written. */

import type { Db } from '../db';
import { Problem } from '../problem';
import type { AppContext } from '../request';

export function exportRecords(_: AppContext): Response {
  throw new Problem('not_found');
}

/** What an export is of; `emails`: addresses are in it. */
export interface ExportScope {
  site: string | null;
  emails: boolean;
}
/**
 * The next lines of a file of the own format: from its first line (`after`: null) to `{"type":"end"}`. The cron's backups
 * (backups.ts) are made of the same.
 * @returns after: for the next call; null when these were the last lines
 */
export function exportNext(
  _db: Db,
  _scope: ExportScope,
  _after: string | null,
): Promise<{ lines: string[]; after: string | null }> {
  throw new Problem('not_found');
}
