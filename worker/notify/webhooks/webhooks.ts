/** Webhooks over HTTP: listed, made, changed, ended, their secrets exchanged. What is sent is send.ts, a test of it try.ts. */
import { batchAs, draftDecision, type Grant, needGrant, reaches, siteFor } from '../../admin/grant';
import { selectSiteNames } from '../../admin/sites-store';
import { parseId } from '../../comments/target';
import type { Done } from '../../contract';
import { type Action, OfSiteQuery } from '../../contract-admin';
import {
  type EventType,
  NewWebhook,
  type Webhook,
  WebhookEdit,
  type WebhookShape,
  type Webhooks,
  type WebhookWithSecret,
} from '../../contract-notify';
import type { Db, WebhookRow } from '../../db';
import { type Bindings, readOrigins } from '../../env';
import { newId } from '../../ids';
import type { DecisionDraft } from '../../moderation/decisions/status-store';
import { mayAsk } from '../../outgoing';
import { parseQuery } from '../../parse';
import { Problem } from '../../problem';
import { type AppContext, openDb, readBody } from '../../request';
import { SHAPES } from './shapes/table';
import { createSecret } from './sign';
import {
  insertWebhook,
  deleteWebhook as remove,
  replaceSecret,
  selectWebhook,
  selectWebhooks,
  updateWebhook,
  type WebhookChange,
} from './webhooks-store';

/** Of a site: each costs a request for all that happens. */
const MOST = 20;

/** `GET /admin/webhooks` */
export async function listWebhooks(c: AppContext): Promise<Response> {
  const db = openDb(c, 'first-primary');
  const grant = await needGrant(c, db, 'sites:write');
  const { site } = parseQuery(OfSiteQuery, new URL(c.req.url).searchParams);
  const rows = await db.all(selectWebhooks(siteFor(grant, site)));
  return c.json({ webhooks: rows.map(presentWebhook) } satisfies Webhooks);
}

/** `POST /admin/webhooks` @throws Problem scope_missing, not_found, invalid_request, conflict when there are too many */
export async function createWebhook(c: AppContext): Promise<Response> {
  const db = openDb(c, 'first-primary');
  const grant = await needReader(c, db);
  const { value: input } = await readBody(c, NewWebhook);
  const siteId = siteFor(grant, input.site)!;
  const shape = input.shape ?? 'standard';
  const url = checkAddress(c.env, shape, input.url, input.secret ?? '');
  if ((await db.all(selectSiteNames(siteId))).length === 0)
    throw new Problem('not_found', `There is no site ${siteId}.`, { field: 'site' });
  const now = Date.now();
  const row: WebhookRow = {
    id: newId(now, crypto.getRandomValues(new Uint8Array(16))),
    site_id: siteId,
    url,
    shape,
    events: JSON.stringify([...new Set(input.events)]),
    secret: shape === 'standard' ? createSecret() : (input.secret ?? ''),
    previous_secret: null,
    rotated_at: null,
    active: 1,
    created_at: now,
  };
  const decision = decideAs(grant, 'webhook.create', row, now);
  const results = await batchAs(db, grant, ...insertWebhook(row, MOST, knownOf(row), decision));
  if (results.at(-1)!.changes === 0)
    throw new Problem('conflict', `site: has ${MOST} already, which is as many as can be.`, { field: 'site' });
  return c.json(presentWithSecret(row), 201);
}

/** `PATCH /admin/webhooks/{id}` @throws Problem scope_missing, not_found, invalid_request */
export async function changeWebhook(c: AppContext): Promise<Response> {
  const db = openDb(c, 'first-primary');
  const grant = await needReader(c, db);
  const { value: input } = await readBody(c, WebhookEdit);
  const row = await findWebhook(c, db, grant);
  const { url, secret, events, active } = input;
  const shape = row.shape as WebhookShape;
  if (shape === 'standard' && secret !== undefined)
    throw refuse('secret', 'is made here: POST /admin/webhooks/{id}/rotate makes another one');
  const address =
    url === undefined && secret === undefined
      ? {}
      : {
          url: checkAddress(c.env, shape, url ?? row.url, shape === 'standard' ? '' : (secret ?? row.secret)),
          ...(secret !== undefined && { secret }),
        };
  // What is never shown again goes to no host that it was not given for.
  const isKept = shape !== 'standard' && secret === undefined && row.secret !== '';
  if (isKept && url !== undefined && URL.parse(url)?.origin !== new URL(row.url).origin)
    throw refuse('secret', 'must be given again for another host');
  const change: WebhookChange = {
    ...address,
    ...(events && { events: JSON.stringify([...new Set(events)]) }),
    ...(active !== undefined && { active: active ? 1 : 0 }),
  };
  const after = { ...row, ...change };
  const known = { before: knownOf(row), after: knownOf(after) };
  const decision = decideAs(grant, 'webhook.change', row, Date.now());
  if (Object.keys(change).length > 0) await batchAs(db, grant, ...updateWebhook(row.id, change, known, decision));
  return c.json(presentWebhook(after));
}

/** `DELETE /admin/webhooks/{id}`: its log goes with it. @throws Problem not_found */
export async function deleteWebhook(c: AppContext): Promise<Response> {
  const db = openDb(c, 'first-primary');
  const grant = await needGrant(c, db, 'sites:write');
  const row = await findWebhook(c, db, grant);
  const decision = decideAs(grant, 'webhook.delete', row, Date.now());
  await batchAs(db, grant, ...remove(row, knownOf(row), decision));
  return c.json({ ok: true } satisfies Done);
}

/** `POST /admin/webhooks/{id}/rotate` @throws Problem not_found, invalid_request where there is no secret of ours */
export async function rotateWebhookSecret(c: AppContext): Promise<Response> {
  const db = openDb(c, 'first-primary');
  const grant = await needGrant(c, db, 'sites:write');
  const row = await findWebhook(c, db, grant);
  if (row.shape !== 'standard')
    throw new Problem('invalid_request', 'Only webhooks of the shape standard have a secret that signs.');
  const now = Date.now();
  const after = { ...row, secret: createSecret(), rotated_at: now };
  const known = { before: knownOf(row), after: knownOf(after) };
  await batchAs(db, grant, ...replaceSecret(row.id, after, known, decideAs(grant, 'webhook.change', row, now)));
  return c.json(presentWithSecret(after));
}

/** Whoever has everything sent to an address must be allowed to read it. @throws Problem as needGrant */
async function needReader(c: AppContext, db: Db): Promise<Grant> {
  const grant = await needGrant(c, db, 'sites:write');
  if (grant.scopes.includes('comments:read')) return grant;
  throw new Problem('scope_missing', 'It must be for comments:read as well.');
}

/** @throws Problem not_found */
export async function findWebhook(c: AppContext, db: Db, grant: Grant): Promise<WebhookRow> {
  const [row] = await db.all(selectWebhook(parseId(c)));
  if (!row || !reaches(grant, row.site_id)) throw new Problem('not_found');
  return row;
}

/** @returns the address as it is kept @throws Problem invalid_request */
function checkAddress(env: Bindings, shape: WebhookShape, text: string, secret: string): string {
  const url = URL.parse(text);
  if (!url || !mayAsk(url, readOrigins(env))) throw refuse('url', 'must be a public https address');
  url.hash = '';
  const wrong = SHAPES[shape].check(url, secret);
  if (wrong) throw refuse(wrong.field, wrong.why);
  return url.href;
}

const refuse = (field: string, why: string) => new Problem('invalid_request', `${field}: ${why}.`, { field });

const presentWebhook = (row: WebhookRow): Webhook => ({
  id: row.id,
  site: row.site_id,
  url: SHAPES[row.shape].hide(row),
  shape: row.shape,
  events: JSON.parse(row.events) as EventType[],
  active: row.active === 1,
  createdAt: new Date(row.created_at).toISOString(),
  rotatedAt: row.rotated_at === null ? null : new Date(row.rotated_at).toISOString(),
});
/** What the log tells of it. */
const knownOf = (row: WebhookRow): Omit<Webhook, 'id' | 'createdAt'> => {
  const { id: _, createdAt: __, ...known } = presentWebhook(row);
  return known;
};

function decideAs(grant: Grant, action: Action, { site_id }: WebhookRow, now: number): DecisionDraft {
  return draftDecision(grant, newId(now, crypto.getRandomValues(new Uint8Array(16))), site_id, action, now);
}

const presentWithSecret = (row: WebhookRow): WebhookWithSecret => ({
  ...presentWebhook(row),
  secret: row.shape === 'standard' ? row.secret : null,
});
