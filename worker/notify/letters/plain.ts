/**
 * Text of strangers as letters show it: without what hides or turns what is around it, and never longer than there is room for. Pure.
 */

/** Bidi and other controls, annotations, tags; line breaks and tabs are told before. */
const HIDDEN =
  /(?![\n\t])[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;
/** More marks on a letter than any language puts there. */
const HEAPED = /(\p{M}{6})\p{M}+/gu;
const MANY_LINES = 60;

/** One line. @param max UTF-16 units; what is longer ends in "…" */
export const plainLine = (text: string, max: number): string =>
  cutText(clean(text, max).replace(/\s+/g, ' ').trim(), max);

/** Several lines, with the breaks and indents they have. */
export function plainText(text: string, max: number): string {
  const lines: string[] = [];
  for (const line of clean(text, max).split('\n')) {
    const kept = line.trimEnd();
    if (kept !== '' || (lines.length > 0 && lines.at(-1) !== '')) lines.push(kept);
  }
  if (lines.at(-1) === '') lines.pop();
  return cutText((lines.length > MANY_LINES ? [...lines.slice(0, MANY_LINES), '…'] : lines).join('\n'), max);
}

function clean(text: string, max: number): string {
  // No more than may be shown, twice over, is looked at: a megabyte costs nothing.
  const head = text.length > 2 * max ? `${text.slice(0, 2 * max).replace(/[\ud800-\udbff]$/, '')}…` : text;
  if (/^[\n -~]*$/.test(head)) return head;
  return head
    .replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
    .replace(HIDDEN, '')
    .replace(HEAPED, '$1')
    .toWellFormed()
    .normalize('NFC');
}

let segmenter: Intl.Segmenter | undefined;
function segment(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  return segmenter.segment(text);
}
/** As much as is looked at for the end of a grapheme. */
const NEAR = 80;

/** Between graphemes, and between words where there is a space near. */
function cutText(text: string, max: number): string {
  if (text.length <= max) return text;
  const from = Math.max(0, max - NEAR);
  const start = from + (segment(text.slice(from, max + NEAR)).containing(max - from)?.index ?? 0);
  // Marks without end are one grapheme: then between code points.
  let end = start > from ? start : max;
  if (text.codePointAt(end - 1)! > 0xffff) end--;
  const space = Math.max(text.lastIndexOf(' ', end), text.lastIndexOf('\n', end));
  return `${text.slice(0, space > Math.max(0, max - 30) ? space : end).trimEnd()}…`;
}

/** What a name begins with. */
export function firstGrapheme(text: string): string {
  const [first] = segment(text.slice(0, NEAR));
  return first && first.segment.length <= 30 ? first.segment : String.fromCodePoint(text.codePointAt(0) ?? 32);
}

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
/** By its first letter, as `dir="auto"`, which not every mail program knows. */
export const directionOf = (text: string): 'ltr' | 'rtl' => (runsLike(text, 'ltr') ? 'ltr' : 'rtl');

/** What has no letters runs like anything. */
export function runsLike(text: string, dir: 'ltr' | 'rtl'): boolean {
  const letter = /\p{L}/u.exec(text);
  return letter === null || RIGHT_TO_LEFT.test(letter[0]) === (dir === 'rtl');
}
