/**
 * The last gate: whatever HTML a row holds, what leaves is one of the tags that markdown.ts writes or it is text. Owns
 * the allowlist of tags, attributes and addresses, and their nesting; how Markdown becomes HTML is markdown.ts's.
 *
 * It is not a general sanitizer. A tag is kept when it is spelt exactly as the renderer spells it and stands where the
 * HTML parser would leave it, so that the browser builds the very tree that is written here; there is nothing to
 * mutate, and nothing that could close an element around the comment. For what the renderer wrote it is the identity.
 */

/** What every link of a stranger carries. */
export const LINK_REL = 'nofollow ugc noopener';

/**
 * Whether an address may be linked to: http, https, mailto, or relative to the page. Whatever stands before a colon in
 * the first segment is taken for a scheme, so that nothing a browser drops from within one (tabs, newlines, leading
 * control characters) makes a difference.
 */
export function isLinkUrl(url: string): boolean {
  return /^(?:https?:|mailto:|[^:/?#]*(?:[/?#]|$))/i.test(url);
}

/** Whether an address may be loaded as an image: http, https, or relative to the page. */
export function isImageUrl(url: string): boolean {
  return /^(?:https?:|[^:/?#]*(?:[/?#]|$))/i.test(url);
}

// Kinds of content, one bit each.
const BLOCK = 1;
const INLINE = 2;
const ITEM = 4;
const SECTION = 8;
const ROW = 16;
const CELL = 32;

interface Element {
  /** The closing tag; a void element has none. */
  close?: string;
  /** The kind of content it is, which its parent must hold. */
  is: number;
  /** The kinds of content it holds besides text. */
  holds: number;
}

function element(name: string, is: number, holds: number): Element {
  return { close: `</${name}>`, is, holds };
}

const LINK = element('a', INLINE, INLINE);
const ORDERED = element('ol', BLOCK, ITEM);
const VOID: Element = { is: INLINE, holds: 0 };
const TH = element('th', CELL, INLINE);
const TD = element('td', CELL, INLINE);

// Every opening tag without free text in it.
const FIXED = new Map<string, Element>([
  ['<p>', element('p', BLOCK, INLINE)],
  ['<blockquote>', element('blockquote', BLOCK, BLOCK | INLINE)],
  ['<pre tabindex="0">', element('pre', BLOCK, INLINE)],
  ['<ul>', element('ul', BLOCK, ITEM)],
  ['<ol>', ORDERED],
  ['<li>', element('li', ITEM, BLOCK | INLINE)],
  ['<hr>', { is: BLOCK, holds: 0 }],
  ['<table>', element('table', BLOCK, SECTION)],
  ['<thead>', element('thead', SECTION, ROW)],
  ['<tbody>', element('tbody', SECTION, ROW)],
  ['<tr>', element('tr', ROW, CELL)],
  ...['', ' align="left"', ' align="center"', ' align="right"'].flatMap((align): [string, Element][] => [
    [`<th${align}>`, TH],
    [`<td${align}>`, TD],
  ]),
  ['<em>', element('em', INLINE, INLINE)],
  ['<strong>', element('strong', INLINE, INLINE)],
  ['<del>', element('del', INLINE, INLINE)],
  ['<code>', element('code', INLINE, 0)],
  ['<label>', element('label', INLINE, INLINE)],
  ['<br>', VOID],
  ['<input type="checkbox" disabled="">', VOID],
  ['<input type="checkbox" checked="" disabled="">', VOID],
]);
const CLOSING = new Set([...FIXED.values(), LINK].map((e) => e.close));
const LONGEST_FIXED = Math.max(...[...FIXED.keys()].map((tag) => tag.length));

const VALUE = '([^"<>]*)';
const LINK_TAG = new RegExp(`<a href="${VALUE}"(?: title="${VALUE}")?(?: rel="[^"<>]*")?>`, 'y');
const IMAGE_TAG = new RegExp(
  `<img src="${VALUE}" alt="${VALUE}"(?: title="${VALUE}")? loading="lazy" referrerpolicy="no-referrer">`,
  'y',
);
const ORDERED_TAG = /<ol start="\d{1,9}">/y;
// The only character references the renderer writes. With any other, `javascript&colon;` would hide a scheme.
const FOREIGN_REFERENCE = /&(?!(?:amp|lt|gt|quot);)/;

// The renderer stays below (MAX_BLOCK_LEVEL and MAX_INLINE_LEVEL); browsers flatten what is deeper than 512.
const MAX_DEPTH = 64;

/** Makes stored HTML safe to insert. Linear in the length of `html`; never throws. */
export function hardenHtml(html: string): string {
  const open: Element[] = [];
  let links = 0; // how many of `open` are links
  let out = '';
  let done = 0; // `html` before this is in `out`
  const rewrite = (from: number, to: number, text: string) => {
    out += html.slice(done, from) + text;
    done = to;
  };

  let end = html.indexOf('>'); // of the tag, if it is one: the first > behind `at`, -1 when there is none
  for (let at = html.indexOf('<'); at >= 0; at = html.indexOf('<', at + 1)) {
    const parent = open.at(-1);
    if (parent?.close && html.startsWith(parent.close, at)) {
      open.pop();
      if (parent === LINK) links--;
      continue;
    }
    if (end >= 0 && end < at) end = html.indexOf('>', at);
    const tag = end >= 0 && end - at < LONGEST_FIXED ? html.slice(at, end + 1) : '';
    if (CLOSING.has(tag)) {
      rewrite(at, end + 1, '');
      continue;
    }

    const child = FIXED.get(tag) ?? readFreeTag(html, at);
    const fits =
      child !== undefined &&
      (child.is & (parent ? parent.holds : BLOCK | INLINE)) !== 0 &&
      (child !== LINK || links === 0) &&
      open.length < MAX_DEPTH;
    if (!fits) {
      rewrite(at, at + 1, '&lt;');
      continue;
    }
    if (child === LINK) {
      links++;
      const rel = ` rel="${LINK_REL}">`;
      if (!html.startsWith(rel, end + 1 - rel.length)) rewrite(at, end + 1, writeLink(html.slice(at, end + 1)));
    }
    if (child.close) open.push(child);
  }
  if (done === 0 && open.length === 0) return html;
  return (
    out +
    html.slice(done) +
    open
      .map((element) => element.close)
      .reverse()
      .join('')
  );
}

/** The element of a tag with an address or a number in it, when it is spelt as the renderer spells it. */
function readFreeTag(html: string, at: number): Element | undefined {
  switch (html[at + 1]) {
    case 'a': {
      const match = matchAt(LINK_TAG, html, at);
      return match && isLinkUrl(match[1]!) && !FOREIGN_REFERENCE.test(match[0]) ? LINK : undefined;
    }
    case 'i': {
      const match = matchAt(IMAGE_TAG, html, at);
      return match && isImageUrl(match[1]!) && !FOREIGN_REFERENCE.test(match[0]) ? VOID : undefined;
    }
    case 'o':
      return matchAt(ORDERED_TAG, html, at) ? ORDERED : undefined;
    default:
      return undefined;
  }
}

/** A link tag with the rel of strangers' links, whatever rel it had. */
function writeLink(tag: string): string {
  return `${tag.replace(/ rel="[^"]*">$|>$/, '')} rel="${LINK_REL}">`;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
