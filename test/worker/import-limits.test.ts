/** An import within what D1 allows a request: statements, however texts grow when they are rendered, and rows, however a tree is shaped. */
import { expect, it } from 'vitest';
import { ADMIN, bill, bindings, call, createSite } from './api';
import { expectCounted } from './counted';
import { authorRecord, commentRecord, createImport, idAt, pageRecord, START } from './importing';

/** Of a request on the free plan, some of which go to who asks. */
const STATEMENTS = 45;

let salt = 8_000_000;
const nextId = (n = 0) => idAt(START + n, ++salt);

/** The database, with the statements of each round trip counted. */
function countStatements(sizes: number[]): D1Database {
  return new Proxy(bindings.DB, {
    get(db, name) {
      if (name !== 'withSession') return Reflect.get(db, name);
      return (start: string) => {
        const session = db.withSession(start);
        return {
          prepare: (q: string) => session.prepare(q),
          getBookmark: () => session.getBookmark(),
          batch(statements: D1PreparedStatement[]) {
            sizes.push(statements.length);
            return session.batch(statements);
          },
        };
      };
    },
  });
}

async function sendCounted(id: string, records: object[]) {
  const sizes: number[] = [];
  const headers = { ...ADMIN, 'Content-Type': 'application/json' };
  const body = JSON.stringify({ position: 0, records });
  const answer = await call(
    `/admin/imports/${id}/records`,
    { method: 'POST', headers, body },
    { DB: countStatements(sizes) },
  );
  expect([answer.status, await answer.text()]).toEqual([200, expect.anything()]);
  return { ...bill(answer), statements: sizes.reduce((sum, n) => sum + n, 0) };
}

async function createPage() {
  const { site, url } = await createSite();
  const page = pageRecord({ site, url, id: nextId() });
  const { id } = await createImport(site);
  await sendCounted(id, [page]);
  return { site, url, id, page: page.id };
}

it('writes and reads a few rows a record, also below what is there, and nothing the second time', async () => {
  const { site, url, id, page } = await createPage();
  const draft = (n: number, parent: string | null) =>
    commentRecord({ site, page, id: nextId(n), parent, author: { id: `i_${String(n % 50).padStart(22, '0')}` } });
  const top = Array.from({ length: 500 }, (_, n) => draft(10 + n, null));
  const replies = top.slice(0, 400).map((comment, n) => draft(1_000 + n, comment.id));
  const branch = Array.from({ length: 500 }, (_, n) => draft(2_000 + n, top[0]!.id));
  const authors = Array.from({ length: 500 }, (_, n) => authorRecord(site, n, { email: `a${n}@mail.example` }));
  const pages = Array.from({ length: 500 }, (_, n) => pageRecord({ site, url: `${url}/${n}`, id: nextId() }));
  for (const [records, read, written] of [
    [top, 4, 8],
    [replies, 36, 11],
    [branch, 9, 8],
    [authors, 2, 4],
    [pages, 7, 4],
  ] as const) {
    const cost = await sendCounted(id, [...records]);
    expect(cost.trips).toBe(2);
    expect(cost.written / records.length).toBeLessThanOrEqual(written);
    expect(cost.read / records.length).toBeLessThanOrEqual(read);
    expect((await sendCounted(id, [...records])).written).toBeLessThanOrEqual(1);
  }
  await expectCounted();
});

it.each<[what: string, body: string, records: number]>([
  ['links', 'www.a.b '.repeat(1_250), 90],
  ['long ones', 'www.a.b '.repeat(32_768), 3],
  ['tables', `|${'a|'.repeat(100)}\n|${'-|'.repeat(100)}\n${'|a\n'.repeat(18)}`, 200],
  ['controls', '\u0001'.repeat(250), 400],
])(
  'stays within the statements of a request: %s',
  async (_, body, records) => {
    const { site, id, page } = await createPage();
    const comments = Array.from({ length: records }, (_, n) => commentRecord({ site, page, id: nextId(n), body }));
    expect((await sendCounted(id, comments)).statements).toBeLessThanOrEqual(STATEMENTS);
  },
  60_000,
);
