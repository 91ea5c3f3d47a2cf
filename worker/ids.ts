/**
 * Ids that sort by creation: 10 characters of time and 16 of randomness in Crockford's base 32, lower case, as in the
 * ULID specification. 80 random bits: neither guessable nor countable.
 */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_CHARS = 10;

/** The first id of a moment. @param ms epoch milliseconds */
export function timePrefix(ms: number): string {
  let rest = ms;
  let out = '';
  for (let i = 0; i < TIME_CHARS; i++) {
    out = ALPHABET[rest % 32] + out;
    rest = Math.floor(rest / 32);
  }
  return out;
}

/** Epoch milliseconds an id was made at. */
export function timeOf(id: string): number {
  let ms = 0;
  for (const c of id.slice(0, TIME_CHARS)) ms = ms * 32 + ALPHABET.indexOf(c);
  return ms;
}

/**
 * A new id.
 * @param now epoch milliseconds
 * @param random 16 random bytes
 * @param after an id that the new one must sort behind, whatever the clocks say
 */
export function newId(now: number, random: Uint8Array, after?: string): string {
  const ms = after === undefined ? now : Math.max(now, timeOf(after) + 1);
  let out = timePrefix(ms);
  for (const byte of random.subarray(0, 16)) out += ALPHABET[byte % 32];
  return out;
}
