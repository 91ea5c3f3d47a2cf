/**
 * Links in mails: what they are for and about, signed, so that whoever got the mail may do that and nothing else, without a login and
 * without a row. Nothing is done by opening one.
 */
import { type Bindings, type Config, getConfig } from '../env';

/** What a link is good for; a token for one is none for another. */
export type LinkPurpose = 'preferences' | 'confirm' | 'decide';

const MAC_BYTES = 16;

/** @param parts `[\w-]+` each @returns `part.part.mac`, safe in a path */
export async function signLink({ authSecret }: Config, purpose: LinkPurpose, ...parts: string[]): Promise<string> {
  return `${parts.join('.')}.${await macOf(authSecret, purpose, parts)}`;
}

/** @returns its parts, or null: nobody here made it, or for something else */
export async function readLink(env: Bindings, purpose: LinkPurpose, token: string): Promise<string[] | null> {
  const { authSecret, previousAuthSecret } = getConfig(env);
  const parts = token.split('.');
  const given = parts.pop() ?? '';
  for (const secret of [authSecret, previousAuthSecret]) {
    if (secret === null) continue;
    const [a, b] = [given, await macOf(secret, purpose, parts)].map((text) => new TextEncoder().encode(text));
    if (a!.length === b!.length && crypto.subtle.timingSafeEqual(a!, b!)) return parts;
  }
  return null;
}

/** Importing one costs as much as signing, and a run signs for each of its mails. */
const keys = new Map<string, CryptoKey>();

async function keyOf(secret: string): Promise<CryptoKey> {
  const known = keys.get(secret);
  if (known) return known;
  const raw = new TextEncoder().encode(`link:${secret}`);
  const key = await crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  keys.set(secret, key);
  return key;
}

async function macOf(secret: string, purpose: LinkPurpose, parts: string[]): Promise<string> {
  const key = await keyOf(secret);
  const signed = new TextEncoder().encode([purpose, ...parts].join('.'));
  const mac = await crypto.subtle.sign('HMAC', key, signed);
  return btoa(String.fromCharCode(...new Uint8Array(mac, 0, MAC_BYTES)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

/** Where a link leads. Without PUBLIC_URL no mail is written at all. */
export const linkTo = (env: Bindings, path: string): string =>
  `${(env.PUBLIC_URL ?? '').replace(/\/$/, '')}/api/v1/${path}`;
