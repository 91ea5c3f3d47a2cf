/**
 * What the beginning of a JSON file holds, for telling formats apart: its first values, the last of them as far as it is known. A
 * file that breaks, or is none at all, is told from what comes before that.
 */
import type { Token } from 'stream-json/core/parser.js';
import { type Foreign, isForeign } from './fields.ts';
import { newParser, tokensOf } from './json.ts';
import { DEEPER, MAX_DEPTH, newAssembler } from './json-pick.ts';
import { textOfHead } from './json-text.ts';

const ENOUGH = 20;

/** Every reader asks for the same head. */
const known = new WeakMap<Buffer, unknown[]>();

/** The first values, one behind the other; usually one, with JSON Lines some. */
export function peekValues(head: Buffer): unknown[] {
  const values = known.get(head) ?? assemble(tokensAtLeast(textOfHead(head)));
  known.set(head, values);
  return values;
}

/** The first object of the file, or of the list that the file is; and where such objects are in it. */
export function peekRecord(head: Buffer): { record: Foreign; path: '$' | '$[]' | '$[][]' } | null {
  let [value] = peekValues(head);
  for (const path of ['$', '$[]', '$[][]'] as const) {
    if (isForeign(value)) return { record: value, path };
    if (!Array.isArray(value)) return null;
    value = value[0];
  }
  return null;
}

function tokensAtLeast(text: string): Token[] {
  try {
    return tokensOf(newParser()(text));
  } catch {
    // It is broken somewhere: what stands before that is found letter by letter.
  }
  const parse = newParser();
  const tokens: Token[] = [];
  try {
    for (const char of text) tokens.push(...tokensOf(parse(char)));
  } catch {
    // Here.
  }
  return tokens;
}

function assemble(tokens: Token[]): unknown[] {
  const values: unknown[] = [];
  let assembler = newAssembler();
  let depth = 0;
  for (const token of tokens) {
    depth += DEEPER[token.name] ?? 0;
    if (depth > MAX_DEPTH || values.length === ENOUGH) break;
    assembler.consume(token);
    if (!assembler.done) continue;
    values.push(assembler.current);
    assembler = newAssembler();
  }
  if (assembler.done) return values;
  while (!assembler.done) assembler.endObject();
  return [...values, assembler.current];
}
