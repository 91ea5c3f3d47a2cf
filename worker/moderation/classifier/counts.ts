/**
 * What a classifier has counted: in how many good comments and in how much spam each feature was, in a table of fixed size,
 * and how that table is stored. Features are hashed (K. Weinberger et al., "Feature Hashing for Large Scale Multitask
 * Learning", ICML 2009). Pure.
 */
import { base64url } from 'jose';
import { listFeatures } from './features';

export type Kind = 'good' | 'spam';
export interface Counts {
  /** Comments counted. */
  totals: Record<Kind, number>;
  /** Comments that had a feature of this bucket. */
  buckets: Record<Kind, Uint16Array>;
}

/** Fewer, and what foreign words share a bucket with speaks for them. */
export const BUCKETS = 1 << 16;
/** More comments of a kind than this, and the older ones fade: nothing overflows, and what spam was last year matters less. */
const MOST = 20_000;
/** First byte of a stored table; another one when features or buckets change their meaning. */
const FORMAT = 1;

export const newCounts = (): Counts => ({
  totals: { good: 0, spam: 0 },
  buckets: { good: new Uint16Array(BUCKETS), spam: new Uint16Array(BUCKETS) },
});

/** FNV-1a over UTF-16, its bits mixed as MurmurHash3 ends. */
export function bucketOf(feature: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < feature.length; i++) hash = Math.imul(hash ^ feature.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) & (BUCKETS - 1);
}

/** Counts one comment more, or one less; never below nothing. Changes `counts`. */
export function count({ totals, buckets }: Counts, text: string, kind: Kind, by: 1 | -1): void {
  const table = buckets[kind];
  if (by === 1 && totals[kind] >= MOST) {
    totals[kind] >>= 1;
    for (let i = 0; i < BUCKETS; i++) table[i]! >>= 1;
  }
  totals[kind] = Math.max(0, totals[kind] + by);
  const touched = new Set<number>();
  for (const feature of listFeatures(text).keys()) touched.add(bucketOf(feature));
  for (const bucket of touched) table[bucket] = Math.max(0, table[bucket]! + by);
}

/** Base64url of: format, and for each bucket that is not empty the way to it from the last one and its two counts (LEB128). */
export function formatBuckets({ buckets: { good, spam } }: Counts): string {
  const bytes: number[] = [FORMAT];
  const push = (value: number) => {
    let left = value;
    for (; left > 0x7f; left >>>= 7) bytes.push((left & 0x7f) | 0x80);
    bytes.push(left);
  };
  let last = -1;
  for (let i = 0; i < BUCKETS; i++) {
    if (good[i] === 0 && spam[i] === 0) continue;
    push(i - last);
    push(good[i]!);
    push(spam[i]!);
    last = i;
  }
  return base64url.encode(Uint8Array.from(bytes));
}

/** @returns nothing counted when it is of another format, or damaged */
export function parseCounts(data: string, { good, spam }: Record<Kind, number>): Counts {
  const counts = newCounts();
  try {
    fillBuckets(base64url.decode(data), counts.buckets);
  } catch {
    return newCounts();
  }
  return { ...counts, totals: { good, spam } };
}

/** @throws RangeError what is no table */
function fillBuckets(bytes: Uint8Array, { good, spam }: Counts['buckets']): void {
  let at = 0;
  const next = (): number => {
    for (let value = 0, shift = 0; shift < 21; shift += 7) {
      const byte = bytes[at++];
      if (byte === undefined) break;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError('not a number');
  };
  if (next() !== FORMAT) throw new RangeError('another format');
  for (let bucket = -1; at < bytes.length; ) {
    bucket += next();
    if (bucket >= BUCKETS) throw new RangeError('no such bucket');
    good[bucket] = next();
    spam[bucket] = next();
  }
}
