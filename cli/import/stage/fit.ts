/**
 * Makes what a file says fit into a record: names, addresses, dates and texts within the limits of the wire. Pure. What is
 * harmful in a text is not judged here: the server renders and sanitizes it again, and cleans every line.
 */
import { LIMITS } from '../../../worker/contract.ts';
import type { SourceComment } from '../source.ts';
import { htmlToMarkdown, textToMarkdown } from '../text/markdown.ts';

const NOBODY = 'Anonymous';
/** HTML that is longer is cut before it is read: no comment is, and reading takes time that grows faster than the text. */
const HTML_CHARS = 4 * LIMITS.importedBodyBytes;
const LAST_TIME = Date.parse('9999-12-31T23:59:59.999Z');
/** There were no comments on the web before. */
const FIRST_USUAL_TIME = Date.parse('1990-01-01T00:00:00.000Z');
/** As worker/clean.ts has them: what turns the text around it, or hides in it. */
const HIDDEN = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\u{e0000}-\u{e007f}]/gu;
const VISIBLE = /[^\p{C}\p{Z}\p{M}\p{Default_Ignorable_Code_Point}\u2800]/u;
/** Controls that mean nothing in a text. */
const CONTROLS = /[^\P{Cc}\t\n]/gu;
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

const segmenter = new Intl.Segmenter();
const encoder = new TextEncoder();

/** One line of at most `max` characters as a person counts them; null when nothing of it can be seen. */
export function fitLine(text: string | null, max: number): string | null {
  if (!text) return null;
  // A piece is enough: what is longer is cut anyway, and strangers send megabytes.
  const line = text
    .slice(0, max * 64)
    .toWellFormed()
    .normalize('NFC')
    .replace(/\s+/gu, ' ')
    .replace(HIDDEN, '')
    .trim();
  if (!VISIBLE.test(line)) return null;
  if (line.length <= max && encoder.encode(line).length <= max * LIMITS.bytesPerChar) return line;
  return cutChars(line, max);
}

function cutChars(line: string, max: number): string | null {
  const bytes = max * LIMITS.bytesPerChar;
  let kept = '';
  let count = 0;
  let size = 0;
  for (const { segment } of segmenter.segment(line)) {
    size += encoder.encode(segment).length;
    if (++count > max || size > bytes) break;
    kept += segment;
  }
  kept = kept.trim();
  return VISIBLE.test(kept) ? kept : null;
}

export const fitName = (name: string): string => fitLine(name, LIMITS.nameChars) ?? NOBODY;

export function fitEmail(email: string | null): string | null {
  const typed = email?.trim().toLowerCase() ?? '';
  return typed.length <= LIMITS.emailChars && EMAIL.test(typed) && typed.isWellFormed()
    ? typed.replace(CONTROLS, '')
    : null;
}

export function fitUrl(url: string | null): string | null {
  const typed = url?.trim().toWellFormed() ?? '';
  return typed !== '' && encoder.encode(typed).length <= LIMITS.urlBytes ? typed : null;
}

export interface FittedBody {
  /** Markdown; empty when nothing can be seen. */
  text: string;
  wasCut: boolean;
}

export function fitBody({ body, markup }: Pick<SourceComment, 'body' | 'markup'>): FittedBody {
  const clean = body.slice(0, HTML_CHARS).toWellFormed().replace(/\r\n?/g, '\n').replace(CONTROLS, '');
  const markdown = markup === 'html' ? htmlToMarkdown(clean) : markup === 'text' ? textToMarkdown(clean) : clean;
  const text = VISIBLE.test(markdown) ? markdown.trim() : '';
  if (encoder.encode(text).length <= LIMITS.importedBodyBytes) return { text, wasCut: body.length > HTML_CHARS };
  return { text: `${cutBytes(text, LIMITS.importedBodyBytes - encoder.encode(' …').length)} …`, wasCut: true };
}

/** At the end of a character, not within one. */
function cutBytes(text: string, bytes: number): string {
  const kept = new TextDecoder()
    .decode(encoder.encode(text).subarray(0, bytes), { stream: true })
    .replace(/\ufffd$/, '');
  // The last character may go on behind the cut (a letter and its marks): it is left out.
  const tailStart = Math.max(0, kept.length - 100);
  const last = [...segmenter.segment(kept.slice(tailStart))].at(-1);
  return last ? kept.slice(0, tailStart + last.index) : kept;
}

export interface FittedTime {
  /** Epoch ms; null: the file does not say. */
  ms: number | null;
  isOdd: boolean;
}

/** @param now epoch ms: what is later is odd */
export function fitTime(time: number | null | undefined, now: number): FittedTime {
  if (time === null || time === undefined || !Number.isFinite(time) || time > LAST_TIME)
    return { ms: null, isOdd: false };
  const ms = Math.max(0, Math.trunc(time));
  return { ms, isOdd: time < FIRST_USUAL_TIME || ms > now };
}

export const fitCount = (count: number | undefined): number =>
  count !== undefined && count > 0 ? Math.min(Math.trunc(count), 2 ** 31 - 1) : 0;

/** Ids and references are compared only; what is absurdly long is no more than it has to be. */
export const fitRef = (ref: string): string => ref.replaceAll('\0', '').slice(0, 2048);
