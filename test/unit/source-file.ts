/** Files for readers of formats, out of memory: in pieces of any size, so that nothing depends on where a file is cut. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type FormatReader, SourceError, type SourceFile, type SourceItem } from '../../cli/import/source.ts';
import { ROOT } from '../../cli/root.ts';

export function sourceOf(content: string | Buffer, pieceBytes = 1024): SourceFile {
  const bytes = Buffer.from(content as string);
  function* pieces() {
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
  }
  return {
    path: 'a file',
    head: bytes.subarray(0, 65_536),
    open: () => Readable.from(pieces()),
    async materialise() {
      const path = join(mkdtempSync(join(tmpdir(), 'afterword-source-')), 'file');
      writeFileSync(path, bytes);
      return path;
    },
  };
}

/** One that is made while it is read: however large, nobody holds it. */
export function flowOf(pieces: () => Iterable<string>): SourceFile {
  const [first = ''] = pieces();
  function* bytes() {
    for (const piece of pieces()) yield Buffer.from(piece);
  }
  return {
    path: 'a flow',
    head: Buffer.from(first).subarray(0, 65_536),
    open: () => Readable.from(bytes()),
    materialise: () => Promise.reject(new Error('is not to be written down')),
  };
}

export const fixture = (name: string) => readFileSync(join(ROOT, 'test/fixtures/import', name));

/** All that a reader tells of a file, and how it broke off when it did. */
export async function readAll(reader: Pick<FormatReader, 'read'>, file: SourceFile) {
  const items: SourceItem[] = [];
  let broken: SourceError | null = null;
  try {
    for await (const item of reader.read(file)) items.push(item);
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    broken = error;
  }
  const of = <K extends SourceItem['kind']>(kind: K) =>
    items.filter((item): item is Extract<SourceItem, { kind: K }> => item.kind === kind);
  return { items, pages: of('page'), comments: of('comment'), skips: of('skip'), broken };
}

export type ReadFile = Awaited<ReturnType<typeof readAll>>;
