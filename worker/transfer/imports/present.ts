/** From the row of an import to what its owner reads. */
import type { Import } from '../../contract-transfer';
import type { ImportRow } from '../../db';

export const presentImport = (row: ImportRow): Import => ({
  id: row.id,
  site: row.site_id,
  format: row.format as Import['format'],
  name: row.name,
  digest: row.digest,
  status: row.status,
  total: row.total,
  position: row.position,
  pages: row.pages,
  comments: row.comments,
  createdAt: new Date(row.created_at).toISOString(),
  finishedAt: row.finished_at === null ? null : new Date(row.finished_at).toISOString(),
  by: row.actor_name,
});
