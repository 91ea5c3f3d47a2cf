/**
 * Comments in HTML, and in plain text, as Markdown. What they say survives, as text at least; of how it looks, what comments have:
 * emphasis, links, code, quotes, lists. Pictures and players become links, tables lines of text, headings strong.
 *
 * Safe HTML is made by the worker, of the Markdown, whatever comes out here. This must only be quick and never overflow, also on
 * what somebody nested ten thousand deep.
 */
import { type DefaultTreeAdapterTypes, parseFragment } from 'parse5';
import { linkableUrl, writeDestination } from './markdown-escape.ts';
import { type Mark, type Piece, pushText, writeLine, writeParagraphs } from './markdown-inlines.ts';

type Node = DefaultTreeAdapterTypes.ChildNode;
type Element = DefaultTreeAdapterTypes.Element;

/** Beyond these it is text with the tags taken out: an HTML parser's time can grow with their square. */
const MAX_CHARS = 300_000;
const MAX_TAGS = 20_000;
/** Deeper elements are their text. */
const MAX_DEPTH = 32;

const BLOCKS = new Set(
  `address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure footer form h1 h2
  h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p pre section summary table tbody td tfoot th thead tr ul`.split(
    /\s+/,
  ),
);
const MARKS: Record<string, Mark> = { b: '**', strong: '**', em: '*', i: '*', del: '~~', s: '~~', strike: '~~' };
/** Nobody sees what is in them. */
const UNSEEN = new Set([
  'script',
  'style',
  'template',
  'noscript',
  'head',
  'title',
  'select',
  'datalist',
  'noembed',
  'noframes',
]);
const PLAYERS: Record<string, string> = { iframe: 'src', embed: 'src', video: 'src', audio: 'src', object: 'data' };

export interface HtmlOptions {
  /** Line breaks in the text are meant, as in WordPress: one breaks the line, two end the paragraph. */
  lines?: boolean;
}

export function htmlToMarkdown(html: string, { lines = false }: HtmlOptions = {}): string {
  const isHuge = html.length > MAX_CHARS || (html.match(/<[a-z]/gi)?.length ?? 0) > MAX_TAGS;
  const tree = parseFragment(isHuge ? html.replace(/<[a-z/!?][^<>]*>/gi, ' ') : html, { scriptingEnabled: false });
  return new Writer(lines || isHuge).blocks(tree.childNodes, 0).join('\n\n');
}

/** A text without markup: everything in it stays what it is, lines included. */
export function textToMarkdown(text: string): string {
  const pieces: Piece[] = [];
  pushLines(pieces, text);
  return writeParagraphs(pieces).join('\n\n');
}

function pushLines(pieces: Piece[], text: string): void {
  text.split(/\r\n?|\n/).forEach((line, i) => {
    if (i > 0) pieces.push({ kind: 'break' });
    pushText(pieces, line);
  });
}

interface Inline {
  depth: number;
  inLink: boolean;
  marks: Mark[];
}

class Writer {
  private readonly lines: boolean;
  private pairs = 0;

  constructor(lines: boolean) {
    this.lines = lines;
  }

  /** Blocks of Markdown, each without the blank line between them. */
  blocks(nodes: Node[], depth: number): string[] {
    const blocks: string[] = [];
    let pieces: Piece[] = [];
    const endParagraph = () => {
      blocks.push(...writeParagraphs(pieces));
      pieces = [];
    };
    for (const node of nodes) {
      if (isElement(node) && depth < MAX_DEPTH && isBlock(node)) {
        endParagraph();
        blocks.push(...this.block(node, depth));
      } else this.inline(node, pieces, { depth, inLink: false, marks: [] });
    }
    endParagraph();
    return blocks;
  }

  private block(element: Element, depth: number): string[] {
    const { tagName, childNodes } = element;
    switch (tagName) {
      case 'pre':
      case 'code':
        return writeFence(textOf(element));
      case 'hr':
        return ['---'];
      case 'blockquote':
        return quote(this.blocks(childNodes, depth + 1));
      case 'ul':
      case 'ol':
      case 'menu':
      case 'dir':
        return this.list(element, depth);
      case 'li':
        return indent('- ', this.blocks(childNodes, depth + 1));
      case 'tr':
        return this.row(element, depth);
      case 'h1':
      case 'h2':
      case 'h3':
      case 'h4':
      case 'h5':
      case 'h6': {
        const pieces: Piece[] = [];
        this.emphasise('**', element, pieces, { depth, inLink: false, marks: [] });
        return writeParagraphs(pieces);
      }
      default:
        return this.blocks(childNodes, depth + 1);
    }
  }

  private list(list: Element, depth: number): string[] {
    const first = Number.parseInt(attribute(list, 'start') || '1', 10);
    let number = first >= 0 && first < 1e8 ? first : 1;
    const items: string[] = [];
    for (const node of list.childNodes) {
      const blocks =
        isElement(node) && node.tagName === 'li'
          ? this.blocks(node.childNodes, depth + 1)
          : this.blocks([node], depth + 1);
      if (blocks.length === 0) continue;
      items.push(...indent(list.tagName === 'ol' ? `${number++}. ` : '- ', blocks));
    }
    const isLoose = items.some((item) => item.includes('\n\n'));
    return items.length === 0 ? [] : [items.join(isLoose ? '\n\n' : '\n')];
  }

  /** A table's row, as a line. */
  private row(row: Element, depth: number): string[] {
    const pieces: Piece[] = [];
    for (const cell of row.childNodes) {
      if (!isElement(cell)) continue;
      if (pieces.length > 0) pieces.push({ kind: 'text', text: ' | ' });
      this.inlines(cell.childNodes, pieces, { depth: depth + 1, inLink: false, marks: [] });
    }
    return writeParagraphs(pieces.map((piece) => (piece.kind === 'break' ? { kind: 'space' } : piece)));
  }

  private inlines(nodes: Node[], pieces: Piece[], inline: Inline): void {
    for (const node of nodes) this.inline(node, pieces, inline);
  }

  private inline(node: Node, pieces: Piece[], inline: Inline): void {
    if ('value' in node) {
      if (this.lines) pushLines(pieces, node.value);
      else pushText(pieces, node.value);
      return;
    }
    if (!isElement(node) || UNSEEN.has(node.tagName)) return;
    const { tagName } = node;
    const within = { ...inline, depth: inline.depth + 1 };
    const mark = MARKS[tagName];
    if (within.depth > MAX_DEPTH) pushText(pieces, textOf(node));
    else if (tagName === 'br') pieces.push({ kind: 'break' });
    else if (mark) this.emphasise(mark, node, pieces, within);
    else if (tagName === 'a') this.link(node, pieces, within);
    else if (tagName === 'img') this.picture(node, pieces, within);
    else if (PLAYERS[tagName]) {
      const source = node.childNodes.find((child) => isElement(child) && child.tagName === 'source');
      const url = attribute(node, PLAYERS[tagName]) || (source && isElement(source) ? attribute(source, 'src') : '');
      pushLink(pieces, url, [], within);
    } else if (['code', 'kbd', 'samp', 'tt'].includes(tagName)) {
      const code = textOf(node).replace(/\s+/g, ' ').trim();
      if (code !== '') pieces.push({ kind: 'code', text: code });
    } else if (tagName === 'q') {
      pieces.push({ kind: 'text', text: '“' });
      this.inlines(node.childNodes, pieces, within);
      pieces.push({ kind: 'text', text: '”' });
    } else {
      // A block in a link or in a cell is set off by spaces.
      const isApart = BLOCKS.has(tagName);
      if (isApart) pieces.push({ kind: 'space' });
      this.inlines(node.childNodes, pieces, within);
      if (isApart) pieces.push({ kind: 'space' });
    }
  }

  private emphasise(mark: Mark, element: Element, pieces: Piece[], inline: Inline): void {
    if (inline.marks.includes(mark)) {
      this.inlines(element.childNodes, pieces, inline);
      return;
    }
    const pair = this.pairs++;
    pieces.push({ kind: 'open', mark, pair });
    this.inlines(element.childNodes, pieces, { ...inline, marks: [...inline.marks, mark] });
    pieces.push({ kind: 'close', mark, pair });
  }

  private link(element: Element, pieces: Piece[], inline: Inline): void {
    const url = linkableUrl(attribute(element, 'href'));
    if (url === null || inline.inLink) {
      this.inlines(element.childNodes, pieces, inline);
      return;
    }
    const inner: Piece[] = [];
    this.inlines(element.childNodes, inner, { ...inline, inLink: true, marks: [] });
    // What is before a link and what is behind it keeps the spaces that stood in it.
    if (inner[0]?.kind === 'space') pieces.push({ kind: 'space' });
    pushLink(pieces, url, inner, inline);
    if (inner.length > 1 && inner.at(-1)?.kind === 'space') pieces.push({ kind: 'space' });
  }

  private picture(element: Element, pieces: Piece[], inline: Inline): void {
    const alt = attribute(element, 'alt');
    // Emoji and smileys are pictures in many systems.
    const isLetter =
      /smil|emoji|emoticon/i.test(`${attribute(element, 'class')} ${attribute(element, 'src')}`) && alt !== '';
    const text: Piece[] = [];
    pushText(text, alt);
    if (inline.inLink || isLetter) pieces.push(...text);
    else pushLink(pieces, attribute(element, 'src'), text, inline);
  }
}

/** A link, or its text alone when it may not lead there. Without a text it shows where it leads. */
function pushLink(pieces: Piece[], address: string, inner: Piece[], { inLink }: Inline): void {
  const url = linkableUrl(address);
  const text = writeLine(inner.map((piece) => (piece.kind === 'break' ? { kind: 'space' } : piece)));
  if (url === null || inLink) pieces.push(...inner);
  else if ((text === '' || text === url) && /^https?:\/\/[!-~]+$/.test(url) && !/[<>%\\]/.test(url))
    pieces.push({ kind: 'link', text: `<${url}>` });
  else {
    const shown: Piece[] = [];
    pushText(shown, url);
    pieces.push({ kind: 'link', text: `[${text || writeLine(shown)}](${writeDestination(url)})` });
  }
}

function writeFence(code: string): string[] {
  const text = code.replace(/\r\n?/g, '\n').replace(/^\n+|\s+$/g, '');
  if (text === '') return [];
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}\n${text}\n${fence}`];
}

function quote(blocks: string[]): string[] {
  return blocks.length === 0
    ? []
    : [blocks.join('\n\n').replace(/^(?=(.?))/gm, (_, next: string) => (next ? '> ' : '>'))];
}

/** Blocks as an item: the marker before the first line, and as much room before the others. */
function indent(marker: string, blocks: string[]): string[] {
  if (blocks.length === 0) return [];
  const [first, second] = blocks;
  // A list within the list keeps close to its line.
  const isTight = blocks.length === 2 && !first!.includes('\n') && /^(?:-|1\.) /.test(second!);
  const room = ' '.repeat(marker.length);
  return [marker + blocks.join(isTight ? '\n' : '\n\n').replace(/\n(?!\n|$)/g, `\n${room}`)];
}

function isElement(node: Node): node is Element {
  return 'tagName' in node;
}

/** Whether it stands for itself: a block, code of several lines, or emphasis and the like around blocks. */
function isBlock(element: Element): boolean {
  if (BLOCKS.has(element.tagName)) return true;
  if (element.tagName === 'code') return textOf(element).trim().includes('\n');
  if (element.tagName === 'a' || UNSEEN.has(element.tagName) || element.tagName in PLAYERS) return false;
  const open: Node[] = [...element.childNodes];
  for (let node = open.pop(); node; node = open.pop()) {
    if (!isElement(node)) continue;
    if (BLOCKS.has(node.tagName)) return true;
    for (const child of node.childNodes) open.push(child);
  }
  return false;
}

/** All text in it; breaks are line breaks. */
function textOf(element: Element): string {
  let text = '';
  const open: Node[] = [element];
  for (let node = open.pop(); node; node = open.pop()) {
    if ('value' in node) text += node.value;
    else if (isElement(node) && node.tagName === 'br') text += '\n';
    else if (isElement(node) && !UNSEEN.has(node.tagName))
      for (let i = node.childNodes.length - 1; i >= 0; i--) open.push(node.childNodes[i]!);
  }
  return text;
}

function attribute(element: Element, name: string): string {
  return element.attrs.find((attr) => attr.name === name)?.value ?? '';
}
