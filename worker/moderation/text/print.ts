/**
 * Fingerprints by which duplicates and near duplicates are found: a hash of the letters, and a SimHash of what stands next to
 * what, which changes little when the text does (M. Charikar, "Similarity Estimation Techniques from Rounding Algorithms",
 * STOC 2002; for near duplicates, G. Manku et al., WWW 2007). Pure.
 */
import { plainText, weighLetters } from './reading';

/** Shorter texts are nobody's own: "Thanks!" is written by everybody. In letters of an alphabet. */
const MIN_WEIGHT = 24;
/** Letters that are looked at: enough to tell texts apart. */
const MAX_LETTERS = 2_000;
/** Letters that are hashed together. */
const SHINGLE = 4;
/**
 * Bits of 64 in which near duplicates differ at most: a word or two changed in two sentences make that. Texts that have nothing
 * to do with each other differ in about 32, and hardly ever in less than 16.
 */
const NEAR_BITS = 14;

/** @returns hash and SimHash, or '' for what is too short */
export function printOf(said: string): string {
  const text = plainText(said).toLowerCase();
  if (weighLetters(text) < MIN_WEIGHT) return '';
  const letters = [...text.replace(/[^\p{L}\p{N}]/gu, '')].slice(0, MAX_LETTERS).join('');
  return `${hashText(letters, 0)}${hashText(letters, 1)}.${simHash(letters)}`;
}

export const isSamePrint = (a: string, b: string): boolean => a !== '' && a === b;

/** Also true for the same. */
export function isNearPrint(a: string, b: string): boolean {
  const [mine, theirs] = [readSimHash(a), readSimHash(b)];
  if (!mine || !theirs) return false;
  return countBits(mine[0] ^ theirs[0]) + countBits(mine[1] ^ theirs[1]) <= NEAR_BITS;
}

function simHash(letters: string): string {
  const shingles = new Set<string>();
  for (let i = 0; i + SHINGLE <= letters.length; i++) shingles.add(letters.slice(i, i + SHINGLE));
  const votes = new Int32Array(64);
  for (const shingle of shingles)
    for (const half of [0, 1]) {
      const hash = hash32(shingle, half);
      for (let bit = 0; bit < 32; bit++) votes[half * 32 + bit]! += (hash >>> bit) & 1 ? 1 : -1;
    }
  return [0, 1]
    .map((half) => {
      let bits = 0;
      for (let bit = 0; bit < 32; bit++) if (votes[half * 32 + bit]! > 0) bits |= 1 << bit;
      return toHex(bits);
    })
    .join('');
}

function readSimHash(print: string): [number, number] | null {
  const [, high, low] = /\.([0-9a-f]{8})([0-9a-f]{8})$/.exec(print) ?? [];
  return high === undefined ? null : [Number.parseInt(high, 16), Number.parseInt(low!, 16)];
}

/** FNV-1a over UTF-16 units, finished as MurmurHash3 is, so that all bits depend on all. */
function hash32(text: string, seed: number): number {
  let hash = 0x811c9dc5 ^ Math.imul(seed, 0x9e3779b1);
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
const hashText = (text: string, seed: number): string => toHex(hash32(text, seed));
const toHex = (bits: number): string => (bits >>> 0).toString(16).padStart(8, '0');

function countBits(bits: number): number {
  let rest = bits;
  let count = 0;
  for (; rest !== 0; rest &= rest - 1) count++;
  return count;
}
