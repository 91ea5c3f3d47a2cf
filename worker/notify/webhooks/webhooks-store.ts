/** SQL of table `webhooks`, and what webhooks are told of. */
import { type CompiledQuery, sql } from 'kysely';
import { type DeliveryRow, type ImportRow, query, type WebhookRow } from '../../db';
import { type DecisionDraft, insertDecision } from '../../moderation/decisions/status-store';
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

/** Changes nothing when the site has as many as it may. @param known what the log tells of it */
export function insertWebhook(row: WebhookRow, most: number, known: object, decision: DecisionDraft): CompiledQuery[] {
  const { id, site_id, url, shape, events, secret, created_at } = row;
  return [
    sql`
      INSERT INTO webhooks (id, site_id, url, shape, events, secret, active, created_at)
      SELECT ${id}, ${site_id}, ${url}, ${shape}, ${events}, ${secret}, 1, ${created_at}
      WHERE (SELECT COUNT(*) FROM webhooks WHERE site_id = ${site_id}) < ${most}`.compile(query),
    logOf(id, { before: null, after: known }, decision),
  ];
}

export type WebhookChange = Partial<Pick<WebhookRow, 'url' | 'events' | 'secret' | 'active'>>;

/** What is not named stays as it then is. @param known what the log tells of it */
export function updateWebhook(
  id: string,
  change: WebhookChange,
  known: Known,
  decision: DecisionDraft,
): CompiledQuery[] {
  return [logOf(id, known, decision), query.updateTable('webhooks').set(change).where('id', '=', id).compile()];
}

/** The one that holds becomes the one before. */
export function replaceSecret(
  id: string,
  { secret, rotated_at }: Pick<WebhookRow, 'secret' | 'rotated_at'>,
  known: Known,
  decision: DecisionDraft,
): CompiledQuery[] {
  return [
    logOf(id, known, decision),
    query
      .updateTable('webhooks')
      .set((eb) => ({ previous_secret: eb.ref('secret'), secret, rotated_at }))
      .where('id', '=', id)
      .compile(),
  ];
}

/** With its log: of whom nothing is known any more, nothing is sent again. */
export function deleteWebhook(
  { id, site_id }: Pick<WebhookRow, 'id' | 'site_id'>,
  known: object,
  decision: DecisionDraft,
): CompiledQuery[] {
  return [
    logOf(id, { before: known, after: null }, decision),
    query.deleteFrom('webhooks').where('id', '=', id).compile(),
    sql`
      DELETE FROM deliveries WHERE (event_id, target) IN (
        SELECT event_id, target FROM deliveries INDEXED BY deliveries_done
        WHERE site_id = ${site_id} AND done_at IS NOT NULL AND target = ${id})`.compile(query),
  ];
}

interface Known {
  before: object | null;
  after: object | null;
}
/** Nothing about one that is not there. */
const logOf = (id: string, known: Known, decision: DecisionDraft): CompiledQuery =>
  insertDecision(
    decision,
    sql`SELECT ${JSON.stringify([{ id, ...known }])} AS items, 1 AS n FROM webhooks WHERE id = ${id}`,
  );

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
