/** Imports as the command line does: records of our own format, and what the database holds in the end. */
import type { CommentRecord, Import, Imported, ImportUndone, PageRecord } from '../../worker/contract-transfer';
import { newId, timePrefix } from '../../worker/ids';
import { ask, type Headers } from './admin';
import { ADMIN, bindings } from './api';

export type SomeRecord = Record<string, unknown> & { type: string };

/** An id of a moment that is the same whenever it is asked for. @param n tells those of one moment apart */
export const idAt = (ms: number, n = 0): string => timePrefix(ms) + String(n).padStart(16, '0');
export const START = Date.UTC(2015, 0, 1);

type Author = CommentRecord['author'];
const NOBODY: Author = { id: null, name: 'Mika', email: null, url: null, badge: null, verified: null, avatar: null };

export const pageRecord = (over: Partial<PageRecord> & Pick<PageRecord, 'site' | 'url'>): PageRecord => ({
  type: 'page',
  id: idAt(START),
  key: null,
  title: 'A page',
  locked: false,
  pinned: null,
  mergedInto: null,
  reactions: {},
  createdAt: new Date(START).toISOString(),
  ...over,
});
export const commentRecord = (
  over: Omit<Partial<CommentRecord>, 'author'> & Pick<CommentRecord, 'site' | 'page'> & { author?: Partial<Author> },
): CommentRecord => ({
  type: 'comment',
  id: newId(START, crypto.getRandomValues(new Uint8Array(16))),
  parent: null,
  status: 'approved',
  kind: null,
  orphan: false,
  body: 'Hello.',
  up: 0,
  down: 0,
  locked: false,
  import: null,
  source: null,
  verdict: null,
  decision: null,
  createdAt: new Date(START).toISOString(),
  editedAt: null,
  ...over,
  author: { ...NOBODY, ...over.author },
});
export const authorRecord = (site: string, n: number, over: object = {}) => ({
  type: 'author',
  site,
  id: `i_${String(n).padStart(22, '0')}`,
  name: `Author ${n}`,
  email: null,
  account: null,
  ...over,
});

async function expectOk<T>(answer: Response): Promise<T> {
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  return answer.json();
}

let digests = 0;
export const newDigest = (): string => (++digests).toString(16).padStart(64, '0');
export const askImport = (over: object, headers: Headers = ADMIN) =>
  ask(
    'POST',
    '/admin/imports',
    { format: 'disqus', name: 'comments.xml', digest: newDigest(), total: 1, ...over },
    headers,
  );
export const createImport = async (site: string | null, over: object = {}): Promise<Import> =>
  expectOk(await askImport({ site, ...over }));
/** A restore that is open, although there are comments: records of every type may come. @returns its id */
export async function createRestore(): Promise<string> {
  const id = newId(Date.now(), crypto.getRandomValues(new Uint8Array(16)));
  await bindings.DB.prepare(
    `INSERT INTO imports (id, format, name, digest, status, total, actor_kind, actor_name, created_at)
      VALUES (?, 'afterword', 'x', ?, 'open', 1, 'root', 'owner', 0)`,
  )
    .bind(id, newDigest())
    .run();
  return id;
}
export const askRecords = (id: string, records: object[], position = 0, headers: Headers = ADMIN) =>
  ask('POST', `/admin/imports/${id}/records`, { position, records }, headers);
export const sendRecords = async (id: string, records: object[], position = 0): Promise<Imported> =>
  expectOk(await askRecords(id, records, position));
export const readImport = async (id: string): Promise<Import> => expectOk(await ask('GET', `/admin/imports/${id}`));
export const finish = async (id: string): Promise<Import> => expectOk(await ask('POST', `/admin/imports/${id}/finish`));
export const askUndo = (id: string) => ask('POST', `/admin/imports/${id}/undo`);
/** To the end. @returns what each request answered */
export async function undoImport(id: string): Promise<ImportUndone[]> {
  const answers: ImportUndone[] = [];
  do answers.push(await expectOk<ImportUndone>(await askUndo(id)));
  while (answers.at(-1)!.left);
  return answers;
}

/** Sends them in batches of these sizes, with pages as the answers name them, and ends it. */
export async function importAll(site: string, records: object[], sizes: number[] = [500]): Promise<Import> {
  const { id } = await createImport(site, { total: records.length });
  const is = new Map<unknown, string>();
  for (let at = 0, n = 0; at < records.length; n++) {
    const batch = records.slice(at, at + sizes[n % sizes.length]!).map((record) => {
      const page = 'page' in record ? is.get(record.page) : undefined;
      return page === undefined ? record : { ...record, page };
    });
    for (const page of (await sendRecords(id, batch, at)).pages) is.set(page.id, page.is);
    at += batch.length;
  }
  return finish(id);
}

/**
 * What a site has, row by row, without what tells how often it was changed (`version`), which import it was, and whether what
 * is not shown would come with the thread.
 * @param without columns to leave out
 */
export async function dumpSite(site: string, without: string[] = ['import_id', 'decision_id']): Promise<object[][]> {
  const results = await bindings.DB.batch<Record<string, unknown>>([
    bindings.DB.prepare('SELECT *, version > 0 AS version FROM pages WHERE site_id = ? ORDER BY key').bind(site),
    bindings.DB.prepare('SELECT *, inline * shown AS inline FROM comments WHERE site_id = ? ORDER BY id').bind(site),
    bindings.DB.prepare('SELECT * FROM authors WHERE site_id = ? ORDER BY id').bind(site),
    bindings.DB.prepare(
      'SELECT f.* FROM flags f JOIN comments c ON c.id = f.comment_id WHERE c.site_id = ? ORDER BY 1, 2',
    ).bind(site),
    bindings.DB.prepare(
      'SELECT v.* FROM votes v JOIN comments c ON c.id = v.comment_id WHERE c.site_id = ? ORDER BY 1, 2',
    ).bind(site),
  ]);
  return results.map(({ results: rows }) =>
    rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => !without.includes(name)))),
  );
}
