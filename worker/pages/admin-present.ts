/** From a page's row to what those who run the site see of it. */
import type { AdminPage } from '../contract-admin';
import type { AdminPageRow } from './admin-store';

export const presentAdminPage = (row: Omit<AdminPageRow, 'key' | 'merged_into'>): AdminPage => ({
  id: row.id,
  site: row.site_id,
  url: row.url,
  title: row.title,
  count: row.count,
  locked: row.locked === 1,
  createdAt: new Date(row.created_at).toISOString(),
});
