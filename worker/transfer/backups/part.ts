/** Bytes of a part: lines to a gzip member, and back with everything that can be wrong with it. Knows no bucket. */
import { FRAME } from '../../contract-transfer';
import type { PartFile } from './state';

export async function packPart(lines: string[]): Promise<{ file: PartFile; bytes: ArrayBuffer }> {
  const text = new Blob(lines.map((line) => `${line}\n`));
  const bytes = await new Response(text.stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer();
  return { file: { sha256: await hashBytes(bytes), bytes: bytes.byteLength, lines: lines.length }, bytes };
}

export const countRecords = (lines: string[]): number => lines.filter((line) => !FRAME.test(line)).length;

/**
 * @param place first and last parts have the first and the last line of the file
 * @returns what is wrong, in one sentence without its subject; null: nothing
 */
export async function checkPart(
  bytes: ArrayBuffer,
  file: PartFile,
  place: { first: boolean; last: boolean },
): Promise<string | null> {
  if ((await hashBytes(bytes)) !== file.sha256) return 'is not what was written: its SHA-256 differs.';
  const lines = (await gunzip(bytes)).split('\n');
  if (lines.pop() !== '' || lines.length !== file.lines) return `has not the ${file.lines} lines that were written.`;
  const types = lines.map((line) => (JSON.parse(line) as { type?: unknown }).type);
  if (types.some((type) => typeof type !== 'string')) return 'has a line that is no record.';
  if ((types[0] === 'afterword') !== place.first) return 'begins as another part should.';
  if ((types.at(-1) === 'end') !== place.last) return 'ends as another part should.';
  return null;
}

const gunzip = (bytes: ArrayBuffer): Promise<string> =>
  new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).text();

async function hashBytes(bytes: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
