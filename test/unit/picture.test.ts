/** What passes for a picture: bytes alone decide, from the first to the last. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkPicture, fetchPicture, gravatarUrl, PICTURE_LIMITS } from '../../worker/identity/picture';

const bytes = (...parts: (string | number | number[])[]): Uint8Array<ArrayBuffer> =>
  new Uint8Array(parts.flatMap((part) => (typeof part === 'string' ? [...part].map((c) => c.charCodeAt(0)) : part)));
const be32 = (n: number) => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];
const le24 = (n: number) => [n & 255, (n >>> 8) & 255, n >>> 16];
const le32 = (n: number) => be32(n).reverse();

/** The least of each format that says its size; `fill` bytes more in between. */
const png = (w: number, h: number, fill = 0) =>
  bytes(
    '\x89PNG\r\n\x1a\n',
    [...be32(13), ...bytes('IHDR'), ...be32(w), ...be32(h), 8, 6, 0, 0, 0, 0, 0, 0, 0],
    [...be32(fill), ...bytes('IDAT'), ...new Array<number>(fill).fill(0), 0, 0, 0, 0],
    [...be32(0), ...bytes('IEND'), 0xae, 0x42, 0x60, 0x82],
  );
const jpeg = (w: number, h: number) =>
  bytes(
    [0xff, 0xd8, 0xff, 0xe0, 0, 16],
    'JFIF\0',
    [1, 1, 0, 0, 1, 0, 1, 0, 0],
    [0xff, 0xc0, 0, 11, 8, h >> 8, h & 255, w >> 8, w & 255, 1, 1, 0x11, 0],
    [0xff, 0xd9],
  );
const gif = (w: number, h: number) => bytes('GIF89a', [w & 255, w >> 8, h & 255, h >> 8, 0, 0, 0], ';');
const webp = (w: number, h: number) =>
  bytes('RIFF', le32(22), 'WEBPVP8X', le32(10), [0, 0, 0, 0], le24(w - 1), le24(h - 1));
const KINDS = [
  ['image/png', png],
  ['image/jpeg', jpeg],
  ['image/gif', gif],
  ['image/webp', webp],
] as const;

const SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';

describe('a picture', () => {
  it.each(KINDS)('is known by its bytes: %s', (type, make) => {
    expect(checkPicture(make(96, 64))).toEqual({ type });
    expect(checkPicture(make(4096, 4096))).toEqual({ type });
  });

  it('may stand anywhere in a buffer', () => {
    const whole = bytes('......', [...webp(10, 10)], '....');
    expect(checkPicture(whole.subarray(6, -4))).toEqual({ type: 'image/webp' });
  });

  it.each(KINDS)('has no side over 4096 pixels, nor one of none: %s', (_type, make) => {
    expect(checkPicture(make(4097, 1))).toBe(null);
    expect(checkPicture(make(1, 4097))).toBe(null);
    if (make !== webp) expect(checkPicture(make(0, 1))).toBe(null);
  });

  it('has no more bytes than are kept', () => {
    const frame = png(1, 1).length;
    expect(checkPicture(png(1, 1, PICTURE_LIMITS.bytes - frame))).toEqual({ type: 'image/png' });
    expect(checkPicture(png(1, 1, PICTURE_LIMITS.bytes - frame + 1))).toBe(null);
  });

  it.each(KINDS)('is whole: %s cut off anywhere is none', (_type, make) => {
    const whole = make(10, 10);
    for (let length = 0; length < whole.length; length++) expect(checkPicture(whole.slice(0, length))).toBe(null);
  });

  it.each(KINDS)('has nothing in front of it and nothing behind: %s', (_type, make) => {
    for (const more of ['\0', '\n', ' ', '<!--', SVG, 'PK\x05\x06', '%PDF-1.7', '<script>alert(1)</script>']) {
      expect(checkPicture(bytes(more, [...make(10, 10)]))).toBe(null);
      expect(checkPicture(bytes([...make(10, 10)], more))).toBe(null);
    }
  });

  it.each([
    ['nothing', ''],
    ['SVG', SVG],
    ['SVG with a prologue', `<?xml version="1.0"?><!DOCTYPE svg>${SVG}`],
    ['SVG behind a byte order mark', `\xef\xbb\xbf${SVG}`],
    ['HTML', '<!doctype html><script>alert(1)</script>'],
    ['HTML that begins as a GIF', 'GIF89a=1;<script>alert(1)</script>;'],
    ['a script that begins as a GIF', 'GIF89a/*\0\0\0*/=alert(1);'],
    ['HTML that begins as a PNG', '\x89PNG\r\n\x1a\n<html><script>alert(1)</script>'],
    ['HTML that begins as a JPEG', '\xff\xd8\xff<script>alert(1)</script>\xff\xd9'],
    ['a WAV', 'RIFF\x04\0\0\0WAVE'],
    ['a BMP', 'BM\x3a\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x01\0\0\0\x01\0\0\0\x01\0\x18\0'],
    ['an AVIF', '\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf'],
    ['an icon', '\0\0\x01\0\x01\0\x10\x10\0\0\x01\0\x20\0'],
    ['text', 'PNG'],
  ])('is not %s', (_what, content) => {
    expect(checkPicture(bytes(content))).toBe(null);
  });
});

describe('a picture is fetched', () => {
  let server: Server;
  let origins: Record<string, string>;
  const FILES: Record<string, [status: number, type: string, body: Uint8Array]> = {
    '/good': [200, 'image/png', png(96, 96)],
    '/mislabelled': [200, 'text/html', png(96, 96)],
    '/svg': [200, 'image/png', bytes(SVG)],
    '/huge': [200, 'image/png', png(1, 1, PICTURE_LIMITS.bytes)],
    '/error': [500, 'image/png', png(96, 96)],
  };
  beforeAll(async () => {
    server = createServer((request, response) => {
      const [status, type, body] = FILES[request.url!] ?? [404, 'text/plain', bytes('none')];
      response.writeHead(status, { 'Content-Type': type }).end(body);
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    origins = { 'https://pictures.example': `http://localhost:${(server.address() as AddressInfo).port}` };
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('and taken for what its bytes are', async () => {
    const picture = { type: 'image/png', bytes: png(96, 96) };
    expect(await fetchPicture('https://pictures.example/good', origins)).toEqual(picture);
    expect(await fetchPicture('https://pictures.example/mislabelled', origins)).toEqual(picture);
  });

  it.each([
    'https://pictures.example/svg',
    'https://pictures.example/huge',
    'https://pictures.example/error',
    'https://pictures.example/missing',
    'http://pictures.example/good',
    'https://localhost/good',
    'https://169.254.169.254/latest/meta-data',
    'data:image/png;base64,iVBORw0KGgo=',
    'nonsense',
  ])('or there is none, and nothing is thrown: %s', async (url) => {
    expect(await fetchPicture(url, origins)).toBe(null);
  });
});

it('Gravatar is asked by the hash of the address as it documents it', async () => {
  // SHA-256 of `mika@blog.example`.
  const hash = 'c1f44892e372695d4bea138f7df1a733574106e46a9f1e708356bf5afba3802a';
  for (const typed of ['mika@blog.example', ' Mika@BLOG.example\n'])
    expect(await gravatarUrl(typed)).toBe(`https://gravatar.com/avatar/${hash}?d=404&s=96`);
});
