/** Keyed hashes and bytes, as providers sign with. Comparing takes as long whatever is compared. */

const encoder = new TextEncoder();

export async function hmacSha256(secret: Uint8Array | string, text: string): Promise<Uint8Array> {
  const bytes = typeof secret === 'string' ? encoder.encode(secret) : secret;
  const key = await crypto.subtle.importKey('raw', bytes as BufferSource, { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
  ]);
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, encoder.encode(text)));
}

/** Whether two texts are the same: their digests have one length, whatever theirs is. */
export async function isSame(a: string, b: string): Promise<boolean> {
  const [x, y] = await Promise.all([a, b].map((text) => crypto.subtle.digest('SHA-256', encoder.encode(text))));
  const [p, q] = [new Uint8Array(x!), new Uint8Array(y!)];
  let different = 0;
  for (let i = 0; i < p.length; i++) different |= p[i]! ^ q[i]!;
  return different === 0;
}

/** @returns null for what is none */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    return null;
  }
}
export const toBase64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));
export const toHex = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

export interface Der {
  tag: number;
  /** Where its content begins and ends. */
  from: number;
  to: number;
}

/** The parts of one ASN.1 structure in DER (X.690), one level deep. @throws RangeError for what is none */
export function readDer(bytes: Uint8Array, from = 0, to = bytes.length): Der[] {
  const parts: Der[] = [];
  for (let at = from; at < to; ) {
    const tag = bytes[at]!;
    let length = bytes[at + 1] ?? 0x80;
    at += 2;
    if (length & 0x80) {
      const size = length & 0x7f;
      if (size < 1 || size > 3) throw new RangeError('DER: no length');
      length = 0;
      for (const end = at + size; at < end; at++) length = length * 256 + (bytes[at] ?? Number.NaN);
    }
    if (!(at + length <= to)) throw new RangeError('DER: cut short');
    parts.push({ tag, from: at, to: at + length });
    at += length;
  }
  return parts;
}
