/** SQL of table `webhooks`, and what webhooks are told of. */
import { type CompiledQuery, sql } from 'kysely';
import { type DeliveryRow, type ImportRow, query, type WebhookRow } from '../../db';
import { type AdminRow, adminColumns } from '../../moderation/queue/list-store';

/** More than anybody looks at. */
const LISTED = 500;

/** The latest first. @param siteId null: of all sites */
export function selectWebhooks(siteId: string | null): CompiledQuery<WebhookRow> {
  const all = query.selectFrom('webhooks').selectAll().orderBy('id', 'desc').limit(LISTED);
  return (siteId === null ? all : all.where('site_id', '=', siteId)).compile();
}

export const selectWebhook = (id: string): CompiledQuery<WebhookRow> =>
  query.selectFrom('webhooks').where('id', '=', id).selectAll().compile();

/** Changes nothing when the site has as many as it may. */
export function insertWebhook(row: WebhookRow, most: number): CompiledQuery {
  const { id, site_id, url, shape, events, secret, created_at } = row;
  return sql`
    INSERT INTO webhooks (id, site_id, url, shape, events, secret, active, created_at)
    SELECT ${id}, ${site_id}, ${url}, ${shape}, ${events}, ${secret}, 1, ${created_at}
    WHERE (SELECT COUNT(*) FROM webhooks WHERE site_id = ${site_id}) < ${most}`.compile(query);
}

export const updateWebhook = (
  id: string,
  change: Partial<Pick<WebhookRow, 'url' | 'events' | 'secret' | 'previous_secret' | 'rotated_at' | 'active'>>,
): CompiledQuery => query.updateTable('webhooks').set(change).where('id', '=', id).compile();

export const deleteWebhook = (id: string): CompiledQuery => query.deleteFrom('webhooks').where('id', '=', id).compile();

/** Who wants nothing any more. */
export const switchOff = (ids: string[]): CompiledQuery =>
  query.updateTable('webhooks').set({ active: 0 }).where('id', 'in', ids).compile();

/** Secrets that sign no more. @param before ms, when they were replaced */
export const forgetSecrets = (before: number): CompiledQuery =>
  query.updateTable('webhooks').set({ previous_secret: null }).where('rotated_at', '<', before).compile();

/** What deliveries need: where they go, and what they are about. */
export function selectToldOf(
  rows: DeliveryRow[],
): [CompiledQuery<WebhookRow>, CompiledQuery<AdminRow>, CompiledQuery<ImportRow>] {
  const listed = (values: string[]) => sql`(SELECT value FROM json_each(${JSON.stringify([...new Set(values)])}))`;
  const [imports, comments] = [true, false].map((isImport) =>
    listed(rows.filter(({ type }) => (type === 'import.finished') === isImport).map(({ subject }) => subject)),
  );
  return [
    sql<WebhookRow>`SELECT * FROM webhooks WHERE id IN ${listed(rows.map(({ target }) => target))}`.compile(query),
    sql<AdminRow>`
      SELECT ${adminColumns} FROM comments c CROSS JOIN pages p ON p.id = c.page_id WHERE c.id IN ${comments!}`.compile(
      query,
    ),
    sql<ImportRow>`SELECT * FROM imports WHERE id IN ${imports!}`.compile(query),
  ];
}
