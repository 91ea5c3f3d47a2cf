/** Talks to the worker as those who run a site do: with the root token, or with one made for the purpose. */
import type { AdminSite, CreatedToken, Scope } from '../../worker/contract-admin';
import type { SiteRow } from '../../worker/db';
import type { Bindings } from '../../worker/env';
import { ADMIN, bindings, call } from './api';

export type Headers = Record<string, string>;

/** @param headers who asks; the owner unless told */
export function ask(
  method: string,
  path: string,
  body?: unknown,
  headers: Headers = ADMIN,
  over: Partial<Bindings> = {},
): Promise<Response> {
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const type: Headers = body === undefined ? {} : { 'Content-Type': 'application/json' };
  return call(path, { method, headers: { ...headers, ...type }, ...sent }, over);
}

export const as = (token: string): Headers => ({ Authorization: `Bearer ${token}` });

export interface TokenWish {
  name?: string;
  scopes?: Scope[];
  site?: string | null;
  expiresAt?: string;
}
export async function createToken(over: TokenWish = {}, headers: Headers = ADMIN): Promise<CreatedToken> {
  const answer = await ask('POST', '/admin/tokens', { name: 'Tool', scopes: ['comments:read'], ...over }, headers);
  if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** Headers of a token that may do this, on all sites unless one is named. */
export const bearer = async (scopes: Scope[], site: string | null = null): Promise<Headers> =>
  as((await createToken({ scopes, site })).token);

/** Lines of the log, oldest first. @param where SQL about table decisions */
export async function readLog(where: string, ...values: unknown[]) {
  const { results } = await bindings.DB.prepare(
    `SELECT action, actor_kind, actor_name, site_id, items FROM decisions WHERE ${where} ORDER BY id`,
  )
    .bind(...values)
    .all<{ action: string; actor_kind: string; actor_name: string; site_id: string; items: string }>();
  return results.map(({ items, ...line }) => ({ ...line, items: JSON.parse(items) as unknown[] }));
}

/** Changes a site as the owner. */
export const changeSite = (site: string, body: object, over: Partial<Bindings> = {}) =>
  ask('PATCH', `/admin/sites/${site}`, body, ADMIN, over);
/** The same, which must go well. */
export async function siteChanged(site: string, body: object): Promise<AdminSite> {
  const answer = await changeSite(site, body);
  if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
  return answer.json();
}
export const siteRow = (id: string) =>
  bindings.DB.prepare('SELECT * FROM sites WHERE id = ?').bind(id).first<SiteRow>();
