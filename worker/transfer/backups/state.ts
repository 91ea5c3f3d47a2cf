/**
 * Where a backup stands: `backups/<id>/state.json` in the bucket, beside its parts, and nowhere else, so that backups are known
 * when the database is lost. Only here the bucket is asked; what is done next is step.ts.
 */
import type { R2Bucket } from '@cloudflare/workers-types';
import * as v from 'valibot';
import { Count } from '../../contract';
import { Backup } from '../../contract-transfer';
import { Problem } from '../../problem';

const FOLDER = 'backups/';
/** Of the object `state.json`: the Backup alone, so that a list reads none of them. */
const SUMMARY = 'backup';
const RETRY_AFTER_S = 5;

const State = v.object({
  ...Backup.entries,
  /** Where the next part goes on; null: at the beginning, or everything is written. */
  after: v.nullable(v.string()),
  /** Of each part, in order. */
  files: v.array(v.object({ sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)), bytes: Count, lines: Count })),
});
export type State = v.InferOutput<typeof State>;
export type PartFile = State['files'][number];
/** A state as it was read: it is replaced only while it is still that one. */
export interface Held {
  state: State;
  etag: string;
}

/**
 * Parts are named by what is in them: whoever writes one again after a crash, or at the same time as somebody else, overwrites
 * nothing that a state speaks of.
 * @param n from 1
 */
export const partKey = (id: string, n: number, { sha256 }: Pick<PartFile, 'sha256'>): string =>
  `${FOLDER}${id}/${String(n).padStart(6, '0')}-${sha256.slice(0, 16)}.ndjson.gz`;

const stateKey = (id: string) => `${FOLDER}${id}/state.json`;

/** @param ms epoch ms @returns such as 20260131T120000Z */
export const formatId = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;

/** What the bucket refuses or fails at is for the next try. @throws Problem storage_unavailable */
export async function inBucket<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    throw new Problem('storage_unavailable', undefined, { cause, retryAfterS: RETRY_AFTER_S });
  }
}

/** Ids of all that are there, the latest first. @throws Problem storage_unavailable */
export async function listIds(bucket: R2Bucket): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await inBucket(() =>
      bucket.list({ prefix: FOLDER, delimiter: '/', ...(cursor !== undefined && { cursor }) }),
    );
    ids.push(...page.delimitedPrefixes.map((prefix) => prefix.slice(FOLDER.length, -1)));
    if (!page.truncated) break;
    cursor = page.cursor;
  }
  return ids.filter((id) => v.is(Backup.entries.id, id)).sort((a, b) => (a < b ? 1 : -1));
}

/** Those of the ids that there are. @throws Problem storage_unavailable */
export async function readSummaries(bucket: R2Bucket, ids: string[]): Promise<Backup[]> {
  const all = await Promise.all(ids.map((id) => readSummary(bucket, id)));
  return all.filter((one) => one !== undefined);
}

async function readSummary(bucket: R2Bucket, id: string): Promise<Backup | undefined> {
  const object = await inBucket(() => bucket.head(stateKey(id)));
  const kept = v.safeParse(v.pipe(v.string(), v.parseJson(), Backup), object?.customMetadata?.[SUMMARY]);
  if (kept.success) return kept.output.id === id ? kept.output : undefined;
  // A bucket that was copied by a tool that leaves metadata behind.
  return object ? (await readState(bucket, id))?.state : undefined;
}

/** @throws Problem storage_unavailable */
export async function readState(bucket: R2Bucket, id: string): Promise<Held | undefined> {
  const object = await inBucket(() => bucket.get(stateKey(id)));
  if (!object) return undefined;
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), State), await inBucket(() => object.text()));
  // A folder that was copied to another name is no backup: it speaks of the one that it was.
  return parsed.success && parsed.output.id === id ? { state: parsed.output, etag: object.etag } : undefined;
}

/** @returns undefined when there is one of this id already @throws Problem storage_unavailable */
export const createState = (bucket: R2Bucket, state: State): Promise<Held | undefined> =>
  putState(bucket, state, { etagDoesNotMatch: '*' });

/** @returns undefined when somebody else has replaced it since @throws Problem storage_unavailable */
export const replaceState = (bucket: R2Bucket, { etag }: Held, state: State): Promise<Held | undefined> =>
  putState(bucket, state, { etagMatches: etag });

async function putState(
  bucket: R2Bucket,
  state: State,
  onlyIf: { etagMatches: string } | { etagDoesNotMatch: '*' },
): Promise<Held | undefined> {
  const object = await inBucket(() =>
    bucket.put(stateKey(state.id), JSON.stringify(state), {
      onlyIf,
      httpMetadata: { contentType: 'application/json' },
      customMetadata: { [SUMMARY]: escapeText(JSON.stringify(summarise(state))) },
    }),
  );
  return object ? { state, etag: object.etag } : undefined;
}

export const summarise = ({ after: _, files: __, ...backup }: State): Backup => backup;

/** Metadata travels as a header. */
const escapeText = (json: string): string =>
  json.replace(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

/**
 * Takes away what lies in a backup's folder: all of it, the state last, or what its finished state does not speak of, such as a
 * part that was written just before a crash.
 * @throws Problem storage_unavailable
 */
export async function sweepFolder(bucket: R2Bucket, id: string, keep: State | null): Promise<void> {
  const kept = new Set([stateKey(id), ...(keep?.files.map((file, i) => partKey(id, i + 1, file)) ?? [])]);
  for (let cursor: string | undefined; ; ) {
    const page = await inBucket(() =>
      bucket.list({ prefix: `${FOLDER}${id}/`, ...(cursor !== undefined && { cursor }) }),
    );
    const gone = page.objects.map(({ key }) => key).filter((key) => !kept.has(key));
    if (gone.length > 0) await inBucket(() => bucket.delete(gone));
    if (!page.truncated) break;
    cursor = page.cursor;
  }
  if (!keep) await inBucket(() => bucket.delete(stateKey(id)));
}
