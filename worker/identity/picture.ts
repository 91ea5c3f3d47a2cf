/**
 * Pictures of people: fetched from where a provider or Gravatar says, and taken for pictures only by what their bytes are.
 * Where they are kept and how they are served is for others.
 */
import { imageMeta } from 'image-meta';
import { fetchOutside, type Origins } from '../outgoing';

export type PictureType = 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp';

export const PICTURE_LIMITS = { bytes: 262_144, sidePx: 4096 } as const;
const TIMEOUT_MS = 4_000;
const GRAVATAR_PX = 96;

/**
 * How a file of each type begins and ends, in hexadecimal: something in front of a picture or behind it is not a picture, and
 * without its end it was cut off. WebP says its length at the start instead (RFC 9649 section 2.4). No SVG: it is a document.
 */
const SHAPES: [type: PictureType, start: RegExp, end: RegExp][] = [
  ['image/png', /^89504e470d0a1a0a0000000d49484452/, /0000000049454e44ae426082$/],
  ['image/jpeg', /^ffd8ff/, /ffd9$/],
  ['image/gif', /^474946383[79]61/, /3b$/],
  ['image/webp', /^52494646.{8}57454250565038(20|4c|58)/, /$/],
];
/** Bytes that hold the longest start, and the longest end. */
const EDGE_BYTES = 16;

/** @returns what the bytes are, or null when they are not a whole picture within PICTURE_LIMITS */
export function checkPicture(bytes: Uint8Array): { type: PictureType } | null {
  if (bytes.length > PICTURE_LIMITS.bytes) return null;
  const [first, last] = [bytes.subarray(0, EDGE_BYTES), bytes.subarray(-EDGE_BYTES)].map(toHex);
  const type = SHAPES.find(([, start, end]) => start.test(first!) && end.test(last!))?.[0];
  if (!type || (type === 'image/webp' && webpLength(bytes) !== bytes.length)) return null;
  const sides = measure(bytes);
  return sides.length === 2 && sides.every((px) => px >= 1 && px <= PICTURE_LIMITS.sidePx) ? { type } : null;
}

/** @returns the picture, or null: nothing fails because somebody has none */
export async function fetchPicture(
  url: string,
  origins: Origins,
): Promise<{ type: PictureType; bytes: Uint8Array } | null> {
  try {
    const init = {
      maxBytes: PICTURE_LIMITS.bytes,
      timeoutMs: TIMEOUT_MS,
      accept: 'image/png,image/jpeg,image/webp,image/gif',
    };
    const answer = await fetchOutside(url, init, origins);
    if (answer.status !== 200) return null;
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const picture = checkPicture(bytes);
    return picture && { ...picture, bytes };
  } catch {
    return null;
  }
}

/**
 * Where Gravatar has somebody's picture; it answers 404 when there is none.
 * @see https://docs.gravatar.com/rest/avatars/images/
 */
export async function gravatarUrl(email: string): Promise<string> {
  const address = new TextEncoder().encode(email.trim().toLowerCase());
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', address));
  return `https://gravatar.com/avatar/${toHex(digest)}?d=404&s=${GRAVATAR_PX}`;
}

const toHex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** The RIFF header counts what follows its first eight bytes. */
const webpLength = (bytes: Uint8Array): number =>
  8 + new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(4, true);

/** Width and height in pixels; empty when the headers do not say. */
function measure(bytes: Uint8Array): number[] {
  try {
    const { width, height } = imageMeta(bytes);
    return [width, height];
  } catch {
    return [];
  }
}
