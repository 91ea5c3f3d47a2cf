/** Opening what is to be imported: wrappings, by what is in them; bombs and damage. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { openFile } from '../../cli/import/read/open.ts';
import { recognise } from '../../cli/import/read/recognise.ts';

const folder = mkdtempSync(join(tmpdir(), 'afterword-open-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
/** A file whose name says nothing of what it is. */
function write(content: Buffer | string): string {
  const path = join(folder, `${++files}.dat`);
  writeFileSync(path, content);
  return path;
}

/** A ZIP of deflated files (APPNOTE.TXT 4.3). */
function zip(entries: [name: string, content: Buffer][]): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  for (const [name, content] of entries) {
    const packed = deflateRawSync(content);
    // From "version needed" to "extra field length": the same in both headers.
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(8, 4);
    fields.writeUInt32LE(crc32(content), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(content.length, 18);
    fields.writeUInt16LE(Buffer.byteLength(name), 22);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(Buffer.concat(files).length, 10);
    directory.push(Buffer.from('PK\x01\x02\x14\0', 'latin1'), fields, rest, Buffer.from(name));
    files.push(Buffer.from('PK\x03\x04', 'latin1'), fields, Buffer.from(name), packed);
  }
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(Buffer.concat(files).length, 16);
  return Buffer.concat([...files, ...directory, end]);
}

async function readAll(path: string): Promise<string> {
  const file = await openFile(path);
  const chunks: Buffer[] = [];
  for await (const chunk of file.open()) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('a file', () => {
  it('is read as it is, gzipped, gzipped in members, or zipped, whatever it is called', async () => {
    const text = 'some text of an export '.repeat(10_000);
    const half = text.length / 2;
    const members = [text.slice(0, half), text.slice(half)].map((part) => gzipSync(part));
    const noise: [string, Buffer][] = [
      ['folder/', Buffer.alloc(0)],
      ['__MACOSX/folder/._export.xml', Buffer.from('noise')],
    ];
    const zipped = zip([...noise, ['folder/export.xml', Buffer.from(text)]]);
    for (const content of [text, gzipSync(text), Buffer.concat(members), zipped]) {
      const path = write(content);
      expect(await readAll(path)).toBe(text);
      const file = await openFile(path);
      expect(file.head.toString()).toBe(text.slice(0, 65_536));
      expect(readFileSync(await file.materialise(), 'utf8')).toBe(text);
      await file.close();
      expect(await readAll(path)).toBe(text);
    }
  });

  it('threat 20: that unpacks to a thousand times its size is refused before it fills the disk', async () => {
    const bomb = Buffer.alloc(200 * 2 ** 20);
    for (const content of [gzipSync(bomb, { level: 9 }), zip([['bomb.xml', bomb]])]) {
      await expect(readAll(write(content))).rejects.toThrow('unpacks to far more than it is');
    }
  }, 60_000);

  it('that is damaged or cut off says so', async () => {
    const packed = gzipSync(randomBytes(300_000));
    await expect(readAll(write(packed.subarray(0, packed.length - 20)))).rejects.toThrow('cut off');
    const damaged = Buffer.from(packed);
    damaged.fill(0xff, 100_000, 100_100);
    await expect(readAll(write(damaged))).rejects.toThrow('damaged');
    const zipped = zip([['a.xml', Buffer.from('text')]]);
    await expect(readAll(write(zipped.subarray(0, zipped.length - 30)))).rejects.toThrow('The ZIP is damaged');
  });

  it('that is a ZIP of several or of none names them', async () => {
    const several = zip([
      ['a.xml', Buffer.from('a')],
      ['b.xml', Buffer.from('b')],
    ]);
    await expect(readAll(write(several))).rejects.toThrow('There are several files in this ZIP: "a.xml", "b.xml"');
    await expect(readAll(write(zip([])))).rejects.toThrow('There is no file in this ZIP');
  });

  it('that is not there, or a folder, is told in one line', async () => {
    await expect(openFile(join(folder, 'none.xml'))).rejects.toThrow(/^There is no file .*none\.xml\.$/);
    await expect(openFile(folder)).rejects.toThrow('is not a file');
    await expect(openFile('-')).rejects.toThrow('Standard input cannot be read twice');
  });

  it('that nobody knows says what is known and what it begins with', async () => {
    const file = await openFile(write('Dear diary,\n'));
    expect(() => recognise(file, undefined)).toThrow(
      /Disqus, WordPress, .*\nIt begins with "Dear diary,\\n"\.\n.*--format/,
    );
    expect(() => recognise(file, 'word')).toThrow('must be one of afterword, disqus');
    expect(recognise(file, 'disqus').format).toBe('disqus');
    const empty = await openFile(write(''));
    expect(() => recognise(empty, undefined)).toThrow('is empty');
    const binary = await openFile(write(Buffer.from([1, 2, 0, 255])));
    expect(() => recognise(binary, undefined)).toThrow('It begins with the bytes 01 02 00 ff');
  });
});
