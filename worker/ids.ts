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

/**
 * The same id as a UUID (version 7, RFC 9562), for formats that want one: its time, and 74 random bits, into which all 80 go.
 * What is no id of ours has one, too.
 */
export function uuidOf(id: string): string {
  let bits = 0n;
  for (const c of id) bits = (bits << 5n) | BigInt(Math.max(0, ALPHABET.indexOf(c)));
  const time = BigInt.asUintN(48, bits >> 80n);
  const random = BigInt.asUintN(80, bits);
  const folded = (random >> 6n) ^ ((random & 63n) << 68n);
  const value = (time << 80n) | (7n << 76n) | ((folded >> 62n) << 64n) | (2n << 62n) | BigInt.asUintN(62, folded);
  return value
    .toString(16)
    .padStart(32, '0')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
