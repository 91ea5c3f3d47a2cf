/** A reader's key, and proofs as the widget makes them (RFC 9449): for the demo's readers and the benchmark's. */
import { base64url, exportJWK, generateKeyPair, SignJWT } from 'jose';

export interface Key {
  /** @param token the access token that is sent along, if any */
  prove(method: string, url: string, body: string, token?: string): Promise<string>;
}

const hash = async (text: string) =>
  base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))));

export async function createKey(): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const { kty, crv, x, y } = await exportJWK(publicKey);
  return {
    async prove(method, url, body, token) {
      const jti = crypto.randomUUID();
      const ath = token === undefined ? {} : { ath: await hash(token) };
      return new SignJWT({ htm: method, htu: url, jti, digest: await hash(body), ...ath })
        .setIssuedAt()
        .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } } as never)
        .sign(privateKey);
    },
  };
}
