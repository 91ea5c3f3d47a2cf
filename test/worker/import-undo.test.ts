/** Taking an import away: the database is as it was before, but for what somebody wrote since. */
import { expect, it } from 'vitest';
import { ask, readLog } from './admin';
import { ADMIN, createSite, post, problem, thread } from './api';
import { expectCounted } from './counted';
import {
  askRecords,
  askUndo,
  authorRecord,
  commentRecord,
  createImport,
  createRestore,
  dumpSite,
  finish,
  idAt,
  importAll,
  pageRecord,
  START,
  sendRecords,
  undoImport,
} from './importing';
import { createKey } from './key';
import { askUndo as askLogUndo, rows } from './moderator';
import { watchDatabase } from './watched';

const STATUSES = ['approved', 'pending', 'approved', 'trash', 'approved', 'deleted', 'spam'] as const;

/** Two pages, one of them there already, and branches of which some go on below what readers wrote. */
function recordsOf(site: string, url: string, salt: number, n: number): object[] {
  const pages = ['', '/new'].map((path, at) => pageRecord({ site, id: idAt(START + at, salt), url: url + path }));
  const comments = Array.from({ length: n }, (_, at) =>
    commentRecord({
      site,
      page: pages[at % 2]!.id,
      id: idAt(START + 10 + at, salt),
      parent: at < 4 ? null : idAt(START + 10 + (at % 3 === 0 ? at - 4 : at - 2), salt),
      status: STATUSES[at % STATUSES.length]!,
      author: { id: `i_${String(at % 5).padStart(22, '0')}` },
    }),
  );
  return [
    ...[0, 1, 2, 3, 4].map((one) => authorRecord(site, one, { email: `r${one}@mail.example` })),
    ...pages,
    ...comments,
  ];
}

it('leaves everything as it was before, in portions', async () => {
  const { site, url } = await createSite();
  await post({ url, parent: (await post({ url })).id });
  const before = await dumpSite(site);
  const indexed = await rows('SELECT COUNT(*) AS n FROM search_docsize');
  const done = await importAll(site, [authorRecord(site, 99), ...recordsOf(site, url, 11, 700)]);
  expect(done.comments).toBe(700);
  const answers = await undoImport(done.id);
  expect(answers.map(({ status, comments, left }) => [status, comments, left])).toEqual([
    ['undoing', 400, true],
    ['undoing', 100, true],
    ['undone', 0, false],
  ]);
  expect(await dumpSite(site)).toEqual(before);
  expect((await rows<{ n: number }>('SELECT COUNT(*) AS n FROM search_docsize'))[0]!.n).toBeLessThanOrEqual(
    (indexed[0] as { n: number }).n + 2,
  );
  await expectCounted();
  const log = await readLog('site_id = ?', site);
  expect(log.map(({ action }) => action)).toEqual(['import', 'import.undo']);
  expect(await problem(askUndo(done.id))).toEqual({ status: 409, code: 'conflict' });
});

it('keeps places of what readers replied to, and pages they wrote on', async () => {
  const { site, url } = await createSite();
  const records = recordsOf(site, url, 12, 40);
  const done = await importAll(site, records);
  const { comments } = await thread({ url: `${url}/new` });
  const deep = comments.filter(({ status }) => status === 'approved').at(-1)!;
  const reply = await post({ url: `${url}/new`, parent: deep.id, body: 'A reader' });
  await undoImport(done.id);
  const shown = await thread({ url: `${url}/new` });
  expect(shown.page.count).toBe(1);
  expect(shown.comments.map(({ id, status, html, author }) => [id, status, html, author.name]).at(-1)).toEqual([
    reply.id,
    'approved',
    '<p>A reader</p>\n',
    'Mika',
  ]);
  expect(shown.comments.length).toBe(deep.depth + 2);
  expect(new Set(shown.comments.slice(0, -1).map(({ status, html, author }) => status + html + author.name))).toEqual(
    new Set(['deleted']),
  );
  expect(await rows('SELECT key FROM pages WHERE site_id = ?', site)).toHaveLength(1);
  expect(await rows('SELECT * FROM authors WHERE site_id = ?', site)).toEqual([]);
  expect(await rows('SELECT id FROM comments WHERE site_id = ? AND import_id IS NOT NULL', site)).toEqual([]);
  await expectCounted();
});

it('takes away nothing of another import, and what its comments made shown is hidden again', async () => {
  const { site, url } = await createSite();
  const first = recordsOf(site, url, 13, 30);
  await importAll(site, first);
  const before = await dumpSite(site);
  const hidden = idAt(START + 10 + 13, 13);
  const more = Array.from({ length: 9 }, (_, n) =>
    commentRecord({
      site,
      page: idAt(START + 1, 13),
      id: idAt(START + 100 + n, 13),
      parent: n === 0 ? hidden : idAt(START + 100 + n - 1, 13),
    }),
  );
  const second = await importAll(site, more);
  await expectCounted();
  expect(await dumpSite(site)).not.toEqual(before);
  await undoImport(second.id);
  expect(await dumpSite(site)).toEqual(before);
  await expectCounted();
});

it('an unfinished one is undone, takes no more records, and comes again', async () => {
  const { site, url } = await createSite();
  const records = recordsOf(site, url, 14, 30);
  const { id } = await createImport(site);
  await sendRecords(id, records.slice(0, 20));
  const [answer] = await Promise.all([undoImport(id), askUndo(id)]);
  expect(answer.at(-1)).toMatchObject({ status: 'undone', left: false });
  expect((await dumpSite(site)).flat()).toEqual([]);
  expect(await problem(askRecords(id, records))).toMatchObject({ code: 'conflict' });
  expect((await importAll(site, records)).comments).toBe(30);
  await expectCounted();
});

it('a restore is not undone, and the log sends who asks it to the place', async () => {
  const { site, url } = await createSite();
  const done = await importAll(site, recordsOf(site, url, 15, 5));
  const answer = await askLogUndo(done.id);
  expect(answer.status).toBe(409);
  expect(((await answer.json()) as { detail: string }).detail).toContain('/admin/imports/');
  expect(await problem(askUndo(await createRestore()))).toMatchObject({ code: 'conflict' });
  expect(await finish(done.id)).toMatchObject({ status: 'done' });
});

it('records on their way when it is undone are refused or taken away, never left', async () => {
  const { site, url } = await createSite();
  const records = recordsOf(site, url, 16, 20);
  const { id } = await createImport(site);
  await sendRecords(id, records.slice(0, 12));
  const bill = { trips: 0, written: 0 };
  const late = { position: 12, records: records.slice(7) };
  // They arrive between what an undo looks at and what it takes away.
  const DB = watchDatabase(bill, async () => {
    if ((await rows('SELECT 1 FROM imports WHERE id = ? AND position < 13', id)).length > 0)
      expect((await ask('POST', `/admin/imports/${id}/records`, late)).status).toBeLessThan(500);
  });
  for (let left = true; left; ) {
    const answer = await ask('POST', `/admin/imports/${id}/undo`, undefined, ADMIN, { DB });
    ({ left } = (await answer.json()) as { left: boolean });
  }
  expect((await dumpSite(site)).flat()).toEqual([]);
  await expectCounted();
});

it('two who undo it at once to the end leave one line in the log', async () => {
  const { site, url } = await createSite();
  const done = await importAll(site, recordsOf(site, url, 17, 5));
  await Promise.all([askUndo(done.id), askUndo(done.id), askUndo(done.id)]);
  const log = await rows<{ id: string; action: string; undone_by: string | null }>(
    'SELECT id, action, undone_by FROM decisions WHERE site_id = ? ORDER BY id',
    site,
  );
  expect(log.map(({ action, undone_by }) => [action, undone_by])).toEqual([
    ['import', log[1]!.id],
    ['import.undo', null],
  ]);
});

it('a page that a reader has reacted to stays, and is of no import any more', async () => {
  const { site, url } = await createSite({ reactions: ['👍'] });
  const done = await importAll(site, recordsOf(site, url, 18, 5));
  const key = await createKey();
  expect((await key.ask('PUT', '/reaction', { url: `${url}/new`, value: '👍' })).status).toBe(200);
  await undoImport(done.id);
  expect((await thread({ url: `${url}/new` })).page).toMatchObject({
    count: 0,
    reactions: [{ value: '👍', count: 1 }],
  });
  expect(await rows('SELECT import_id FROM pages WHERE site_id = ?', site)).toEqual([{ import_id: null }]);
});
