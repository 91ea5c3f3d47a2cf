/** The one fetch of the console: answers become the contract's types, refusals `Refused`. Knows nothing of state or views. */
import type { ErrorCode, ProblemBody } from '../worker/contract';

/** Why something was not answered. */
export class Refused extends Error {
  readonly code: ErrorCode | 'offline';
  /** As in the contract: `settings.rules.3.pattern`. */
  readonly field: string | undefined;
  /** What Retry-After asked for, in seconds. */
  readonly waitS: number;

  constructor(code: ErrorCode | 'offline', detail = '', field?: string, waitS = 0) {
    super(detail);
    this.code = code;
    this.field = field;
    this.waitS = waitS;
  }
}

export type Query = Record<string, string | number | boolean | null | undefined>;
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
/** Headers by which somebody is who they say. @param body as it will be sent */
export type Sign = (method: Method, url: string, body?: string) => Promise<Record<string, string>>;

export interface Api {
  /** @throws Refused */
  get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T>;
  /** @throws Refused */
  send<T>(method: Method, path: string, body?: unknown): Promise<T>;
}

export const API = '/api/v1';

/** @param onRefused told before it is thrown: a token may have been revoked meanwhile */
export function createApi(sign: Sign, onRefused: (refused: Refused) => void): Api {
  const ask = async <T>(
    method: Method,
    path: string,
    init: { query?: Query; body?: unknown; signal?: AbortSignal },
  ) => {
    try {
      return await request<T>(sign, method, path, init);
    } catch (thrown) {
      if (thrown instanceof Refused) onRefused(thrown);
      throw thrown;
    }
  };
  return {
    get: (path, query, signal) => ask('GET', path, { ...(query && { query }), ...(signal && { signal }) }),
    send: (method, path, body) => ask(method, path, { body }),
  };
}

async function request<T>(
  sign: Sign,
  method: Method,
  path: string,
  { query = {}, body, signal }: { query?: Query; body?: unknown; signal?: AbortSignal },
): Promise<T> {
  const url = `${location.origin}${API}${path}`;
  const text = body === undefined ? undefined : JSON.stringify(body);
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value));
  const headers = await sign(method, url, text);
  let answer: Response;
  try {
    answer = await fetch(search.size > 0 ? `${url}?${search}` : url, {
      method,
      credentials: 'omit',
      cache: 'no-store',
      headers: { ...headers, ...(text !== undefined && { 'Content-Type': 'application/json' }) },
      ...(text !== undefined && { body: text }),
      ...(signal && { signal }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Refused('offline');
  }
  const data: unknown = await answer.json().catch(() => undefined);
  if (answer.ok && data !== undefined) return data as T;
  const { code = 'internal', detail, field } = (data ?? {}) as Partial<ProblemBody>;
  throw new Refused(code, detail, field, Number(answer.headers.get('Retry-After')) || 0);
}
