/**
 * One step of a backup: a part is written, or read back, or it is finished. A step is done when state.json says so; killed at
 * any moment before, it is done again. Two who take the same step do not harm each other: one of them replaces the state, the
 * other learns that it has been outrun.
 */
import type { R2Bucket } from '@cloudflare/workers-types';
import { checkPart, countRecords, packPart } from './part';
import { chooseOver, OVER, UNFINISHED_MS } from './retention';
import {
  createState,
  formatId,
  type Held,
  inBucket,
  listIds,
  partKey,
  readState,
  readSummaries,
  replaceState,
  type State,
  sweepFolder,
} from './state';

/** The next lines of a file of the own format; `after`: null at the end. */
export type NextLines = (after: string | null) => Promise<{ lines: string[]; after: string | null }>;

/** Ids tell seconds: two that begin within one have another each. */
const TRIES = 5;
const SECOND_MS = 1000;

export const isOpen = ({ status }: Pick<State, 'status'>): boolean => status === 'writing' || status === 'verifying';

/**
 * The oldest that is not finished. Those that take too long fail here.
 * @param ids the latest first
 * @param now epoch ms
 * @throws Problem storage_unavailable
 */
export async function findOpen(bucket: R2Bucket, ids: string[], now: number): Promise<Held | undefined> {
  const open = (await readSummaries(bucket, ids)).filter(isOpen).reverse();
  for (const { id, startedAt } of open) {
    const held = await readState(bucket, id);
    if (!held || !isOpen(held.state)) continue;
    if (Date.parse(startedAt) >= now - UNFINISHED_MS) return held;
    await fail(bucket, held, 'It was not done within a day.', now);
  }
  return undefined;
}

/** @param now epoch ms @throws Problem storage_unavailable */
export async function beginBackup(bucket: R2Bucket, now: number): Promise<Held | undefined> {
  for (let i = 0; i < TRIES; i++) {
    const id = formatId(now + i * SECOND_MS);
    const startedAt = new Date(now).toISOString();
    const begun = await createState(bucket, {
      id,
      status: 'writing',
      parts: 0,
      records: 0,
      bytes: 0,
      verified: 0,
      error: null,
      startedAt,
      finishedAt: null,
      after: null,
      files: [],
    });
    if (begun) return begun;
    // Somebody has begun it in this very second: that one is as good.
    const other = await readState(bucket, id);
    if (other && isOpen(other.state)) return other;
  }
  return undefined;
}

/**
 * @param held one that is open
 * @param now epoch ms
 * @returns undefined when somebody else was faster
 * @throws Problem storage_unavailable, and what `next` throws: to be tried again
 */
export async function takeStep(bucket: R2Bucket, next: NextLines, held: Held, now: number): Promise<Held | undefined> {
  const { state } = held;
  if (state.status === 'writing') return writePart(bucket, next, held);
  if (state.verified < state.parts) return readBack(bucket, held, now);
  await sweepFolder(bucket, state.id, state);
  const done = await replaceState(bucket, held, { ...state, status: 'done', finishedAt: new Date(now).toISOString() });
  if (done) await removeOver(bucket, now);
  return done;
}

async function writePart(bucket: R2Bucket, next: NextLines, held: Held): Promise<Held | undefined> {
  const { state } = held;
  const { lines, after } = await next(state.after);
  const { file, bytes } = await packPart(lines);
  const parts = state.parts + 1;
  await inBucket(() =>
    bucket.put(partKey(state.id, parts, file), bytes, {
      sha256: file.sha256,
      httpMetadata: { contentType: 'application/gzip' },
    }),
  );
  return replaceState(bucket, held, {
    ...state,
    status: after === null ? 'verifying' : 'writing',
    parts,
    records: state.records + countRecords(lines),
    bytes: state.bytes + file.bytes,
    after,
    files: [...state.files, file],
  });
}

async function readBack(bucket: R2Bucket, held: Held, now: number): Promise<Held | undefined> {
  const { state } = held;
  const n = state.verified + 1;
  const file = state.files[n - 1]!;
  const object = await inBucket(() => bucket.get(partKey(state.id, n, file)));
  const bytes = object && (await inBucket(() => object.arrayBuffer()));
  const place = { first: n === 1, last: n === state.parts };
  const wrong = bytes
    ? await checkPart(bytes, file, place).catch(() => 'cannot be read: it is no gzip, or no JSON.')
    : 'is not there.';
  if (wrong !== null) return fail(bucket, held, `Part ${n} ${wrong}`, now);
  return replaceState(bucket, held, { ...state, verified: n });
}

const fail = (bucket: R2Bucket, held: Held, error: string, now: number) =>
  replaceState(bucket, held, { ...held.state, status: 'failed', error, finishedAt: new Date(now).toISOString() });

/**
 * Takes away those whose time is over. Each says so first: what is interrupted is no good backup any more, and is gone on with.
 * @param now epoch ms
 */
async function removeOver(bucket: R2Bucket, now: number): Promise<void> {
  const all = await readSummaries(bucket, await listIds(bucket));
  for (const id of chooseOver(all, now)) {
    const held = await readState(bucket, id);
    if (held && held.state.error !== OVER && !(await fail(bucket, held, OVER, now))) continue;
    await sweepFolder(bucket, id, null);
  }
}
