/** Where pages have moved, as the owner says. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Moves, moveAddress, readBase, readMaps, readMoves } from '../../cli/import/moves.ts';

const folder = mkdtempSync(join(tmpdir(), 'afterword-moves-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
function write(text: string): string {
  const path = join(folder, 'moves.csv');
  writeFileSync(path, text);
  return path;
}

const move = (
  url: string,
  { base = null, maps = [], single = new Map() }: { base?: string | null; maps?: string[]; single?: Moves['single'] },
) => moveAddress(url, { base, prefixes: readMaps(maps), single });

describe('--base', () => {
  it('is what addresses without a host are below', () => {
    const base = readBase('blog.example');
    expect(base).toBe('https://blog.example/');
    expect(move('/post/1', { base })).toBe('https://blog.example/post/1');
    expect(move('post/1', { base: 'https://blog.example/de/' })).toBe('https://blog.example/de/post/1');
    expect(move('//other.example/x', { base })).toBe('https://other.example/x');
    expect(move('http://other.example/x', { base })).toBe('http://other.example/x');
    expect(move('/post/1', {})).toBeNull();
    expect(() => readBase('https://blog.example/?q')).toThrow('--base');
  });
});

describe('--map', () => {
  it('moves all below an address, whatever its scheme, and nothing that only begins alike', () => {
    const maps = ['https://old.example/blog=https://new.example/posts'];
    expect(move('http://old.example/blog/1?a=b', { maps })).toBe('https://new.example/posts/1?a=b');
    expect(move('https://www.old.example/blog', { maps })).toBe('https://new.example/posts');
    expect(move('https://old.example/blogger', { maps })).toBe('https://old.example/blogger');
    expect(move('https://other.example/blog/1', { maps })).toBe('https://other.example/blog/1');
  });

  it('takes the longest that fits, and paths of any host', () => {
    const maps = ['/=https://new.example/', '/blog/=/posts/', 'old.example/blog/x=https://x.example'];
    const base = 'https://new.example/';
    expect(move('http://old.example/about', { maps, base })).toBe('https://new.example/about');
    expect(move('http://old.example/blog/1', { maps, base })).toBe('https://new.example/posts/1');
    expect(move('http://old.example/blog/x/1', { maps, base })).toBe('https://x.example/1');
    expect(() => readMaps(['https://old.example'])).toThrow('must be old=new');
  });
});

describe('--moves', () => {
  it('moves single pages, with or without a header, by address or path', async () => {
    const single = await readMoves(
      write(
        '\uFEFFold,new\r\n"http://old.example/a,b",https://new.example/1\r\n/path/,/2\r\nhttps://old.example/same,\r\n',
      ),
    );
    const given = { single, base: 'https://new.example' };
    expect(move('https://www.old.example/a,b/#top', given)).toBe('https://new.example/1');
    expect(move('https://anything.example/path', given)).toBe('https://new.example/2');
    expect(move('/path', given)).toBe('https://new.example/2');
    expect(move('https://old.example/same', given)).toBe('https://old.example/same');
    const plain = await readMoves(write('https://old.example/a,https://new.example/a\n'));
    expect(plain.size).toBe(1);
  });

  it('wins over --map', async () => {
    const single = await readMoves(write('/blog/1,https://new.example/one\n'));
    expect(move('https://old.example/blog/1', { single, maps: ['/blog=https://new.example'] })).toBe(
      'https://new.example/one',
    );
  });

  it('a line that is none, or a file that is not there, is named', async () => {
    await expect(readMoves(write('old,new\n/a,/b\n/c,what\n'))).rejects.toThrow('line 3: must be two addresses');
    await expect(readMoves(join(folder, 'none.csv'))).rejects.toThrow('none.csv');
    await expect(readMoves(write('/a,"/b\n'))).rejects.toThrow('moves.csv');
  });
});
