/** The CLI stores origins in the form the worker looks them up in; it may not import the worker, so this compares the two. */
import { describe, expect, it } from 'vitest';
import { hostOfOrigin } from '../../cli/site-sql.ts';
import { normaliseHost } from '../../worker/pages/normalise';

const ORIGINS = [
  'https://blog.example',
  'http://www.blog.example',
  'https://www.www.blog.example',
  'https://www.com',
  'https://blog.example.',
  'https://BLOG.example:443',
  'http://blog.example:80',
  'https://blog.example:80',
  'http://localhost:8787',
  'http://[::1]:8787',
  'https://bücher.example',
  'https://127.1',
];
const NO_ORIGINS = [
  'blog.example',
  'https://blog.example/path',
  'https://blog.example/?q',
  'https://me@blog.example',
  'ftp://blog.example',
  'https://a..example',
  'null',
  '',
];

describe('hostOfOrigin', () => {
  it.each(ORIGINS)('stores %s as the worker looks it up', (origin) => {
    expect(hostOfOrigin(origin)).toBe(normaliseHost(origin));
  });

  it.each(NO_ORIGINS)('refuses %j, as the worker does', (origin) => {
    expect(() => hostOfOrigin(origin)).toThrow(/is not an origin/);
    expect(normaliseHost(origin)).toBeUndefined();
  });
});
