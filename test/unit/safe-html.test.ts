import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderMarkdown } from '../../worker/comments/markdown';
import { hardenHtml, isImageUrl, isLinkUrl } from '../../worker/comments/safe-html';
import { findForbidden } from '../allowed-html';

const REL = 'rel="nofollow ugc noopener"';

// Pieces that hostile and honest rows are made of.
const PIECES = [
  '<p>',
  '</p>',
  '<em>',
  '</em>',
  '<a href="https://example.com/?a=1&amp;b=2" rel="nofollow ugc noopener">',
  '<a href="https://example.com">',
  '<a href="/x" title="a &quot;b&quot;" rel="opener">',
  '<a href="javascript:alert(1)">',
  '<a href="javascript&colon;alert(1)">',
  '<a href="java\tscript:alert(1)">',
  '<a href=" https://example.com">',
  '<a href="https://example.com" onclick="alert(1)">',
  "<a href='https://example.com'>",
  '<A HREF="https://example.com">',
  '</a>',
  '<img src="https://example.com/a.png" alt="" loading="lazy" referrerpolicy="no-referrer">',
  '<img src="data:text/html,x" alt="" loading="lazy" referrerpolicy="no-referrer">',
  '<img src=x onerror=alert(1)>',
  '<ol start="3">',
  '<ol>',
  '</ol>',
  '<ul>',
  '</ul>',
  '<li>',
  '</li>',
  '<blockquote>',
  '</blockquote>',
  '<table>',
  '</table>',
  '<thead>',
  '</thead>',
  '<tr>',
  '</tr>',
  '<td align="center">',
  '</td>',
  '<pre tabindex="0">',
  '</pre>',
  '<code>',
  '</code>',
  '<input type="checkbox" disabled="">',
  '<br>',
  '<svg>',
  '<style>',
  '<script>alert(1)</script>',
  '<!--',
  '-->',
  '<![CDATA[',
  '<?',
  '<p class="x">',
  '<p style="color:red">',
  '<p/>',
  '<',
  '>',
  '"',
  '&',
  '&lt;',
  'text',
  ' ',
  '\n',
  '\0',
];
const hostileRow = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }).map((pieces) => pieces.join('')),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: fc.constantFrom(...'<>/="\' abehrfscpt:&;\t\n'), maxLength: 60 }),
);

describe('hardenHtml', () => {
  it('threat 7: lets nothing through but what the renderer may write, whatever a row holds', () => {
    fc.assert(
      fc.property(hostileRow, (html) => {
        expect(findForbidden(hardenHtml(html))).toEqual([]);
      }),
      { numRuns: 3000 },
    );
  });

  it('changes nothing when applied again', () => {
    fc.assert(
      fc.property(hostileRow, (html) => {
        const once = hardenHtml(html);
        expect(hardenHtml(once)).toBe(once);
      }),
      { numRuns: 1000 },
    );
  });

  it('changes nothing of what the renderer writes', () => {
    const source = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc
        .array(
          fc.constantFrom(...'*_~`[]()!<>#-+|:"\'&\\/. \n\t1xa'.split(''), '\n\n', '    ', '- [ ] ', 'http://', '|-|'),
          {
            maxLength: 80,
          },
        )
        .map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(source, fc.boolean(), (markdown, images) => {
        const html = renderMarkdown(markdown, { images });
        expect(hardenHtml(html)).toBe(html);
        expect(findForbidden(html)).toEqual([]);
      }),
      { numRuns: 3000 },
    );
  });

  it('shows other tags, and known tags spelt otherwise, as text', () => {
    expect(hardenHtml('<p>a <script>alert(1)</script></p>')).toBe('<p>a &lt;script>alert(1)&lt;/script></p>');
    expect(hardenHtml('<p onclick="x">a</p>')).toBe('&lt;p onclick="x">a');
    expect(hardenHtml('<P>a</P>')).toBe('&lt;P>a&lt;/P>');
    expect(hardenHtml('<img src=x onerror=alert(1)>')).toBe('&lt;img src=x onerror=alert(1)>');
    expect(hardenHtml('a <!-- b --> c')).toBe('a &lt;!-- b --> c');
  });

  it('gives every link the rel of strangers’ links', () => {
    const link = `<a href="https://example.com" ${REL}>x</a>`;
    expect(hardenHtml(link)).toBe(link);
    expect(hardenHtml('<a href="https://example.com">x</a>')).toBe(link);
    expect(hardenHtml('<a href="https://example.com" rel="opener">x</a>')).toBe(link);
    expect(hardenHtml(`<a href="/a" title="t" rel="x ${REL.slice(5)}>x</a>`)).toBe(
      `<a href="/a" title="t" ${REL}>x</a>`,
    );
  });

  it.each([
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    'java\tscript:alert(1)',
    'java\nscript:alert(1)',
    '\u0001javascript:alert(1)',
    ' javascript:alert(1)',
    'javascript&colon;alert(1)',
    'javascript&#58;alert(1)',
    '&#106;avascript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'blob:https://example.com/x',
    'file:///etc/passwd',
    'ftp://example.com',
  ])('threat 4: makes no link to %j', (url) => {
    expect(hardenHtml(`<a href="${url}" ${REL}>x</a>`)).toMatch(/^&lt;a /);
  });

  it('shows no image from mailto or data', () => {
    const rest = 'alt="" loading="lazy" referrerpolicy="no-referrer">';
    expect(hardenHtml(`<img src="https://a.example/b.png" ${rest}`)).toMatch(/^<img /);
    expect(hardenHtml(`<img src="mailto:a@b.example" ${rest}`)).toMatch(/^&lt;img /);
    expect(hardenHtml(`<img src="data:image/png;base64,x" ${rest}`)).toMatch(/^&lt;img /);
  });

  it('drops closing tags that close nothing and closes what was left open', () => {
    expect(hardenHtml('</p></blockquote>a</a>')).toBe('a');
    expect(hardenHtml('<p><em>a</p>b')).toBe('<p><em>ab</em></p>');
    expect(hardenHtml('<ul><li>a<ul><li>b')).toBe('<ul><li>a<ul><li>b</li></ul></li></ul>');
  });

  it('keeps elements only where the HTML parser would leave them, so that none closes one around the comment', () => {
    expect(hardenHtml('<li>a</li>')).toBe('&lt;li>a');
    expect(hardenHtml('<td>a</td>')).toBe('&lt;td>a');
    expect(hardenHtml('<p><ul></ul></p>')).toBe('<p>&lt;ul></p>');
    expect(hardenHtml('<table><td>a</td></table>')).toBe('<table>&lt;td>a</table>');
    expect(hardenHtml('<a href="/a"><em><a href="/b">x</a></em></a>')).toBe(
      `<a href="/a" ${REL}><em>&lt;a href="/b">x</em></a>`,
    );
  });

  it('limits the depth of nesting', () => {
    const html = hardenHtml('<blockquote>'.repeat(1000));
    expect(html.split('<blockquote>').length - 1).toBe(64);
    expect(findForbidden(html)).toEqual([]);
  });

  const repeat = (piece: string) => (length: number) => piece.repeat(length / piece.length);
  it.each<[string, (length: number) => string]>([
    ...['<', '<p', '</', '<a href="', '<a href="x" title="', '<img src="x" alt="', '<ol start="1'].map(
      (piece): [string, (length: number) => string] => [`${piece} without an end`, repeat(piece)],
    ),
    // Shorter, because V8 takes no longer to hash a string of a million characters than one of 16,384.
    ['less-than signs before one end', (length) => `${'<'.repeat(length / 25)}>`],
    ['opening tags', repeat('<em>')],
    ['closing tags', repeat('</em>')],
    ['links', repeat('<a href="/">')],
    ['ampersands in a link', (length) => `<a href="${'&'.repeat(length)}">`],
  ])('takes time in proportion to the length: %s', (_, source) => {
    const time = (length: number) => {
      const html = source(length);
      let best = Number.POSITIVE_INFINITY;
      for (let i = 0; i < 5; i++) {
        const start = performance.now();
        hardenHtml(html);
        best = Math.min(best, performance.now() - start);
      }
      return best;
    };
    // Eight times the length: 8 when linear, 64 when quadratic.
    expect(time(400_000) / Math.max(time(50_000), 0.2)).toBeLessThan(32);
  });
});

describe('addresses', () => {
  it('allows links to http, https, mailto and what is relative to the page', () => {
    const links = [
      'http://a',
      'HTTPS://a',
      'mailto:a@b.example',
      '/a',
      '#a',
      '?a=b:c',
      'a/b:c',
      './a',
      '//a.example',
      '',
    ];
    expect(links.filter((url) => !isLinkUrl(url))).toEqual([]);
    expect(links.filter((url) => !isImageUrl(url))).toEqual(['mailto:a@b.example']);
  });
});
