/** What stands in foreign records, and HTML that stands in Markdown. */
import { describe, expect, it } from 'vitest';
import { flag, id, line, number, text, time } from '../../cli/import/read/fields.ts';
import { freeOfTags, markupOf } from '../../cli/import/text/markup.ts';

describe('a field', () => {
  it.each([
    ['2021-03-12T11:21:56Z', '2021-03-12T11:21:56.000Z'],
    ['2021-03-12T11:21:56.123456789+02:00', '2021-03-12T09:21:56.123Z'],
    ['2021-03-12 11:21:56', '2021-03-12T11:21:56.000Z'],
    ['2021-03-12 11:21:56 +0800 CST', '2021-03-12T03:21:56.000Z'],
    ['2021-03-12 11:21:56.5 +0800 +0800', '2021-03-12T03:21:56.500Z'],
    ['2021-03-12 11:21:56 UTC', '2021-03-12T11:21:56.000Z'],
    ['2021-03-12', '2021-03-12T00:00:00.000Z'],
    ['1615548116000', '2021-03-12T11:21:56.000Z'],
    [1615548116000, '2021-03-12T11:21:56.000Z'],
    [{ __type: 'Date', iso: '2021-03-12T11:21:56Z' }, '2021-03-12T11:21:56.000Z'],
    [{ $date: { $numberLong: '1615548116000' } }, '2021-03-12T11:21:56.000Z'],
    [{ $date: '2021-03-12T11:21:56Z' }, '2021-03-12T11:21:56.000Z'],
  ])('that says the time %j is read', (value, iso) => {
    expect(new Date(time({ at: value }, 'at') ?? NaN).toISOString()).toBe(iso);
  });

  it.each([
    '',
    'yesterday',
    '0001-01-01T00:00:00Z',
    '2021-13-45T99:99:99Z',
    0,
    '0',
    null,
    [],
    {},
    true,
    '9'.repeat(20),
    9e300,
  ])('that says no time, as %j, has none', (value) => {
    expect(time({ at: value }, 'at')).toBeNull();
  });

  it('is looked for under its own name, and is nothing when it is of another kind', () => {
    expect(text({ toString: 5 }, 'valueOf', 'toString')).toBe('5');
    expect([time({ a: 1615548116000n }, 'a'), time({ a: 1615548116.5 }, 'a', 's')]).toEqual([
      1615548116000, 1615548116500,
    ]);
    expect(text({ a: { b: 1 } }, 'a')).toBe('');
    expect([id({ a: '0' }, 'a'), id({ a: ' 7 ' }, 'a'), line({ a: 'null' }, 'a'), line({ a: ' x ' }, 'a')]).toEqual([
      null,
      '7',
      null,
      'x',
    ]);
    expect([
      number({ a: '12.7' }, 'a'),
      number({ a: 'x' }, 'a'),
      number({ a: '1e400' }, 'a'),
      number({ a: null }, 'a'),
    ]).toEqual([12, 0, 0, 0]);
    expect([flag({ a: 'true' }, 'a'), flag({ a: '1' }, 'a'), flag({ a: 'yes' }, 'a'), flag({}, 'a')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

describe('HTML in Markdown', () => {
  it('is told from Markdown by how it begins', () => {
    expect(['<p>x</p>', ' <div class="x">', '<b>x</b>', 'a <p>', '> x'].map(markupOf)).toEqual([
      'html',
      'html',
      'markdown',
      'markdown',
      'markdown',
    ]);
  });

  it.each([
    ['a <img src="https://p.example/x.png" alt="x"> b', 'a [x](<https://p.example/x.png>) b'],
    ["<img alt=a]b src='https://p.example/x.png?a=1&amp;b=2'/>", '[a b](<https://p.example/x.png?a=1&b=2>)'],
    ['<a href="https://p.example/">there</a>', '[there](<https://p.example/>)'],
    ['<a class="at" href="#12">@Ada</a> yes', '@Ada yes'],
    ['one<br>two<br />\nthree', 'one\ntwo\nthree'],
    ['`<br>` and ``<img src="x">``', '`<br>` and ``<img src="x">``'],
    ['```html\n<br>\n```\n<br>x', '```html\n<br>\n```\n\nx'],
    ['1 < 2 > 0', '1 < 2 > 0'],
    ['<https://p.example/>', '<https://p.example/>'],
  ])('%j becomes %j', (before, after) => {
    expect(freeOfTags(before)).toBe(after);
  });

  it('threat 4: leaves no address of a scheme that runs something', () => {
    for (const address of [
      'javascript:alert(1)',
      'JaVaScRiPt:x',
      'data:text/html,x',
      ' java\tscript:x',
      'https://x>y',
    ]) {
      expect(freeOfTags(`<a href="${address}">x</a><img src="${address}" alt="y">`)).not.toMatch(/\]\(</);
    }
  });

  it('threat 5: takes time that grows with the text, not faster', () => {
    for (const piece of ['`', '` ', '`` ` ', '<a href="', '<img ', '<a href=x>', '```\n', '<br', '<a ']) {
      const started = performance.now();
      freeOfTags(piece.repeat(Math.floor(300_000 / piece.length)));
      expect(performance.now() - started, piece).toBeLessThan(1500);
    }
  });
});
