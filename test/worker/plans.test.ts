/** How SQLite goes about what requests and the cron ask: by indexes, however much there is. */
import { expect, it } from 'vitest';
import { getConfig } from '../../worker/env';
import { type CodeOf, digitsOf } from '../../worker/identity/mail-code-digits';
import worker from '../../worker/index';
import { signLink } from '../../worker/notify/links';
import { linkToDecide } from '../../worker/notify/moderators/addresses';
import { drain, RUN } from '../../worker/notify/outbox/drain';
import { SOURCES } from '../../worker/transfer/exports/export-store';
import { ADMIN, bindings, call, createSite, draft, key as newKey, post, query, send, thread } from './api';
import { authorRecord, commentRecord, idAt, pageRecord, START } from './importing';
import { createKey, type Key } from './key';
import { MAIL } from './mails';
import { addModerator, addRecipient, addWebhook, follow, pageOf } from './outbox';
import { createPerson } from './person';

const TABLES =
  'comments|votes|pages|people|sessions|receipts|proofs|reactions|flags|accounts|avatars|deletions|logins|instances|sites|origins|aliases|decisions|bans|tokens|models|stats|imports|authors|events|deliveries|recipients|subscriptions|digest_items|webhooks|codes|feed_keys';
/** What the cron throws away by its age, hourly: few rows, and an index would cost one more written each. */
const MAY_SCAN = [
  // There are few keys of feeds.
  /^select \* from "feed_keys" order by|DELETE FROM feed_keys AS k WHERE NOT/,
  /^delete from "(logins|sessions|bans)" where "expires_at"/,
  // There are as few as sites; the newest of all in order of the index, up to a limit.
  /^select \* from "webhooks" order by "id" desc limit/,
  /^update "webhooks" set "previous_secret" = \? where "rotated_at" </,
  // The newest of all sites, in order of the index, up to a limit.
  /^select \* from "bans" order by "id" desc limit/,
  // There are few imports.
  /FROM imports i WHERE 1 ORDER BY i\.id DESC LIMIT|FROM imports i? ?WHERE digest = |FROM imports i WHERE i\.site_id/,
  // There are as few as sites, and only who makes a ban asks.
  /^select "host" from "origins" where "site_id"/,
  /SELECT host FROM origins WHERE site_id = [st]\.id/,
];
/** There are few, and whoever looks at all sites asks each one's range of an index. */
const isOfSites = (name: string, text: string) => name === 'sites' || (name === 's' && /\bsites\)? s\b/.test(text));
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

/** Asks for one code too many, and uses the last. */
async function logInByMail(key: Key, url: string): Promise<void> {
  const askCode = () => ask<{ id: string }>(key, 'POST', '/login/email', { url, email: 'reader@mail.example' });
  await askCode();
  await askCode();
  const { id } = await askCode();
  await expect(askCode()).rejects.toThrow('rate_limited');
  const row = await bindings.DB.prepare('SELECT * FROM codes WHERE id = ?').bind(id).first<CodeOf>();
  await ask(key, 'POST', '/session', { emailCode: { id, code: await digitsOf(bindings, row!) } });
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
  await logInByMail(other, url);
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
  for (const cron of ['17 * * * *', '47 * * * *', '*/10 * * * *'])
    await worker.scheduled({ scheduledTime: Date.now() + 25 * HOUR_MS, cron } as ScheduledController, {
      ...bindings,
      DB,
    });
}

/** Webhooks, what they are told, and the log of it from every side. */
async function ofWebhooks(): Promise<void> {
  const { site, url } = await createSite();
  const admin = async <T>(method: string, path: string, input?: object): Promise<T> => {
    const body = input === undefined ? {} : { body: JSON.stringify(input) };
    const headers = { ...ADMIN, 'Content-Type': 'application/json' };
    const answer = await call(path, { method, headers, ...body }, { DB });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const events = ['comment.created', 'comment.spam', 'import.finished'];
  const { id } = await admin<{ id: string }>('POST', '/admin/webhooks', { site, url: 'https://hook.invalid/', events });
  await bindings.DB.prepare("UPDATE webhooks SET url = 'https://127.0.0.1/' WHERE id = ?").bind(id).run();
  await admin('POST', '/admin/decisions', { action: 'spam', ids: [(await post({ url }, ADMIN)).id] });
  for (const path of ['/admin/webhooks', `/admin/webhooks${query({ site })}`]) await admin('GET', path);
  const deliveries: { event: string; target: string }[] = [];
  for (const status of ['', '&status=sent', '&status=dead', '&status=waiting'])
    for (const webhook of ['', `&webhook=${id}`])
      for (const after of ['', `&after=9000000000000~e~${id}`]) {
        const path = `/admin/deliveries?site=${site}${status}${webhook}${after}`;
        deliveries.push(...(await admin<{ deliveries: typeof deliveries }>('GET', path)).deliveries);
      }
  const { event, target } = deliveries[0]!;
  for (const body of [{ event, target }, { site }]) await admin('POST', '/admin/deliveries/resend', body);
  await admin('PATCH', `/admin/webhooks/${id}`, { events, active: false });
  for (const what of ['rotate', 'test']) await admin('POST', `/admin/webhooks/${id}/${what}`);
  await admin('DELETE', `/admin/webhooks/${id}`);
}

/** What moderators look at: every filter alone, with every other, on one site and on all. */
async function ofEveryFilter(): Promise<void> {
  const { site, url } = await createSite();
  const top = await (await createKey()).post({ url, body: 'A word to be found.' });
  const { page_id } = (await bindings.DB.prepare('SELECT page_id FROM comments WHERE id = ?')
    .bind(top.id)
    .first<{ page_id: string }>())!;
  const filters = {
    site,
    status: 'pending',
    q: 'word',
    author: 'a'.repeat(43),
    ip: '0'.repeat(32),
    network: '0'.repeat(32),
    page: page_id,
    phase: 'links',
    flagged: 'true',
    from: '2026-01-01T00:00:00Z',
  };
  const names = Object.keys(filters) as (keyof typeof filters)[];
  const pairs = names.flatMap((a, i) =>
    names.slice(i).map((b) => ({ [a]: filters[a], [b]: filters[b], site: filters.site })),
  );
  const paths = [...pairs, ...pairs.map(({ site: _, ...rest }) => rest), { status: 'deleted', site }, {}].flatMap(
    (params) => [
      `/admin/comments${query(params)}`,
      `/admin/comments${query({ ...params, sort: 'oldest', after: top.id })}`,
    ],
  );
  paths.push(`/admin/comments/${top.id}`, `/admin/stats${query({ site })}`);
  paths.push('/admin/summary', `/admin/summary${query({ site })}`);
  for (const path of paths) {
    const answer = await call(path, { headers: ADMIN }, { DB });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  }
}

async function ofBansAndTrials(): Promise<void> {
  const { site, url } = await createSite();
  const { id } = await (await createKey()).post({ url });
  const headers = { ...ADMIN, 'Content-Type': 'application/json' };
  const posts: [path: string, input: object][] = [
    ['/admin/bans', { site, kind: 'author', comment: id }],
    ['/admin/bans', { site, kind: 'domain', value: 'spam.example' }],
    ['/admin/backtest', { site, settings: { hold: true }, after: id }],
    ['/admin/backtest', { site, settings: { hold: true } }],
  ];
  for (const [path, input] of posts) {
    const answer = await call(path, { method: 'POST', headers, body: JSON.stringify(input) }, { DB });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  }
  await call('/admin/bans', { headers }, { DB });
  const { bans } = (await (await call(`/admin/bans${query({ site })}`, { headers }, { DB })).json()) as {
    bans: { id: string }[];
  };
  await call(`/admin/bans/${bans[0]!.id}`, { method: 'DELETE', headers }, { DB });
}

/** Whatever moderators decide, by ids and by filters, and take back. */
async function ofDecisions(): Promise<void> {
  const { site, url } = await createSite();
  const top = await (await createKey()).post({ url });
  const reply = await (await createKey()).post({ url, parent: top.id });
  const { page_id } = (await bindings.DB.prepare('SELECT page_id FROM comments WHERE id = ?')
    .bind(top.id)
    .first<{ page_id: string }>())!;
  const moderate = async (method: string, path: string, input: object = {}): Promise<void> => {
    const headers = { ...ADMIN, 'Content-Type': 'application/json' };
    const answer = await call(path, { method, headers, body: JSON.stringify(input) }, { DB });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  };
  const filters: object[] = [{ status: 'approved' }, { status: 'spam' }, { author: 'a'.repeat(43) }, { page: page_id }];
  filters.push({ q: 'Hello' }, { flagged: true }, { phase: 'links' }, { ip: '0'.repeat(32) });
  for (const action of ['hold', 'approve', 'spam', 'restore', 'trash', 'approve']) {
    await moderate('POST', '/admin/decisions', { action, ids: [top.id, reply.id] });
    for (const filter of filters)
      await moderate('POST', '/admin/decisions', { action, filter: { site, from: '2999-01-01T00:00:00Z', ...filter } });
  }
  await moderate('PATCH', `/admin/comments/${top.id}`, { body: 'x', name: 'y', pinned: true, locked: true });
  await moderate('POST', `/admin/comments/${top.id}/move`, { url: `${url}-other` });
  const batches = await bindings.DB.prepare(
    'SELECT DISTINCT batch FROM decisions WHERE site_id = ? ORDER BY batch DESC',
  )
    .bind(site)
    .all<{ batch: string }>();
  for (const { batch } of batches.results) {
    const answer = await call(`/admin/log/${batch}/undo`, { method: 'POST', headers: ADMIN }, { DB });
    if (!answer.ok && answer.status !== 409) throw new Error(`${answer.status} ${await answer.text()}`);
  }
  for (const params of [
    {},
    { site },
    { site, comment: top.id },
    { batch: batches.results[0]!.batch },
    { after: top.id },
  ])
    await call(`/admin/log${query(params as Record<string, string>)}`, { headers: ADMIN }, { DB });
  await moderate('POST', '/admin/decisions', { action: 'delete', ids: [top.id, reply.id] });
}

/** Pages that are listed, changed, made one and two again. */
async function ofPages(): Promise<void> {
  const { site, url } = await createSite({ reactions: ['👍'] });
  const key = await createKey();
  const idAt = async (path: string) => {
    await key.post({ url: `${url}${path}` });
    await key.ask('PUT', '/reaction', { url: `${url}${path}`, value: '👍' });
    return (await thread({ url: `${url}${path}` })).page.id!;
  };
  const [from, into] = [await idAt('/a'), await idAt('/b')];
  const admin = async <T>(method: string, path: string, input?: object): Promise<T> => {
    const body = input === undefined ? {} : { body: JSON.stringify(input) };
    const headers = { ...ADMIN, 'Content-Type': 'application/json' };
    const answer = await call(`/admin${path}`, { method, headers, ...body }, { DB });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  for (const path of ['/pages', '/pages/duplicates']) await admin('GET', `${path}${query({ site })}`);
  await admin('PATCH', `/pages/${from}`, { locked: true, title: 'Another' });
  await admin('POST', `/pages/${from}/move`, { url: `${url}/c` });
  const { batch } = await admin<{ batch: string }>('POST', `/pages/${from}/merge`, { into });
  while ((await admin<{ left: boolean }>('POST', `/log/${batch}/undo`)).left);
}

/** Feeds of everything, of each kind of place in them, and of the queue. */
async function ofFeeds(): Promise<void> {
  const { site, url } = await createSite();
  const [top, other] = [await (await createKey()).post({ url }), await (await createKey()).post({ url })];
  const reply = await (await createKey()).post({ url, parent: top.id });
  const read = async (path: string) => {
    const answer = await call(path, { headers: ADMIN }, { DB });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  };
  const scopes: Record<string, string>[] = [{ site }, { url }, { comment: top.id }, { comment: reply.id }];
  for (const scope of scopes)
    for (const place of [{}, { after: other.id }, { before: other.id }] as Record<string, string>[])
      await read(`/feed.atom${query({ ...scope, ...place })}`);
  for (const body of [{ site }, {}]) {
    const made = await call(
      '/admin/feed-keys',
      {
        method: 'POST',
        headers: { ...ADMIN, 'Content-Type': 'application/json' },
        body: JSON.stringify({ name: 'x', ...body }),
      },
      { DB },
    );
    const { id, json } = (await made.json()) as { id: string; json: string };
    await read(json);
    await read('/admin/feed-keys');
    await call(`/admin/feed-keys/${id}`, { method: 'DELETE', headers: ADMIN }, { DB });
  }
}

/** Everything at once: from the start, and from within each type. */
async function ofExports(): Promise<void> {
  const { site } = await createSite();
  const scopes: Record<string, string>[] = [{}, { site }];
  for (const params of scopes)
    for (const [type, { key }] of Object.entries(SOURCES)) {
      const place = JSON.stringify({ type, key: key.map(() => 'a'), last: {} });
      const after = btoa(place).replace(/=+$/, '');
      for (const asked of [params, { ...params, after }]) {
        const path = `/admin/export${query(asked)}`;
        const answer = await call(path, { headers: ADMIN }, { DB });
        if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
      }
    }
}

/** What is imported, once more, below what is there, planned, and taken away. */
async function ofImports(): Promise<void> {
  const { site, url } = await createSite();
  const send = async (path: string, input: object): Promise<{ id: string }> => {
    const headers = { ...ADMIN, 'Content-Type': 'application/json' };
    const answer = await call(path, { method: 'POST', headers, body: JSON.stringify(input) }, { DB });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const page = pageRecord({ site, url, id: idAt(START, 88_000) });
  const top = commentRecord({
    site,
    page: page.id,
    id: idAt(START, 88_001),
    status: 'trash',
    author: { id: authorRecord(site, 1).id },
  });
  const reply = commentRecord({ site, page: page.id, id: idAt(START + 1, 88_002), parent: top.id });
  const newImport = { site, format: 'disqus', name: 'x', digest: 'b'.repeat(64), total: 4 };
  await send('/admin/imports/plan', { site, urls: [url], comments: [top.id] });
  const { id } = await send('/admin/imports', newImport);
  for (const records of [[authorRecord(site, 1), page, top], [reply], [reply]])
    await send(`/admin/imports/${id}/records`, { position: 0, records });
  for (const path of ['/admin/imports', `/admin/imports/${id}`]) await call(path, { headers: ADMIN }, { DB });
  await send(`/admin/imports/${id}/finish`, {});
  await send(`/admin/imports/${id}/undo`, {});
}

/** Moderators who get mail, at once and as a digest, and decide by it. */
async function ofModerators(): Promise<void> {
  const { site, url } = await createSite({ hold: true });
  const headers = { ...ADMIN, 'Content-Type': 'application/json' };
  const admin = async (method: string, path: string, input?: object): Promise<{ id: string }> => {
    const init = { method, headers, ...(input && { body: JSON.stringify(input) }) };
    const answer = await call(`/admin/recipients${path}`, init, { DB });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const add = (email: string, frequency: string) =>
    admin('POST', '', { site, email, frequency, about: ['new', 'reported'] });
  const [now, hourly] = [await add('a@mail.example', 'instant'), await add('b@mail.example', 'hourly')];
  const key = await createKey();
  const { id } = await ask<{ id: string }>(key, 'POST', '/comments', draft({ url }));
  for (const scheduledTime of [Date.now(), Date.now() + 2 * HOUR_MS])
    await worker.scheduled({ scheduledTime, cron: '* * * * *' } as ScheduledController, { ...bindings, DB });
  const path = new URL(await linkToDecide(bindings, now.id, id, Date.now())).pathname;
  await call(path, {}, { DB });
  await call(path, { method: 'POST', body: new URLSearchParams({ verb: 'approve', seen: 'pending.' }) }, { DB });
  await ask(key, 'POST', `/comments/${id}/flags`, { reason: 'spam' });
  await admin('PATCH', `/${hourly.id}`, { frequency: 'instant' });
  for (const at of ['', query({ site })]) await admin('GET', at);
  await admin('DELETE', `/${now.id}`);
}

/** Readers who follow, agree, are told at once and by digest, choose, stop, and whose mail comes back. */
async function ofReaders(): Promise<void> {
  const { site, url } = await createSite();
  const POSTMARK_WEBHOOK_SECRET = 'a secret of postmark';
  const over = { DB, ...MAIL, POSTMARK_WEBHOOK_SECRET };
  const [key, top] = [await createKey(), await post({ url })];
  const asPerson = await createPerson(key, site, { email: `b@${site}.example` });
  const send = async (path: string, body: BodyInit, headers: Record<string, string> = {}): Promise<void> => {
    const answer = await call(path, { method: 'POST', body, headers }, over);
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  };
  const follow = async (email: string, more: object, token?: string): Promise<string> => {
    const body = JSON.stringify({ url, email, ...more });
    const DPoP = await key.prove('POST', '/subscriptions', { body, ...(token !== undefined && { token }) });
    const login: Record<string, string> = token === undefined ? {} : { Authorization: `DPoP ${token}` };
    await send('/subscriptions', body, { 'Content-Type': 'application/json', DPoP, ...login });
    return (await bindings.DB.prepare('SELECT id FROM recipients WHERE email = ?').bind(email).first<string>('id'))!;
  };
  const a = await follow(`a@${site}.example`, { comment: top.id });
  const b = await follow(`b@${site}.example`, { frequency: 'hourly' }, asPerson.token);
  await send(`/mail/confirm/${await signLink(getConfig(bindings), 'confirm', a, Date.now().toString(36))}`, '');
  await post({ url, parent: top.id });
  for (const scheduledTime of [Date.now(), Date.now() + 2 * HOUR_MS])
    await worker.scheduled({ scheduledTime, cron: '* * * * *' } as ScheduledController, { ...bindings, ...over });
  const token = await signLink(getConfig(bindings), 'preferences', b);
  const page = await bindings.DB.prepare('SELECT page_id FROM comments WHERE id = ?')
    .bind(top.id)
    .first<string>('page_id');
  const choices: Record<string, string>[] = [
    { do: 'save', frequency: 'daily', language: 'ja' },
    { do: 'stop', topic: page! },
    { do: 'start' },
  ];
  for (const choice of choices) await send(`/mail/preferences/${token}`, new URLSearchParams(choice));
  await call(`/mail/unsubscribe/${token}`, {}, over);
  await send(`/mail/unsubscribe/${token}`, 'List-Unsubscribe=One-Click');
  const bounce = { RecordType: 'Bounce', Type: 'HardBounce', Email: `a@${site}.example` };
  await send('/mail/bounces/postmark', JSON.stringify(bounce), { 'Afterword-Secret': POSTMARK_WEBHOOK_SECRET });
  const written = [...asked.keys()].join();
  for (const table of ['digest_items', 'subscriptions', 'opt_in']) expect(written).toContain(table);
}

/** A run of the outbox with something for everybody: at once and in digests, followers by the portion, and one that is held amid it. */
async function ofOutbox(): Promise<void> {
  const { site, url } = await createSite();
  const top = await post({ url });
  const page = await pageOf(top.id);
  await addWebhook(site, ['comment.created', 'comment.spam', 'comment.approved']);
  await addModerator(site);
  await addModerator(site, { frequency: 'hourly', digest_due_at: 1 });
  await follow(page, (await addRecipient(site, { frequency: 'daily', digest_due_at: 1 })).id);
  for (let n = 0; n < 12; n++) await follow(n % 2 ? page : top.id, (await addRecipient(site)).id);
  const run = (later = 0) => drain({ ...bindings, ...MAIL, DB }, Date.now() + later, RUN.cron);
  // The run behind each tells ten of them.
  const { id } = (await (await send(draft({ url, parent: top.id }), {}, { DB })).json()) as { id: string };
  await call('/admin/decisions', {
    method: 'POST',
    headers: { ...ADMIN, 'Content-Type': 'application/json' },
    body: JSON.stringify({ action: 'hold', ids: [id] }),
  });
  for (const later of [0, 11 * 60_000, 25 * HOUR_MS]) await run(later);
}

it('reads no table from end to end, for nobody’s request', async () => {
  await ofEverySort();
  await ofPages();
  await ofEveryFilter();
  await ofBansAndTrials();
  await ofDecisions();
  await ofFeeds();
  await ofWebhooks();
  await ofExports();
  await ofImports();
  await ofModerators();
  await ofReaders();
  await ofOutbox();
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
      const isTable = name !== undefined && names.has(name) && !ctes.has(name) && !isOfSites(name, text);
      const isInsertTarget = name !== undefined && new RegExp(`^\\s*INSERT INTO ${name} `, 'i').test(text);
      // Of a whole site, what one author wrote may be nothing.
      const isWrongWay =
        /INDEX comments_site \(site_id=\?( AND id<\?)?\)/.test(detail) && /\bauthor_id"? = \S+ and/i.test(text);
      if (isWrongWay) scans.push(`${detail}: ${text.replace(/\s+/g, ' ').slice(0, 200)}`);
      if (isTable && !isInsertTarget && !MAY_SCAN.some((allowed) => allowed.test(text)))
        scans.push(`${detail}: ${text.replace(/\s+/g, ' ').slice(0, 200)}`);
    }
  }
  expect(asked.size).toBeGreaterThan(80);
  expect(scans).toEqual([]);
}, 120_000);
