/**
 * The readers of Disqus and WordPress against real exports, by the numbers of another reader. Where ours counts differently on
 * purpose, the table of deviations says so and why.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { type DefaultTreeAdapterTypes, parseFragment } from 'parse5';
import { describe, expect, it } from 'vitest';
import { disqus } from '../../cli/import/formats/disqus';
import { wordpress } from '../../cli/import/formats/wordpress';
import { openFile } from '../../cli/import/read/open';
import {
  type FormatReader,
  type SourceComment,
  SourceError,
  type SourceFile,
  type SourceItem,
} from '../../cli/import/source';
import { htmlToMarkdown } from '../../cli/import/text/markdown';
import { replaceEmoticons } from '../../worker/comments/emoticons';
import { renderMarkdown } from '../../worker/comments/markdown';

const DATA = new URL('../../../shared/data/', import.meta.url);
const isHere = existsSync(new URL('expected-counts.json', DATA));
if (!isHere) console.warn('XML exports skipped: ../shared/data is not here.');

type Counts = Record<string, number | string | Record<string, number>>;
const expected: Record<string, Counts> = isHere
  ? JSON.parse(readFileSync(new URL('expected-counts.json', DATA), 'utf8'))
  : {};
const namesOf = (format: string) => Object.keys(expected).filter((name) => name.startsWith(`${format}/`));

/** In pieces of an odd size, so that nothing depends on where they end. */
function fileOf(bytes: Buffer, path = 'test.xml'): SourceFile {
  const pieces = Array.from({ length: Math.ceil(bytes.length / 997) }, (_, i) =>
    bytes.subarray(i * 997, (i + 1) * 997),
  );
  return {
    path,
    head: bytes.subarray(0, 65_536),
    open: () => Readable.from(pieces, { objectMode: true }) as ReturnType<SourceFile['open']>,
    materialise: () => Promise.reject(new Error('a stream is enough')),
  };
}

interface Read {
  items: SourceItem[];
  error: SourceError | null;
}
async function read(reader: FormatReader, name: string): Promise<Read> {
  const bytes = readFileSync(new URL(name, DATA));
  const file = fileOf(name.endsWith('.gz') ? gunzipSync(bytes) : bytes, name);
  expect(reader.recognise(file), `recognises ${name}`).toBe(true);
  const items: SourceItem[] = [];
  try {
    for await (const item of reader.read(file)) items.push(item);
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return { items, error };
  }
  return { items, error: null };
}

const commentsOf = (items: SourceItem[]) => items.filter((item): item is SourceComment => item.kind === 'comment');
const count = (items: SourceItem[], is: (item: SourceItem) => boolean) => items.filter(is).length;
const skipped = (items: SourceItem[], reason: string) =>
  count(items, (item) => item.kind === 'skip' && item.reason === reason);

function tally(values: (string | number)[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

/** How deep comments stand, and how many replies are to nothing. */
function link(comments: SourceComment[]) {
  const byId = new Map(comments.map((comment) => [comment.id, comment]));
  const depthOf = ({ parent }: SourceComment): number => {
    const above = parent === null ? undefined : byId.get(parent);
    return above ? depthOf(above) + 1 : 0;
  };
  return {
    depth: tally(comments.map(depthOf)),
    orphan_parent: comments.filter(({ parent }) => parent !== null && !byId.has(parent)).length,
    ids: byId.size,
  };
}

/** What the other reader takes for one address. */
const bareAddress = (url: string) =>
  url
    .replace(/^https?:/, '')
    .replace(/[?#].*/, '')
    .replace(/\/+$/, '');
const largest = (groups: Record<string, number>) => Math.max(0, ...Object.values(groups));

/**
 * Approved comments that come as pending, since their post is private, a draft or behind a password: whoever could not read it
 * could not read them either.
 */
const HIDDEN: Record<string, number> = {
  'wxr/wordpress-importer/a11y-unit-test-data.xml': 1,
  'wxr/wordpress-importer/test-serialized-comment-meta.xml': 1,
  'wxr/wordpress-importer/theme-unit-test-data.xml': 1,
  'wxr/wptt-themeunittestdata.xml': 1,
};

/**
 * Files that break: where, and how many items were read before. The other reader's columns begin at 0 and are those of a tag's
 * start, ours begin at 1 and are where reading stopped; it counts posts that were begun, we those that were ended.
 */
const BROKEN: Record<string, { at: [line: number, column: number]; items: number; because?: string }> = {
  'wxr/wordpress-importer/crazy-cdata.xml': { at: [18, 72], items: 0 },
  'wxr/wordpress-importer/malformed-simple.xml': { at: [14, 1], items: 0 },
  'wxr/wordpress-importer/malformed.xml': { at: [90, 10], items: 0 },
  ...Object.fromEntries(
    ['', '-deleted-post', '-deleted-thread'].map((name) => [
      `disqus/remark42-disqus${name}.xml`,
      {
        at: [147, 24] as [number, number],
        items: 8,
        because:
          'a stray character before the XML is passed over and listed; what breaks it is an attribute without quotes',
      },
    ]),
  ),
};

describe.skipIf(!isHere)('Disqus exports', () => {
  it.each(namesOf('disqus').filter((name) => !BROKEN[name]))('%s: as another reader counted', async (name) => {
    const { items, error } = await read(disqus, name);
    const pages = items.filter((item) => item.kind === 'page');
    const comments = commentsOf(items);
    const refs = new Set(pages.map(({ ref }) => ref));
    const perThread = tally(comments.filter(({ page }) => refs.has(page)).map(({ page }) => page));
    const { depth, orphan_parent, ids } = link(comments);
    const { html_media, ip, ...counts } = expected[name]!;
    expect(error).toBeNull();
    expect(ids).toBe(comments.length);
    expect({
      threads: pages.length + skipped(items, 'thread without an address') + skipped(items, 'deleted thread'),
      threads_with_posts: new Set(comments.map(({ page }) => page)).size,
      posts: comments.length,
      max_per_thread: largest(perThread),
      isDeleted: comments.filter(({ status }) => status === 'deleted').length,
      isSpam: comments.filter(({ status }) => status === 'spam').length,
      deleted_threads: skipped(items, 'deleted thread'),
      closed: pages.filter(({ locked }) => locked).length,
      anon: comments.filter(({ author }) => author.id === null).length,
      email: comments.filter(({ author }) => author.email !== null).length,
      depth,
      orphan_parent,
      posts_unknown_thread: comments.filter(({ page }) => !refs.has(page)).length,
      dup_thread_urls: pages.length - new Set(pages.map(({ url }) => bareAddress(url))).size,
    }).toEqual(counts);
  });

  it('reads exports that another system tests with: an empty one, one comment, one cut off', async () => {
    const folder = 'disqus/comentario/';
    expect(await read(disqus, `${folder}disqus-ok-empty.xml.gz`)).toEqual({ items: [], error: null });
    const single = await read(disqus, `${folder}disqus-ok-single.xml.gz`);
    expect(single.items.map(({ kind }) => kind)).toEqual(['page', 'comment']);
    expect((await read(disqus, `${folder}disqus-bad-format.xml.gz`)).error?.message).toContain('unclosed tag: disqus');
  });
});

describe.skipIf(!isHere)('WordPress exports', () => {
  it.each(namesOf('wxr').filter((name) => !BROKEN[name]))('%s: as another reader counted', async (name) => {
    const { items, error } = await read(wordpress, name);
    const comments = commentsOf(items);
    const perItem = tally(comments.map(({ page }) => page));
    const { depth, orphan_parent, ids } = link(comments);
    const order = new Map(comments.map(({ id }, i) => [id, i]));
    const { types, approved, ctype, ...counts } = expected[name]! as Record<string, Record<string, number>>;
    expect(error).toBeNull();
    expect(ids).toBe(comments.length);
    expect({
      items: count(items, ({ kind }) => kind === 'page') + skipped(items, 'post without an address'),
      comments: comments.length,
      items_with_c: Object.keys(perItem).length,
      max_per_item: largest(perItem),
      depth,
      orphan_parent,
      parent_after_child: comments.filter(({ parent }, i) => parent !== null && (order.get(parent) ?? -1) > i).length,
      registered: comments.filter(({ author }) => author.id !== null).length,
    }).toEqual(counts);
    const statuses: Record<string, number> = sum({ 1: 'approved', 0: 'pending', '': 'pending' }, approved!);
    const hidden = HIDDEN[name] ?? 0;
    expect({ approved: 0, pending: 0, ...tally(comments.map(({ status }) => status)) }).toEqual({
      approved: (statuses.approved ?? 0) - hidden,
      pending: (statuses.pending ?? 0) + hidden,
    });
    expect(tally(comments.map(({ type }) => type ?? 'comment'))).toEqual(
      sum({ '(empty)': 'comment', comment: 'comment', pingback: 'pingback', trackback: 'trackback' }, ctype!),
    );
  });
});

describe.skipIf(!isHere)('exports that other systems test with', () => {
  const kindsIn = async (reader: FormatReader, name: string) => {
    const file = await openFile(fileURLToPath(new URL(name, DATA)));
    expect(reader.recognise(file)).toBe(true);
    const items: SourceItem[] = [];
    for await (const item of reader.read(file)) items.push(item);
    await file.close();
    return tally(items.map(({ kind }) => kind));
  };

  it('reads WordPress in an archive: nothing, one comment, a long one, one that breaks', async () => {
    const folder = 'wxr/comentario/wordpress-';
    expect(await kindsIn(wordpress, `${folder}ok-empty.zip`)).toEqual({});
    expect(await kindsIn(wordpress, `${folder}ok-single.zip`)).toEqual({ page: 1, comment: 1 });
    expect(await kindsIn(wordpress, `${folder}ok-long.zip`)).toEqual({ page: 1, comment: 1 });
    await expect(kindsIn(wordpress, `${folder}bad-format.zip`)).rejects.toThrow(SourceError);
  });

  it('reads the samples of Artalk’s converter', async () => {
    const folder = 'native/artransfer-pairs/';
    expect(await kindsIn(disqus, `${folder}Disqus.sample`)).toEqual({ page: 1, comment: 4 });
    expect(await kindsIn(wordpress, `${folder}WordPress.sample`)).toEqual({ page: 3, comment: 5 });
  });
});

/** Counts by our names; two of theirs may be one of ours. */
function sum(names: Record<string, string>, theirs: Record<string, number>): Record<string, number> {
  const ours: Record<string, number> = {};
  for (const [name, n] of Object.entries(theirs)) ours[names[name]!] = (ours[names[name]!] ?? 0) + n;
  return ours;
}

describe.skipIf(!isHere)('exports that are broken', () => {
  it.each(Object.entries(BROKEN))('%s: says where, and keeps what came before', async (name, { at, items }) => {
    const broken = await read(name.startsWith('wxr') ? wordpress : disqus, name);
    expect([broken.error?.at?.line, broken.error?.at?.column]).toEqual(at);
    expect(broken.items.length).toBe(items);
    const [, line] = /line (\d+)/.exec(String(expected[name]?.err)) ?? [];
    if (!BROKEN[name]?.because) expect(at[0]).toBe(Number(line));
  });

  it('has every file that the other reader could not read', () => {
    expect(Object.keys(BROKEN).sort()).toEqual(
      Object.keys(expected)
        .filter((name) => expected[name]?.err)
        .sort(),
    );
  });
});

/** What is to be read in some HTML, without spaces: as the site shows smileys and pictures, without what sets cells and quotes off. */
function textOf(html: string): string {
  const walk = (node: DefaultTreeAdapterTypes.Node): string => {
    if ('value' in node) return node.value;
    if (node.nodeName === 'img' && 'attrs' in node) return node.attrs.find(({ name }) => name === 'alt')?.value ?? '';
    return 'childNodes' in node ? node.childNodes.map(walk).join('') : '';
  };
  return replaceEmoticons(walk(parseFragment(html)), true, true).replace(/[\s|“”]+/g, '');
}

describe.skipIf(!isHere)('comments of real exports as Markdown', () => {
  it('Disqus: every comment says what it said', async () => {
    const { items } = await read(disqus, 'disqus/kkdai-evanlin.xml');
    const bodies = commentsOf(items).map(({ body }) => body);
    expect(bodies).toHaveLength(189);
    for (const body of bodies)
      expect(textOf(renderMarkdown(htmlToMarkdown(body), { images: false })), body).toBe(textOf(body));
  });

  it.each(namesOf('wxr').filter((name) => !BROKEN[name] && Number(expected[name]!.comments) > 0))(
    '%s: every comment says what it said',
    async (name) => {
      const xml = readFileSync(new URL(name, DATA), 'utf8');
      const contents = [...xml.matchAll(/<wp:comment_content>\s*(?:<!\[CDATA\[([\s\S]*?)\]\]>|([^<]*))\s*</g)];
      expect(contents).toHaveLength(Number(expected[name]!.comments));
      for (const [, content = ''] of contents) {
        const html = renderMarkdown(htmlToMarkdown(content, { lines: true }), { images: false });
        expect(textOf(html), content).toBe(textOf(content));
      }
    },
  );
});

it.skipIf(!isHere)('no file of the folders is left out', () => {
  const files = ['disqus', 'wxr', 'wxr/wordpress-importer'].flatMap((folder) =>
    readdirSync(new URL(`${folder}/`, DATA)).flatMap((name) => (name.endsWith('.xml') ? [`${folder}/${name}`] : [])),
  );
  expect(files.sort()).toEqual(Object.keys(expected).sort());
});
