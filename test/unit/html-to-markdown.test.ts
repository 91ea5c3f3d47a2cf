/** Foreign HTML and plain text as Markdown, looked at through the worker's own renderer: what one read is what one reads. */
import fc from 'fast-check';
import { type DefaultTreeAdapterTypes, parseFragment } from 'parse5';
import { describe, expect, it } from 'vitest';
import { htmlToMarkdown, textToMarkdown } from '../../cli/import/text/markdown';
import { renderMarkdown } from '../../worker/comments/markdown';

const render = (markdown: string) => renderMarkdown(markdown, { images: false });
const shown = (html: string) => render(htmlToMarkdown(html)).trim();

type Tree = DefaultTreeAdapterTypes.Node;
/** All text of some HTML, in its order, without the spaces. */
function textOf(html: string): string {
  const walk = (node: Tree): string =>
    'value' in node ? node.value : 'childNodes' in node ? node.childNodes.map(walk).join('') : '';
  return walk(parseFragment(html)).replace(/\s+/g, '');
}
const tagsOf = (html: string) => [...new Set([...html.matchAll(/<([a-z]\w*)/g)].map(([, tag]) => tag))].sort();
const escapeHtml = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');

/** Text full of what Markdown could take for markup, in pieces that meet in every way. */
const awkward = fc
  .array(
    fc.constantFrom(
      ...[
        'a',
        'b c',
        ' ',
        '*',
        '**',
        '_',
        '__',
        '`',
        '``',
        '~~',
        '~',
        '#',
        '# ',
        '- ',
        '-',
        '---',
        '+ ',
        '1. ',
        '2)',
        '> ',
        '=',
      ],
      ...[
        '[',
        ']',
        '](x)',
        '[x]: y',
        '!',
        '![',
        '(',
        ')',
        '<',
        '<b>',
        '<http://x.y>',
        '&amp;',
        '&lt;',
        '&',
        '&#35;',
        '\\',
        '|',
      ],
      ...[
        '|-|-|',
        ':--',
        '「字」',
        '“q”',
        'é',
        '😀',
        'snake_case',
        '[ ] ',
        '\u00a0',
        '$',
        '"',
        "'",
        '.',
        ',',
        '^',
        '@',
        '%',
      ],
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));

describe('plain text as Markdown', () => {
  it('shows every character, and takes none for markup', () => {
    fc.assert(
      fc.property(fc.array(awkward, { maxLength: 4 }), (lines) => {
        const text = lines.join('\n');
        const html = render(textToMarkdown(text));
        expect(textOf(html)).toBe(text.replace(/\s+/g, ''));
        expect(['a', 'br', 'p']).toEqual(expect.arrayContaining(tagsOf(html)));
      }),
      { numRuns: 1500 },
    );
  });

  it('keeps lines and paragraphs', () => {
    expect(render(textToMarkdown('one\ntwo\r\n\r\n\r\nthree\n')).trim()).toBe('<p>one<br>\ntwo</p>\n<p>three</p>');
  });

  it('leaves addresses to be links, with underscores, stars and all', () => {
    const text = 'see https://example.org/__init__/*a*?b=~~1~~&copy;=2 or http://example.org/a_b.';
    const html = render(textToMarkdown(text));
    expect(html).toContain('href="https://example.org/__init__/*a*?b=~~1~~&amp;copy;=2"');
    expect(html).toContain('href="http://example.org/a_b"');
    expect(textOf(html)).toBe(text.replace(/\s+/g, ''));
  });
});

describe('HTML as Markdown', () => {
  const inline = fc.letrec((tie) => ({
    node: fc.oneof(
      { maxDepth: 3 },
      awkward.map(escapeHtml),
      fc
        .tuple(fc.constantFrom('b', 'i', 'em', 'strong', 'del', 'span', 'u', 'code'), tie('nodes'))
        .map(([tag, inner]) => `<${tag}>${inner}</${tag}>`),
      tie('nodes').map((inner) => `<a href="https://example.org/x_(y)">x${inner}</a>`),
      fc.constant('<br>'),
    ),
    nodes: fc.array(tie('node'), { maxLength: 4 }).map((nodes) => nodes.join('')),
  })).nodes as fc.Arbitrary<string>;

  it('keeps all text of inline markup, however it meets', () => {
    fc.assert(
      fc.property(inline, (html) => {
        expect(textOf(shown(html))).toBe(textOf(html));
      }),
      { numRuns: 1500 },
    );
  });

  it('keeps all text of blocks within blocks', () => {
    const block = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 3 },
        inline,
        inline.map((text) => `<p>${text}</p>`),
        fc
          .tuple(fc.constantFrom('blockquote', 'div', 'ul', 'ol', 'li', 'h2', 'b'), tie('nodes'))
          .map(([tag, inner]) => `<${tag}>${inner}</${tag}>`),
        awkward.map((text) => `<pre>${escapeHtml(text)}</pre>`),
      ),
      nodes: fc.array(tie('node'), { maxLength: 4 }).map((nodes) => nodes.join('\n')),
    })).nodes as fc.Arbitrary<string>;
    fc.assert(
      fc.property(block, (html) => {
        expect(textOf(shown(html))).toBe(textOf(html));
      }),
      { numRuns: 1500 },
    );
  });

  it('keeps what comments have: emphasis, links, code, lists, quotes', () => {
    const html = shown(`<p>a <b>b</b> <i>c</i> <s>d</s> <a href="/e">e</a> <code>f&lt;</code></p><pre><code>g
  h</code></pre><ul><li>i<ul><li>j</li></ul></li></ul><ol start="3"><li>k</li></ol><blockquote>l</blockquote><h2>m</h2><hr>`);
    expect(html.replace(/>\n+</g, '><').replace('i\n', 'i')).toBe(
      '<p>a <strong>b</strong> <em>c</em> <del>d</del> <a href="/e" rel="nofollow ugc noopener">e</a> <code>f&lt;</code></p>' +
        '<pre tabindex="0"><code>g\n  h\n</code></pre><ul><li>i<ul><li>j</li></ul></li></ul><ol start="3"><li>k</li></ol>' +
        '<blockquote><p>l</p></blockquote><p><strong>m</strong></p><hr>',
    );
  });

  it('takes spaces out of emphasis, and leaves emphasis out where Markdown has none', () => {
    expect(htmlToMarkdown('a<b> b </b>c<i> </i><b></b>')).toBe('a **b** c');
    expect(htmlToMarkdown('a<b>“b”</b>c')).toBe('a“b”c');
    expect(htmlToMarkdown('<b>a</b><i>b</i> <b>c<b>d</b></b>')).toBe('**a**b **cd**');
    expect(htmlToMarkdown('<b>a<br><br>b</b>')).toBe('**a**\n\n**b**');
  });

  it('makes pictures and players links, and pictures of letters letters', () => {
    expect(htmlToMarkdown('<img src="https://x.example/a.png" alt="a cat">')).toBe('[a cat](https://x.example/a.png)');
    expect(htmlToMarkdown('<img src="https://x.example/a.png">')).toBe('<https://x.example/a.png>');
    expect(htmlToMarkdown('hi <img class="emoji" src="https://x.example/1.svg" alt="😀">')).toBe('hi 😀');
    expect(htmlToMarkdown('<iframe src="https://x.example/v?a=1"></iframe>')).toBe('<https://x.example/v?a=1>');
  });

  it('breaks lines where they are meant, and not in blocks of code', () => {
    const html =
      'one\ntwo <b>x\ny</b>\n\n<blockquote>three\nfour</blockquote>\n<pre>a\n\n b</pre>\n<ul>\n<li>five</li>\n</ul>';
    expect(htmlToMarkdown(html, { lines: true })).toBe(
      'one\\\ntwo **x\\\ny**\n\n> three\\\n> four\n\n```\na\n\n b\n```\n\n- five',
    );
    expect(htmlToMarkdown('one\ntwo')).toBe('one two');
  });

  it('threat 4: drops addresses that run something, whatever stands in their scheme', () => {
    for (const href of [
      'javascript:x',
      ' JaVa\tScRiPt:x',
      '\u0001javascript:x',
      'data:text/html,x',
      'vbscript:x',
      'java\nscript:x',
      'file:///x',
      'javascript&colon;x',
    ])
      for (const html of [
        `<a href="${href}">t</a>`,
        `<img src="${href}" alt="t">`,
        `<iframe src="${href}">t</iframe>`,
      ]) {
        expect(shown(html), html).not.toMatch(/href/);
        // Nor does it stand in the Markdown, which others may read as well.
        expect(htmlToMarkdown(html), html).toMatch(/^t?$/);
      }
    expect(htmlToMarkdown('<script>alert(1)</script><style>p{}</style><template>x</template>t')).toBe('t');
  });

  it('threat 20: ends at once on what is nested ten thousand deep or has no end, and keeps the text', () => {
    const hostile = [
      `${'<b>'.repeat(10_000)}deep${'</b>'.repeat(10_000)}`,
      `${'<div>'.repeat(50_000)}deep`,
      `${'<blockquote>'.repeat(10_000)}deep`,
      `${'<ul><li>'.repeat(9_000)}deep`,
      `${'<b><i><p>'.repeat(3000)}deep`,
      `${'<a href=x>'.repeat(10_000)}deep`,
      `${'<'.repeat(200_000)} deep`,
      `<a ${Array.from({ length: 20_000 }, (_, i) => `a${i}`).join(' ')}>deep`,
      `${'<b> '.repeat(9_000)}deep`,
      `${'`'.repeat(100_000)}deep`,
      `${'*_['.repeat(60_000)}deep`,
      `${'<p>x\n'.repeat(300_000)}deep`,
    ];
    for (const html of hostile) {
      const began = performance.now();
      expect(htmlToMarkdown(html), html.slice(0, 30)).toContain('deep');
      expect(performance.now() - began, html.slice(0, 30)).toBeLessThan(10_000);
    }
  }, 60_000);
});
