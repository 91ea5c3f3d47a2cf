/** `GET /admin/export`: all of it, once, valid, and nothing of what is nobody's business. */
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import { RECORDS, type RecordType, TransferRecord } from '../../worker/contract-transfer';
import { bearer } from './admin';
import { ADMIN, bill, bindings, call, createSite, post, problem } from './api';
import { createEverything, type Everything, NAUGHTY } from './everything';
import { readExport, recordsOf, textOf } from './exported';
import { insertComments, insertPage, newRowId } from './rows';

let all: Everything;
beforeAll(async () => {
  all = await createEverything();
}, 60_000);

/** How many rows of each table are to be in it. */
const TABLES: Record<RecordType, string> = {
  site: 'sites',
  import: 'imports',
  author: 'authors',
  person: 'people',
  account: 'accounts',
  avatar: 'avatars',
  page: 'pages',
  alias: 'aliases',
  comment: 'comments',
  vote: 'votes',
  reaction: 'reactions',
  flag: 'flags',
  recipient: 'recipients',
  subscription: 'subscriptions',
  decision: 'decisions',
  ban: 'bans',
  deletion: 'deletions',
  model: 'models',
  stat: 'stats',
};

describe('an export of the whole instance', () => {
  it('has every row once, as a valid record, in order, between its head and its end', async () => {
    const answers: Response[] = [];
    const records = recordsOf(await readExport('', ADMIN, answers));
    expect(records.at(0)).toEqual({ type: 'afterword', version: 1, site: null, emails: true });
    expect(records.at(-1)).toEqual({ type: 'end' });
    const inner = records.slice(1, -1);
    expect(inner.flatMap((record) => v.safeParse(TransferRecord, record).issues ?? [])).toEqual([]);
    const types = Object.keys(RECORDS) as RecordType[];
    expect([...new Set(inner.map(({ type }) => type))]).toEqual(types);
    for (const type of types) {
      const n = await bindings.DB.prepare(`SELECT COUNT(*) AS n FROM ${TABLES[type]}`).first<number>('n');
      expect([type, inner.filter((record) => record.type === type).length]).toEqual([type, n]);
    }
    expect(answers.map((answer) => answer.headers.get('Content-Type'))).toEqual(['application/x-ndjson']);
    expect(answers[0]!.headers.get('Cache-Control')).toBe('private, no-store');
  });

  it('is the same bytes each time, and keeps every text as it is', async () => {
    const text = await readExport();
    expect(await readExport()).toBe(text);
    const sources = recordsOf(text).flatMap(({ source }) => (typeof source === 'string' ? [source] : []));
    expect(sources).toEqual(expect.arrayContaining(NAUGHTY));
  });

  it('has no hash of an address, no receipt, no key of a session, no token', async () => {
    const secrets: string[] = [];
    for (const [column, table] of [
      ['ip_hash', 'comments'],
      ['net_hash', 'comments'],
      ['receipt_key', 'comments'],
      ['receipt_print', 'comments'],
      ['id', 'sessions'],
      ['jti', 'proofs'],
    ]) {
      const sql = `SELECT ${column} AS secret FROM ${table} WHERE ${column} IS NOT NULL`;
      secrets.push(...(await bindings.DB.prepare(sql).all<{ secret: string }>()).results.map(({ secret }) => secret));
    }
    expect(secrets.length).toBeGreaterThan(50);
    const text = await readExport();
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
  });

  it('goes on where the answer before ended, whatever their size: the lines are the same', async () => {
    const { site } = await createSite();
    const page = await insertPage(site, 'many');
    await insertComments(
      Array.from({ length: 1100 }, (_, i) => ({
        site_id: site,
        page_id: page,
        body: 'x'.repeat(i % 50 === 0 ? 60_000 : 5),
      })),
    );
    const answers: Response[] = [];
    const text = await readExport('', ADMIN, answers);
    expect(answers.length).toBeGreaterThan(3);
    const ids = recordsOf(text).flatMap((r) => (r.type === 'comment' && r.site === site ? [r.id as string] : []));
    expect([ids.length, new Set(ids).size]).toEqual([1100, 1100]);
    for (const answer of answers.slice(1)) expect(bill(answer).trips).toBeLessThan(25);
    expect(bill(answers[2]!).trips).toBe(1);
    expect(recordsOf(text).filter(({ type }) => type === 'afterword' || type === 'end')).toHaveLength(2);
  });
});

describe('an export of one site', () => {
  it('has what the whole has of it, and nothing of another', async () => {
    const whole = recordsOf(await readExport());
    const text = await readExport(`?site=${all.other}`);
    const records = recordsOf(text);
    expect(records[0]).toMatchObject({ site: all.other });
    const comments = new Set(whole.flatMap((r) => (r.type === 'comment' && r.site === all.other ? [r.id] : [])));
    const mine = whole.filter(
      (r) => (r.type === 'site' ? r.id : r.site) === all.other || comments.has(r.comment as string),
    );
    expect(records.slice(1, -1)).toEqual(mine);
    expect(mine.length).toBeGreaterThan(8);
    expect(text).not.toContain(all.site);
  });

  it('has the pictures, votes, reactions and reports of its people', async () => {
    const records = recordsOf(await readExport(`?site=${all.site}`));
    const count = (type: string) => records.filter((r) => r.type === type).length;
    expect(['avatar', 'vote', 'reaction', 'flag', 'import', 'author', 'account', 'deletion'].map(count)).toEqual([
      2, 5, 2, 2, 1, 1, 1, 0,
    ]);
  });

  it('is all that a token for it may have; another it may not even name', async () => {
    const headers = await bearer(['transfer', 'comments:read'], all.other);
    expect(await readExport('', headers)).toBe(await readExport(`?site=${all.other}`));
    expect(await problem(call(`/admin/export?site=${all.site}`, { headers }))).toMatchObject({ code: 'scope_missing' });
    const cursor = btoa(JSON.stringify({ type: 'comment', key: ['0'], last: { page: 'z' } })).replace(/=+$/, '');
    const text = await textOf(call(`/admin/export?after=${cursor}`, { headers }));
    expect(text).toContain('On another site');
    expect(text).not.toContain(`"${all.site}"`);
  });

  it('that is not there is not found', async () => {
    expect(await problem(call('/admin/export?site=nowhere', { headers: ADMIN }))).toMatchObject({ code: 'not_found' });
  });
});

it('threat 13: without comments:read nobody’s e-mail address is in it', async () => {
  // Of who logs in by mail, and who decides by a link in one.
  const { site } = await createSite();
  const person = newRowId();
  await bindings.DB.batch([
    bindings.DB.prepare(
      "INSERT INTO people (id, site_id, name, verified, created_at, seen_at) VALUES (?, ?, 'Robin', 'email', 0, 0)",
    ).bind(person, site),
    bindings.DB.prepare(
      "INSERT INTO accounts VALUES (?, 'email', 'robin@mail.example', ?, 'robin@mail.example', 0)",
    ).bind(site, person),
    bindings.DB.prepare(
      `INSERT INTO decisions (site_id, id, batch, actor_kind, actor_id, actor_name, action, items, count, created_at)
        VALUES (?1, ?2, ?2, 'person', ?2, 'robin@mail.example', 'approve', '[]', 1, 0)`,
    ).bind(site, person),
  ]);
  const whole = await readExport();
  expect(whole.match(/@mail\.example/g)!.length).toBeGreaterThan(15);
  const text = await readExport('', await bearer(['transfer']));
  expect(text).not.toContain('mail.example');
  expect(recordsOf(text)[0]).toMatchObject({ emails: false });
  const kinds = (of: string) => recordsOf(of).filter(({ type }) => type === 'comment').length;
  expect(kinds(text)).toBe(kinds(whole));
});

it('what is born behind the walk is left out with all that refers to it', async () => {
  const { site, url } = await createSite({ votes: 'both' });
  await post({ url }, ADMIN);
  const last = recordsOf(await readExport())
    .filter(({ type }) => type === 'page')
    .at(-1)!.id as string;
  const after = btoa(JSON.stringify({ type: 'comment', key: [], last: { page: last } })).replace(/=+$/, '');
  const late = await post({ url: `${url}/late`, body: 'Too late' }, ADMIN);
  const early = await post({ url, body: 'On a page that is in it' }, ADMIN);
  for (const { id } of [late, early])
    await bindings.DB.prepare('INSERT INTO votes VALUES (?, ?, 1, 0)').bind(id, newRowId()).run();
  const text = await textOf(call(`/admin/export?site=${site}&after=${after}`, { headers: ADMIN }));
  expect(text).toContain('On a page that is in it');
  expect(text).not.toContain('Too late');
});

it('a cursor that is none is refused, whatever it is', async () => {
  const cursors = [
    'x',
    'e30',
    btoa('[]'),
    btoa('{"type":"vote","key":["a"],"last":{}}'),
    btoa('{"type":"token","key":[],"last":{}}'),
  ];
  for (const cursor of cursors)
    expect(await problem(call(`/admin/export?after=${cursor.replace(/=+$/, '')}`, { headers: ADMIN }))).toMatchObject({
      code: 'invalid_request',
      field: 'after',
    });
});

it('threat 7: rows by a hostile hand make valid records, or none', async () => {
  const { site } = await createSite();
  const page = await insertPage(site, 'hostile');
  await bindings.DB.prepare(`UPDATE pages SET reactions = '[1' WHERE id = ?`).bind(page).run();
  const [row] = await insertComments([
    { site_id: site, page_id: page, verdict: '{"no":"array"}', created_at: 1e17, id: newRowId() },
  ]);
  const found = recordsOf(await readExport(`?site=${site}`));
  expect(found.find(({ id }) => id === row!.id)).toMatchObject({
    verdict: null,
    createdAt: '9999-12-31T23:59:59.999Z',
  });
  expect(found.find(({ id }) => id === page)).toMatchObject({ reactions: {} });
});
