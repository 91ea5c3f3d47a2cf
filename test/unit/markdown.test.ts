import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderMarkdown } from '../../worker/comments/markdown';
import { findForbidden } from '../allowed-html';

const render = (source: string) => renderMarkdown(source, { images: false }).trim();
const renderImages = (source: string) => renderMarkdown(source, { images: true }).trim();
const REL = 'rel="nofollow ugc noopener"';

describe('text', () => {
  it('renders CommonMark, tables and strikethrough', () => {
    expect(render('**a** *b* ~~c~~ `d`')).toBe('<p><strong>a</strong> <em>b</em> <del>c</del> <code>d</code></p>');
    expect(render('| a | b |\n|:-:|--:|\n| c |')).toBe(
      '<table>\n<thead>\n<tr>\n<th align="center">a</th>\n<th align="right">b</th>\n</tr>\n</thead>\n' +
        '<tbody>\n<tr>\n<td align="center">c</td>\n<td align="right"></td>\n</tr>\n</tbody>\n</table>',
    );
  });

  it('shows raw HTML as text', () => {
    expect(render('<b>a</b>')).toBe('<p>&lt;b&gt;a&lt;/b&gt;</p>');
    expect(render('<script>\nalert(1)\n</script>')).toBe('<p>&lt;script&gt;\nalert(1)\n&lt;/script&gt;</p>');
  });

  it('renders headings outside the outline of the page', () => {
    expect(render('# a *b*')).toBe('<p><strong>a <em>b</em></strong></p>');
    expect(render('a\n===')).toBe('<p><strong>a</strong></p>');
    expect(render('> ###### a')).toBe('<blockquote>\n<p><strong>a</strong></p>\n</blockquote>');
  });

  it('threat 6: writes no class, style or id', () => {
    expect(render('```js\na < b\n```')).toBe('<pre tabindex="0"><code>a &lt; b\n</code></pre>');
    expect(render('    a')).toBe('<pre tabindex="0"><code>a\n</code></pre>');
    expect(render('|a|\n|:-|\n')).not.toContain('style');
  });

  it('renders an empty header cell as a cell, which heads nothing', () => {
    expect(render('| | a |\n|-|-|\n')).toContain('<tr>\n<td></td>\n<th>a</th>\n</tr>');
  });
});

describe('task lists', () => {
  it('labels each box with its task', () => {
    expect(render('- [ ] a\n- [x] *b*\n- [X] c')).toBe(
      '<ul>\n<li><label><input type="checkbox" disabled=""> a</label></li>\n' +
        '<li><label><input type="checkbox" checked="" disabled=""> <em>b</em></label></li>\n' +
        '<li><label><input type="checkbox" checked="" disabled=""> c</label></li>\n</ul>',
    );
  });

  it('takes a box for text outside a list item, without a space, and where nothing follows', () => {
    for (const source of ['[ ] a', '- [ ]', '- [ ]a', '- a [ ] b', '- [y] a']) {
      expect(render(source)).not.toContain('<input');
    }
  });
});

describe('links', () => {
  it('marks every link as a stranger’s', () => {
    expect(render('[a](https://b.example "c\\"d")')).toBe(
      `<p><a href="https://b.example" title="c&quot;d" ${REL}>a</a></p>`,
    );
    expect(render('<https://b.example>')).toBe(`<p><a href="https://b.example" ${REL}>https://b.example</a></p>`);
    expect(render('[a]\n\n[a]: /b')).toBe(`<p><a href="/b" ${REL}>a</a></p>`);
  });

  it('links bare addresses that say what they are', () => {
    expect(render('see https://a.example/b_(c)?d=e.')).toBe(
      `<p>see <a href="https://a.example/b_(c)?d=e" ${REL}>https://a.example/b_(c)?d=e</a>.</p>`,
    );
    expect(render('www.example.com/a')).toBe(`<p><a href="http://www.example.com/a" ${REL}>www.example.com/a</a></p>`);
    expect(render('a@b.example')).toBe(`<p><a href="mailto:a@b.example" ${REL}>a@b.example</a></p>`);
  });

  it('links no file names, bare domains, other schemes or parts of them', () => {
    const source = 'readme.md example.com ftp://www.example.com //example.com a.www.example.com xhttp://';
    expect(render(source)).toBe(`<p>${source}</p>`);
  });

  it.each([
    '[a](javascript:alert(1))',
    '[a](JAVASCRIPT:alert(1))',
    '[a](java&#9;script:alert(1))',
    '[a](&#x6a;avascript:alert(1))',
    '[a](javascript&colon;alert(1))',
    '[a](<java\tscript:alert(1)>)',
    '[a](data:text/html,b)',
    '[a](data:image/png;base64,b)',
    '[a](vbscript:b)',
    '[a](file:///b)',
    '<javascript:alert(1)>',
    '<irc://a.example>',
    '[a]\n\n[a]: javascript:alert(1)',
    '![a](javascript:alert(1))',
  ])('threat 4: makes no link of %j', (source) => {
    for (const html of [render(source), renderImages(source)]) {
      expect(html).not.toMatch(/<a |<img /);
      expect(findForbidden(html)).toEqual([]);
    }
  });

  it('shows the address of a link without text', () => {
    expect(render('[](/a) [ ](/b)')).toBe(`<p><a href="/a" ${REL}>/a</a> <a href="/b" ${REL}> /b</a></p>`);
  });
});

describe('images', () => {
  it('become links to the image by default', () => {
    expect(render('![a](https://b.example/c.png "d")')).toBe(
      `<p><a href="https://b.example/c.png" title="d" ${REL}>a</a></p>`,
    );
    expect(render('![](https://b.example)')).toBe(`<p><a href="https://b.example" ${REL}>https://b.example</a></p>`);
  });

  it('become their text within a link, because links do not nest', () => {
    expect(render('[![a](/b)](/c)')).toBe(`<p><a href="/c" ${REL}>a</a></p>`);
    expect(render('[![](/b)](/c)')).toBe(`<p><a href="/c" ${REL}>/c</a></p>`);
  });

  it('are shown where the site allows it, without telling their host who reads', () => {
    expect(renderImages('![a *b*](https://b.example/c.png "d")')).toBe(
      '<p><img src="https://b.example/c.png" alt="a b" title="d" loading="lazy" referrerpolicy="no-referrer"></p>',
    );
    expect(renderImages('![a](mailto:b@c.example)')).toBe(`<p><a href="mailto:b@c.example" ${REL}>a</a></p>`);
  });
});

describe('emoticons', () => {
  it('become emoji', () => {
    expect(render(':) :-) ;) ;-) :D :-D :( :-(')).toBe('<p>🙂 🙂 😉 😉 😃 😃 🙁 🙁</p>');
    expect(render('Nice! :).\nYes :D, *really :)*\n:(')).toBe('<p>Nice! 🙂.\nYes 😃, <em>really 🙂</em>\n🙁</p>');
    expect(render('https://a.example :)')).toContain('</a> 🙂</p>');
  });

  it('stay in code, in addresses, when escaped and when glued to something', () => {
    expect(render('`:)`')).toBe('<p><code>:)</code></p>');
    expect(render('\\:) :\\) &#58;)')).toBe('<p>:) :) :)</p>');
    expect(render('a:)b x:D :Das f(a:) :))')).toBe('<p>a:)b x:D :Das f(a:) :))</p>');
    expect(render('*a*:) :)*a*')).toBe('<p><em>a</em>:) :)<em>a</em></p>');
    expect(render('http://x:D')).not.toContain('😃');
    expect(render('<http://x/:D>')).not.toContain('😃');
    expect(render('[a](</b?:)> "c :) d")')).not.toContain('🙂');
  });
});

/** Sources of a given length that ask for much: work, or output. */
const fill = (piece: string) => (length: number) => piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
const PATHOLOGICAL: Record<string, (length: number) => string> = {
  'open brackets': fill('['),
  'open images': fill('!['),
  'open links': fill('[a](<b'),
  'nested links': (n) => '['.repeat(n / 5) + '](b)'.repeat(n / 5),
  'images in alt texts': fill(`${'!['.repeat(18)}a${'](b)'.repeat(18)}`),
  'a long alt text in alt texts': (n) => `${'!['.repeat(15)}${fill('*a*')(n - 100)}${'](b)'.repeat(15)}`,
  'emphasis that opens': fill('*a _b **c ~~d '),
  'emphasis that opens and closes': (n) => fill('*a **b _c ')(n / 2) + fill('c_ b** a* ')(n / 2),
  'nested emphasis': (n) => `${'**'.repeat(n / 4)}a${'**'.repeat(n / 4)}`,
  'quotes in a line': fill('>'),
  'quotes in quotes': fill(`${'>'.repeat(30)}\n\n`),
  'lazy lines in quotes': (n) => `${'>'.repeat(30)}a\n${fill('b\n')(n - 40)}`,
  'lists in a line': fill('* + - '),
  'lists in lists': (n) =>
    Array.from({ length: Math.sqrt(n) }, (_, depth) => `${'  '.repeat(depth)}- a\n`)
      .join('')
      .slice(0, n),
  'list items': fill('- a\n'),
  'empty headings': fill('#\n'),
  'one paragraph': fill('a\n'),
  'an open label': (n) => `[${fill('a\n')(n)}`,
  'an open title': (n) => `[a]: b "${fill('a\n')(n)}`,
  'many definitions': fill('[a]: b\n'),
  'a long definition used often': (n) => `[a]: /${'b'.repeat(n / 2)}\n\n${fill('[a]')(n / 2)}`,
  'a long title used often': (n) => `[a]: /b "${'&'.repeat(500)}"\n\n${fill('[a]')(n - 512)}`,
  'backticks of all lengths': (n) => Array.from({ length: Math.sqrt(2 * n) }, (_, i) => '`'.repeat(i + 1)).join(' '),
  'less-than signs': fill('<'),
  ampersands: fill('&'),
  entities: fill('&quot;'),
  backslashes: fill('\\\n'),
  'a wide table of short rows': (n) => `${'|a'.repeat(n / 8)}|\n${'|-'.repeat(n / 8)}|\n${fill('a\n')(n / 2)}`,
  'a table of short rows': (n) => `${'|a'.repeat(30)}|\n${'|:-:'.repeat(30)}|\n${fill('a\n')(n - 200)}`,
  'many tables': fill('|a|b|\n|-|-|\n|c|\n\n'),
  'tables beyond the limit': (n) => fill('|-|\n')(n),
  'addresses with open brackets': fill('http://a/[({"'),
  'addresses of many labels': fill(`http://${`${'a'.repeat(61)}.`.repeat(9)}_ `),
  'mail addresses': fill('a@b.c '),
  'words of www.': fill('www.a.'),
};

describe('limits', () => {
  it.each(Object.entries(PATHOLOGICAL))('threat 5: renders %s in time and space linear in the length', (_, source) => {
    const time = (length: number) => {
      const text = source(length);
      let best = Number.POSITIVE_INFINITY;
      for (let i = 0; i < 4; i++) {
        const start = performance.now();
        renderMarkdown(text, { images: true });
        best = Math.min(best, performance.now() - start);
      }
      return best;
    };
    // Four times the length: 4 when linear, 16 when quadratic. A busy machine may need a second look.
    const ratios = [0, 0, 0].map(() => () => time(20_000) / Math.max(time(5000), 0.5));
    expect(ratios.some((measure) => measure() < 8)).toBe(true);

    const html = renderMarkdown(source(20_000), { images: true });
    expect(html.length).toBeLessThan(32 * 20_000 + 200_000);
    expect(findForbidden(html)).toEqual([]);
  });

  it('threat 5: renders any mixture of markup to balanced HTML', () => {
    const pieces = [
      ...'*_~`[]()!<>#-+|:"&\\. \n1xa',
      '\n\n',
      '    ',
      '> ',
      '- ',
      '1. ',
      '|-|\n',
      '](/b)',
      'http://',
      '~~',
    ];
    const source = fc.array(fc.constantFrom(...pieces), { maxLength: 120 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(source, fc.boolean(), (markdown, images) => {
        expect(findForbidden(renderMarkdown(markdown, { images }))).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps text that is nested too deeply', () => {
    expect(render(`${'> '.repeat(200)}deep`)).toContain('deep');
    expect(render(`${'+ '.repeat(200)}deep`)).toContain('deep');
    expect(render(`${'**'.repeat(200)}deep${'**'.repeat(200)}`)).toContain('deep');
    expect(render('![![![![deep](/a)](/b)](/c)](/d)')).toBe(`<p><a href="/d" ${REL}>![deep](/a)</a></p>`);
  });

  it('nests emphasis 20 levels deep', () => {
    const html = render(`${'**'.repeat(200)}a${'**'.repeat(200)}`);
    expect(html.match(/<strong>/g)).toHaveLength(20);
  });

  it('shows tables beyond 2,000 cells as they were written', () => {
    const rows = (count: number) => `|a|b|\n|-|-|\n${'|c|d|\n'.repeat(count)}`;
    expect(render(rows(999))).toMatch(/^<table>/);
    expect(render(rows(1000))).toMatch(/^<p>\|a\|b\|\n/);
    expect(render(`${rows(600)}\n${rows(600)}`).match(/<table>/g)).toHaveLength(1);
    expect(render(`${rows(1000)}\n${rows(1)}`)).not.toContain('<table>');
  });

  it('shows references beyond 20,000 characters of addresses as text', () => {
    const html = render(`[a]: /${'b'.repeat(4999)}\n\n${'[a] '.repeat(6)}`);
    expect(html.match(/<a /g)).toHaveLength(4);
    expect(html).toMatch(/<\/a> a a<\/p>$/);
  });
});
