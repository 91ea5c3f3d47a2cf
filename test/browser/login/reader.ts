/** A reader's device, in Node: the key, the proofs it makes, and the widget's side of logging in. */
import { createHash, randomBytes } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { Comment, ProblemBody, Session } from '../../../worker/contract.ts';
import { createBrowsing, passProvider, type Ran, runPage } from './browse.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('base64url');

/** Where one way to log in has got to. */
export interface Arrival {
  /** The provider's answer, not visited yet. */
  callback: URL;
  /** The secret behind the challenge. */
  verifier: string;
}

/** @param api `http://localhost:40123/api/v1` @param url the page they read */
export async function createReader(api: string, url: string) {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const jwk = await exportJWK(publicKey);
  const jkt = await calculateJwkThumbprint(jwk);
  const { origin } = new URL(url);
  const browsing = createBrowsing();

  const ask = async (
    method: string,
    path: string,
    input?: unknown,
    { token, headers = {} }: { token?: string | undefined; headers?: Record<string, string> } = {},
  ): Promise<Response> => {
    const body = input === undefined ? null : JSON.stringify(input);
    const proof = await new SignJWT({
      htm: method,
      htu: `${api}${path}`,
      iat: Math.floor(Date.now() / 1000),
      jti: crypto.randomUUID(),
      ...(body !== null && { digest: sha256(body) }),
      ...(token !== undefined && { ath: sha256(token) }),
    })
      .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk })
      .sign(privateKey);
    return fetch(`${api}${path}`, {
      method,
      headers: {
        Origin: origin,
        DPoP: proof,
        ...(body !== null && { 'Content-Type': 'application/json' }),
        ...(token !== undefined && { Authorization: `DPoP ${token}` }),
        ...headers,
      },
      body,
    });
  };

  /** The click. @param over of the query; undefined leaves one out */
  const start = async (provider: string, over: Record<string, string | undefined> = {}) => {
    const verifier = randomBytes(32).toString('base64url');
    const instance = provider === 'mastodon' ? 'social.example' : undefined;
    const asked = { url, origin, jkt, challenge: sha256(verifier), instance, ...over };
    const query = new URLSearchParams(Object.entries(asked).filter((each): each is [string, string] => !!each[1]));
    return { answer: await browsing.visit(`${api}/login/${provider}?${query}`), verifier };
  };

  /** From the click to where the provider sends the browser back to. */
  const arrive = async (
    provider: string,
    account: string | null,
    over: Record<string, string | undefined> = {},
  ): Promise<Arrival> => {
    const { answer, verifier } = await start(provider, over);
    const location = answer.headers.get('Location');
    if (location === null) throw new Error(`${provider} answered ${answer.status}: ${await answer.text()}`);
    return { callback: await passProvider(browsing, location, account), verifier };
  };

  /** Lets the callback's page do what it does. */
  const comeBack = async (callback: URL): Promise<{ answer: Response; ran: Ran | null }> => {
    const answer = await browsing.visit(callback);
    return { answer, ran: runPage(await answer.clone().text()) };
  };

  /** @returns the one-time code that the page told its opener */
  const fetchCode = async (provider: string, account: string): Promise<{ code: string; verifier: string }> => {
    const { callback, verifier } = await arrive(provider, account);
    const { ran } = await comeBack(callback);
    const { code } = (ran?.told[0]?.message ?? {}) as { code?: string };
    if (code === undefined) throw new Error(`no code, but ${JSON.stringify(ran)}`);
    return { code, verifier };
  };

  /** @param token of the login that is there already */
  const logIn = async (provider: string, account = 'marigold', token?: string): Promise<Session> =>
    need(await ask('POST', '/session', await fetchCode(provider, account), { token }), 200);

  const tryPost = (token: string | undefined, body = 'Well said.') =>
    ask('POST', '/comments', { url, body }, { token, headers: { 'Idempotency-Key': crypto.randomUUID() } });
  const post = async (token: string, body?: string): Promise<Comment> => need(await tryPost(token, body), 201);

  return { url, origin, jkt, browsing, ask, start, arrive, comeBack, fetchCode, logIn, tryPost, post };
}
export type Reader = Awaited<ReturnType<typeof createReader>>;

/** @throws Error what was answered instead */
export async function need<T>(answer: Response, status: number): Promise<T> {
  if (answer.status === status) return (await answer.json()) as T;
  throw new Error(`${answer.status} ${await answer.text()}`);
}

/** The code of an error answer. */
export async function problemOf(answer: Response | Promise<Response>): Promise<string> {
  return ((await (await answer).json()) as ProblemBody).code;
}
