/** What a hostile file may bring: threats 4, 5, 7 and 20, in every field there is. */
import { expect, it } from 'vitest';
import type { Comment } from '../../worker/contract';
import { findForbidden } from '../allowed-html';
import { ask } from './admin';
import { createSite, problem, thread } from './api';
import { HOSTILE_TEXTS } from './arbitrary';
import { expectCounted } from './counted';
import {
  askRecords,
  authorRecord,
  commentRecord,
  createImport,
  idAt,
  importAll,
  pageRecord,
  START,
  sendRecords,
} from './importing';
import { rows } from './moderator';

let salt = 9_000;
const nextId = (n = 0) => idAt(START + n, ++salt);

it('threat 4: a hostile text in any field is refused or rendered harmless, and never a failure', async () => {
  const { site, url } = await createSite();
  const page = pageRecord({ site, url, id: nextId() });
  const { id } = await createImport(site);
  await sendRecords(id, [page]);
  const base = () => commentRecord({ site, page: page.id, id: nextId(1) });
  const wishes: ((text: string) => object)[] = [
    (body) => ({ ...base(), body }),
    ...['name', 'email', 'url', 'verified', 'avatar', 'id'].map((field) => (text: string) => {
      const record = base();
      return { ...record, author: { ...record.author, [field]: text } };
    }),
    ...['source', 'id', 'parent', 'page', 'createdAt', 'decision', 'import'].map((field) => (text: string) => ({
      ...base(),
      [field]: text,
    })),
    ...['url', 'title', 'key', 'id'].map((field) => (text: string) => ({
      ...pageRecord({ site, url: `${url}/x`, id: nextId() }),
      [field]: text,
    })),
    ...['name', 'email', 'account', 'id'].map(
      (field) => (text: string) => authorRecord(site, ++salt, { [field]: text }),
    ),
  ];
  const codes = new Set<number>();
  for (const wish of wishes)
    for (const text of HOSTILE_TEXTS) {
      const { status } = await askRecords(id, [wish(text)]);
      codes.add(status);
      expect([status, JSON.stringify(wish(text)).slice(0, 300)]).toEqual([
        expect.toSatisfy((code: number) => code === 200 || code === 400 || code === 409),
        expect.anything(),
      ]);
    }
  expect(codes).toContain(200);
  for (let after: string | null = ''; after !== null; ) {
    const { comments, next }: { comments: Comment[]; next: string | null } = await thread({
      url,
      limit: 200,
      ...(after && { after }),
    });
    for (const { html, author } of comments) {
      expect(findForbidden(html)).toEqual([]);
      expect(author.url === null || /^https?:\/\//.test(author.url)).toBe(true);
      expect(author.name).not.toMatch(/[\p{Cc}\u202e\ufeff]/u);
    }
    after = next;
  }
  expect(
    await rows("SELECT author_id FROM comments WHERE site_id = ? AND author_id NOT LIKE 'i\\_%' ESCAPE '\\'", site),
  ).toEqual([]);
  expect(
    await rows('SELECT author_avatar FROM comments WHERE site_id = ? AND author_avatar IS NOT NULL', site),
  ).toEqual([]);
  expect(await rows("SELECT url FROM pages WHERE site_id = ? AND url NOT LIKE 'http%'", site)).toEqual([]);
  await expectCounted();
}, 120_000);

it('threat 20: what a file claims of an import, a decision, or moderation counts for nothing', async () => {
  const { site, url } = await createSite();
  const page = pageRecord({ site, url, id: nextId(), pinned: nextId(), mergedInto: nextId(), reactions: { '👍': 9 } });
  const forged = { import: nextId(), decision: nextId(), verdict: [{ phase: 'x' }] };
  const done = await importAll(site, [
    page,
    commentRecord({ site, page: page.id, id: nextId(1), ...forged }),
    commentRecord({ site, page: page.id, id: nextId(2), ...forged, status: 'pending' }),
    commentRecord({
      site,
      page: page.id,
      id: nextId(3),
      ...forged,
      status: 'deleted',
      author: { name: 'Mika', email: 'a@b.example' },
    }),
  ]);
  expect(
    await rows(
      'SELECT import_id, decision_id, verdict, body, author_name, author_email FROM comments WHERE site_id = ? ORDER BY id',
      site,
    ),
  ).toEqual([
    { import_id: done.id, decision_id: null, verdict: null, body: 'Hello.', author_name: 'Mika', author_email: null },
    {
      import_id: done.id,
      decision_id: done.id,
      verdict: null,
      body: 'Hello.',
      author_name: 'Mika',
      author_email: null,
    },
    { import_id: done.id, decision_id: null, verdict: null, body: '', author_name: '', author_email: null },
  ]);
  expect(await rows('SELECT pinned, merged_into, reactions FROM pages WHERE site_id = ?', site)).toEqual([
    { pinned: null, merged_into: null, reactions: '{}' },
  ]);
  await expectCounted();
});

it('threat 20: texts that grow are written in full or shown as they stand, a request of them at once', async () => {
  const { site, url } = await createSite();
  const page = pageRecord({ site, url, id: nextId() });
  const bodies = [
    '"'.repeat(262_144),
    '\u0001'.repeat(100_000),
    'www.a.b '.repeat(32_768),
    '&'.repeat(262_144),
    '> '.repeat(100_000),
    '- \n'.repeat(60_000),
    '['.repeat(262_144),
    '*a_ '.repeat(65_000),
    '`a``b'.repeat(50_000),
    '![l'.repeat(80_000),
    '|a|b|\n|-|-|\n'.repeat(20_000),
    `|${'a|'.repeat(5_000)}\n|${'-|'.repeat(5_000)}\n${'|a\n'.repeat(40_000)}`,
    '[a](b'.repeat(50_000),
    `${'x'.repeat(100)} `.repeat(2_500),
    '#'.repeat(262_144),
    'a\n'.repeat(131_072),
    'a@b.c '.repeat(43_000),
  ];
  const { id } = await createImport(site);
  await sendRecords(id, [page]);
  for (const body of bodies) {
    const record = commentRecord({ site, page: page.id, id: nextId(1), body });
    expect([body.slice(0, 8), (await askRecords(id, [record])).status]).toEqual([body.slice(0, 8), 200]);
    const [row] = await rows<{ chars: number }>('SELECT length(body) AS chars FROM comments WHERE id = ?', record.id);
    expect(row!.chars).toBe(body.length);
  }
  const many = Array.from({ length: 500 }, (_, n) =>
    commentRecord({ site, page: page.id, id: nextId(10 + n), body: '"'.repeat(700) }),
  );
  expect((await askRecords(id, many)).status).toBe(200);
  expect(
    await problem(askRecords(id, [commentRecord({ site, page: page.id, body: 'x'.repeat(262_145) })])),
  ).toMatchObject({
    code: 'invalid_request',
    field: 'records.0.body',
  });
  const over = Array.from({ length: 6 }, () => commentRecord({ site, page: page.id, body: 'x'.repeat(200_000) }));
  expect(await problem(askRecords(id, over))).toMatchObject({ code: 'body_too_large' });
  const tooMany = Array.from({ length: 501 }, () => authorRecord(site, 1));
  expect(await problem(askRecords(id, tooMany))).toMatchObject({ code: 'invalid_request' });
  await expectCounted();
}, 120_000);

it('a plan tells where pages would land and what is there, at one cost however many', async () => {
  const { site, url } = await createSite();
  const other = await createSite();
  const page = pageRecord({ site, url, id: nextId(), title: 'There' });
  const there = commentRecord({ site, page: page.id, id: nextId(1) });
  await importAll(site, [page, there]);
  const foreign = pageRecord({ site: other.site, url: other.url, id: nextId() });
  const theirs = commentRecord({ site: other.site, page: foreign.id, id: nextId(2) });
  await importAll(other.site, [foreign, theirs]);
  const host = new URL(url).host;
  const urls = [
    `http://www.${host}/post/#x`,
    `${url}/new?fbclid=1`,
    other.url,
    'x',
    'ftp://a.example/',
    `${url}/${'x'.repeat(2_100)}`,
  ];
  const many = Array.from({ length: 490 }, (_, n) => `${url}/${n}`);
  const answer = await ask('POST', '/admin/imports/plan', {
    site,
    urls: [...urls, ...many],
    comments: [there.id, theirs.id, nextId()],
  });
  expect(answer.headers.get('Server-Timing')).toContain('trips=1 ');
  const plan = (await answer.json()) as { pages: object[]; present: string[]; taken: string[] };
  expect(plan.pages.slice(0, 7)).toEqual([
    { url: urls[0], problem: null, key: `https://${host}/post`, page: { id: page.id, url, title: 'There', count: 1 } },
    { url: urls[1], problem: null, key: `https://${host}/post/new`, page: null },
    { url: urls[2], problem: 'origin_not_allowed', key: other.url, page: null },
    { url: urls[3], problem: 'url_invalid', key: null, page: null },
    { url: urls[4], problem: 'url_not_http', key: null, page: null },
    { url: urls[5], problem: 'url_too_long', key: null, page: null },
    { url: many[0], problem: null, key: many[0], page: null },
  ]);
  expect(plan.pages).toHaveLength(496);
  expect([plan.present, plan.taken]).toEqual([[there.id], [theirs.id]]);
  expect(await problem(ask('POST', '/admin/imports/plan', { site: 'nowhere' }))).toMatchObject({ code: 'not_found' });
});

it('threat 17: what is added is by nobody who writes or logs in here, whatever the file says', async () => {
  const { site, url } = await createSite();
  const page = pageRecord({ site, url, id: nextId() });
  // A key's thumbprint is 43 characters of the same alphabet: one of some thousands begins as an imported author's id does.
  const thumbprint = `i_${'A'.repeat(41)}`;
  const ids = [thumbprint, nextId(), 'i_', `i_${'a'.repeat(22)}`];
  await importAll(site, [
    page,
    ...ids.map((id, n) =>
      commentRecord({
        site,
        page: page.id,
        id: idAt(START + n, 9_900_000),
        author: { id, verified: 'GitHub', avatar: 'x' },
      }),
    ),
  ]);
  const written = await rows<{ author_id: string }>(
    'SELECT author_id, author_verified, author_avatar FROM comments WHERE site_id = ? ORDER BY id',
    site,
  );
  expect(written.map(({ author_id }) => author_id)).toEqual([null, null, null, `i_${'a'.repeat(22)}`]);
  const { comments } = await thread({ url });
  expect(comments.map(({ author }) => [author.verified, author.avatar])).toEqual(ids.map(() => [null, null]));
});
