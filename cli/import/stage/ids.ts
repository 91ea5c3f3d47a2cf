/**
 * Ids of what is imported, made of nothing but where it comes from: so a second run finds everything there already, and one
 * that was interrupted goes on. They sort as the worker's own do (worker/ids.ts): ten characters of time, sixteen more.
 */
import { createHash } from 'node:crypto';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_CHARS = 10;
/** A time that has another behind it, and the alphabet alone: what is made to sort behind it does. */
const OWN_ID = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/;

/** What ids of one import are made of, beside the id in the file. */
export interface Namespace {
  site: string;
  format: string;
}

/**
 * @param createdAt epoch ms, 0 at least
 * @param parent the parent's id: this one sorts behind it
 */
export function makeId(
  space: Namespace,
  kind: 'comment' | 'page',
  source: string,
  createdAt: number,
  parent: string | null,
): string {
  const ms = parent === null ? createdAt : Math.max(createdAt, timeOf(parent) + 1);
  const hash = digest(space, kind, source);
  let out = '';
  for (let rest = ms, i = 0; i < TIME_CHARS; i++, rest = Math.floor(rest / 32)) out = ALPHABET[rest % 32] + out;
  for (const byte of hash.subarray(0, 16)) out += ALPHABET[byte % 32];
  return out;
}

/** Whether an id that the file brought along can be kept. */
export function isUsable(ownId: string, parent: string | null): boolean {
  return OWN_ID.test(ownId) && (parent === null || ownId > parent);
}

/** @param who what makes somebody one author in the file */
export function makeAuthorId(space: Namespace, who: string): string {
  return `i_${digest(space, 'author', who).toString('base64url').slice(0, 22)}`;
}

function timeOf(id: string): number {
  let ms = 0;
  for (const char of id.slice(0, TIME_CHARS)) ms = ms * 32 + Math.max(ALPHABET.indexOf(char), 0);
  return ms;
}

const digest = ({ site, format }: Namespace, kind: string, source: string): Buffer =>
  createHash('sha256')
    .update(JSON.stringify([site, format, kind, source]))
    .digest();
