/** (scratch) EXPLAIN QUERY PLAN of everything that requests send. */
import { expect, it } from 'vitest';
import worker from '../../worker/index';
import { ADMIN, bindings, call, createSite, draft, key as newKey, query } from './api';
import { createKey, type Key } from './key';
import { createPerson } from './person';

const seen = new Map<string, unknown[]>();
const DB = new Proxy(bindings.DB, {
  get(db, name) {
    if (name !== 'withSession') return Reflect.get(db, name);
    return (start: string) => {
      const session = db.withSession(start);
      return {
        prepare: (q: string) => {
          const p = session.prepare(q);
          return { bind: (...params: unknown[]) => { seen.set(q, params); return p.bind(...params); } };
        },
        getBookmark: () => session.getBookmark(),
        batch: (s: D1PreparedStatement[]) => session.batch(s),
      };
    };
  },
});
const hash = async (text: string) => {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(digest))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
};

it('plans', async () => {
  const { site, url } = await createSite({ votes: 'both', reactions: ['👍'] });
  const [me, you] = [await createKey(), await createKey()];
  const ask = async (k: Key, method: string, path: string, input?: unknown, token?: string) => {
    const body = input === undefined ? undefined : JSON.stringify(input);
    const DPoP = await k.prove(method, path, { ...(body !== undefined && { body }), ...(token && { token }) });
    const r = await call(path, { method, headers: { DPoP, 'Idempotency-Key': newKey(), ...(body && { 'Content-Type': 'application/json' }), ...(token && { Authorization: `DPoP ${token}` }) }, ...(body && { body }) }, { DB });
    const text = await r.text();
    if (!r.ok) console.log(method, path, r.status, text);
    return JSON.parse(text);
  };
  const p = await createPerson(me, site);
  const q = await createPerson(you, site);
  const a = await ask(you, 'POST', '/comments', draft({ url }));
  const b = await ask(me, 'POST', '/comments', { url, body: 'x', parent: a.id }, p.token);
  await ask(me, 'POST', '/comments', draft({ url, parent: b.id }));
  for (const v of [1, -1, 0, 1]) await ask(me, 'PUT', `/comments/${a.id}/vote`, { value: v });
  await ask(me, 'PUT', `/comments/${a.id}/vote`, { value: 1 }, p.token);
  for (const v of ['👍', null, '👍']) await ask(me, 'PUT', '/reaction', { url, value: v });
  await ask(me, 'POST', `/comments/${a.id}/flags`, { reason: 'spam' });
  await ask(me, 'PATCH', `/comments/${b.id}`, { body: 'y' }, p.token);
  await ask(me, 'GET', `/comments/${b.id}/source`, undefined, p.token);
  await ask(me, 'GET', '/me', undefined, p.token);
  await ask(me, 'PATCH', '/me', { name: 'Z', url: 'z.example' }, p.token);
  await ask(me, 'GET', `/me/comments${query({ url })}`, undefined, p.token);
  await ask(me, 'GET', '/me/export', undefined, p.token);
  await ask(me, 'POST', '/me/claim', undefined, p.token);
  await ask(me, 'POST', '/session/renew', { session: p.sessionId });
  await ask(me, 'DELETE', '/me', undefined, p.token);
  await ask(me, 'POST', '/me/restore', undefined, p.token);
  await ask(me, 'DELETE', '/me', undefined, p.token);
  const code = 'c0de', verifier = 'v';
  await bindings.DB.prepare("INSERT INTO accounts VALUES (?, 'github', 's', ?, 'n', 0)").bind(site, q.id).run();
  await bindings.DB.prepare("INSERT INTO logins VALUES ('i', ?, ?, 'github', ?, ?, 1, ?, ?, '{}', ?, ?)")
    .bind(await hash(code), site, new URL(url).origin, url, me.jkt, await hash(verifier), JSON.stringify({ subject: 's', name: 'n', email: 'a@b.cd', picture: null, url: null }), Date.now() + 60000).run();
  const s = await ask(me, 'POST', '/session', { code, verifier }, p.token);
  await ask(me, 'DELETE', `/comments/${b.id}`, undefined, s.token);
  await ask(me, 'DELETE', `/me/sessions/${q.sessionId}`, undefined, s.token);
  await ask(me, 'DELETE', '/session', undefined, s.token);
  for (const path of [`/thread${query({ url })}`, `/thread${query({ url, sort: 'best' })}`, `/thread${query({ url, sort: 'newest' })}`, `/comments/${a.id}`, `/comments/${a.id}/replies`, `/counts${query({ url })}`, `/site${query({ url })}`, `/avatars/${'a'.repeat(26)}`])
    await call(path, { headers: ADMIN }, { DB });
  await call(`/login/github${query({ url, origin: new URL(url).origin, jkt: 'a'.repeat(43), challenge: 'b'.repeat(43) })}`, { redirect: 'manual' }, { DB, GITHUB_CLIENT_ID: 'a', GITHUB_CLIENT_SECRET: 'b' });
  await call('/login/github/callback?state=x', {}, { DB, GITHUB_CLIENT_ID: 'a', GITHUB_CLIENT_SECRET: 'b' });
  await ask(you, 'DELETE', '/me');
  await worker.scheduled({ scheduledTime: Date.now() + 25 * 3600_000 } as ScheduledController, { ...bindings, DB });
  // Fill.
  await bindings.DB.batch([
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<5000) INSERT INTO comments (id,page_id,root_id,depth,status,shown,inline,author_id,author_name,body,html,html_version,created_at) SELECT printf('%026d',i),(SELECT id FROM pages LIMIT 1),printf('%026d',i),0,'approved',1,1,printf('%043d',i%500),'n','b','h',1,i FROM n`,
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<5000) INSERT INTO votes SELECT printf('%026d',i),printf('%043d',i%700),1,0 FROM n`,
  ].map((t) => bindings.DB.prepare(t)));
  const tables = 'comments|votes|pages|people|sessions|receipts|proofs|reactions|flags|accounts|avatars|deletions|logins|instances|sites|origins|aliases';
  let n = 0;
  for (const analyzed of [false, true]) {
    if (analyzed) await bindings.DB.exec('ANALYZE');
    for (const [text, params] of seen) {
      const { results } = await bindings.DB.prepare(`EXPLAIN QUERY PLAN ${text}`).bind(...params).all<{ detail: string }>();
      const alias = new Map<string, string>();
      for (const m of text.matchAll(new RegExp(`\\b(?:from|join|update|into)\\s+"?(${tables})"?(?:\\s+(?:as\\s+)?"?(\\w+)"?)?`, 'gi'))) {
        alias.set(m[1]!, m[1]!);
        if (m[2]) alias.set(m[2], m[1]!);
      }
      n++;
      for (const { detail } of results) {
        const m = /^SCAN (\w+)/.exec(detail);
        if (m && alias.has(m[1]!)) console.log(`SCAN${analyzed ? ' (analyzed)' : ''}`, detail, '<=', alias.get(m[1]!), '::', text.replace(/\s+/g, ' ').slice(0, 260));
      }
    }
  }
  console.log('queries', seen.size, n);
  expect(n).toBeGreaterThan(50);
});
