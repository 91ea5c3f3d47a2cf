/**
 * The bytes of a JSON file as text: UTF-8, or the UTF-16 that some shells write into a file, and without what exports put before the
 * first value: a byte order mark, and lines that begin with #, as LeanCloud writes one.
 */
import { TextDecoder } from 'node:util';
import type { SourceFile } from '../source.ts';

const CHUNK = 64 * 1024;

/** Pieces of a moderate size, whatever the size of those that the file gives. */
export async function* readText(file: SourceFile, preamble: Preamble = new Preamble()): AsyncGenerator<string> {
  const decoder = decoderFor(file.head);
  for await (const chunk of file.open()) {
    for (let at = 0; at < chunk.length; at += CHUNK) {
      const text = preamble.strip(decoder.decode(chunk.subarray(at, at + CHUNK), { stream: true }));
      if (text) yield text;
    }
  }
  const rest = preamble.strip(decoder.decode());
  if (rest) yield rest;
}

/** A letter that is cut in two at its end is left out. */
export function textOfHead(head: Buffer): string {
  return new Preamble().strip(decoderFor(head).decode(head, { stream: true }));
}

function decoderFor(head: Buffer): TextDecoder {
  if (head[0] === 0xff && head[1] === 0xfe) return new TextDecoder('utf-16le');
  if (head[0] === 0xfe && head[1] === 0xff) return new TextDecoder('utf-16be');
  return new TextDecoder();
}

export class Preamble {
  /** How many were left out. */
  lines = 0;
  #state: 'start' | 'comment' | 'over' = 'start';

  strip(text: string): string {
    let at = 0;
    while (this.#state !== 'over' && at < text.length) {
      if (this.#state === 'start') this.#state = text[at] === '#' ? 'comment' : 'over';
      if (this.#state === 'over') break;
      const end = text.indexOf('\n', at);
      at = end < 0 ? text.length : end + 1;
      if (end < 0) continue;
      this.#state = 'start';
      this.lines++;
    }
    return text.slice(at);
  }
}
