/**
 * JSON files of any size, a piece at a time: one document, or several one behind the other (JSON Lines are that). A reader names the
 * places it wants (`$.comments[]`), and gets each value whole, in the order of the file; the rest is passed over. What a file may
 * cost is bounded in json-pick.ts; what is in the values, and whether it is any good, fields.ts and the formats say.
 */
import { jsonParser, type Token } from 'stream-json/core/parser.js';
import { SourceError, type SourceFile } from '../source.ts';
import { type Found, MAX_TEXT, Picker } from './json-pick.ts';
import { Preamble, readText } from './json-text.ts';

/** More characters than the parser ever waits for: behind them it has said what it thinks of the last ones. */
const FLUSH = `\n${' '.repeat(32)}`;
/** It says that something is wrong only when it has so many characters behind its beginning. */
const LATE = { escape: 5, literal: 16 };
const CUT_OFF = 'the file is cut off: it ends in the middle';

export const newParser = () => jsonParser({ jsonStreaming: true, streamValues: false });

/** The parser answers with a bundle of tokens, or with a symbol for none. */
export function tokensOf(answer: { values: Token[] } | symbol): Token[] {
  return typeof answer === 'object' ? answer.values : [];
}

/** @throws SourceError with the place, after all that came before it was yielded */
export async function* readJson(file: SourceFile, paths: readonly string[]): AsyncGenerator<Found> {
  const picker = new Picker(paths);
  const parse = newParser();
  const read = { chars: 0, tokens: 0 };
  /** Characters since there was last a token. */
  let silent = 0;
  for await (const text of withEnd(readText(file))) {
    let tokens: Token[];
    try {
      tokens = tokensOf(parse(text));
    } catch {
      yield* readUpToTheBreak(file, read, picker);
      return;
    }
    read.chars += text.length;
    read.tokens += tokens.length;
    silent = tokens.length ? 0 : silent + text.length;
    if (silent > MAX_TEXT) throw new SourceError('a single text is longer than 16 MB');
    for (const token of tokens) {
      const found = picker.take(token, read.chars);
      if (found) yield found;
    }
  }
  if (picker.depth) throw await complain(file, read.chars - FLUSH.length, CUT_OFF);
}

async function* withEnd(texts: AsyncIterable<string>): AsyncGenerator<string> {
  yield* texts;
  yield FLUSH;
}

/**
 * The parser keeps the tokens of a piece that it fails in, and does not say where it failed. So the file is read once more, and
 * from a little before that piece on letter by letter; what was taken already is not taken again.
 */
async function* readUpToTheBreak(
  file: SourceFile,
  read: { chars: number; tokens: number },
  picker: Picker,
): AsyncGenerator<Found> {
  const parse = newParser();
  const near = Math.max(0, read.chars - FLUSH.length);
  let fed = 0;
  let tokens = 0;
  /** Where there was last a token. */
  let heard = near;
  let last = '';
  for await (const text of withEnd(readText(file))) {
    const far = text.slice(0, Math.max(0, near - fed));
    if (far) {
      tokens += tokensOf(parse(far)).length;
      fed += far.length;
      last = far;
    }
    for (let at = far.length; at < text.length; at++, fed++) {
      last = (last + text.charAt(at)).slice(-LATE.literal - 1);
      let some: Token[];
      try {
        some = tokensOf(parse(text.charAt(at)));
      } catch (error) {
        const late = lateness(error, last, fed - heard);
        const rest = last.slice(last.length - 1 - late) + text.slice(at + 1);
        throw await complain(file, fed - late, whatIsWrong(rest));
      }
      if (some.length) heard = fed;
      for (const token of some) {
        const found = ++tokens > read.tokens ? picker.take(token, fed) : null;
        if (found) yield found;
      }
    }
  }
  throw new SourceError('the file changed while it was read');
}

/** How many characters before the last one that the parser took what is wrong begins. */
function lateness(error: unknown, last: string, silent: number): number {
  if (error instanceof Error && error.message.includes('escaped')) return LATE.escape;
  return silent >= LATE.literal && /^[tfn]/.test(last) && !/^(true|false|null)\b/.test(last) ? LATE.literal : 0;
}

function whatIsWrong(rest: string): string {
  if (rest.endsWith(FLUSH)) {
    const last = rest.slice(0, -FLUSH.length).trimEnd();
    if (['true', 'false', 'null'].some((word) => word.startsWith(last)) || /^\\(u[\da-f]{0,3})?$/i.test(last))
      return CUT_OFF;
  }
  const char = String.fromCodePoint(rest.codePointAt(0) ?? 0x20);
  if (char < ' ') return 'this is not JSON: a text holds a line break or another control character';
  if (char === '\\') return 'this is not JSON: an unknown escape in a text';
  return `this is not JSON: unexpected ${JSON.stringify(char)}`;
}

/** Counts the lines up to a place in what was parsed. */
async function complain(file: SourceFile, offset: number, message: string): Promise<SourceError> {
  const preamble = new Preamble();
  let line = 1;
  let column = 1;
  let left = offset;
  for await (const text of readText(file, preamble)) {
    const part = text.slice(0, left);
    left -= part.length;
    const lines = part.split('\n');
    line += lines.length - 1;
    column = (lines.length > 1 ? 1 : column) + (lines.at(-1) as string).length;
    if (left <= 0) break;
  }
  return new SourceError(message, { line: line + preamble.lines, column });
}
