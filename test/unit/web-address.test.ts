import { expect, it } from 'vitest';
import { readRetryAfter } from '../../worker/retry-after';
import { commentAddress, webAddress } from '../../worker/web-address';

it.each([
  ['https://blog.example/a b', 'https://blog.example/a%20b'],
  ['java\nscript:alert(1)', null],
  ['https://bank.example@evil.example/', null],
  ['https://user:word@blog.example/', null],
  ['data:text/html,x', null],
  ['/post', null],
  ['', null],
  [null, null],
])('threat 4: %j leads to %j', (url, address) => {
  expect(webAddress(url)).toBe(address);
});

it('a comment stands at its page, whatever fragment that had', () => {
  expect(commentAddress('https://blog.example/post?x=1#top', 'c1')).toBe('https://blog.example/post?x=1#comment-c1');
  expect(commentAddress('javascript:alert(1)', 'c1')).toBeNull();
});

it.each([
  ['120', 120],
  ['Thu, 01 Jan 1970 00:01:30 GMT', 90],
  ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
  ['999999999', 86_400],
  ['soon', null],
  [null, null],
])('Retry-After: %j is %j seconds', (value, seconds) => {
  expect(readRetryAfter(value, 0)).toBe(seconds);
});
