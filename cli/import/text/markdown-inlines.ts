/**
 * A paragraph's pieces as Markdown: text, code, links, emphasis, line breaks. Emphasis is written where Markdown would find it
 * again; where it would not (in the midst of a word, around nothing), the text stays without.
 */
import markdownIt from 'markdown-it';
import { escapeText } from './markdown-escape.ts';

export type Mark = '**' | '*' | '~~';
interface Delimiter<K> {
  kind: K;
  mark: Mark;
  /** The same of the two that belong together. */
  pair: number;
}
export type Piece =
  | { kind: 'text' | 'code' | 'link'; text: string }
  | { kind: 'space' | 'break' }
  | Delimiter<'open'>
  | Delimiter<'close'>;

/** A text with its spaces as pieces of their own where it begins and ends, since they may have to move. */
export function pushText(pieces: Piece[], text: string): void {
  const words = text.replace(/[ \t\n\f\r]+/g, ' ');
  if (words.startsWith(' ')) pieces.push({ kind: 'space' });
  const inner = words.trim() === '' ? words.replace(/^ | $/g, '') : words.replace(/^ /, '').replace(/ $/, '');
  if (inner !== '') pieces.push({ kind: 'text', text: inner });
  if (words.length > 1 && words.endsWith(' ')) pieces.push({ kind: 'space' });
}

/** Paragraphs: two breaks divide them, and emphasis goes on in the next. */
export function writeParagraphs(pieces: Piece[]): string[] {
  const paragraphs: Piece[][] = [];
  let current: Piece[] = [];
  let opened: Delimiter<'open'>[] = [];
  let breaks = 0;
  for (const piece of pieces) {
    if (piece.kind === 'break') breaks++;
    else if (piece.kind === 'space' || piece.kind === 'close') {
      if (piece.kind === 'close') opened = opened.filter(({ pair }) => pair !== piece.pair);
    } else {
      if (breaks > 1) {
        paragraphs.push([...current, ...[...opened].reverse().map((open) => ({ ...open, kind: 'close' as const }))]);
        current = [...opened];
      }
      breaks = 0;
      if (piece.kind === 'open') opened.push(piece);
    }
    current.push(piece);
  }
  paragraphs.push(current);
  return paragraphs.map((paragraph) => writeLine(paragraph)).filter((text) => text !== '');
}

/** One paragraph; its single breaks are kept. */
export function writeLine(pieces: Piece[]): string {
  // What was around nothing may have kept a space within other emphasis.
  const solid = dropEmpty(moveSpaces(dropEmpty(moveSpaces(pieces))));
  const fit = dropUnreadable(tidySpaces(solid));
  const plain = writePieces(fit.filter(({ kind }) => kind !== 'open' && kind !== 'close'));
  for (const attempt of [fit, dropUnreadable(dropInner(fit))]) {
    const text = writePieces(attempt);
    // One pair reads as it is meant. Several may get entangled, and there is no telling but by reading.
    if (attempt.filter(({ kind }) => kind === 'open').length < 2 || readText(text) === readText(plain)) return text;
  }
  return plain;
}

function writePieces(pieces: Piece[]): string {
  let out = '';
  for (let i = 0; i < pieces.length; i++) {
    const piece = pieces[i]!;
    switch (piece.kind) {
      case 'text':
      case 'space': {
        let text = '';
        const starts = i === 0 || pieces[i - 1]?.kind === 'break';
        for (let next = pieces[i]; next?.kind === 'text' || next?.kind === 'space'; next = pieces[++i])
          text += next.kind === 'text' ? next.text : ' ';
        out += escapeText(text, { starts, beforeLink: pieces[i]?.kind === 'link' });
        i--;
        break;
      }
      case 'code': {
        let { text } = piece;
        // Two pieces of code side by side would be one with backticks in it.
        for (let next = pieces[i + 1]; next?.kind === 'code'; next = pieces[++i + 1]) text += next.text;
        out += writeCode(text);
        break;
      }
      case 'break':
        out += '\\\n';
        break;
      case 'link':
        out += piece.text;
        break;
      default:
        out += piece.mark;
    }
  }
  return out;
}

const reader = markdownIt({ maxNesting: 100 });

function readText(markdown: string): string {
  const [inline] = reader.parseInline(markdown, {});
  return (inline?.children ?? []).map(({ content }) => content).join('');
}

/** Takes out emphasis within emphasis. */
function dropInner(pieces: Piece[]): Piece[] {
  let depth = 0;
  return pieces.filter(({ kind }) => (kind === 'open' ? ++depth === 1 : kind !== 'close' || --depth === 0));
}

function writeCode(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = /^`|`$|^ .* $/.test(text) ? ' ' : '';
  return fence + pad + text + pad + fence;
}

/** Spaces out of emphasis: before it begins, behind where it ends. */
function moveSpaces(pieces: Piece[]): Piece[] {
  const moved = [...pieces];
  const isBlank = (piece: Piece | undefined) => piece?.kind === 'space' || piece?.kind === 'break';
  const swap = (i: number, j: number) => {
    [moved[i], moved[j]] = [moved[j]!, moved[i]!];
  };
  for (let i = moved.length - 2; i >= 0; i--)
    for (let j = i; moved[j]?.kind === 'open' && isBlank(moved[j + 1]); j++) swap(j, j + 1);
  for (let i = 1; i < moved.length; i++)
    for (let j = i; moved[j]?.kind === 'close' && isBlank(moved[j - 1]); j--) swap(j, j - 1);
  return moved;
}

/** One space at a time, and none beside a break or at either end; no breaks there either. */
function tidySpaces(pieces: Piece[]): Piece[] {
  const tidy: Piece[] = [];
  let pending: Piece | null = null;
  let begun = false;
  for (const piece of pieces) {
    if (piece.kind === 'break' || piece.kind === 'space') {
      if (begun && pending?.kind !== 'break') pending = piece;
      continue;
    }
    if (pending) tidy.push(pending);
    pending = null;
    if (piece.kind !== 'open' && piece.kind !== 'close') begun = true;
    tidy.push(piece);
  }
  return tidy;
}

/** Takes out emphasis around nothing. */
function dropEmpty(pieces: Piece[]): Piece[] {
  const out: Piece[] = [];
  for (const piece of pieces) {
    const last = out.at(-1);
    if (piece.kind === 'close' && last?.kind === 'open' && last.pair === piece.pair) out.pop();
    else out.push(piece);
  }
  return out;
}

/** Takes out the emphasis that Markdown would not see: CommonMark's rules of left- and right-flanking delimiters. */
function dropUnreadable(pieces: Piece[]): Piece[] {
  const dropped = new Set<number>();
  const isKept = (piece: Piece) => (piece.kind !== 'open' && piece.kind !== 'close') || !dropped.has(piece.pair);
  let kept: Piece[] = [];
  // Emphasis that begins where other emphasis ends would be one row of delimiters.
  for (const piece of pieces) {
    if (piece.kind === 'open' && kept.at(-1)?.kind === 'close') dropped.add(piece.pair);
    if (isKept(piece)) kept.push(piece);
  }
  // What is taken out may have been what other emphasis stood beside.
  for (let round = 0, before = -1; dropped.size > before; round++) {
    before = dropped.size;
    kept.forEach((piece, i) => {
      if (piece.kind !== 'open' && piece.kind !== 'close') return;
      if (round >= MAX_ROUNDS || !isReadable(kept, i, piece.kind)) dropped.add(piece.pair);
    });
    kept = kept.filter(isKept);
  }
  return kept;
}

const MAX_ROUNDS = 8;

function isReadable(pieces: Piece[], at: number, kind: 'open' | 'close'): boolean {
  const inside = charBeside(pieces, at, kind === 'open' ? 1 : -1);
  const outside = charBeside(pieces, at, kind === 'open' ? -1 : 1);
  return inside !== ' ' && (!PUNCTUATION.test(inside) || outside === ' ' || PUNCTUATION.test(outside));
}

const PUNCTUATION = /[\p{P}\p{S}]/u;

/** The character beside a row of delimiters; ' ' for any white space, and where there is nothing. */
function charBeside(pieces: Piece[], at: number, step: 1 | -1): string {
  const own = pieces[at];
  for (let i = at + step; ; i += step) {
    const piece = pieces[i];
    switch (piece?.kind) {
      case 'open':
      case 'close':
        if (own && 'mark' in own && own.mark[0] !== piece.mark[0]) return piece.mark[0]!;
        continue;
      case 'text': {
        const chars = step > 0 ? piece.text.slice(0, 2) : piece.text.slice(-2);
        const char = (step > 0 ? [...chars][0] : [...chars].at(-1)) ?? ' ';
        return /\s/.test(char) ? ' ' : char;
      }
      case 'code':
        return '`';
      case 'link':
        return step > 0 ? '[' : ')';
      default:
        return ' ';
    }
  }
}
