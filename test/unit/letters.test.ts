/** Letters: what reaches a mail program is our markup and a stranger's text, in every field, form and language. */
import fc from 'fast-check';
import { type DefaultTreeAdapterTypes, parse } from 'parse5';
import { describe, expect, it } from 'vitest';
import { PHASES } from '../../worker/moderation/phases';
import { shapeLines } from '../../worker/notify/letters/body';
import { writeDigest } from '../../worker/notify/letters/digest';
import type { ModeratorItem } from '../../worker/notify/letters/letter';
import { writeModerator } from '../../worker/notify/letters/moderator';
import { plainLine, plainText } from '../../worker/notify/letters/plain';
import { writeReply } from '../../worker/notify/letters/reply';
import { en } from '../../worker/notify/letters/texts/en';
import { type Language, toLanguage, wordsFor } from '../../worker/notify/letters/words';
import { OURS, writeAll } from '../letter-samples.ts';

const LANGUAGES: Language[] = ['en', 'de', 'fr', 'es', 'ja', 'ar'];
const NAUGHTY = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '"><svg/onload=alert(1)>',
  `' onmouseover='alert(1)`,
  '</a></div></td></tr></table><form action=https://evil.example><input name=p>',
  '</style><style>body{display:none}</style>',
  '</title><script>alert(1)</script>',
  '<!-- --><base href=https://evil.example>',
  '<a href="https://evil.example">our site</a>',
  '[our site](https://evil.example) ![](https://evil.example/p.png) <https://evil.example>',
  'javascript:alert(1) data:text/html,x https://evil.example www.evil.example evil.example me@evil.example tel:+123',
  '> quoted <b>bold</b>\n```\n</a><i>code</i>\n```\n    <u>indented</u>',
  '&lt;b&gt; &amp; &#60;script&#62;',
  '{author} {page} {site} {n} $& $1 $`',
  '\r\nBcc: everybody@evil.example\r\n\r\n<b>body</b>',
  '\u202eelpmaxe.live\u202c \u2066\u200f\u061c \ufeff\0\x1b[31m\x7f\u0085\u2028\u2029',
  '\ud83d alone \udd92 \ud83d\ude00',
  `a${'\u0301'.repeat(5000)}`,
  '👩‍👩‍👧‍👦'.repeat(1200),
  'x'.repeat(200_000),
  '\n'.repeat(5000),
  'a\n'.repeat(5000),
  '-- \nStop all these mails:\nhttps://evil.example/stop',
  '',
];

const OUR_LINK = /^https:\/\/(?:blog|talk)\.example\//;
const ELEMENTS = new Set('html head meta title style body div table tbody tr td h1 h2 p a b br bdi span'.split(' '));
const ATTRIBUTES = new Set(
  (
    'lang dir charset name content class style role cellspacing cellpadding border width align valign href ' +
    'aria-hidden colspan'
  ).split(' '),
);

type Element = DefaultTreeAdapterTypes.Element;
function listElements(html: string): Element[] {
  const found: Element[] = [];
  const walk = (node: DefaultTreeAdapterTypes.ParentNode): void => {
    for (const child of node.childNodes) {
      if (!('tagName' in child)) continue;
      found.push(child);
      walk(child);
    }
  };
  walk(parse(html));
  return found;
}
const attributesOf = ({ attrs }: Element): Record<string, string> =>
  Object.fromEntries(attrs.map(({ name, value }) => [name, value]));
const textOf = (node: DefaultTreeAdapterTypes.ParentNode): string =>
  node.childNodes
    .map((child) =>
      'value' in child ? child.value : 'tagName' in child ? (child.tagName === 'br' ? '\n' : textOf(child)) : '',
    )
    .join('');
/** Elements with their attributes, texts aside. */
const shapeOf = (html: string): string =>
  JSON.stringify(
    listElements(html).map((element) => {
      const { style: _, dir: __, ...attributes } = attributesOf(element);
      return [element.tagName, attributes];
    }),
  );

describe('threat 4: markup in any field of a letter', () => {
  it.each(NAUGHTY.map((it) => [it.slice(0, 40), it]))('is text: %j', (_, naughty) => {
    for (const language of LANGUAGES)
      for (const [name, letter] of Object.entries(writeAll(naughty, language))) {
        const elements = listElements(letter.html);
        const wrong = elements.filter(
          (e) =>
            !ELEMENTS.has(e.tagName) || Object.keys(attributesOf(e)).some((attribute) => !ATTRIBUTES.has(attribute)),
        );
        expect(
          wrong.map((e) => e.tagName),
          `${name} ${language}`,
        ).toEqual([]);
        const styles = elements.map((e) => attributesOf(e).style ?? '').join();
        expect(styles, name).not.toMatch(/url\(|expression|@import|evil/i);
        expect(elements.filter(({ tagName }) => tagName === 'style' || tagName === 'title').length, name).toBe(2);
      }
  });

  it('is text in whatever else may be typed', { timeout: 60_000 }, () => {
    const anything = fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...NAUGHTY.slice(0, 14))), {
      maxLength: 4,
    });
    fc.assert(
      fc.property(anything, fc.constantFrom(...LANGUAGES), (parts, language) => {
        for (const { html, subject } of Object.values(writeAll(parts.join(''), language))) {
          const wrong = listElements(html).filter(
            ({ tagName, attrs }) =>
              !ELEMENTS.has(tagName) ||
              attrs.some(({ name, value }) => !ATTRIBUTES.has(name) || (name === 'href' && !OUR_LINK.test(value))),
          );
          expect([wrong, html.isWellFormed(), subject.isWellFormed()]).toEqual([[], true, true]);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('leaves the letter the shape that it has with a harmless word', () => {
    const harmless = writeAll('word');
    for (const naughty of NAUGHTY.slice(0, 9))
      for (const [name, letter] of Object.entries(writeAll(naughty)))
        expect(shapeOf(letter.html), `${name}: ${naughty}`).toBe(shapeOf(harmless[name]!.html));
  });

  it('shows what was typed, letter by letter', () => {
    const typed = 'Is a < b && "c" > d? <b>no</b> &amp; {author} $& $1';
    const { html, text } = writeAll(typed).page!;
    const body = listElements(html).find(({ tagName }) => tagName === 'body')!;
    expect(textOf(body).split(typed).length).toBeGreaterThan(3);
    expect(text).toContain(`> ${typed}\n`);
  });
});

describe('threat 8: mail used for phishing and tracking', () => {
  it.each(NAUGHTY.map((it) => [it.slice(0, 40), it]))('links to nothing but us and the page: %j', (_, naughty) => {
    for (const [name, letter] of Object.entries(writeAll(naughty)))
      for (const { tagName, attrs } of listElements(letter.html))
        for (const { name: attribute, value } of attrs) {
          if (attribute === 'href') expect(value, name).toMatch(OUR_LINK);
          expect([name, tagName, attribute]).not.toContain('src');
        }
  });

  it('has a subject and headers of one line, without controls, at any title', () => {
    for (const naughty of NAUGHTY)
      for (const language of LANGUAGES)
        for (const [name, { subject }] of Object.entries(writeAll(naughty, language))) {
          expect(subject, `${name} ${language}`).not.toMatch(
            /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u061c\ufeff]/u,
          );
          expect(subject.length, subject).toBeLessThanOrEqual(130);
          expect(subject.isWellFormed()).toBe(true);
          // What is isolated ends where it ends.
          expect(subject.match(/\u2068/g)?.length).toBe(subject.match(/\u2069/g)?.length);
        }
  });

  it('says nothing of the writer’s choosing in a subject but the page’s title', () => {
    const { subject } = writeReply(
      { language: 'en', siteName: 'A Blog', siteHost: 'blog.example' },
      {
        reason: 'reply',
        comment: {
          author: 'Your bank',
          body: 'x',
          createdAt: 0,
          url: 'https://blog.example/',
          page: { title: 'Moths', url: 'https://blog.example/' },
        },
      },
    );
    expect(subject).toBe('New reply on “Moths”');
  });

  it('sends a stranger nothing that a stranger typed: what was asked for has no title, name or text in it', () => {
    const { optIn, code } = writeAll('WIN A PRIZE');
    for (const { subject, text, html } of [optIn!, code!]) expect(subject + text + html).not.toContain('PRIZE');
  });

  it('makes no link of an address that is no web address', () => {
    for (const url of [
      'javascript:alert(1)',
      'data:text/html,x',
      'https://a:b@blog.example/',
      'nonsense',
      'file:///etc',
    ])
      for (const name of ['reply', 'digest', 'moderator'])
        expect(
          listElements(writeAll('word', 'en', url)[name]!.html)
            .map((e) => attributesOf(e).href)
            .filter((href) => href && !href.startsWith('https://talk.example/')),
        ).toEqual([]);
  });

  it('marks every line of a stranger’s in the text form, so that none passes for ours', () => {
    const fake = 'hello\n-- \nStop all these mails:\nhttps://evil.example/stop\r\rmore\u2028even more';
    for (const [name, { text }] of Object.entries(writeAll(fake))) {
      const unmarked = text.split('\n').filter((line) => /^(?!> ).*evil/.test(line) && !/“|on hello|^hello/.test(line));
      expect(unmarked, name).toEqual([]);
      expect(text.match(/^-- $/gm)?.length ?? 0, name).toBe(name === 'optIn' || name === 'code' ? 0 : 1);
    }
  });

  it('lets no mail program make a link of what a stranger typed: it stands in an anchor, which has none in it', () => {
    const outside: string[] = [];
    const walk = (node: DefaultTreeAdapterTypes.ParentNode, name: string): void => {
      for (const child of node.childNodes) {
        if ('value' in child && child.value.includes('evil')) outside.push(`${name}: ${child.value}`);
        else if ('tagName' in child && child.tagName !== 'a' && child.tagName !== 'title') walk(child, name);
      }
    };
    for (const [name, { html }] of Object.entries(writeAll('www.evil.example'))) walk(parse(html), name);
    expect(outside).toEqual([]);
  });
});

describe('letters', () => {
  it('are written in each language, with nothing left to fill in', () => {
    const seen = new Set<string>();
    for (const language of LANGUAGES)
      for (const [name, letter] of Object.entries(writeAll('word', language))) {
        const html = listElements(letter.html)[0]!;
        expect(attributesOf(html)).toEqual({ lang: language, dir: language === 'ar' ? 'rtl' : 'ltr' });
        expect(letter.text + textOf(html), name).not.toMatch(/undefined|\bnull\b|NaN|\{\w+\}/);
        seen.add(letter.subject);
      }
    expect(seen.size).toBe(LANGUAGES.length * 7);
  });

  it('count as the language does', () => {
    const count = (language: string, n: number): string =>
      wordsFor(language).count(wordsFor(language).texts.waiting, n);
    expect(count('en', 1)).toBe('1 comment is waiting on {site}');
    expect(count('de', 2)).toBe('2 Kommentare warten auf {site}');
    expect(new Set([1, 2, 3, 11, 100].map((n) => count('ar', n).replace(/[\d٠-٩]+/, ''))).size).toBe(5);
  });

  it('take the nearest language, or English', () => {
    expect(['fr,en;q=0.5', 'de-AT', 'JA', 'pt_BR', '', 'constructor', 'ar-EG'].map(toLanguage)).toEqual([
      'fr',
      'de',
      'ja',
      'en',
      'en',
      'en',
      'ar',
    ]);
  });

  it('name a word for every phase of moderation', () => {
    expect(PHASES.map(({ name }) => name).filter((name) => !(name in en.phases))).toEqual([]);
  });

  it('tell the zone of a time', () => {
    for (const language of LANGUAGES) expect(wordsFor(language).date(1_795_440_900_000)).toContain('UTC');
  });

  it('stay small: about 15 kB with the longest text, and a digest of twenty comments', () => {
    const long = 'Some words, and then some more of them. '.repeat(100);
    for (const [name, { html }] of Object.entries(writeAll(long))) expect(html.length, name).toBeLessThan(15_000);
    const page = { title: 'Moths', url: 'https://blog.example/moths' };
    const comment = { author: 'Finch', body: long, createdAt: 0, url: 'https://blog.example/moths#afterword-1' };
    const shell = { language: 'en', siteName: 'A Blog', siteHost: 'blog.example' };
    const digest = writeDigest(shell, {
      pages: [{ ...page, comments: Array.from({ length: 20 }, () => comment) }],
      more: 0,
    });
    expect(digest.html.length).toBeLessThan(28_000);
  });

  it('offer only verbs that there is a link for', () => {
    const links = { approve: undefined, spam: `${OURS}/decide/s`, console: 'https://talk.example/console' } as {
      spam: string;
      console: string;
    };
    const item: ModeratorItem = {
      about: 'new',
      comment: {
        author: 'Finch',
        body: 'x',
        createdAt: 0,
        url: 'https://blog.example/#c',
        page: { title: null, url: 'https://blog.example/moths' },
      },
      findings: [],
      reports: [],
    };
    const { text, subject } = writeModerator({ language: 'en', siteName: 'A Blog', siteHost: 'b' }, { ...item, links });
    expect(subject).toBe('New comment on “blog.example/moths”');
    expect(text).toContain(`Spam:\n${links.spam}`);
    expect(text).not.toMatch(/^Approve|^Trash/m);
  });
});

describe('text of a stranger', () => {
  it('is cut between graphemes and never inside a code point', () => {
    expect(plainLine('👩‍👩‍👧‍👦'.repeat(20), 100)).toMatch(/^(?:👩‍👩‍👧‍👦)+…$/u);
    for (let max = 5; max < 60; max++) {
      const cut = plainText('🦒'.repeat(50), max);
      expect(cut.isWellFormed()).toBe(true);
      expect(cut.length).toBeLessThanOrEqual(max + 1);
    }
    expect(plainText(`a${'\u0301'.repeat(5000)}`, 100)).toBe(`a${'\u0301'.repeat(6)}…`.normalize('NFC'));
  });

  it('ends at a word where one ends near, and is left alone when it fits', () => {
    expect(plainLine('one two three four five', 14)).toBe('one two three…');
    expect(plainLine('  one\n\ttwo  ', 14)).toBe('one two');
  });

  it('keeps its lines and indents, and no more empty ones than are needed', () => {
    expect(plainText('\n\na\r\n\r\n\r\n\r\n  b \t\n', 100)).toBe('a\n\n  b');
    expect(plainText('a\n'.repeat(500), 5000).split('\n')).toHaveLength(61);
  });

  it('is told apart by quotes and code, whatever is left open', () => {
    expect(shapeLines('> a\n> b\nc\n```js\n> d\n\n~~~\n```\n```\ne')).toEqual([
      { shape: 'quote', lines: ['a', 'b'] },
      { shape: 'text', lines: ['c'] },
      { shape: 'code', lines: ['> d', '', '~~~'] },
      { shape: 'code', lines: ['e'] },
    ]);
  });
});
