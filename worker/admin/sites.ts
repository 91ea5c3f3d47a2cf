/** Sites: listed, made, changed one setting at a time. Who may write there, and how it is judged, the settings' readers know. */
import * as v from 'valibot';
import { cleanLine } from '../clean';
import { SiteId } from '../contract';
import { type AdminSite, type AdminSites, NewSite, SiteEdit } from '../contract-admin';
import type { Settings } from '../contract-settings';
import type { Db, SiteRow } from '../db';
import { readOrigins } from '../env';
import { newId } from '../ids';
import { normaliseHost } from '../pages/normalise';
import { Problem } from '../problem';
import { type AppContext, openDb, readBody } from '../request';
import { checkSettings, type SomeSettings } from './check-settings';
import { batchAs, draftDecision, type Grant, needGrant, reaches, siteFor } from './grant';
import { parseSettings, readStored } from './settings';
import {
  type ForeignHost,
  insertSite,
  type SiteState,
  type SiteWithOrigins,
  selectForeignHost,
  selectSiteNames,
  selectSites,
  updateSite,
} from './sites-store';

/** `GET /admin/sites`: all that the grant is for. */
export async function listSites(c: AppContext): Promise<Response> {
  const db = openDb(c, 'first-primary');
  const grant = await needGrant(c, db, 'sites:write');
  const rows = await db.all(selectSites(grant.siteId));
  return c.json({ sites: rows.map((row) => presentSite(row, Date.now())) } satisfies AdminSites);
}

/** `POST /admin/sites` @throws Problem scope_missing for a grant that is for one site, invalid_request, conflict */
export async function createSite(c: AppContext): Promise<Response> {
  const db = openDb(c, 'first-primary');
  const grant = await needGrant(c, db, 'sites:write');
  siteFor(grant, null);
  const { value: input } = await readBody(c, NewSite);
  const { id, settings = {} } = input;
  check(c, settings, parseSettings('{}'));
  const hosts = input.origins.map(readHost);
  const state: SiteState = { name: cleanLine(input.name), origins: unique(hosts), settings };
  const [existing, foreign] = await db.batch(selectSiteNames(id), selectForeignHost(hosts, id));
  if (existing!.rows.length > 0) throw taken('id', `there is a site ${id} already`);
  refuseForeign(foreign!.rows as ForeignHost[], hosts);
  const now = Date.now();
  const row: SiteRow = {
    id,
    name: state.name,
    settings: JSON.stringify(settings),
    version: 1,
    attack_until: 0,
    created_at: now,
  };
  await batchUnique(db, grant, insertSite(row, state, draftDecision(grant, freshId(now), id, 'site.create', now)));
  return c.json(await readSite(db, id, now), 201);
}

/**
 * `PATCH /admin/sites/{site}`: what is left out stays, each setting for itself.
 * @throws Problem not_found, invalid_request, conflict
 */
export async function changeSite(c: AppContext): Promise<Response> {
  const db = openDb(c, 'first-primary');
  const grant = await needGrant(c, db, 'sites:write');
  const id = siteParam(c, grant);
  const { value: input } = await readBody(c, SiteEdit);
  const hosts = input.origins?.map(readHost) ?? [];
  const [sites, foreign] = await db.batch(selectSites(id), selectForeignHost(hosts, id));
  const row = sites!.rows[0] as SiteWithOrigins | undefined;
  if (!row) throw new Problem('not_found');
  refuseForeign(foreign!.rows as ForeignHost[], hosts);
  check(c, input.settings ?? {}, parseSettings(row.settings));
  const before: SiteState = { name: row.name, origins: JSON.parse(row.origins), settings: readStored(row.settings) };
  const after: SiteState = {
    name: input.name === undefined ? before.name : cleanLine(input.name),
    origins: input.origins === undefined ? before.origins : unique(hosts),
    settings: { ...before.settings, ...input.settings },
  };
  const now = Date.now();
  if (JSON.stringify(after) === JSON.stringify(before)) return c.json(presentSite(row, now));
  const decision = draftDecision(grant, freshId(now), id, 'site.change', now);
  const results = await batchUnique(db, grant, updateSite(id, row.version, before, after, decision));
  if (results.at(-1)!.changes === 0) throw new Problem('conflict', 'Somebody else changed this site meanwhile.');
  return c.json(await readSite(db, id, now));
}

/** The site that a path names, if who asks may know of it. @throws Problem not_found */
export function siteParam(c: AppContext, grant: Grant): string {
  const id = c.req.param('site');
  if (!v.is(SiteId, id) || !reaches(grant, id)) throw new Problem('not_found');
  return id;
}

const check = (c: AppContext, given: SomeSettings, before: Settings) =>
  checkSettings(given, before, { has: (name) => Boolean(c.env[name]), origins: readOrigins(c.env) });

function readHost(origin: string, at: number): string {
  const field = `origins.${at}`;
  const host = normaliseHost(origin.trim());
  if (host !== undefined) return host;
  throw new Problem('invalid_request', `${field}: must be an origin such as https://blog.example, without a path.`, {
    field,
  });
}

function refuseForeign([foreign]: ForeignHost[], hosts: string[]): void {
  if (foreign)
    throw taken(`origins.${foreign.position}`, `${hosts[foreign.position]} belongs to the site ${foreign.site_id}`);
}

/** As batchAs, where somebody else may have taken an id or an origin since it was looked at. @throws Problem conflict */
export async function batchUnique(db: Db, grant: Grant, queries: Parameters<Db['batch']>) {
  try {
    return await batchAs(db, grant, ...queries);
  } catch (error) {
    const lost =
      error instanceof Problem && /UNIQUE constraint failed: (sites|origins)/.exec(String(error.options.cause));
    if (!lost) throw error;
    throw lost[1] === 'sites'
      ? taken('id', 'is taken already')
      : taken('origins', 'one of them belongs to another site');
  }
}

async function readSite(db: Db, id: string, now: number): Promise<AdminSite> {
  const [row] = await db.all(selectSites(id));
  return presentSite(row!, now);
}

const presentSite = (row: SiteWithOrigins, now: number): AdminSite => ({
  id: row.id,
  name: row.name,
  origins: JSON.parse(row.origins),
  settings: parseSettings(row.settings),
  attackUntil: row.attack_until > now ? new Date(row.attack_until).toISOString() : null,
  createdAt: new Date(row.created_at).toISOString(),
});

/** In the order in which the database gives them. */
const unique = (hosts: string[]): string[] => [...new Set(hosts)].sort();
const freshId = (now: number): string => newId(now, crypto.getRandomValues(new Uint8Array(16)));
const taken = (field: string, why: string) => new Problem('conflict', `${field}: ${why}.`, { field });
