/**
 * Backups: asked for over HTTP, and made by the cron. They hold everything, with e-mail addresses, so they are for tokens of all
 * sites that may read comments too. What a backup is made of is export.ts, how one is made step.ts.
 */
import type { R2Bucket } from '@cloudflare/workers-types';
import * as v from 'valibot';
import { needWholeGrant } from '../../admin/grant';
import { markRun } from '../../admin/jobs-store';
import { type Backup, BackupId, type Backups } from '../../contract-transfer';
import { Db } from '../../db';
import type { Bindings } from '../../env';
import { Problem } from '../../problem';
import { type AppContext, openDb } from '../../request';
import { exportNext } from '../exports/export';
import { formatId, inBucket, listIds, partKey, readState, readSummaries, summarise } from './state';
import { beginBackup, findOpen, isOpen, type NextLines, takeStep } from './step';

const DAY_MS = 86_400_000;
/** Of a part: about 5 ms of the worker's time, of the 10 ms that the free plan gives. */
const PART = { rows: 250, bytes: 200_000 };
/** Steps of a run of the cron, two requests to the bucket each. */
const STEPS = 40;
/** Queries of a run behind which it begins no further step: one takes 24 at most, and the free plan allows 50 a run. */
const QUERIES = 25;
/** How far back the cron looks for one that is not finished; older ones are too late anyway. */
const OPEN_WITHIN_MS = 3 * DAY_MS;

export async function listBackups(c: AppContext): Promise<Response> {
  await needBackupGrant(c);
  const bucket = needBucket(c.env);
  return c.json({ backups: await readSummaries(bucket, await listIds(bucket)) } satisfies Backups);
}

/** One step: whoever wants it done asks again. */
export async function makeBackup(c: AppContext): Promise<Response> {
  const db = await needBackupGrant(c);
  const bucket = needBucket(c.env);
  const now = Date.now();
  const held = (await findOpen(bucket, await listIds(bucket), now)) ?? (await beginBackup(bucket, now));
  if (!held) throw new Problem('storage_unavailable');
  const { id } = held.state;
  const next = await takeStep(bucket, everything(db), held, now);
  // Outrun: what the other has come to.
  const { state } = next ?? (await readState(bucket, id)) ?? held;
  return c.json(summarise(state) satisfies Backup);
}

export async function readBackupPart(c: AppContext): Promise<Response> {
  await needBackupGrant(c);
  const bucket = needBucket(c.env);
  const { backup, part } = c.req.param() as { backup: string; part: string };
  if (!v.is(BackupId, backup) || !/^[1-9]\d{0,5}$/.test(part)) throw new Problem('not_found');
  const file = (await readState(bucket, backup))?.state.files[Number(part) - 1];
  const object = file && (await inBucket(() => bucket.get(partKey(backup, Number(part), file))));
  if (!object) throw new Problem('not_found');
  // Of what was written, as RFC 9530 says it: whoever reads it sees whether this is that.
  const digest = btoa(String.fromCharCode(...Uint8Array.from(file.sha256.match(/../g)!, (hex) => parseInt(hex, 16))));
  c.header('Repr-Digest', `sha-256=:${digest}:`);
  c.header('Content-Type', 'application/gzip');
  c.header('Content-Length', String(object.size));
  return c.body(object.body as unknown as ReadableStream);
}

/**
 * What the cron does: begins one on each day (UTC), and goes on with it until it is done.
 * @param now epoch ms
 * @throws Problem storage_unavailable
 */
export async function runBackups(env: Bindings, now: number): Promise<void> {
  const bucket = env.BACKUPS;
  if (!bucket) return;
  const db = new Db(env.DB, 'first-primary');
  const ids = await listIds(bucket);
  const since = formatId(now - OPEN_WITHIN_MS);
  const isBegun = ids.some((id) => id.slice(0, 8) === formatId(now).slice(0, 8));
  let held = await findOpen(
    bucket,
    ids.filter((id) => id >= since),
    now,
  );
  if (!held && !isBegun) held = await beginBackup(bucket, now);
  for (let left = STEPS; held && isOpen(held.state) && left > 0 && db.bill.trips <= QUERIES; left--)
    held = await takeStep(bucket, everything(db), held, now);
  await db.batch(markRun('backup', now));
}

/** For `readInstance`. @returns null when no bucket is bound */
export async function findBackups({ BACKUPS }: Bindings): Promise<Backup[] | null> {
  return BACKUPS ? readSummaries(BACKUPS, await listIds(BACKUPS)) : null;
}

const everything =
  (db: Db): NextLines =>
  (after) =>
    exportNext(db, { site: null, emails: true }, after, PART);

async function needBackupGrant(c: AppContext): Promise<Db> {
  const db = openDb(c, 'first-primary');
  await needWholeGrant(c, db, 'transfer', 'comments:read');
  return db;
}

/** @throws Problem setup_required */
function needBucket({ BACKUPS }: Bindings): R2Bucket {
  if (BACKUPS) return BACKUPS;
  throw new Problem(
    'setup_required',
    'No bucket for backups is bound: enable R2 in the Cloudflare dashboard and run `npm run deploy` again.',
  );
}
