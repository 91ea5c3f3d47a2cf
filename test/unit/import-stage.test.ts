/** What becomes of the items of a file: who replies to whom, what is left out, and the records in their order. */
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { type SourceComment, SourceError, type SourceFile, type SourceItem } from '../../cli/import/source.ts';
import { landPage, listUsed, markUsed } from '../../cli/import/stage/land-store.ts';
import { linkComments } from '../../cli/import/stage/link-store.ts';
import { orderRecords, readRecords } from '../../cli/import/stage/order-store.ts';
import { stageFile } from '../../cli/import/stage/stage.ts';
import { openStage } from '../../cli/import/stage/stage-store.ts';
import { LIMITS } from '../../worker/contract.ts';
import type { AnyRecord, CommentRecord } from '../../worker/contract-transfer.ts';
import { TransferRecord } from '../../worker/contract-transfer.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const DAY = 86_400_000;
const SPACE = { site: 'blog', format: 'isso' };

const page = (ref: string, url = `https://blog.example/${ref}`): SourceItem => ({
  ...{ kind: 'page', ref, url, title: null, createdAt: null },
});
let seconds = 0;
const comment = (id: string, more: Partial<SourceComment> = {}): SourceComment => ({
  ...{ kind: 'comment', id, page: 'p', parent: null, body: `says ${id}`, markup: 'markdown', status: 'approved' },
  author: { id: null, name: 'Ann', email: null, url: null },
  createdAt: NOW - DAY + ++seconds * 1000,
  ...more,
});

/** Lays items out as `afterword import` does; every page lands on its own address. */
async function lay(items: SourceItem[], { space = SPACE, breaks = false } = {}) {
  const stage = openStage();
  async function* read() {
    yield* items;
    if (breaks) throw new SourceError('it breaks', { line: 7, column: 3 });
  }
  const reader = { format: 'isso' as const, recognise: () => true, read };
  const staged = await stageFile(stage, reader, {} as SourceFile, { space, now: NOW, onProgress: () => undefined });
  const without = markUsed(stage);
  for (const { n, url } of [...listUsed(stage)]) {
    if (url.includes('nowhere')) landPage(stage, n, url, { problem: 'origin_not_allowed' });
    else landPage(stage, n, url, { key: url, url, page: `page-of-${url}`, was: false, title: null, count: 0 });
  }
  linkComments(stage, space, staged.skipped);
  const total = orderRecords(stage);
  const records = [...readRecords(stage, space, 0)].map(({ record }) => record as AnyRecord);
  expect(records.length).toBe(total);
  stage.close();
  const comments = records.filter((record): record is CommentRecord => record.type === 'comment');
  const bySource = new Map(comments.map((one) => [one.source, one]));
  const nameOf = new Map(comments.map((one) => [one.id, one.source]));
  /** Who replies to whom, in the file's words. */
  const tree = Object.fromEntries(comments.map((one) => [one.source, one.parent && nameOf.get(one.parent)]));
  const skipped = Object.fromEntries(staged.skipped.list().map(({ reason, count }) => [reason, count]));
  return { records, comments, bySource, tree, skipped, odd: staged.odd.list(), broken: staged.broken, without };
}

describe('who replies to whom', () => {
  it('replies may come before what they reply to, and pages behind their comments', async () => {
    const { tree } = await lay([comment('c', { parent: 'b' }), comment('b', { parent: 'a' }), comment('a'), page('p')]);
    expect(tree).toEqual({ a: null, b: 'a', c: 'b' });
  });

  it('a reply to what is not there stands at top level, with its status, and says so', async () => {
    const { bySource } = await lay([page('p'), comment('a', { parent: 'gone', status: 'pending' })]);
    expect(bySource.get('a')).toMatchObject({ parent: null, orphan: true, status: 'pending' });
  });

  it('a reply to a comment of another page is one of those', async () => {
    const { bySource } = await lay([page('p'), page('q'), comment('a', { page: 'q' }), comment('b', { parent: 'a' })]);
    expect(bySource.get('b')).toMatchObject({ parent: null, orphan: true });
  });

  it('threat 16: comments in a circle are opened at the oldest', async () => {
    const { tree, bySource } = await lay([
      page('p'),
      comment('young', { parent: 'middle' }),
      comment('old', { parent: 'young', createdAt: NOW - 9 * DAY }),
      comment('middle', { parent: 'old' }),
      comment('tail', { parent: 'young' }),
      comment('self', { parent: 'self' }),
    ]);
    expect(tree).toEqual({ old: null, middle: 'old', young: 'middle', tail: 'young', self: null });
    expect(bySource.get('old')).toMatchObject({ orphan: true });
    expect(bySource.get('self')).toMatchObject({ orphan: true });
  });

  it('threat 20: a chain of 20,000 replies in reverse order is laid out', async () => {
    const count = 20_000;
    const chain = Array.from({ length: count }, (_, n) =>
      comment(`c${count - n}`, { parent: count - n === 1 ? null : `c${count - n - 1}`, createdAt: NOW - DAY }),
    );
    const { comments } = await lay([page('p'), ...chain]);
    expect(comments.length).toBe(count);
    for (const [n, one] of comments.entries()) expect(one.parent).toBe(n === 0 ? null : comments[n - 1]!.id);
  });

  it('thousands of branches are laid out with all their replies', async () => {
    const count = 12_000;
    const branches = Array.from({ length: count }, (_, n) => [
      comment(`top${n}`),
      // To one that comes much later, or came much earlier.
      comment(`reply${n}`, { parent: `top${count - 1 - n}` }),
    ]).flat();
    const { tree } = await lay([page('p'), ...branches]);
    expect(Object.keys(tree).length).toBe(2 * count);
    for (let n = 0; n < count; n++) expect(tree[`reply${n}`]).toBe(`top${count - 1 - n}`);
  });
});

describe('what is left out', () => {
  it('of two that are the same only the first comes, and replies to either reply to it', async () => {
    const twin = { body: 'Twice', createdAt: NOW - DAY };
    const { tree, skipped } = await lay([
      ...[page('p'), page('q'), comment('a', twin), comment('b', twin), comment('c', { parent: 'b' })],
      ...[
        comment('other page', { ...twin, page: 'q' }),
        comment('other author', { ...twin, author: { id: 'x', name: 'B', email: null, url: null } }),
      ],
    ]);
    expect(tree).toEqual({ a: null, c: 'a', 'other page': null, 'other author': null });
    expect(skipped).toEqual({ 'the same comment twice': 1 });
  });

  it('an id that was there before', async () => {
    const { bySource, skipped } = await lay([page('p'), comment('a'), comment('a', { body: 'another' })]);
    expect(bySource.get('a')!.body).toBe('says a');
    expect(skipped).toEqual({ 'id that another comment has': 1 });
  });

  it('comments of pages that never come, or land nowhere', async () => {
    const { tree, skipped } = await lay([
      ...[page('p'), page('n', 'https://nowhere.example/')],
      ...[comment('a'), comment('b', { page: 'missing' }), comment('c', { page: 'n' })],
    ]);
    expect(tree).toEqual({ a: null });
    expect(skipped).toEqual({ 'page that is not in the file': 1, 'page that lands nowhere': 1 });
  });

  it('comments that say nothing, unless somebody replied: their place stays', async () => {
    const empty = { body: ' \u200b ' };
    const { comments, tree, skipped } = await lay([
      ...[
        page('p'),
        comment('a', empty),
        comment('b', { ...empty, parent: 'a' }),
        comment('c', { ...empty, parent: 'b' }),
      ],
      ...[comment('d', empty), comment('e', { parent: 'd' })],
    ]);
    expect(tree).toEqual({ d: null, e: 'd' });
    expect(comments.find(({ source }) => source === 'd')).toMatchObject({
      status: 'deleted',
      body: '',
      author: { name: '' },
    });
    expect(skipped).toEqual({ 'comment without a text': 3 });
  });

  it('pages without comments are counted, and not sent', async () => {
    const { records, without } = await lay([page('p'), page('q'), comment('a')]);
    expect(records.map(({ type }) => type)).toEqual(['page', 'comment']);
    expect(without).toBe(1);
  });

  it('what a file says before it breaks is there', async () => {
    const { tree, broken } = await lay([page('p'), comment('a')], { breaks: true });
    expect(tree).toEqual({ a: null });
    expect(broken).toEqual({ message: 'line 7, column 3: it breaks', line: 7, column: 3 });
  });
});

describe('dates and ids', () => {
  it('without a date a comment is as old as its parent, its page, or what is before it', async () => {
    const dated = { ...page('q'), createdAt: NOW - 5 * DAY } as SourceItem;
    const { bySource, odd } = await lay([
      ...[page('p'), dated, comment('first', { createdAt: NOW - 3 * DAY }), comment('next', { createdAt: null })],
      ...[
        comment('reply', { parent: 'first', createdAt: Number.NaN }),
        comment('of page', { page: 'q', createdAt: null }),
      ],
    ]);
    const of = (source: string) => Date.parse(bySource.get(source)!.createdAt);
    expect([of('next'), of('reply'), of('of page')]).toEqual([NOW - 3 * DAY, NOW - 3 * DAY, NOW - 5 * DAY]);
    expect(odd[0]).toMatchObject({ count: 3 });
  });

  it('dates that cannot be right are kept and told', async () => {
    const { bySource, odd } = await lay([
      ...[page('p'), comment('old', { createdAt: Date.parse('1975-01-01T00:00:00Z') })],
      ...[comment('future', { createdAt: NOW + 999 * DAY }), comment('before', { createdAt: -1 })],
    ]);
    expect(bySource.get('old')!.createdAt).toBe('1975-01-01T00:00:00.000Z');
    expect(bySource.get('future')!.createdAt).toBe(new Date(NOW + 999 * DAY).toISOString());
    expect(bySource.get('before')!.createdAt).toBe('1970-01-01T00:00:00.000Z');
    expect(odd).toMatchObject([{ count: 3, examples: ['old', 'future', 'before'] }]);
  });

  it('a reply that says it is older than its parent still sorts behind it', async () => {
    const { bySource } = await lay([page('p'), comment('a'), comment('b', { parent: 'a', createdAt: NOW - 9 * DAY })]);
    expect(bySource.get('b')!.id > bySource.get('a')!.id).toBe(true);
    expect(bySource.get('b')!.createdAt < bySource.get('a')!.createdAt).toBe(true);
  });

  it('ids are the same every time, and others on another site', async () => {
    const items = [page('p'), comment('a'), comment('b', { parent: 'a' })];
    const ids = async (site: string) => (await lay(items, { space: { ...SPACE, site } })).comments.map(({ id }) => id);
    expect(await ids('blog')).toEqual(await ids('blog'));
    expect(await ids('blog')).not.toEqual(await ids('other'));
  });

  it('ids that the file brings are kept where they can be', async () => {
    const [low, high] = ['01aaaaaaaaaaaaaaaaaaaaaaaa', '01bbbbbbbbbbbbbbbbbbbbbbbb'];
    const { bySource } = await lay([
      ...[page('p'), comment('a', { ownId: high }), comment('b', { ownId: low, parent: 'a' })],
      ...[comment('c', { ownId: high }), comment('d', { ownId: 'zzzzzzzzzzzzzzzzzzzzzzzzzz' })],
    ]);
    expect(bySource.get('a')!.id).toBe(high);
    expect(bySource.get('b')!.id > high).toBe(true);
    expect(new Set([...bySource.values()].map(({ id }) => id)).size).toBe(4);
  });
});

describe('authors', () => {
  it('are one by what the system calls them, else by address, and never by a name', async () => {
    const by = (id: string | null, name: string, email: string | null) => ({ author: { id, name, email, url: null } });
    const { records, bySource } = await lay([
      ...[page('p'), comment('a', by('7', 'Ann', null)), comment('b', by('7', 'Ann B.', 'ANN@mail.example'))],
      ...[comment('c', by(null, 'Bo', 'bo@mail.example')), comment('d', by(null, 'Bob', 'Bo@mail.example'))],
      ...[comment('e', by(null, 'Cy', null)), comment('f', by(null, 'Cy', 'not an address'))],
    ]);
    const of = (source: string) => bySource.get(source)!.author.id;
    expect(of('a')).toBe(of('b'));
    expect(of('c')).toBe(of('d'));
    expect([of('e'), of('f')]).toEqual([null, null]);
    const authors = records.filter(({ type }) => type === 'author');
    expect(authors).toMatchObject([
      { id: of('a'), name: 'Ann', email: 'ann@mail.example' },
      { id: of('c'), name: 'Bo', email: 'bo@mail.example' },
    ]);
  });

  it('of a deleted comment there is none', async () => {
    const author = { id: '7', name: 'Ann', email: 'ann@mail.example', url: 'https://ann.example' };
    const { records } = await lay([page('p'), comment('a', { status: 'deleted', author, body: 'secret' })]);
    expect(JSON.stringify(records)).not.toMatch(/Ann|ann|secret/);
  });
});

describe('limits', () => {
  it('threat 3: a text that is too long is cut at a character', async () => {
    const family = '👨‍👩‍👧‍👦';
    const { bySource, odd } = await lay([page('p'), comment('a', { body: family.repeat(20_000) })]);
    const { body } = bySource.get('a')!;
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(LIMITS.importedBodyBytes);
    expect(body.replaceAll(family, '')).toBe(' …');
    expect(odd).toMatchObject([{ count: 1, examples: ['a'] }]);
  });

  it('threat 20: whatever a file says, records are of the format, ids unique, and parents come first', async () => {
    const word = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.constantFrom('a', 'b', 'c', 'p', 'q', '__proto__', '\0', '\ud800'),
    );
    const text = fc.oneof(word, fc.constantFrom('x'.repeat(500), '👩‍🚀'.repeat(200), '\u202eevil', '  ', '<b>'));
    const nullable = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null });
    const time = nullable(fc.oneof(fc.double(), fc.integer({ min: -1e12, max: 3e12 })));
    const source = fc.record({
      ...{
        kind: fc.constant('comment' as const),
        id: word,
        page: word,
        parent: nullable(word),
        body: text,
        createdAt: time,
        editedAt: time,
      },
      ownId: fc.oneof(word, fc.constantFrom('01aaaaaaaaaaaaaaaaaaaaaaaa', 'zzzzzzzzzzzzzzzzzzzzzzzzzz')),
      author: fc.record({ id: nullable(word), name: text, email: nullable(text), url: nullable(text), account: text }),
      markup: fc.constantFrom('html' as const, 'markdown' as const, 'text' as const),
      status: fc.constantFrom(
        'approved' as const,
        'pending' as const,
        'spam' as const,
        'trash' as const,
        'deleted' as const,
      ),
      ...{ up: fc.double(), down: fc.integer(), locked: fc.boolean() },
    });
    const pages = fc.record({
      kind: fc.constant('page' as const),
      ref: word,
      url: fc.webUrl(),
      title: nullable(text),
      createdAt: time,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof({ weight: 5, arbitrary: source }, { weight: 1, arbitrary: pages }), { maxLength: 40 }),
        async (items) => {
          const { records } = await lay([page('p'), page('q'), ...items]);
          const seen = new Set<string>();
          for (const record of records) {
            const fits =
              record.type === 'page'
                ? { ...record, id: '0'.repeat(26) }
                : record.type === 'comment'
                  ? { ...record, page: '0'.repeat(26) }
                  : record;
            const { issues } = v.safeParse(TransferRecord, fits);
            expect(issues?.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`)).toBeUndefined();
            if (record.type !== 'comment') continue;
            if (record.parent) expect(seen.has(record.parent) && record.parent < record.id).toBe(true);
            expect(seen.has(record.id)).toBe(false);
            seen.add(record.id);
          }
        },
      ),
      { numRuns: 150 },
    );
  }, 60_000);
});
