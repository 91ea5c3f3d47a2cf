/** A reader's key and the proofs it makes, as the widget does. */
import { base64url, calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { Comment, NewComment } from '../../worker/contract';
import { call, draft, key } from './api';

export const API = 'https://comments.test/api/v1';

export interface ProofOptions {
  body?: string;
  token?: string;
  /** Claims and header fields that replace the right ones. */
  claims?: Record<string, unknown>;
  header?: Record<string, unknown>;
}

const hash = async (text: string) =>
  base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))));

export async function createKey() {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(publicKey);
  const prove = async (method: string, path: string, { body, token, claims, header }: ProofOptions = {}) =>
    new SignJWT({
      htm: method,
      htu: `${API}${path}`.replace(/\?.*/, ''),
      iat: Math.floor(Date.now() / 1000),
      jti: crypto.randomUUID(),
      ...(body !== undefined && { digest: await hash(body) }),
      ...(token !== undefined && { ath: await hash(token) }),
      ...claims,
    })
      .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk, ...header })
      .sign(privateKey);
  const jkt = await calculateJwkThumbprint(jwk);
  /** A request with a fresh proof, and with `token` as somebody who is logged in. */
  const ask = async (
    method: string,
    path: string,
    input?: unknown,
    { token, headers = {} }: { token?: string; headers?: Record<string, string> } = {},
  ): Promise<Response> => {
    const body = input === undefined ? undefined : JSON.stringify(input);
    const proof = await prove(method, path, {
      ...(body !== undefined && { body }),
      ...(token !== undefined && { token }),
    });
    return call(path, {
      method,
      headers: {
        DPoP: proof,
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...(token !== undefined && { Authorization: `DPoP ${token}` }),
        ...headers,
      },
      ...(body !== undefined && { body }),
    });
  };
  const post = async (over: Omit<Partial<NewComment>, 'url'> & { url: string }): Promise<Comment> => {
    const answer = await ask('POST', '/comments', draft(over), { headers: { 'Idempotency-Key': key() } });
    if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  return { jkt, handle: jkt.slice(0, 12), jwk, privateKey, prove, ask, post };
}
export type Key = Awaited<ReturnType<typeof createKey>>;
