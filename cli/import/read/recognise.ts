/** Which format a file has: asked of the readers, or said by the person. */
import { FORMATS, type Format } from '../../../worker/contract-transfer.ts';
import { Failure } from '../../failure.ts';
import { FORMAT_READERS } from '../formats.ts';
import { type FormatReader, SourceError, type SourceFile } from '../source.ts';

const SHOWN_CHARS = 80;

/** @param forced a name of FORMATS, as typed */
export function recognise(file: SourceFile, forced: string | undefined): FormatReader {
  if (forced !== undefined) {
    const reader = FORMAT_READERS.find(({ format }) => format === forced.toLowerCase());
    if (!reader) throw new Failure(`--format ${forced}: must be one of ${Object.keys(FORMATS).join(', ')}.`, 'usage');
    return reader;
  }
  if (file.head.length === 0) throw new SourceError(`${file.path} is empty.`);
  const reader = FORMAT_READERS.find((one) => one.recognise(file));
  if (reader) return reader;
  throw new SourceError(
    `${file.path} is none of the exports that are known: ${Object.values(FORMATS).join(', ')}.\nIt begins with ${quoteStart(file.head)}.\nIf it is one of them all the same, say which: --format ${'wordpress' satisfies Format}`,
  );
}

function quoteStart(head: Buffer): string {
  const isText = !head.subarray(0, 1000).includes(0);
  if (!isText)
    return `the bytes ${head
      .subarray(0, 16)
      .toString('hex')
      .replace(/(..)(?=.)/g, '$1 ')}`;
  return JSON.stringify(head.subarray(0, 1000).toString('utf8').slice(0, SHOWN_CHARS));
}
