/** JSON files in pieces: what is picked, where a break is said to be, and what a hostile file may cost. */
import { describe, expect, it } from 'vitest';
import { readJson } from '../../cli/import/read/json.ts';
import { peekRecord, peekValues } from '../../cli/import/read/json-peek.ts';
import { SourceError, type SourceFile } from '../../cli/import/source.ts';
import { flowOf, sourceOf } from './source-file.ts';

async function pick(file: SourceFile, ...paths: string[]) {
  const found: unknown[] = [];
  let broken: SourceError | null = null;
  try {
    for await (const { path, value } of readJson(file, paths)) found.push(paths.length > 1 ? [path, value] : value);
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    broken = error;
  }
  return { found, broken };
}

/** Reads it whole, letter by letter, and in odd pieces: the same must come out. */
async function pickInPieces(content: string, ...paths: string[]) {
  const [first, ...others] = await Promise.all([65_536, 1, 7].map((size) => pick(sourceOf(content, size), ...paths)));
  for (const other of others) expect(other).toEqual(first);
  return first!;
}

describe('picking values', () => {
  it('takes lists of an object in the order of the file, and passes over the rest', async () => {
    const content = '{"b":[{"x":1},[2]],"skip":{"a":[{"no":1}]},"version":3,"a":[{"y":"é😀"}],"b2":[9]}';
    const { found } = await pickInPieces(content, '$.a[]', '$.b[]', '$.version');
    expect(found).toEqual([
      ['$.b[]', { x: '1' }],
      ['$.b[]', ['2']],
      ['$.version', '3'],
      ['$.a[]', { y: 'é😀' }],
    ]);
  });

  it('takes documents one behind the other, lines or not, and lists within lists', async () => {
    expect((await pickInPieces('{"a":1}\n{"a":2} {"a":3}\r\n\n', '$')).found).toEqual([
      { a: '1' },
      { a: '2' },
      { a: '3' },
    ]);
    expect((await pickInPieces('[1,2][3]\n[]', '$[]')).found).toEqual(['1', '2', '3']);
    expect((await pickInPieces('[[{"a":1}],[{"a":2}]]', '$[][]')).found).toEqual([{ a: '1' }, { a: '2' }]);
  });

  it('keeps numbers as they are written, longer than a number can be', async () => {
    expect((await pickInPieces('[12345678901234567890, -1.50e3]', '$[]')).found).toEqual([
      '12345678901234567890',
      '-1.50e3',
    ]);
  });

  it('reads UTF-8 and UTF-16 with a mark, and passes over lines that begin with # before the first value', async () => {
    const content = '\ufeff#filetype:JSON-streaming {"class":"Comment"}\n# more\n["ü",1]';
    for (const bytes of [Buffer.from(content), Buffer.from(content, 'utf16le')]) {
      for (const size of [1, 3, 1000]) expect((await pick(sourceOf(bytes, size), '$[]')).found).toEqual(['ü', '1']);
    }
    const swapped = Buffer.from(content, 'utf16le').swap16();
    expect((await pick(sourceOf(swapped), '$[]')).found).toEqual(['ü', '1']);
  });

  it('has the last of several values of one name, as JSON.parse has', async () => {
    expect((await pickInPieces('[{"a":1,"a":2}]', '$[]')).found).toEqual([{ a: '2' }]);
  });

  it('threat 20: takes __proto__ and constructor for names like others', async () => {
    const { found } = await pickInPieces('[{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"x":1}}}]', '$[]');
    expect(Object.getPrototypeOf(found[0])).toBe(Object.prototype);
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
    expect(({} as { x?: number }).x).toBeUndefined();
    expect(Object.keys(found[0] as object)).toEqual(['__proto__', 'constructor']);
  });
});

describe('a broken file', () => {
  const cases: [name: string, content: string, found: unknown[], line: number, column: number, says: string][] = [
    ['a word that is none', '{"list":[\n {"a":1},\n Argh', [{ a: '1' }], 3, 2, 'unexpected "A"'],
    ['a misspelt literal', `{"list":[1,\ntrux${' '.repeat(40)}]}`, ['1'], 2, 1, 'unexpected "t"'],
    ['a comma too many', '{"list":[1,2,]}', ['1', '2'], 1, 14, 'unexpected "]"'],
    ['a missing comma', '{"list":[{} {}]}', [{}], 1, 13, 'unexpected "{"'],
    ['single quotes', "{'list':[1]}", [], 1, 2, 'unexpected "\'"'],
    ['a line break in a text', '{"list":["a","b\nc"]}       ', ['a'], 1, 16, 'line break'],
    ['an unknown escape', '{"list":["a","b\\qc"]}       ', ['a'], 1, 16, 'escape'],
    ['an escape of too few digits', '{"list":["a","\\u12g4"]}    ', ['a'], 1, 15, 'escape'],
    ['something behind the end', '{"list":[1]}}', ['1'], 1, 13, 'unexpected "}"'],
    ['the wrong bracket', '{"list":[{}}}', [{}], 1, 12, 'unexpected "}"'],
    ['a word that is none behind blanks', `{"list":[{},${' '.repeat(60)}#]}`, [{}], 1, 73, 'unexpected "#"'],
    ['letters of two units', '{"list":["😀",\n😀]}', ['😀'], 2, 1, 'unexpected "😀"'],
    ['an end in a list', '{"list":[1,\n2', ['1'], 2, 2, 'cut off'],
    ['an end in a text', '{"list":["a",\n"bc', ['a'], 2, 4, 'cut off'],
    ['an end in a literal', '{"list":["a",\ntru', ['a'], 2, 1, 'cut off'],
    ['an end behind a key', '{"list":["a"],\n"b"', ['a'], 2, 4, 'cut off'],
    ['an end in an escape', '{"list":["a",\n"b\\u0', ['a'], 2, 3, 'cut off'],
  ];
  it.each(cases)(
    'says line and column of %s, after what came before',
    async (_, content, found, line, column, says) => {
      const read = await pickInPieces(content, '$.list[]');
      expect(read.found).toEqual(found);
      expect(read.broken?.message).toContain(says);
      expect(read.broken?.at).toEqual({ line, column });
    },
  );

  it('says the line of a break far behind the first piece, counting what stood before the first value', async () => {
    const rows = Array.from({ length: 20_000 }, (_, n) => JSON.stringify({ n, text: 'x'.repeat(n % 50) }));
    const broken = [...rows.slice(0, 15_000), '{"n":15000,,}', ...rows.slice(15_000)].join('\n');
    const read = await pick(sourceOf(`# one line more\n${broken}`, 65_536), '$');
    expect(read.found).toHaveLength(15_000);
    expect(read.broken?.at).toEqual({ line: 15_002, column: 12 });
  });

  it('says nothing of an empty file: there is nothing in it', async () => {
    expect(await pickInPieces('', '$')).toEqual({ found: [], broken: null });
    expect(await pickInPieces(' \n ', '$')).toEqual({ found: [], broken: null });
  });
});

describe('threat 20: a file that is made to cost', () => {
  function* endless(start: string, piece: string, times: number, end = '') {
    yield start;
    for (let n = 0; n < times; n++) yield piece;
    yield end;
  }

  it('refuses lists within lists, where they are asked for and where not', async () => {
    const deep = '['.repeat(100_000);
    for (const content of [`{"list":[${deep}`, `{"other":${deep}`]) {
      expect((await pick(sourceOf(content, 65_536), '$.list[]')).broken?.message).toMatch(/nested more than 200 deep/);
    }
    expect(peekValues(Buffer.from(deep.slice(0, 65_536)))).toHaveLength(1);
  });

  it('refuses a text, and a stretch of nothing, that is longer than 16 MB', async () => {
    const text = flowOf(() => endless('["', 'x'.repeat(65_536), 300, '"]'));
    expect((await pick(text, '$[]')).broken?.message).toMatch(/16 MB/);
    const blank = flowOf(() => endless('[1,', ' '.repeat(65_536), 300, '2]'));
    expect((await pick(blank, '$[]')).broken?.message).toMatch(/16 MB/);
  });

  it('refuses a value of more than 64 MB or two million parts, and passes over as much where nobody asks', async () => {
    const piece = `"${'x'.repeat(65_000)}",`;
    const heavy = () => endless('[[', piece, 1100, '1]]');
    expect((await pick(flowOf(heavy), '$[]')).broken?.message).toMatch(/larger than 64 MB/);
    const many = () => endless('[[', '[],'.repeat(20_000), 60, '1]]');
    expect((await pick(flowOf(many), '$[]')).broken?.message).toMatch(/2,000,000 parts/);
    expect(await pick(flowOf(many), '$.none[]')).toEqual({ found: [], broken: null });
  });

  it('keeps the memory flat over a million of records', { timeout: 120_000 }, async () => {
    const piece = Array.from({ length: 1000 }, (_, n) => `{"id":${n},"text":"${'y'.repeat(60)}"},`).join('');
    const file = flowOf(() => endless('{"a":[0],"list":[', piece, 1000, '0],"z":1}'));
    let count = 0;
    let most = 0;
    const before = process.memoryUsage().rss;
    for await (const _ of readJson(file, ['$.list[]'])) {
      if (++count % 50_000 === 0) most = Math.max(most, process.memoryUsage().rss - before);
    }
    expect(count).toBe(1_000_001);
    expect(most).toBeLessThan(120e6);
  });
});

describe('peeking', () => {
  it('tells what is certain of a head that ends in the middle, or breaks', () => {
    expect(peekRecord(Buffer.from('[{"a":1,"b":{"c":[1,{"d":"cut of'))).toEqual({
      path: '$[]',
      record: { a: '1', b: { c: ['1', {}] } },
    });
    expect(peekRecord(Buffer.from('{"version":3,"pages":[Argh'))).toEqual({
      path: '$',
      record: { version: '3', pages: [] },
    });
    expect(peekRecord(Buffer.from('[[{"a":1}]]'))).toEqual({ path: '$[][]', record: { a: '1' } });
  });

  it.each(['', '<?xml version="1.0"?>', 'SQLite format 3\0', '"text"', '[]', '[[[{"a":1}]]]', '- id: 1\n'])(
    'finds no record in %j',
    (head) => {
      expect(peekRecord(Buffer.from(head))).toBeNull();
    },
  );
});
