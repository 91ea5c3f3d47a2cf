/** What importing and restoring have in common: how much a request holds, and the end of an import. */
import type { Import } from '../../worker/contract-transfer.ts';
import { ApiError, type Client } from './client.ts';

/** Of a request, as JSON: below LIMITS.importBytes with room for what is around the records. */
export const BATCH_BYTES = 900_000;

/** An import that added nothing is gone when it is finished: then the second try after a lost answer does not find it. */
export async function finishImport(client: Client, begun: Import): Promise<Import> {
  try {
    return await client.ask<Import>('POST', `/admin/imports/${begun.id}/finish`);
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 'not_found')) throw error;
    return { ...begun, status: 'done', pages: 0, comments: 0 };
  }
}
