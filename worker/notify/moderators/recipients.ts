/** Moderators' addresses over HTTP: listed, added, changed, removed by whoever runs the site, who answers for them. */
import { batchAs, type Grant, needGrant, reaches, siteFor } from '../../admin/grant';
import { selectSiteNames } from '../../admin/sites-store';
import { parseId } from '../../comments/target';
import type { Done } from '../../contract';
import { OfSiteQuery } from '../../contract-admin';
import { type About, NewRecipient, type Recipient, RecipientEdit, type Recipients } from '../../contract-notify';
import type { Db, RecipientRow } from '../../db';
import { sendsMail } from '../../env';
import { newId } from '../../ids';
import { parseQuery } from '../../parse';
import { Problem } from '../../problem';
import { type AppContext, openDb, readBody } from '../../request';
import {
  deleteRecipient,
  insertRecipient,
  type RecipientChange,
  selectRecipient,
  selectRecipients,
  updateRecipient,
} from './recipients-store';

/** Of a site: each is told of everything at once, by the run that is told first. */
const MOST = 20;

export async function listRecipients(c: AppContext): Promise<Response> {
  const db = openDb(c, 'first-primary');
  const grant = await needGrant(c, db, 'sites:write');
  const { site } = parseQuery(OfSiteQuery, new URL(c.req.url).searchParams);
  const rows = await db.all(selectRecipients(siteFor(grant, site)));
  return c.json({ recipients: rows.map(presentRecipient), mail: sendsMail(c.env) } satisfies Recipients);
}

/** Who gets mail may decide by it. @throws Problem scope_missing for who may not */
async function needModerator(c: AppContext, db: Db): Promise<Grant> {
  const grant = await needGrant(c, db, 'sites:write');
  if (!grant.scopes.includes('comments:moderate'))
    throw new Problem('scope_missing', 'It must be for comments:moderate as well.');
  return grant;
}

/** @throws Problem switched_off where no mail goes out, invalid_request, conflict for an address that is there */
export async function addRecipient(c: AppContext): Promise<Response> {
  const db = openDb(c, 'first-primary');
  const grant = await needModerator(c, db);
  const { value: input } = await readBody(c, NewRecipient);
  const siteId = siteFor(grant, input.site)!;
  if (!sendsMail(c.env)) throw new Problem('switched_off', 'No mail goes out here yet: see docs/mail.md.');
  const [sites, known] = await db.batch(selectSiteNames(siteId), selectRecipients(siteId));
  if (sites!.rows.length === 0) throw refuse('invalid_request', 'site', 'there is no such site');
  if (known!.rows.length >= MOST) throw refuse('conflict', 'site', `has ${MOST} already, which is as many as can be`);
  const now = Date.now();
  const row: RecipientRow = {
    id: newId(now, crypto.getRandomValues(new Uint8Array(16))),
    site_id: siteId,
    role: 'moderator',
    email: input.email,
    state: 'active',
    frequency: input.frequency ?? 'instant',
    language: input.language ?? 'en',
    about: JSON.stringify(unique(input.about)),
    author_id: null,
    network: null,
    asked_at: now,
    asks: 0,
    digest_due_at: null,
    created_at: now,
  };
  await insertUnique(db, grant, row);
  return c.json(presentRecipient(row), 201);
}

async function insertUnique(db: Db, grant: Grant, row: RecipientRow): Promise<void> {
  try {
    await batchAs(db, grant, insertRecipient(row));
  } catch (error) {
    if (error instanceof Problem && /UNIQUE constraint failed: recipients/.test(String(error.options.cause)))
      throw refuse('conflict', 'email', 'gets mail of this site already');
    throw error;
  }
}

/** @throws Problem not_found, invalid_request */
export async function changeRecipient(c: AppContext): Promise<Response> {
  const db = openDb(c, 'first-primary');
  const grant = await needModerator(c, db);
  const { value: input } = await readBody(c, RecipientEdit);
  const { id } = await findRecipient(c, db, grant);
  const { about, ...rest } = input;
  const change: RecipientChange = {
    ...(Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)) as RecipientChange),
    ...(about && { about: JSON.stringify(unique(about)) }),
  };
  const results = await batchAs(db, grant, updateRecipient(id, change, Date.now()));
  const [row] = results.at(-1)!.rows as RecipientRow[];
  if (!row) throw new Problem('not_found');
  return c.json(presentRecipient(row));
}

/** @throws Problem not_found */
export async function removeRecipient(c: AppContext): Promise<Response> {
  const db = openDb(c, 'first-primary');
  const grant = await needGrant(c, db, 'sites:write');
  const { id } = await findRecipient(c, db, grant);
  const results = await batchAs(db, grant, ...deleteRecipient(id));
  if (results.at(-1)!.changes === 0) throw new Problem('not_found');
  return c.json({ ok: true } satisfies Done);
}

async function findRecipient(c: AppContext, db: Db, grant: Grant): Promise<RecipientRow> {
  const [row] = await db.all(selectRecipient(parseId(c)));
  if (!row || !reaches(grant, row.site_id)) throw new Problem('not_found');
  return row;
}

const presentRecipient = (row: RecipientRow): Recipient => ({
  id: row.id,
  site: row.site_id,
  email: row.email,
  about: JSON.parse(row.about) as About[],
  frequency: row.frequency,
  language: row.language,
  state: row.state,
  createdAt: new Date(row.created_at).toISOString(),
});

const unique = (about: About[]): About[] => [...new Set(about)];
const refuse = (code: 'invalid_request' | 'conflict', field: string, why: string) =>
  new Problem(code, `${field}: ${why}.`, { field });
