/** What an import writes: pages where a post would land, comments in their places, counters that agree; in whatever portions. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Comment } from '../../worker/contract';
import { readLog } from './admin';
import { bill, bindings, call, createSite, post, problem, replies, thread } from './api';
import { expectCounted } from './counted';
import {
  askImport,
  askRecords,
  authorRecord,
  commentRecord,
  createImport,
  dumpSite,
  finish,
  idAt,
  importAll,
  newDigest,
  pageRecord,
  readImport,
  START,
  sendRecords,
} from './importing';
import { rows } from './moderator';

const STATUSES = ['approved', 'approved', 'approved', 'pending', 'spam', 'trash', 'deleted'] as const;
const hosts = () => `i${crypto.randomUUID().slice(0, 8)}.example`;

/** A whole site: two pages, authors, and a tree in which each comment replies to an earlier one of its page, or to none. */
interface Plan {
  parents: number[];
  statuses: number[];
  votes: number;
}
const arbitraryPlan: fc.Arbitrary<Plan> = fc.integer({ min: 1, max: 16 }).chain((n) =>
  fc.record({
    parents: fc.array(fc.integer({ min: -2, max: 15 }), { minLength: n, maxLength: n }),
    statuses: fc.array(fc.nat(STATUSES.length - 1), { minLength: n, maxLength: n }),
    votes: fc.nat(9),
  }),
);
/** @param salt so that ids differ from one site to the next */
function recordsOf({ parents, statuses, votes }: Plan, site: string, url: string, salt: number): object[] {
  const pages = [0, 1].map((n) => pageRecord({ site, id: idAt(START + n, salt), url: `${url}-${n}` }));
  const placed: { id: string; page: string }[] = [];
  const comments = parents.map((wish, n) => {
    const above = wish < 0 || wish >= n ? undefined : placed[wish];
    const page = above?.page ?? pages[n % 2]!.id;
    const id = idAt(START + 1000 + n, salt);
    placed.push({ id, page });
    return commentRecord({
      site,
      page,
      id,
      parent: above?.id ?? null,
      status: STATUSES[statuses[n]!]!,
      orphan: above === undefined && n % 3 === 0,
      kind: n % 5 === 0 ? 'pingback' : null,
      author: { id: `i_${String(n % 3).padStart(22, '0')}`, name: `Author ${n % 3}` },
      body: `Comment *${n}*`,
      up: votes,
      down: n % 3,
      source: String(n),
    });
  });
  return [...[0, 1, 2].map((n) => authorRecord(site, n)), ...pages, ...comments];
}

let salts = 1_000_000;
/** The same plan on sites of the same host name but for its number; ids and sites are made alike in the dump. */
async function outcome(plan: Plan, run: (site: string, records: object[]) => Promise<unknown>): Promise<string> {
  const host = hosts();
  const { site, url } = await createSite({}, host);
  const salt = ++salts;
  await run(site, recordsOf(plan, site, url, salt));
  const text = JSON.stringify(await dumpSite(site));
  const marks = idAt(0, salt).slice(10);
  return text.replaceAll(host, 'host').replaceAll(site, 'site').replaceAll(marks, 'salt');
}

it('is the same however it is portioned, also sent twice, and twice at the same time', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryPlan, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), async (plan, sizes) => {
      const whole = await outcome(plan, (site, records) => importAll(site, records));
      expect(await outcome(plan, (site, records) => importAll(site, records, sizes))).toBe(whole);
      const twice = await outcome(plan, async (site, records) => {
        await importAll(site, records, sizes);
        await importAll(site, records, [3, 1]);
      });
      expect(twice).toBe(whole);
      const together = await outcome(plan, async (site, records) => {
        await Promise.all([importAll(site, records, sizes), importAll(site, records, [2, 7])]);
      });
      expect(together).toBe(whole);
    }),
    { numRuns: 8, seed: 20_260_131 },
  );
  await expectCounted();
}, 120_000);

it('is the same one by one', async () => {
  const plan: Plan = {
    parents: [-1, 0, 1, 2, 0, 0, 0, 0, 4, -1, 9, 10],
    statuses: [3, 3, 4, 0, 0, 0, 0, 0, 0, 6, 6, 0],
    votes: 3,
  };
  const whole = await outcome(plan, (site, records) => importAll(site, records));
  expect(await outcome(plan, (site, records) => importAll(site, records, [1]))).toBe(whole);
  await expectCounted();
});

it('a thread shows the tree, with places of what was removed and replied to', async () => {
  const { site, url } = await createSite();
  const page = pageRecord({ site, url: `${url}/?utm_source=x`, title: 'Old page' });
  const id = (n: number) => idAt(START + n, 300);
  const comments = [
    { id: id(1), body: '**One**' },
    { id: id(2), parent: id(1), status: 'trash' },
    { id: id(3), parent: id(2), body: 'Two' },
    { id: id(4), parent: id(1), status: 'pending' },
    { id: id(5), status: 'spam' },
    { id: id(6), status: 'deleted', author: { name: '' }, body: '' },
    { id: id(7), parent: id(6) },
  ].map((over) => commentRecord({ site, page: page.id, ...(over as object) }));
  const done = await importAll(site, [page, ...comments]);
  expect(done).toMatchObject({ status: 'done', pages: 1, comments: 7, position: 8 });
  const shown = await thread({ url });
  expect(shown.page).toMatchObject({ url: `${url}/`, title: 'Old page', count: 3 });
  const short = ({ id, parent, depth, status, html }: Comment) => ({ id, parent, depth, status, html });
  expect(shown.comments.map(short)).toEqual([
    { id: id(1), parent: null, depth: 0, status: 'approved', html: '<p><strong>One</strong></p>\n' },
    { id: id(2), parent: id(1), depth: 1, status: 'deleted', html: '' },
    { id: id(3), parent: id(2), depth: 2, status: 'approved', html: '<p>Two</p>\n' },
    { id: id(6), parent: null, depth: 0, status: 'deleted', html: '' },
    { id: id(7), parent: id(6), depth: 1, status: 'approved', html: '<p>Hello.</p>\n' },
  ]);
  expect(
    await rows('SELECT id, decision_id FROM comments WHERE site_id = ? AND decision_id IS NOT NULL', site),
  ).toEqual([id(2), id(4), id(5)].map((one) => ({ id: one, decision_id: done.id })));
  const log = await readLog('site_id = ?', site);
  expect(log).toMatchObject([{ action: 'import', items: [{ id: done.id, after: { comments: 7, pages: 1 } }] }]);
  await expectCounted();
});

it('threat 16: a chain of 10,000 replies is imported, shown and counted', async () => {
  const { site, url } = await createSite();
  const page = pageRecord({ site, url });
  const id = (n: number) => idAt(START + n, 400);
  const chain = Array.from({ length: 10_000 }, (_, n) =>
    commentRecord({
      site,
      page: page.id,
      id: id(n),
      parent: n === 0 ? null : id(n - 1),
      body: 'x',
    }),
  );
  await importAll(site, [page, ...chain]);
  const { comments, page: shown } = await thread({ url });
  expect(shown.count).toBe(10_000);
  expect(comments.map(({ depth }) => depth)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(comments[0]!.more).toEqual({ count: 9_994, after: id(5) });
  expect((await replies(id(0), { after: id(9_990) })).comments.at(-1)!.depth).toBe(9_999);
  await expectCounted();
}, 120_000);

it('costs two round trips and eight written rows a comment at most', async () => {
  const { site, url } = await createSite();
  const pages = Array.from({ length: 10 }, (_, n) =>
    pageRecord({ site, id: idAt(START + n, 600), url: `${url}/${n}` }),
  );
  const authors = Array.from({ length: 40 }, (_, n) => authorRecord(site, n, { email: `reader${n}@mail.example` }));
  const comments = Array.from({ length: 450 }, (_, n) => {
    const page = pages[n % 10]!.id;
    const above = n % 30 >= 10 ? idAt(START + 90 + n, 600) : null;
    return commentRecord({
      site,
      page,
      id: idAt(START + 100 + n, 600),
      parent: above,
      author: { id: authors[n % 40]!.id },
    });
  });
  const { id } = await createImport(site);
  const answer = await askRecords(id, [...authors, ...pages, ...comments]);
  expect(answer.status).toBe(200);
  const { trips, read, written } = bill(answer);
  console.info(`import of 450 comments, 10 pages, 40 authors: ${written} rows written, ${read} read, ${trips} trips`);
  expect(trips).toBe(2);
  expect(written / 450).toBeLessThanOrEqual(8);
  await expectCounted();
});

it('lands where a post would: variants, aliases, merged pages', async () => {
  const { site, url } = await createSite();
  const written = await post({ url });
  const [{ page_id: there }] = (await rows<{ page_id: string }>(
    'SELECT page_id FROM comments WHERE id = ?',
    written.id,
  )) as [{ page_id: string }];
  const host = new URL(url).host;
  const key = `https://${host}/post`;
  await bindings.DB.prepare('INSERT INTO aliases (site_id, key, target) VALUES (?, ?, ?)')
    .bind(site, `https://${host}/old`, key)
    .run();
  const variants = [`http://www.${host}/post/index.html`, `${url}?utm_campaign=x#top`, `https://${host}/old/`];
  const { id } = await createImport(site);
  const answer = await sendRecords(
    id,
    variants.map((one, n) => pageRecord({ site, url: one, id: idAt(START + n, 700), title: 'Another' })),
  );
  expect(answer.pages).toEqual(variants.map((_, n) => ({ id: idAt(START + n, 700), is: there })));
  expect(answer).toMatchObject({ added: 0, present: 3 });
  await sendRecords(id, [commentRecord({ site, page: there })]);
  expect((await thread({ url })).page).toMatchObject({ count: 2, title: null });
  await finish(id);
  await expectCounted();
});

it('goes on with the import of the same digest, and an import that adds nothing leaves no trace', async () => {
  const { site, url } = await createSite();
  const digest = newDigest();
  const [first, again] = await Promise.all([createImport(site, { digest }), createImport(site, { digest })]);
  expect(again.id).toBe(first.id);
  const records = [pageRecord({ site, url, id: idAt(START, 77) }), commentRecord({ site, page: idAt(START, 77) })];
  await sendRecords(first.id, records);
  expect(await createImport(site, { digest })).toMatchObject({ id: first.id, position: 2, status: 'open' });
  expect(await sendRecords(first.id, records)).toMatchObject({ position: 2, added: 0, present: 2 });
  expect(await finish(first.id)).toMatchObject({ status: 'done', comments: 1 });
  expect(await finish(first.id)).toMatchObject({ status: 'done', comments: 1 });
  const second = await createImport(site, { digest });
  expect(second.id).not.toBe(first.id);
  expect(await sendRecords(second.id, records)).toMatchObject({ added: 0, present: 2 });
  await finish(second.id);
  expect(await problem(call(`/admin/imports/${second.id}`))).toMatchObject({ code: 'unauthorized' });
  expect(await rows('SELECT id FROM imports WHERE site_id = ?', site)).toEqual([{ id: first.id }]);
  expect(await readLog('site_id = ?', site)).toHaveLength(1);
  expect(await problem(askRecords(first.id, records))).toEqual({ status: 409, code: 'conflict' });
  expect(await readImport(first.id)).toMatchObject({ status: 'done' });
});

it('names the field of what cannot be imported, and writes nothing then', async () => {
  const { site, url } = await createSite();
  const other = await createSite();
  const page = pageRecord({ site, url, id: idAt(START, 500) });
  const elsewhere = await post({ url: other.url });
  const here = await post({ url: `${url}/other` });
  const { id } = await createImport(site);
  const top = commentRecord({ site, page: page.id, id: idAt(START, 501) });
  const cases: [object, string, string][] = [
    [{ ...top, id: elsewhere.id }, 'records.2.id', 'conflict'],
    [{ ...top, id: idAt(START + 9), parent: idAt(START + 5, 900) }, 'records.2.parent', 'invalid_request'],
    [{ ...top, id: idAt(START + 9), parent: elsewhere.id }, 'records.2.parent', 'invalid_request'],
    [{ ...top, id: `7${'z'.repeat(25)}`, parent: here.id }, 'records.2.parent', 'invalid_request'],
    [{ ...top, id: idAt(START - 9), parent: top.id }, 'records.2.parent', 'invalid_request'],
    [{ ...top, id: idAt(START + 9), parent: idAt(START + 9) }, 'records.2.parent', 'invalid_request'],
    [{ ...top, id: `8${'0'.repeat(25)}` }, 'records.2.id', 'invalid_request'],
    [{ ...top, id: idAt(START + 9), page: idAt(START, 999) }, 'records.2.page', 'invalid_request'],
    [{ ...top, id: idAt(START + 9), site: other.site }, 'records.2.site', 'invalid_request'],
    [pageRecord({ site, url: other.url, id: idAt(START, 502) }), 'records.2.url', 'invalid_request'],
    [pageRecord({ site, url: 'javascript:alert(1)', id: idAt(START, 502) }), 'records.2.url', 'url_not_http'],
    [
      { type: 'vote', comment: top.id, voter: 'x', value: 1, createdAt: top.createdAt },
      'records.2.type',
      'invalid_request',
    ],
    [
      { ...top, id: idAt(START + 9), author: { ...top.author, name: '\u202e' } },
      'records.2.author.name',
      'invalid_request',
    ],
  ];
  const before = JSON.stringify(await dumpSite(site));
  for (const [record, field, code] of cases)
    expect([record, await problem(askRecords(id, [page, top, record]))]).toEqual([
      record,
      expect.objectContaining({ code, field }),
    ]);
  expect(JSON.stringify(await dumpSite(site))).toBe(before);
  expect(await problem(askImport({ site: 'nowhere' }))).toMatchObject({ code: 'not_found' });
  expect(await problem(askImport({ site: null }))).toMatchObject({ code: 'conflict' });
});
