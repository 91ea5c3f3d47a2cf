/**
 * Restores a whole instance from lines of our own format, wherever they come from: looked through once before anything is
 * sent, then sent in their order. The instance remembers how far it got, so that the same restore goes on after it was
 * interrupted; what it gets twice it has once.
 */
import { createHash } from 'node:crypto';
import { LIMITS } from '../../worker/contract.ts';
import type { FileHead, Import, Imported, NewImport, RecordType } from '../../worker/contract-transfer.ts';
import { Failure } from '../failure.ts';
import { ApiError, type Client } from '../remote/client.ts';
import { BATCH_BYTES, finishImport } from '../remote/imports.ts';
import { type OwnLine, readOwnLines } from './read/own-lines.ts';

export interface Source {
  /** For people, and for the list of imports. */
  name: string;
  /** All of it from the start, uncompressed, as often as it is asked for. */
  open(): AsyncIterable<Uint8Array>;
}

export interface Checked {
  head: FileHead;
  /** SHA-256 of what will be sent, hexadecimal. */
  digest: string;
  records: number;
  counts: Partial<Record<RecordType, number>>;
}

export interface Restored {
  import: Import;
  added: number;
  present: number;
  /** Records that refer to what is not in the file: it was written meanwhile, or behind where the file is cut off. */
  dangling: { line: number; why: string }[];
}

/** Looks all of it through. @throws SourceError where it cannot be restored from */
export async function checkSource(source: Source, isPartial: boolean): Promise<Checked> {
  const hash = createHash('sha256');
  const checked: Checked = {
    head: { type: 'afterword', version: 0, site: null, emails: false },
    digest: '',
    records: 0,
    counts: {},
  };
  const onHead = (head: FileHead) => {
    checked.head = head;
  };
  for await (const { type, text } of readOwnLines(source.open(), onHead, isPartial)) {
    hash.update(text).update('\n');
    checked.records++;
    checked.counts[type] = (checked.counts[type] ?? 0) + 1;
  }
  return { ...checked, digest: hash.digest('hex') };
}

/**
 * @param onProgress how many records are sent, and how many were before
 * @throws Failure when the instance is not empty, or refuses a record
 */
export async function restoreSource(
  source: Source,
  { digest, records: total }: Checked,
  {
    client,
    isPartial,
    onProgress,
  }: { client: Client; isPartial: boolean; onProgress(sent: number, from: number): void },
): Promise<Restored> {
  const wanted: NewImport = { site: null, format: 'afterword', name: source.name, digest, total };
  const begun = await client.ask<Import>('POST', '/admin/imports', wanted).catch(explainConflict);
  const restored: Restored = { import: begun, added: 0, present: 0, dangling: [] };
  const from = Math.min(begun.position, total);
  onProgress(from, from);
  for await (const batch of takeBatches(
    readOwnLines(source.open(), () => undefined, isPartial),
    from,
  )) {
    await sendBatch(client, begun.id, batch, restored);
    onProgress(batch.position + batch.lines.length, from);
  }
  restored.import = await finishImport(client, begun);
  return restored;
}

function explainConflict(error: unknown): never {
  if (error instanceof ApiError && error.code === 'conflict')
    throw new Failure(
      'There are comments on this instance already, and only an empty one can be restored. To add the comments of this file to one of its sites: afterword import FILE --site SITE',
    );
  throw error;
}

interface Batch {
  /** Records of the file before these. */
  position: number;
  lines: OwnLine[];
}

async function* takeBatches(lines: AsyncIterable<OwnLine>, from: number): AsyncGenerator<Batch> {
  let batch: Batch = { position: from, lines: [] };
  let bytes = 0;
  let position = 0;
  for await (const line of lines) {
    if (position++ < from) continue;
    const size = Buffer.byteLength(line.text) + 1;
    if (batch.lines.length === LIMITS.importRecords || (bytes + size > BATCH_BYTES && batch.lines.length > 0)) {
      yield batch;
      batch = { position: position - 1, lines: [] };
      bytes = 0;
    }
    batch.lines.push(line);
    bytes += size;
  }
  if (batch.lines.length > 0) yield batch;
}

/** Until all of it is there: without what dangles, in halves where it is too much for one request. */
async function sendBatch(client: Client, id: string, { position, lines }: Batch, restored: Restored): Promise<void> {
  const left = [...lines];
  while (left.length > 0) {
    // Whatever is left out behind them, they stand where they stood.
    const body = `{"position":${position + lines.length - left.length},"records":[${left.map(({ text }) => text).join(',')}]}`;
    try {
      const { added, present } = await client.ask<Imported>('POST', `/admin/imports/${id}/records`, JSON.parse(body));
      restored.added += added;
      restored.present += present;
      return;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const [, at, field] = /^records\.(\d+)(?:\.(\w+))?/.exec(error.field ?? '') ?? [];
      const line = at === undefined ? undefined : left[Number(at)];
      if (line && DANGLING.has(field ?? '')) {
        restored.dangling.push({ line: line.line, why: error.message });
        left.splice(Number(at), 1);
      } else if (!line && left.length > 1 && (error.status === 413 || error.status >= 500)) {
        const half = Math.ceil(left.length / 2);
        await sendBatch(client, id, { position, lines: left.slice(0, half) }, restored);
        await sendBatch(client, id, { position: position + half, lines: left.slice(half) }, restored);
        return;
      } else if (line)
        throw new Failure(`Line ${line.line} of ${restored.import.name} was refused: ${error.message} ${RESUME}`);
      else throw error;
    }
  }
}

/** Fields that name another record. */
const DANGLING = new Set(['page', 'parent', 'comment', 'person']);
const RESUME = 'What was sent before it stays; the same command goes on where this one stopped.';
