/**
 * The values at the places of a JSON file that were asked for, put together from the tokens of the parser; and the bounds that keep
 * a hostile file from costing more memory than a piece of it.
 */
import { Assembler } from 'stream-json/core/assembler.js';
import type { Token } from 'stream-json/core/parser.js';
import { SourceError } from '../source.ts';

/** Lists within lists: no export has a dozen. */
export const MAX_DEPTH = 200;
/** A text, a name, or a stretch of blanks; in characters. */
export const MAX_TEXT = 16 * 1024 * 1024;
/** A value that is handed over whole, in characters and in parts: it stands in memory. */
export const MAX_VALUE = 64 * 1024 * 1024;
const MAX_PARTS = 2_000_000;

export interface Found {
  /** Of those asked for. */
  path: string;
  /** Numbers are texts, as they were written: ids are longer than a number can be. */
  value: unknown;
}

export const newAssembler = () => new Assembler({ numberAsString: true });

export const DEEPER: Partial<Record<Token['name'], number>> = {
  startObject: 1,
  startArray: 1,
  endObject: -1,
  endArray: -1,
};

/** Follows the tokens of a file, and assembles what was asked for. */
export class Picker {
  depth = 0;
  readonly #paths: Set<string>;
  /** Places that lead to those; elsewhere nothing is written down. */
  readonly #ways = new Set<string>();
  readonly #frames: { list: boolean; path: string | null }[] = [];
  #key = '';
  #assembler: Assembler | null = null;
  #path = '';
  #parts = 0;
  #since = 0;

  constructor(paths: readonly string[]) {
    this.#paths = new Set(paths);
    for (const path of paths) {
      for (const step of path.matchAll(/\.|\[/g)) this.#ways.add(path.slice(0, step.index));
    }
  }

  /** `fed`: how many characters of the file are known, at least. */
  take(token: Token, fed: number): Found | null {
    this.depth += DEEPER[token.name] ?? 0;
    if (this.depth > MAX_DEPTH) throw new SourceError(`lists and objects are nested more than ${MAX_DEPTH} deep`);
    if (this.#assembler) return this.#assemble(this.#assembler, token, fed);
    switch (token.name) {
      case 'keyValue':
        this.#key = token.value;
        return null;
      case 'endObject':
      case 'endArray':
        this.#frames.pop();
        return null;
    }
    const path = this.#pathHere();
    if (path !== null && this.#paths.has(path)) {
      this.#assembler = newAssembler();
      this.#path = path;
      this.#parts = 0;
      this.#since = fed;
      return this.#assemble(this.#assembler, token, fed);
    }
    if (token.name === 'startObject' || token.name === 'startArray') {
      const leads = path !== null && this.#ways.has(path);
      this.#frames.push({ list: token.name === 'startArray', path: leads ? path : null });
    }
    return null;
  }

  #assemble(assembler: Assembler, token: Token, fed: number): Found | null {
    if (++this.#parts > MAX_PARTS || fed - this.#since > MAX_VALUE) {
      throw new SourceError(`a single value of ${this.#path} is larger than 64 MB, or has more than 2,000,000 parts`);
    }
    if ('value' in token && typeof token.value === 'string' && token.value.length > MAX_TEXT) {
      throw new SourceError('a single text is longer than 16 MB');
    }
    assembler.consume(token);
    if (!assembler.done) return null;
    this.#assembler = null;
    return { path: this.#path, value: assembler.current };
  }

  #pathHere(): string | null {
    const frame = this.#frames.at(-1);
    if (!frame) return '$';
    if (frame.path === null) return null;
    return frame.list ? `${frame.path}[]` : `${frame.path}.${this.#key}`;
  }
}
