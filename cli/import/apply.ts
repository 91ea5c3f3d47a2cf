/**
 * Carries a plan out: sends its records in their order, one request behind the other. Each says where it stands, so that the
 * same plan goes on where an earlier run stopped; what was sent twice is there once. When the instance cannot take a request
 * it is sent in halves.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { LIMITS } from '../../worker/contract.ts';
import type { Import, Imported, ImportedRecords, Imports, NewImport } from '../../worker/contract-transfer.ts';
import { Failure } from '../failure.ts';
import { ApiError, type Client } from '../remote/client.ts';
import { BATCH_BYTES, finishImport } from '../remote/imports.ts';
import type { Plan } from './plan.ts';
import type { Namespace } from './stage/ids.ts';
import { namePage } from './stage/land-store.ts';
import { readRecords, type Sending } from './stage/order-store.ts';
import type { Stage } from './stage/stage-store.ts';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
/** Of the same request, in halves or not: about a minute. */
const TRIES = 8;
/** A single record that is refused this often will be the next time. */
const TRIES_OF_ONE = 4;

interface ApplyOptions {
  client: Client;
  stage: Stage;
  space: Namespace;
  plan: Plan;
  name: string;
  /** Records a request may have. */
  batch: number;
  /** @param done records of `total` that are there */
  onProgress(done: number, from: number): void;
}

/** @returns null when there was nothing to do */
export async function applyPlan(options: ApplyOptions): Promise<Import | null> {
  const { client, plan } = options;
  const begun = plan.comments === plan.present ? await findOpen(client, plan) : await begin(options);
  if (!begun) return null;
  try {
    // All pages first: the answers tell what comments have to call them.
    const comments = await sendRecords(options, begun, begun.position, 'page');
    await sendRecords(options, begun, comments, 'rest');
    return await finishImport(client, begun);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new Failure(
      `${error instanceof ApiError ? `${error.message} (${error.code})` : error.message}\nWhat was sent stays. Run the same command again and it goes on where it stopped; npx afterword import undo ${begun.id} takes it back.`,
    );
  }
}

function begin({ client, plan, name }: ApplyOptions): Promise<Import> {
  const { site, format, digest, records } = plan;
  const body: NewImport = { site, format, name, digest, total: records };
  return client.ask<Import>('POST', '/admin/imports', body);
}

/** An import that was interrupted behind its last record. */
async function findOpen(client: Client, { digest, site }: Plan): Promise<Import | undefined> {
  const { imports } = await client.ask<Imports>('GET', '/admin/imports');
  return imports.find((one) => one.digest === digest && one.site === site && one.status === 'open');
}

/** @returns the position behind the last record sent */
async function sendRecords(
  { client, stage, space, batch, onProgress, plan }: ApplyOptions,
  { id }: Import,
  from: number,
  what: 'page' | 'rest',
): Promise<number> {
  const limits = { records: Math.min(batch, LIMITS.importRecords), bytes: BATCH_BYTES };
  const queue = new SendingQueue(readRecords(stage, space, from), what);
  let failures = 0;
  for (;;) {
    const items = queue.take(limits);
    if (items.length === 0) return queue.position ?? from;
    const behind = items.at(-1)!.position + 1;
    const records = items.map((item) => item.record!);
    const body: ImportedRecords = { position: behind - records.length, records };
    try {
      const { pages } = await client.ask<Imported>('POST', `/admin/imports/${id}/records`, body, { once: true });
      for (const page of pages) if (page.id !== page.is) namePage(stage, page.id, page.is);
      failures = 0;
      onProgress(behind, from);
    } catch (error) {
      failures++;
      if (!isPassing(error) || failures >= (items.length === 1 && isTooMuch(error) ? TRIES_OF_ONE : TRIES))
        throw explain(error, items, plan);
      queue.putBack(items);
      if (isTooMuch(error)) {
        limits.records = Math.max(1, Math.ceil(items.length / 2));
        limits.bytes = Math.max(1, Math.ceil(limits.bytes / 2));
      }
      await wait(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1)));
    }
  }
}

/** Records that wait, in order. What is taken ends with a branch if it can: replies then come with what they reply to. */
class SendingQueue {
  /** Behind the last record seen; null before there was one. */
  position: number | null = null;
  private readonly source: Iterator<Sending>;
  private readonly what: 'page' | 'rest';
  private waiting: (Sending & { bytes: number })[] = [];

  constructor(source: Iterator<Sending>, what: 'page' | 'rest') {
    this.source = source;
    this.what = what;
  }

  /** At least one, unless there is none. */
  take(limits: { records: number; bytes: number }): Sending[] {
    const taken: (Sending & { bytes: number })[] = [];
    let bytes = 0;
    let branchAt = 0;
    for (let next = this.next(); next; next = this.next()) {
      if (taken.at(-1)?.branch !== next.branch || next.branch === '') branchAt = taken.length;
      const isFull = taken.length >= limits.records || bytes + next.bytes > limits.bytes;
      if (isFull && taken.length > 0) {
        this.waiting.unshift(next);
        if (branchAt > 0 && branchAt < taken.length) this.putBack(taken.splice(branchAt));
        break;
      }
      taken.push(next);
      bytes += next.bytes;
    }
    return taken;
  }

  putBack(items: Sending[]): void {
    this.waiting.unshift(...(items as (Sending & { bytes: number })[]));
  }

  private next(): (Sending & { bytes: number }) | undefined {
    const kept = this.waiting.shift();
    if (kept) return kept;
    for (;;) {
      const { value, done } = this.source.next();
      if (done) return undefined;
      const isPage = value.record?.type === 'page';
      if (this.what === 'page' && !isPage) return undefined;
      this.position = value.position + 1;
      // Those that are there already are passed over.
      if (value.record) return { ...value, bytes: Buffer.byteLength(JSON.stringify(value.record)) + 1 };
    }
  }
}

/** Whether it may go well the next time: the network, a busy database, a Worker that ran out of its time. */
const isPassing = (error: unknown): boolean =>
  error instanceof ApiError
    ? error.status >= 500 || error.status === 429 || error.status === 413
    : error instanceof Failure && error.cause !== undefined;
/** Whether less at once may help. */
const isTooMuch = (error: unknown): boolean =>
  error instanceof ApiError
    ? error.status !== 429
    : error instanceof Failure && error.cause instanceof Error && error.cause.name === 'TimeoutError';

function explain(error: unknown, items: Sending[], plan: Plan): unknown {
  if (!(error instanceof Error)) return error;
  const field = error instanceof ApiError ? /^records\.(\d+)/.exec(error.field ?? '')?.[1] : undefined;
  const item = field !== undefined ? items[Number(field)] : items.length === 1 ? items[0] : undefined;
  if (!item) return error;
  const what = item.source === null ? `${item.record?.type}` : `comment ${JSON.stringify(item.source)}`;
  return new Failure(`The ${what} of ${plan.file} was refused: ${error.message}`);
}
