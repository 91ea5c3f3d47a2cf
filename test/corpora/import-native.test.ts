/**
 * Exports of other systems that others published, each read by the reader that takes it for its own: what is in it is counted here a
 * second time, by hand. What is no export is named, with what the person is told.
 */
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { FORMAT_READERS } from '../../cli/import/formats.ts';
import { openFile } from '../../cli/import/read/open.ts';
import type { SourceComment } from '../../cli/import/source.ts';
import { htmlToMarkdown } from '../../cli/import/text/markdown.ts';
import { readAll } from '../unit/source-file.ts';

const DATA = new URL('../../../shared/data/native/', import.meta.url);
const isHere = existsSync(DATA);
if (!isHere) console.warn('Exports of other systems skipped: ../shared/data/native is not here.');

interface Expected {
  format: string | null;
  pages?: number;
  comments?: number;
  broken?: RegExp;
  at?: { line: number; column: number };
}

const EXPECTED: Record<string, Expected> = {
  'isso-generic.json': { format: 'isso', pages: 2, comments: 2 },
  'waline-empty.sqlite': { format: 'waline', pages: 0, comments: 0 },
  'remark42-commento-api.json': { format: 'commento', pages: 1, comments: 7 },
  'remark42-commento-migrator.json': { format: 'commento', pages: 2, comments: 3 },
  'remark42-native-backup-1.jsonl': { format: 'remark42', pages: 2, comments: 2 },
  'remark42-native-backup-2.jsonl': { format: 'remark42', pages: 2, comments: 2 },
  // Of a version that there is none of, on purpose.
  'remark42-native-backup-3.jsonl': { format: 'remark42', pages: 0, comments: 0, broken: /version 2/ },
  // Trees of comments as its API answers, for tests of their order: no addresses, and no backup.
  'remark42-tree.json': { format: 'remark42', pages: 0, comments: 0, broken: /not a backup/ },
  'remark42-tree_del.json': { format: 'remark42', pages: 0, comments: 0, broken: /not a backup/ },
  'remark42-tree_bench.json': { format: 'remark42', pages: 0, comments: 0, broken: /not a backup/ },
  // Rows of a database for tests, in YAML: no system exports that.
  'artalk-fixture-comments.yml': { format: null },
  'comentario/comentario-ok-empty-v1.json.gz': { format: 'commento', pages: 0, comments: 0 },
  'comentario/comentario-ok-empty-v3.json.gz': { format: 'comentario', pages: 0, comments: 0 },
  // What Comentario wrote in its first years is the format of Commento.
  'comentario/comentario-ok-single-v1.json.gz': { format: 'commento', pages: 1, comments: 1 },
  'comentario/comentario-ok-single-v3.json.gz': { format: 'comentario', pages: 1, comments: 1 },
  'comentario/comentario-bad-version.json.gz': { format: 'comentario', pages: 0, comments: 0, broken: /version 481/ },
  'comentario/comentario-bad-format.json.gz': {
    ...{ format: 'comentario', pages: 0, comments: 0, broken: /unexpected "A"/ },
    at: { line: 1, column: 23 },
  },
  'artransfer-pairs/Disqus.artrans': { format: 'artalk', pages: 1, comments: 4 },
  'artransfer-pairs/Disqus.sample': { format: 'disqus', pages: 1, comments: 4 },
  'artransfer-pairs/Twikoo.artrans': { format: 'artalk', pages: 1, comments: 7 },
  'artransfer-pairs/Twikoo.sample': { format: 'twikoo', pages: 1, comments: 7 },
  'artransfer-pairs/Valine.artrans': { format: 'artalk', pages: 1, comments: 2 },
  'artransfer-pairs/Valine.sample': { format: 'valine', pages: 1, comments: 2 },
  'artransfer-pairs/WordPress.artrans': { format: 'artalk', pages: 1, comments: 5 },
  'artransfer-pairs/WordPress.sample': { format: 'wordpress', pages: 3, comments: 5 },
};

async function read(name: string) {
  const file = await openFile(fileURLToPath(new URL(name, DATA)));
  try {
    const readers = FORMAT_READERS.filter((reader) => reader.recognise(file));
    expect(readers.length).toBeLessThan(2);
    const [reader] = readers;
    return { format: reader?.format ?? null, ...(reader && (await readAll(reader, file))) };
  } finally {
    await file.close();
  }
}

describe.skipIf(!isHere)('exports of other systems', () => {
  it('are all named here', () => {
    const files = readdirSync(DATA, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const names = files.map((entry) =>
      `${entry.parentPath}/${entry.name}`.replace(fileURLToPath(DATA), '').replace(/^\//, ''),
    );
    expect(names.sort()).toEqual(Object.keys(EXPECTED).sort());
  });

  it.each(Object.entries(EXPECTED))('%s is read and counted', async (name, expected) => {
    const { format, pages, comments, broken } = await read(name);
    expect(format).toBe(expected.format);
    expect(pages?.length).toBe(expected.pages);
    expect(comments?.length).toBe(expected.comments);
    if (expected.broken) expect(broken?.message).toMatch(expected.broken);
    else expect(broken ?? null).toBeNull();
    if (expected.at) expect(broken?.at).toEqual(expected.at);
  });

  /** What two systems call the same comment by, as a person reads it. */
  const essence = ({ id, author, body, markup, createdAt }: SourceComment) => ({
    id: id.split('/').at(-1),
    name: author.name,
    email: author.email,
    url: author.url,
    // To the minute: we take when a comment was written, the other tool when its row was, seconds later.
    minute: createdAt === null ? null : Math.floor(createdAt / 60_000),
    text: (markup === 'html' ? htmlToMarkdown(body) : body)
      .replace(/[\s\\]+/g, ' ')
      .replace(/\]\(<?([^()<>]*)>?\)/g, ']($1)')
      .trim(),
  });

  it.each(['Disqus', 'Twikoo', 'Valine', 'WordPress'])('%s gives the comments that others made of it', async (name) => {
    const sample = await read(`artransfer-pairs/${name}.sample`);
    const made = await read(`artransfer-pairs/${name}.artrans`);
    const byId = (comments: SourceComment[] = []) =>
      comments.map(essence).sort((a, b) => String(a.id).localeCompare(String(b.id)) || a.name.localeCompare(b.name));
    expect(byId(sample.comments)).toEqual(byId(made.comments));
    // To a comment, not to its branch.
    const parents = (comments: SourceComment[] = []) =>
      comments.map(({ parent }) => parent?.split('/').at(-1) ?? null).sort();
    expect(parents(sample.comments)).toEqual(parents(made.comments));
    const used = new Set(sample.comments?.map((comment) => comment.page));
    const addresses = (sample.pages ?? [])
      .filter((page) => used.has(page.ref))
      .map((page) => new URL(page.url, 'https://x.example').pathname);
    expect(addresses).toEqual(made.pages?.map((page) => new URL(page.url, 'https://x.example').pathname));
  });
});
