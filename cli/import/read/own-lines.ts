/** Lines of a file of our own format, as records with their place: for whoever takes every record as it is. Holds one line at a time. */
import { type FileHead, FORMAT_VERSION, RECORDS, type RecordType } from '../../../worker/contract-transfer.ts';
import { SourceError } from '../source.ts';

/** The longest one: a picture, or what a classifier has learnt, with room to spare. */
const LINE_BYTES = 8 * 2 ** 20;

export interface OwnLine {
  /** From 1. */
  line: number;
  type: RecordType;
  /** The record as it stands in the file. */
  text: string;
}

/**
 * @param isPartial a file without its last line is taken as far as it goes
 * @throws SourceError by the iteration, where it is none of ours, newer than we are, broken or cut off
 */
export async function* readOwnLines(
  chunks: AsyncIterable<Uint8Array>,
  onHead: (head: FileHead) => void,
  isPartial = false,
): AsyncGenerator<OwnLine> {
  let state: 'start' | 'open' | 'over' = 'start';
  let line = 0;
  for await (const text of splitLines(chunks, isPartial)) {
    line++;
    const at = { line, column: 1 };
    if (text === null || state === 'over') {
      if (text === null) break;
      throw new SourceError('there is something behind the end', at);
    }
    const type = readType(text, at, state === 'start');
    if (state === 'start') {
      onHead(readHead(text, type, at));
      state = 'open';
    } else if (type === 'end') state = 'over';
    else if (Object.hasOwn(RECORDS, type)) yield { line, type: type as RecordType, text };
    else throw new SourceError(`there is no record of the type ${JSON.stringify(type).slice(0, 40)}`, at);
  }
  if (state === 'start') throw new SourceError('the file is empty');
  if (state === 'open' && !isPartial)
    throw new SourceError(`the file is cut off behind line ${line}: its last line, {"type":"end"}, is missing`);
}

function readType(text: string, at: { line: number; column: number }, isFirst: boolean): string {
  try {
    const { type } = JSON.parse(text) as { type?: unknown };
    if (typeof type === 'string') return type;
  } catch {}
  throw new SourceError(isFirst ? NOT_OURS : 'this line is no record', at);
}

const NOT_OURS = 'this is no export of Afterword: `afterword import` reads those of other systems';

function readHead(text: string, type: string, at: { line: number; column: number }): FileHead {
  if (type !== 'afterword') throw new SourceError(NOT_OURS, at);
  const head = JSON.parse(text) as FileHead;
  if (!(head.version <= FORMAT_VERSION))
    throw new SourceError(
      `it is of version ${JSON.stringify(head.version)} of the format, and this command line knows ${FORMAT_VERSION}: bring it up to date first`,
      at,
    );
  return head;
}

/** Without their ends. What is behind the last end is a line as well, null when it is broken off and that is allowed. */
async function* splitLines(chunks: AsyncIterable<Uint8Array>, isPartial: boolean): AsyncGenerator<string | null> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  let line = 1;
  for await (const chunk of chunks) {
    let text: string;
    try {
      text = decoder.decode(chunk, { stream: true });
    } catch {
      throw new SourceError('this is not UTF-8', { line, column: 1 });
    }
    const lines = text.split('\n');
    lines[0] = rest + lines[0]!;
    rest = lines.pop()!;
    for (const one of lines) {
      yield one;
      line++;
    }
    if (rest.length > LINE_BYTES) throw new SourceError('this line is longer than any record', { line, column: 1 });
  }
  if (rest !== '') yield isPartial && !isWhole(rest) ? null : rest;
}

function isWhole(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
