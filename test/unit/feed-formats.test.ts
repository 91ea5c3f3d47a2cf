/** Feeds against the grammars of their formats, and read back by parsers of others, with whatever a row may hold. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { RelaxNGValidator, XmlDocument } from 'libxml2-wasm';
import { parseFragment } from 'parse5';
import { SaxesParser } from 'saxes';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { JsonFeed } from '../../worker/contract-feeds';
import { writeAtom } from '../../worker/feeds/atom';
import { type Feed, presentEntry } from '../../worker/feeds/feed';
import type { EntryRow } from '../../worker/feeds/feeds-store';
import { presentHeld } from '../../worker/feeds/held';
import { writeJsonFeed } from '../../worker/feeds/json-feed';
import { timePrefix, uuidOf } from '../../worker/ids';
import { hostileRow, idOf, NAUGHTY, row } from './feed-rows';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const grammar = RelaxNGValidator.fromDoc(XmlDocument.fromString(read('test/fixtures/feeds/atom.rng')));
const isJsonFeed = new Ajv({ allErrors: true }).compile(JSON.parse(read('test/fixtures/feeds/json-feed.schema.json')));
const ORIGIN = 'https://comments.example';
const ATOM = 'http://www.w3.org/2005/Atom';
const THREAD = 'http://purl.org/syndication/thread/1.0';

const feedOf = (entries: Feed['entries'], over: Partial<Feed> = {}): Feed => ({
  ...{ id: 'urn:uuid:0', title: 'Comments', updated: 0, home: 'https://blog.example/post', links: {}, entries },
  ...over,
});
const repliesTo = (comment: string) => `${ORIGIN}/api/v1/feed.atom?${new URLSearchParams({ comment })}`;
const atomOf = (rows: EntryRow[]) => writeAtom(feedOf(rows.map((each) => presentEntry(each, ORIGIN))), repliesTo);
const jsonOf = (rows: EntryRow[]) => writeJsonFeed(feedOf(rows.map((each) => presentEntry(each, ORIGIN))), repliesTo);

/** @throws XmlValidateError, XmlParseError */
function checkAtom(text: string): void {
  const document = XmlDocument.fromString(text);
  try {
    grammar.validate(document);
  } finally {
    document.dispose();
  }
}

interface Node {
  name: string;
  uri: string;
  attributes: Record<string, string>;
  children: Node[];
  text: string;
}
/** By a parser that has nothing to do with what wrote it. @throws what is not well-formed */
function parse(text: string): Node {
  const parser = new SaxesParser({ xmlns: true });
  const root: Node = { name: '', uri: '', attributes: {}, children: [], text: '' };
  const open = [root];
  parser.on('opentag', ({ local, uri, attributes }) => {
    const node: Node = { name: local, uri, attributes: {}, children: [], text: '' };
    for (const [name, { value }] of Object.entries(attributes)) node.attributes[name] = value;
    open.at(-1)!.children.push(node);
    open.push(node);
  });
  parser.on('closetag', () => void open.pop());
  parser.on('text', (part) => {
    open.at(-1)!.text += part;
  });
  parser.on('error', (error) => {
    throw error;
  });
  parser.write(text).close();
  return root.children[0]!;
}
const all = (node: Node, name: string) => node.children.filter((child) => child.name === name);
const one = (node: Node, name: string): Node => {
  const found = all(node, name);
  expect(found, name).toHaveLength(1);
  return found[0]!;
};
const links = (node: Node, rel: string) => all(node, 'link').filter(({ attributes }) => attributes.rel === rel);

// What XML cannot hold is not there; what is half a character is a replacement.
const asXml = (text: string) =>
  text.toWellFormed().replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '');

/** What runs, or leads to what runs, in HTML as a browser builds it. */
function findDanger(html: string): string[] {
  const found: string[] = [];
  const look = (node: { tagName?: string; attrs?: { name: string; value: string }[]; childNodes?: unknown[] }) => {
    if (node.tagName && /^(script|style|iframe|object|embed|svg|math|form|base|meta|link|template)$/.test(node.tagName))
      found.push(node.tagName);
    for (const { name, value } of node.attrs ?? []) {
      if (/^on|^style$|^class$|^id$/.test(name)) found.push(name);
      if (/^(href|src)$/.test(name) && !/^(https?|mailto):/i.test(value)) found.push(`${name}=${value}`);
    }
    for (const child of node.childNodes ?? []) look(child as never);
  };
  look(parseFragment(html) as never);
  return found;
}

describe('Atom', () => {
  it('is what its grammar says, and a feed that is not is told from one', () => {
    checkAtom(atomOf([row(1), row(2, { edited_at: Date.UTC(2026, 1, 1), author_url: 'https://mika.example/' })]));
    checkAtom(atomOf([]));
    expect(() => checkAtom(atomOf([row(1)]).replace(/<updated>.*?<\/updated>/, ''))).toThrow();
    expect(() =>
      checkAtom(
        atomOf([row(1)])
          .replace('<author>', '<author><x/>')
          .replace('<name>', '<nome>'),
      ),
    ).toThrow();
    expect(() => checkAtom(atomOf([row(1)]).replace('<category', '<xyz'))).not.toThrow();
    expect(() => checkAtom(atomOf([row(1)]).replace(/<id>.*?<\/id>/, ''))).toThrow();
  });

  it('tells of a comment: who, when, where, what', () => {
    const edited = Date.UTC(2026, 1, 1);
    const feed = parse(
      atomOf([row(1, { author_url: 'http://mika.example', edited_at: edited, author_badge: 'moderator' })]),
    );
    expect([feed.name, feed.uri]).toEqual(['feed', ATOM]);
    const entry = one(feed, 'entry');
    expect(one(entry, 'id').text).toBe(`urn:uuid:${uuidOf(idOf(1))}`);
    expect(one(entry, 'title').text).toBe('Mika · The mending drawer');
    expect(one(one(entry, 'author'), 'name').text).toBe('Mika');
    expect(one(one(entry, 'author'), 'uri').text).toBe('http://mika.example/');
    expect([one(entry, 'published').text, one(entry, 'updated').text]).toEqual([
      '2026-01-31T12:00:01.000Z',
      '2026-02-01T00:00:00.000Z',
    ]);
    expect(one(entry, 'content')).toMatchObject({ text: '<p>Hello.</p>', attributes: { type: 'html' } });
    expect(one(entry, 'category').attributes).toEqual({ term: 'moderator' });
    expect(links(entry, 'alternate').map((link) => link.attributes.href)).toEqual([
      `https://blog.example/post#comment-${idOf(1)}`,
    ]);
  });

  it.each(['pingback', 'trackback'] as const)('marks a %s', (kind) => {
    expect(one(one(parse(atomOf([row(1, { kind })])), 'entry'), 'category').attributes.term).toBe(kind);
  });

  it('says what a comment answers, and where its replies are, how many and since when (RFC 4685)', () => {
    const top = row(1, { replies: 2, answered: `${timePrefix(Date.UTC(2026, 0, 31, 13))}${'0'.repeat(16)}` });
    const reply = row(2, { parent_id: idOf(1), root_id: idOf(1), depth: 1 });
    const [first, second] = all(parse(atomOf([top, reply])), 'entry') as [Node, Node];
    const answered = one(first, 'in-reply-to');
    expect(answered.uri).toBe(THREAD);
    expect(answered.attributes).toEqual({
      ref: 'https://blog.example/post',
      href: 'https://blog.example/post',
      type: 'text/html',
    });
    expect(one(second, 'in-reply-to').attributes).toEqual({
      ref: one(first, 'id').text,
      href: `https://blog.example/post#comment-${idOf(1)}`,
      type: 'text/html',
    });
    expect(links(first, 'replies').map((link) => link.attributes)).toEqual([
      {
        rel: 'replies',
        type: 'application/atom+xml',
        href: repliesTo(idOf(1)),
        'thr:count': '2',
        'thr:updated': '2026-01-31T13:00:00.000Z',
      },
    ]);
    expect(links(second, 'replies')[0]!.attributes).not.toHaveProperty('thr:count');
  });

  it('threats 4 and 7: whatever a row holds, it is valid, reads back as what it was, and holds nothing that runs', () => {
    fc.assert(
      fc.property(fc.array(hostileRow, { maxLength: 4 }), (rows) => {
        const text = atomOf(rows);
        checkAtom(text);
        const entries = all(parse(text), 'entry');
        expect(entries).toHaveLength(rows.length);
        for (const [i, entry] of entries.entries()) {
          const { author_name, page_url } = rows[i]!;
          expect(one(one(entry, 'author'), 'name').text).toBe(asXml(author_name));
          expect(findDanger(one(entry, 'content').text)).toEqual([]);
          for (const { attributes } of all(entry, 'link'))
            expect(URL.parse(attributes.href!)?.protocol).toMatch(/^https?:$/);
          for (const uri of all(one(entry, 'author'), 'uri')) expect(uri.text).toMatch(/^https?:\/\//);
          expect(URL.canParse(one(entry, 'in-reply-to').attributes.ref!)).toBe(true);
          if (!/^https?:/.test(URL.parse(page_url)?.protocol ?? '')) expect(links(entry, 'alternate')).toEqual([]);
        }
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  it.each(NAUGHTY.map((text) => [JSON.stringify(text).slice(0, 40), text]))('holds %s in every field', (_, text) => {
    const feed: Feed = {
      ...{ id: text, title: text, updated: 1, home: text },
      links: { self: text, next: text },
      entries: [
        {
          ...{ id: text, url: text, title: text, published: 1, updated: 2, mark: 'author', content: { html: text } },
          author: { name: text, url: text, avatar: text },
          answers: { id: text, url: text },
          replies: { comment: text, count: 1, updated: 1 },
        },
      ],
    };
    const written = writeAtom(feed, (comment) => comment);
    checkAtom(written);
    const parsed = parse(written);
    const entry = one(parsed, 'entry');
    for (const found of [
      one(parsed, 'id'),
      one(parsed, 'title'),
      one(entry, 'content'),
      one(one(entry, 'author'), 'name'),
    ])
      expect(found.text).toBe(asXml(text));
    for (const { attributes } of [...all(parsed, 'link'), ...all(entry, 'link')])
      expect(attributes.href).toBe(asXml(text));
  });
});

describe('JSON Feed', () => {
  it('is what its schema says, and what our own description says', () => {
    const feed = JSON.parse(
      jsonOf([row(1), row(2, { parent_id: idOf(1), depth: 1, kind: 'pingback', author_avatar: 'a' })]),
    );
    expect(isJsonFeed(feed), JSON.stringify(isJsonFeed.errors)).toBe(true);
    expect(v.safeParse(JsonFeed, feed).issues).toBeUndefined();
    expect(isJsonFeed({ ...feed, items: [{}] })).toBe(false);
    expect(feed.items[1]).toMatchObject({
      id: `urn:uuid:${uuidOf(idOf(2))}`,
      url: `https://blog.example/post#comment-${idOf(2)}`,
      tags: ['pingback'],
      authors: [{ name: 'Mika', avatar: `${ORIGIN}/api/v1/avatars/a` }],
      _afterword: { in_reply_to: feed.items[0].id },
    });
  });

  it('threats 4 and 7: whatever a row holds, it is valid and holds nothing that runs', () => {
    fc.assert(
      fc.property(fc.array(hostileRow, { maxLength: 4 }), (rows) => {
        const feed = JSON.parse(jsonOf(rows.map((each) => ({ ...each, author_avatar: null }))));
        expect(isJsonFeed(feed), JSON.stringify(isJsonFeed.errors)).toBe(true);
        for (const [i, item] of feed.items.entries()) {
          expect(findDanger(item.content_html)).toEqual([]);
          expect(item.authors[0].name).toBe(rows[i]!.author_name);
        }
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});

describe('an entry', () => {
  it('has an id that is a UUID, another for each comment, in order of time', () => {
    const ids = [1, 2, 63, 64, 65, 4096].map(idOf);
    const uuids = ids.map(uuidOf);
    for (const uuid of uuids)
      expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(uuids).size).toBe(ids.length);
    const [early, late] = ['01jxyzabcd', '01jxyzabce'].map((time) => uuidOf(`${time}zzzzzzzzzzzzzzzz`));
    expect(early! < late!).toBe(true);
    expect(uuidOf('01jxyzabcdzzzzzzzzzzzzzzzz')).toBe(uuidOf('01jxyzabcdzzzzzzzzzzzzzzzz'));
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => /^[0-9a-f-]{36}$/.test(uuidOf(text))));
  });

  it('has links and pictures that lead where they lead on their page', () => {
    const html =
      '<p><a href="/a?b&amp;c" rel="nofollow ugc noopener">x</a> <a href="#d" rel="nofollow ugc noopener">y</a> <a href="mailto:a@b.example" rel="nofollow ugc noopener">z</a> <a href="//o.example" rel="nofollow ugc noopener">o</a> &lt;a href="/no"</p>';
    const { content } = presentEntry(row(1, { html }), ORIGIN);
    expect('html' in content && content.html).toBe(
      html
        .replace('"/a?b&amp;c"', '"https://blog.example/a?b&amp;c"')
        .replace('"#d"', `"https://blog.example/post#d"`)
        .replace('"//o.example"', '"https://o.example/"'),
    );
  });

  it('of a page with a route in its fragment leads to the page', () => {
    expect(presentEntry(row(1, { page_url: 'https://blog.example/#!/a' }), ORIGIN).url).toBe(
      `https://blog.example/#comment-${idOf(1)}`,
    );
  });

  it('that waits for a moderator is plain text, and not the same as once it is approved', () => {
    const body = '![x](https://evil.example/pixel.gif) <b>[a](javascript:alert(1))</b>';
    const { html: _, ...rest } = row(1);
    const held = presentHeld({ ...rest, body }, ORIGIN);
    expect(held.content).toEqual({ text: body });
    expect(held.id).not.toBe(presentEntry(row(1), ORIGIN).id);
    const text = writeAtom(feedOf([held]), repliesTo);
    checkAtom(text);
    expect(one(one(parse(text), 'entry'), 'content')).toMatchObject({ text: body, attributes: { type: 'text' } });
  });
});

/** Strings that others collected, when they are here. */
const CORPUS = join(ROOT, '../shared/data/text/blns.json');
it.skipIf(!existsSync(CORPUS))('holds every string of a collection of naughty ones', () => {
  const strings = JSON.parse(readFileSync(CORPUS, 'utf8')) as string[];
  expect(strings.length).toBeGreaterThan(400);
  const text = atomOf(strings.map((each, i) => row(i, { author_name: each, page_title: each, html: each })));
  checkAtom(text);
  const names = all(parse(text), 'entry').map((entry) => one(one(entry, 'author'), 'name').text);
  expect(names).toEqual(strings.map(asXml));
});
