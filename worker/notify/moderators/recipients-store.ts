/** SQL of moderators who get mail. What goes to them, notices-store.ts looks up. */
import { type CompiledQuery, sql } from 'kysely';
import { query, type RecipientRow } from '../../db';

/** Of a site's, or of all sites', in the order in which they were added. @param siteId null: all */
export function selectRecipients(siteId: string | null): CompiledQuery<RecipientRow> {
  const sites = siteId === null ? sql`(SELECT id FROM sites)` : sql`(SELECT ${siteId} AS id)`;
  return sql<RecipientRow>`
    SELECT r.* FROM ${sites} s CROSS JOIN recipients r ON r.site_id = s.id AND r.role = 'moderator' ORDER BY r.id`.compile(
    query,
  );
}

export function selectRecipient(id: string): CompiledQuery<RecipientRow> {
  return sql<RecipientRow>`SELECT * FROM recipients WHERE id = ${id} AND role = 'moderator'`.compile(query);
}

/** Fails when the site has the address already. */
export const insertRecipient = (row: RecipientRow): CompiledQuery =>
  query.insertInto('recipients').values(row).compile();

export type RecipientChange = Partial<Pick<RecipientRow, 'about' | 'frequency' | 'language' | 'state'>>;

/** Whoever hears at once from now on has what was collected in one last digest, now. @param now epoch ms */
export function updateRecipient(id: string, change: RecipientChange, now: number): CompiledQuery<RecipientRow> {
  const columns = Object.entries(change).map(([name, value]) => sql`${sql.ref(name)} = ${value},`);
  const due =
    change.frequency === 'instant'
      ? sql`CASE WHEN digest_due_at IS NULL THEN NULL ELSE ${now} END`
      : sql`digest_due_at`;
  return sql<RecipientRow>`
    UPDATE recipients SET ${sql.join(columns, sql` `)} digest_due_at = ${due} WHERE id = ${id} AND role = 'moderator'
    RETURNING *`.compile(query);
}

/** With all that was to be told; the last query's changes tell whether it was there. What is on its way finds nobody. */
export const deleteRecipient = (id: string): CompiledQuery[] => [
  sql`DELETE FROM digest_items WHERE recipient_id = ${id}`.compile(query),
  sql`DELETE FROM recipients WHERE id = ${id} AND role = 'moderator'`.compile(query),
];
