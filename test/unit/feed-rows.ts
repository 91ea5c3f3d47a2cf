/** Rows of comments as a feed gets them, harmless or with whatever a hostile or older hand has put there. */
import fc from 'fast-check';
import type { EntryRow } from '../../worker/feeds/feeds-store';

export const idOf = (n: number) => `01j${String(n).padStart(23, '0')}`;

export const row = (n: number, over: Partial<EntryRow> = {}): EntryRow => ({
  ...{
    id: idOf(n),
    parent_id: null,
    root_id: idOf(n),
    depth: 0,
    status: 'approved',
    replies: 0,
    up: 0,
    down: 0,
    score: 0,
  },
  ...{ author_id: null, author_verified: null, author_avatar: null, author_name: 'Mika', author_url: null },
  ...{
    author_badge: null,
    kind: null,
    html: '<p>Hello.</p>',
    created_at: Date.UTC(2026, 0, 31, 12, 0, n),
    edited_at: null,
  },
  ...{ page_id: idOf(9000), page_url: 'https://blog.example/post', page_title: 'The mending drawer', answered: null },
  ...over,
});

/** What breaks text on its way through XML, JSON and HTML. */
export const NAUGHTY = [
  '',
  ' ',
  ']]>',
  '<![CDATA[ x ]]>',
  '</content></entry></feed>',
  '<?xml version="1.1"?><!DOCTYPE x [<!ENTITY a "b">]>&a;',
  '&amp;amp; &lt; &#0; &#x1F; &nbsp; &unknown;',
  `"'\`<>&`,
  '<script>alert(1)</script>',
  '<p onclick=alert(1)><a href="javascript:alert(1)">x</a>',
  '<a href="java\tscript:alert(1)" rel="nofollow ugc noopener">x</a>',
  '<img src="x" onerror="alert(1)"><svg/onload=alert(1)>',
  'javascript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  ' \u0001javascript:alert(1)',
  'https://user:pw@evil.example/?a=1&b="><x>',
  'http://[::1',
  '\0\u0001\u0008\u000b\u000c\u000e\u001f',
  '\u007f\u0080\u0085\u009f\u00a0',
  'a\rb\r\nc\nd\te',
  '\ud800',
  'x\udfffy',
  '\ufffe\uffff\ufffd\ufeff',
  '\u{1fffe}\u{10ffff}',
  '\u2028\u2029\u200b\u202e\u2066',
  'e\u0301\u0301\u0301 👩‍👩‍👧‍👦 🇺🇳 ﷽ ÅΩ≈ç',
  'عربي עברית 日本語 ไทย',
  '\u{e0001}\u{e0041}\u{e007f}',
  'xmlns="urn:x" xml:base="http://evil.example/"',
  '\\u0000 \\" %00 %s {{x}}',
  'x'.repeat(20_000),
];

const text = fc.oneof(
  fc.constantFrom(...NAUGHTY),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) }),
);
const perhaps = fc.option(text);

/** A row in which every text is whatever it is. */
export const hostileRow: fc.Arbitrary<EntryRow> = fc
  .record({
    n: fc.nat(9_000_000),
    texts: fc.record({
      author_name: text,
      html: text,
      page_url: fc.oneof(text, fc.constant('https://blog.example/a?b=1&c="<d>\'#!/e')),
    }),
    nullable: fc.record({
      author_url: perhaps,
      author_id: perhaps,
      author_verified: perhaps,
      author_avatar: perhaps,
      author_badge: perhaps,
      page_title: perhaps,
      kind: perhaps,
      parent_id: perhaps,
      answered: perhaps,
    }),
    numbers: fc.record({ depth: fc.nat(3), replies: fc.nat(3), edited_at: fc.option(fc.nat(4_000_000_000_000)) }),
  })
  .map(({ n, texts, nullable, numbers }) => row(n, { ...texts, ...nullable, ...numbers } as Partial<EntryRow>));
