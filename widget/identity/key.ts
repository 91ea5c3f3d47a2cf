/**
 * The key of this device: whoever has it wrote what it signed. Its private half never leaves the browser, and no script can
 * read it. Where nothing can be kept, it lives as long as the page; where there is no https, there is none.
 */

export interface Key {
  pair: CryptoKeyPair;
  /** The public half (RFC 7517), without what is not needed. */
  jwk: { kty: 'EC'; crv: 'P-256'; x: string; y: string };
  /** Its SHA-256 thumbprint, base64url (RFC 7638). */
  jkt: string;
}

const NAME = 'own';
const HANDLE_CHARS = 12;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' };

let turn: Promise<Key | undefined> = Promise.resolve(undefined);
let known: Key | undefined;

/** Browsers keep their cryptography from pages that came without https. */
export const hasKeys = (): boolean => !!globalThis.crypto?.subtle;

/** What comments by this device's key carry as `author.id`; undefined until the key was looked for. */
export const ownHandle = (): string | undefined => known?.jkt.slice(0, HANDLE_CHARS);

/**
 * One after the other, so that there is one key.
 * @param make when there is none
 */
export function getKey(make = true): Promise<Key | undefined> {
  turn = turn.then(async () => {
    if (!hasKeys()) return;
    known ??= await load(make);
    return known;
  });
  return turn;
}

async function load(make: boolean): Promise<Key | undefined> {
  let pair = await find().catch(() => undefined);
  if (!pair && make) {
    pair = await crypto.subtle.generateKey(ALGORITHM, false, ['sign']);
    try {
      await keep(pair);
    } catch {
      // Another tab was first, or nothing can be kept here.
      pair = (await find().catch(() => undefined)) ?? pair;
    }
  }
  if (!pair) return;
  const { x, y } = (await crypto.subtle.exportKey('jwk', pair.publicKey)) as { x: string; y: string };
  // The order that RFC 7638 hashes.
  const jwk = { crv: 'P-256', kty: 'EC', x, y } as const;
  return { pair, jwk, jkt: await hash(JSON.stringify(jwk)) };
}

const find = async (): Promise<CryptoKeyPair | undefined> => settle((await openStore('readonly')).get(NAME));
const keep = async (pair: CryptoKeyPair): Promise<unknown> => settle((await openStore('readwrite')).add(pair, NAME));

async function openStore(mode: IDBTransactionMode): Promise<IDBObjectStore> {
  const opening = indexedDB.open('afterword');
  opening.onupgradeneeded = () => opening.result.createObjectStore('keys');
  return (await settle(opening)).transaction('keys', mode).objectStore('keys');
}

function settle<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((done, fail) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
}

/** SHA-256 in base64url. */
export async function hash(text: string): Promise<string> {
  return toBase64Url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))));
}

/** 256 random bits in base64url. */
export const createSecret = (): string => toBase64Url(crypto.getRandomValues(new Uint8Array(32)));

export const toBase64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replace(/=+$/, '')
    .replaceAll('+', '-')
    .replaceAll('/', '_');
