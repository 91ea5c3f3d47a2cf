/**
 * Bans over HTTP: the list, a new one, the end of one. What one names is made of a comment or given; the site's team, the site
 * itself and who asks cannot be banned. What a ban does to a comment, the phase `bans` knows.
 */
import * as v from 'valibot';
import { actorOf, batchAs, draftDecision, type Grant, needGrant, reaches, siteFor } from '../../admin/grant';
import { parseSettings } from '../../admin/settings';
import { cleanLine } from '../../clean';
import { type Done, Id } from '../../contract';
import { type Ban, type Bans, NewBan, OfSiteQuery } from '../../contract-admin';
import type { Settings } from '../../contract-settings';
import type { BanRow } from '../../db';
import { selectSettings, selectTeamOf } from '../../identity/login-store';
import { newId } from '../../ids';
import { parseQuery } from '../../parse';
import { Problem } from '../../problem';
import { type AppContext, clientAddress, hashClient, openDb, readBody, sendBookmark } from '../../request';
import { listDomains } from '../text/links';
import { foldEmail, isInRange } from './ban-match';
import { type BanKind, type BanSource, deriveBanValue, labelBan, parseBanValue, refuse } from './ban-value';
import {
  endBan,
  selectAuthorName,
  selectBan,
  selectBanList,
  selectBanSource,
  selectHosts,
  writeBan,
} from './bans-store';

/** How many are listed, the newest. */
const LISTED = 1_000;

export async function listBans(c: AppContext): Promise<Response> {
  const db = openDb(c, 'first-primary');
  const grant = await needGrant(c, db, 'comments:read');
  const { site } = parseQuery(OfSiteQuery, new URL(c.req.url).searchParams);
  const rows = await db.all(selectBanList(siteFor(grant, site), LISTED));
  return c.json({ bans: rows.map(presentBan) } satisfies Bans);
}

export async function ban(c: AppContext): Promise<Response> {
  const db = openDb(c, 'first-primary');
  const grant = await needGrant(c, db, 'comments:moderate');
  const { value: input } = await readBody(c, NewBan);
  const { kind } = input;
  const siteId = siteFor(grant, input.site)!;
  const now = Date.now();
  if ((input.value === undefined) === (input.comment === undefined))
    throw refuse('value', 'either value or comment must be given');
  const expiresAt = input.expiresAt ? Date.parse(input.expiresAt) : null;
  if (expiresAt !== null && expiresAt <= now) throw refuse('expiresAt', 'must be in the future');
  const given = input.value === undefined ? null : parseBanValue(kind, input.value);
  const [sites, hosts, team, sources, names] = await db.batch(
    selectSettings(siteId),
    selectHosts(siteId),
    selectTeamOf(siteId),
    selectBanSource(siteId, input.comment ?? ''),
    selectAuthorName(siteId, given ?? ''),
  );
  const site = sites!.rows[0] as { settings: string } | undefined;
  const source = sources!.rows[0] as BanSource | undefined;
  if (!site || (input.comment !== undefined && !source)) throw new Problem('not_found');
  const value = given ?? deriveBanValue(kind, source!);
  const field = given === null ? 'comment' : 'value';
  await refuseOwn(c, grant, kind, value, field);
  refuseTeam(kind, value, field, source, {
    settings: parseSettings(site.settings),
    team: team!.rows as Team,
    hosts: (hosts!.rows as { host: string }[]).map(({ host }) => host),
  });
  const name = source?.author_name ?? (names!.rows[0] as { author_name: string } | undefined)?.author_name;
  const row: BanRow = {
    id: newId(now, crypto.getRandomValues(new Uint8Array(16))),
    site_id: siteId,
    kind,
    value,
    label: labelBan(kind, value, name || null),
    silent: input.silent ? 1 : 0,
    reason: cleanLine(input.reason ?? '') || null,
    created_by: actorOf(grant).actor_name,
    created_at: now,
    expires_at: expiresAt,
  };
  const results = await batchAs(db, grant, ...writeBan(row, draft(grant, siteId, 'ban', now, row.reason)));
  sendBookmark(c, db);
  return c.json(presentBan(results.at(-1)!.rows[0] as BanRow), 201);
}

export async function unban(c: AppContext): Promise<Response> {
  const db = openDb(c, 'first-primary');
  const grant = await needGrant(c, db, 'comments:moderate');
  const id = c.req.param('id');
  if (!v.is(Id, id)) throw new Problem('not_found');
  const [row] = await db.all(selectBan(id));
  if (!row || !reaches(grant, row.site_id)) throw new Problem('not_found');
  const results = await batchAs(db, grant, ...endBan(id, draft(grant, row.site_id, 'unban', Date.now())));
  if (!results.at(-1)!.changes) throw new Problem('not_found');
  sendBookmark(c, db);
  return c.json({ ok: true } satisfies Done);
}

const draft = (grant: Grant, siteId: string, action: 'ban' | 'unban', now: number, reason: string | null = null) =>
  draftDecision(grant, newId(now, crypto.getRandomValues(new Uint8Array(16))), siteId, action, now, reason);

/** Nobody locks themselves out. @throws Problem invalid_request */
async function refuseOwn(c: AppContext, grant: Grant, kind: BanKind, value: string, field: string): Promise<void> {
  const { ipHash, netHash } = await hashClient(c);
  const isOwn: Record<BanKind, boolean> = {
    author: value === grant.id || value === grant.identity?.id,
    ip: value === ipHash,
    network: value === netHash,
    cidr: isInRange(clientAddress(c), value),
    email: false,
    domain: false,
  };
  if (isOwn[kind]) throw refuse(field, 'is your own');
}

type Team = { id: string; email: string | null }[];

/** @throws Problem invalid_request for those who run the site, and for the site itself */
function refuseTeam(
  kind: BanKind,
  value: string,
  field: string,
  source: BanSource | undefined,
  { settings, team, hosts }: { settings: Settings; team: Team; hosts: string[] },
): void {
  const emails = [...settings.team, ...team].map(({ email }) => foldEmail(email ?? ''));
  if (source?.author_badge || team.some(({ id }) => id === value) || (kind === 'email' && emails.includes(value)))
    throw refuse(field, 'is of somebody on the site’s team');
  if (kind === 'domain' && hosts.some((host) => listDomains(host.replace(/:\d+$/, '')).includes(value)))
    throw refuse(field, 'is the site’s own');
}

const presentBan = (row: BanRow): Ban => ({
  id: row.id,
  site: row.site_id,
  kind: row.kind,
  value: row.value,
  label: row.label,
  silent: row.silent === 1,
  reason: row.reason,
  by: row.created_by,
  createdAt: new Date(row.created_at).toISOString(),
  expiresAt: row.expires_at === null ? null : new Date(row.expires_at).toISOString(),
});
