/**
 * Requests that prove the device's key, in the form of RFC 9449 (DPoP) with a digest of the body: what api.ts is to reading.
 * Where there is no key, they go without proof, and the server takes what it takes from anybody. Whose session comes along,
 * ask.ts knows.
 */
import type { ProblemBody } from '../../worker/contract';
import type { ApiError } from '../api';
import { keepBookmark } from '../writing/memory';
import type { Asking, Place } from './agreement';
import { getKey } from './key';
import { prove } from './prove';

/** How far the server's clock is ahead of this device's, in ms. */
let clockAhead = 0;
/** The server's time, epoch ms, as far as it is known. */
export const serverNow = (): number => Date.now() + clockAhead;

/** @throws ApiError */
export async function send<T>(
  { api, key: page }: Place,
  method: string,
  path: string,
  body?: unknown,
  { query, headers }: Asking = {},
  token?: string,
): Promise<T> {
  const url = api + path;
  const text = body === undefined ? undefined : JSON.stringify(body);
  const key = await getKey();
  const search = new URLSearchParams();
  for (const name in query) if (query[name]) search.set(name, query[name]);
  let answer: Response | undefined;
  let data: unknown;
  try {
    answer = await fetch(search.size ? `${url}?${search}` : url, {
      method,
      credentials: 'omit',
      headers: {
        ...(text !== undefined && { 'Content-Type': 'application/json' }),
        ...(key && { DPoP: await prove(key, method, url, text, token, serverNow()) }),
        ...(token && { Authorization: `DPoP ${token}` }),
        ...headers,
      },
      ...(text !== undefined && { body: text }),
    });
    data = await answer.json();
  } catch {}
  const header = (name: string) => answer?.headers.get(name) ?? '';
  if (answer?.ok && data) {
    if (page && header('Afterword-Bookmark')) keepBookmark(page, header('Afterword-Bookmark'));
    return data as T;
  }
  const error: ApiError = {
    ...(data as Partial<ProblemBody>),
    wait: Number(header('Retry-After')),
  };
  const date = Date.parse(header('Date'));
  if (error.code === 'proof_expired' && date) clockAhead = date - Date.now();
  throw error;
}
