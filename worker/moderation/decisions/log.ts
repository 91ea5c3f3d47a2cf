/** `GET /admin/log`: every decision, the latest first. */
import { type Grant, needGrant, siteFor } from '../../admin/grant';
import { LIMITS } from '../../contract';
import { type Action, type Decision, type Log, LogQuery, type Scope } from '../../contract-admin';
import { parseQuery } from '../../parse';
import { type AppContext, openDb } from '../../request';
import { type LogRow, selectLog } from './log-store';
import { actionOf, findKind } from './undo-table';

const PAGE_ROWS = 50;
export const UNDO_MS = LIMITS.undoDays * 86_400_000;

export async function readLog(c: AppContext): Promise<Response> {
  const db = openDb(c, 'first-primary');
  const grant = await needGrant(c, db, 'comments:read');
  const { site, batch, comment, after } = parseQuery(LogQuery, new URL(c.req.url).searchParams);
  const siteId = siteFor(grant, site);
  const rows = await db.all(selectLog({ siteId, batch, about: comment, after }, PAGE_ROWS + 1));
  const fitting = rows.slice(0, PAGE_ROWS);
  const now = Date.now();
  return c.json({
    decisions: fitting.map((row) => presentDecision(row, grant, now)),
    next: rows.length > fitting.length ? fitting.at(-1)!.id : null,
  } satisfies Log);
}

/** What of the log not everybody may read who may read comments: settings name the team's addresses, tokens what they can do, webhooks where things go. */
const NEEDS: { [A in Action]?: Scope } = {
  'site.create': 'sites:write',
  'site.change': 'sites:write',
  'token.create': 'tokens:write',
  'token.revoke': 'tokens:write',
  'webhook.create': 'sites:write',
  'webhook.change': 'sites:write',
  'webhook.delete': 'sites:write',
};

/** @param now epoch ms */
export const presentDecision = (row: LogRow, grant: Grant, now: number): Decision => ({
  id: row.id,
  batch: row.batch,
  site: row.site_id || null,
  by: { kind: row.actor_kind, name: row.actor_name },
  action: row.action as Action,
  reason: row.reason,
  count: row.count,
  items: mayKnow(row, grant)
    ? (JSON.parse(row.items) as Decision['items']).map(({ id, before, after }) => ({ id, before, after }))
    : [],
  createdAt: new Date(row.created_at).toISOString(),
  undone: row.undone === 1,
  undoable: row.undone === 0 && row.created_at > now - UNDO_MS && mayUndo(row, grant),
});

function mayKnow(row: LogRow, { scopes }: Grant): boolean {
  return scopes.includes(NEEDS[actionOf(row)] ?? 'comments:read');
}

function mayUndo(row: LogRow, { scopes }: Grant): boolean {
  const kind = findKind(row);
  return kind !== undefined && scopes.includes('comments:moderate') && scopes.includes(kind.scope);
}
