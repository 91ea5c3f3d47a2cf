/** Files with a few bytes changed, cut or doubled, on every reader: each is read or refused, and nothing else happens. */
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { FORMAT_READERS } from '../../cli/import/formats.ts';
import { ROOT } from '../../cli/root.ts';
import { issoTables } from './import-tables.ts';
import { readAll, sourceOf } from './source-file.ts';

const FOLDER = join(ROOT, 'test/fixtures/import');
const TIMES = 30;

function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

function spoil(bytes: Buffer, random: (below: number) => number): Buffer {
  let out = Buffer.from(bytes);
  for (let n = random(4); n >= 0; n--) {
    const at = random(out.length);
    const length = random(40);
    const piece = out.subarray(at, at + length);
    const inserted = [
      Buffer.from([random(256)]),
      piece,
      Buffer.from('null'),
      Buffer.from('[]'),
      Buffer.from('{"__proto__":1}'),
    ];
    const kind = random(4);
    if (kind === 0) out = Buffer.concat([out.subarray(0, at), out.subarray(at + length)]);
    else if (kind === 1) out = out.subarray(0, Math.max(1, at));
    else
      out = Buffer.concat([
        out.subarray(0, at),
        inserted[random(inserted.length)]!,
        out.subarray(at + (kind === 2 ? 1 : 0)),
      ]);
  }
  return out;
}

/** Kinds of fields as source.ts has them. */
function check(read: Awaited<ReturnType<typeof readAll>>) {
  for (const { id, page, parent, author, body, createdAt, up = 0, down = 0 } of read.comments) {
    for (const value of [id, page, author.name, body]) expect(value).toBeTypeOf('string');
    for (const value of [parent, author.id, author.email, author.url])
      expect(value === null || typeof value === 'string').toBe(true);
    expect(createdAt === null || Number.isFinite(createdAt)).toBe(true);
    expect([up, down].every((count) => Number.isSafeInteger(count))).toBe(true);
  }
  for (const { ref, url, title } of read.pages) {
    for (const value of [ref, url]) expect(value).toBeTypeOf('string');
    expect(title === null || typeof title === 'string').toBe(true);
  }
}

describe('threat 20: a spoilt file', () => {
  it.each(readdirSync(FOLDER).filter((name) => !name.endsWith('.xml')))(
    'made of %s is read or refused',
    async (name) => {
      const random = randomOf([...name].reduce((sum, char) => sum * 31 + char.charCodeAt(0), 7) % 1_000_000);
      const bytes = readFileSync(join(FOLDER, name));
      for (let n = 0; n < TIMES; n++) {
        const file = sourceOf(spoil(bytes, random), 1 + random(3000));
        for (const reader of FORMAT_READERS) {
          if (reader.recognise(file) || reader.format === name.split(/[-.]/)[0]) check(await readAll(reader, file));
        }
      }
    },
  );

  it('made of a database is read or refused', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'afterword-spoilt-')), 'db');
    const made = new DatabaseSync(path, { enableForeignKeyConstraints: false });
    const rows = Array.from(
      { length: 300 },
      (_, n) => `(1, ${n + 1}, NULL, ${1e9 + n}, 1, 'Text ${'x'.repeat(n)}', x'00')`,
    ).join();
    made.exec(
      `${issoTables} INSERT INTO threads VALUES (1, '/a', 'A'); INSERT INTO comments (tid, id, parent, created, mode, text, voters) VALUES ${rows}`,
    );
    made.close();
    const random = randomOf(4711);
    const [isso] = FORMAT_READERS.filter((reader) => reader.format === 'isso');
    for (let n = 0; n < TIMES; n++) {
      const bytes = readFileSync(path);
      for (let hits = random(30); hits >= 0; hits--) bytes[16 + random(bytes.length - 16)] = random(256);
      check(await readAll(isso!, sourceOf(bytes)));
    }
  });
});
