/** How SQLite goes about what requests and the cron ask: by indexes, however much there is. */
import { expect, it } from 'vitest';
import worker from '../../worker/index';
import { ADMIN, bindings, call, createSite, draft, key as newKey, query } from './api';
import { createKey, type Key } from './key';
import { createPerson } from './person';

const TABLES =
  'comments|votes|pages|people|sessions|receipts|proofs|reactions|flags|accounts|avatars|deletions|logins|instances|sites|origins|aliases';
/** What the cron throws away by its age, hourly: few rows, and an index would cost one more written each. */
const MAY_SCAN = [/^delete from "logins" where "expires_at"/, /^delete from "sessions" where "expires_at"/];
const HOUR_MS = 3_600_000;

/** Every statement so far, with the parameters of its last time. */
const asked = new Map<string, unknown[]>();
const DB = new Proxy(bindings.DB, {
  get(db, name) {
    if (name !== 'withSession') return Reflect.get(db, name);
    return (start: string) => {
      const session = db.withSession(start);
      return {
        prepare: (text: string) => ({
          bind: (...params: unknown[]) => {
            asked.set(text, params);
            return session.prepare(text).bind(...params);
          },
        }),
        getBookmark: () => session.getBookmark(),
        batch: (statements: D1PreparedStatement[]) => session.batch(statements),
      };
    };
  },
});

async function ask<T>(key: Key, method: string, path: string, input?: unknown, token?: string): Promise<T> {
  const body = input === undefined ? undefined : JSON.stringify(input);
  const headers = {
    DPoP: await key.prove(method, path, { ...(body !== undefined && { body }), ...(token && { token }) }),
    'Idempotency-Key': newKey(),
    ...(body !== undefined && { 'Content-Type': 'application/json' }),
    ...(token && { Authorization: `DPoP ${token}` }),
  };
  const answer = await call(path, { method, headers, ...(body !== undefined && { body }) }, { DB });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return JSON.parse(text);
}

async function ofEverySort(): Promise<void> {
  const { site, url } = await createSite({ votes: 'both', reactions: ['👍'] });
  const [me, other] = [await createKey(), await createKey()];
  const [{ token, sessionId }, another] = [await createPerson(me, site), await createPerson(other, site)];
  const top = await ask<{ id: string }>(other, 'POST', '/comments', draft({ url }));
  const mine = await ask<{ id: string }>(me, 'POST', '/comments', { url, body: 'x', parent: top.id }, token);
  await ask(me, 'POST', '/comments', draft({ url, parent: mine.id }));
  for (const value of [1, 0, -1]) await ask(me, 'PUT', `/comments/${top.id}/vote`, { value }, token);
  for (const value of ['👍', null]) await ask(me, 'PUT', '/reaction', { url, value }, token);
  await ask(me, 'POST', `/comments/${top.id}/flags`, { reason: 'spam' });
  await ask(me, 'PATCH', `/comments/${mine.id}`, { body: 'y' }, token);
  await ask(me, 'PATCH', '/me', { name: 'Another', url: 'robin.example' }, token);
  for (const path of [`/comments/${mine.id}/source`, '/me', `/me/comments${query({ url })}`, '/me/export'])
    await ask(me, 'GET', path, undefined, token);
  await ask(me, 'POST', '/session/renew', { session: sessionId });
  await ask(me, 'POST', '/me/claim', undefined, token);
  await ask(me, 'DELETE', `/comments/${mine.id}`, undefined, token);
  await ask(me, 'DELETE', '/me', undefined, token);
  await ask(me, 'POST', '/me/restore', undefined, token);
  await ask(other, 'DELETE', `/me/sessions/${another.sessionId}`, undefined, another.token);
  await ask(me, 'DELETE', '/session', undefined, token);
  await ask(other, 'DELETE', '/me');
  const reads = ['oldest', 'newest', 'best'].map((sort) => `/thread${query({ url, sort })}`);
  reads.push(
    `/comments/${top.id}`,
    `/comments/${top.id}/replies`,
    `/counts${query({ url })}`,
    `/site${query({ url })}`,
  );
  for (const path of [...reads, `/avatars/${'a'.repeat(26)}`]) await call(path, { headers: ADMIN }, { DB });
  const github = { DB, GITHUB_CLIENT_ID: 'id', GITHUB_CLIENT_SECRET: 'secret' };
  const { origin } = new URL(url);
  const login = query({ url, origin, jkt: 'a'.repeat(43), challenge: 'b'.repeat(43) });
  await call(`/login/github${login}`, { redirect: 'manual' }, github);
  await call('/login/github/callback?state=x', {}, github);
  await worker.scheduled({ scheduledTime: Date.now() + 25 * HOUR_MS } as ScheduledController, { ...bindings, DB });
}

it('reads no table from end to end, for nobody’s request', async () => {
  await ofEverySort();
  const scans: string[] = [];
  for (const [text, params] of asked) {
    const { results } = await bindings.DB.prepare(`EXPLAIN QUERY PLAN ${text}`)
      .bind(...params)
      .all<{ detail: string }>();
    // What the statement calls its tables; the target of an INSERT is not read (foreign keys look like it).
    const named = text.matchAll(
      new RegExp(`\\b(?:from|join|update)\\s+"?(?:${TABLES})"?(?:\\s+(?:as\\s+)?"?(\\w+)"?)?`, 'gi'),
    );
    const names = new Set(
      [...named].flatMap(([whole, alias]) => [alias, /\w+/.exec(whole.replace(/^\w+\s+/, ''))?.[0]]),
    );
    const ctes = new Set([...text.matchAll(/FROM (up|down|going|empty|standing|asked|sized) (\w+)/g)].map((m) => m[2]));
    for (const { detail } of results) {
      const name = /^SCAN (\w+)(?! CONSTANT)/.exec(detail)?.[1];
      const isTable = name !== undefined && names.has(name) && !ctes.has(name);
      const isInsertTarget = name !== undefined && new RegExp(`^\\s*INSERT INTO ${name} `, 'i').test(text);
      if (isTable && !isInsertTarget && !MAY_SCAN.some((allowed) => allowed.test(text)))
        scans.push(`${detail}: ${text.replace(/\s+/g, ' ').slice(0, 200)}`);
    }
  }
  expect(asked.size).toBeGreaterThan(80);
  expect(scans).toEqual([]);
});
