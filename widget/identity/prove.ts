/** The proof that a request is by the holder of a key, in the form of RFC 9449 (DPoP) with a digest of the body. */
import { createSecret, hash, type Key, toBase64Url } from './key';

/**
 * RFC 9449 section 4.2.
 * @param url without query
 * @param body as it is sent
 * @param token the session's
 * @param now of the server's clock, epoch ms
 */
export async function prove(
  { pair, jwk }: Key,
  htm: string,
  url: string,
  body: string | undefined,
  token: string | undefined,
  now: number,
): Promise<string> {
  const header = { typ: 'dpop+jwt', alg: 'ES256', jwk };
  const claims = {
    htm,
    htu: new URL(url, location.href).href,
    iat: Math.floor(now / 1000),
    jti: createSecret(),
    ...(body !== undefined && { digest: await hash(body) }),
    ...(token && { ath: await hash(token) }),
  };
  const signed = [header, claims].map((part) => encode(JSON.stringify(part))).join('.');
  const data = new TextEncoder().encode(signed);
  const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, pair.privateKey, data);
  return `${signed}.${toBase64Url(new Uint8Array(signature))}`;
}

const encode = (text: string): string => toBase64Url(new TextEncoder().encode(text));
