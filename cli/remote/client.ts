/** The one fetch of the command line: to the admin API of an instance, with its token. */
import { setTimeout as wait } from 'node:timers/promises';

/** What the API refused, as problem+json says it. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly field: string | undefined;

  constructor(status: number, code: string, detail: string, field: string | undefined) {
    super(detail);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.field = field;
  }
}

export interface Client {
  /** Origin of the instance, no slash at the end. */
  server: string;
  /**
   * @param path below /api/v1, such as `/admin/sites`
   * @throws ApiError what the API refused; Error when it could not be reached
   */
  ask<T>(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T>;
  /** As `ask`, for an answer that is not JSON. */
  fetch(path: string): Promise<Response>;
}

/** How often something that may pass is tried, and how long is waited at first, ms; doubled each time. */
const TRIES = 5;
const FIRST_WAIT_MS = 500;
const TIMEOUT_MS = 60_000;

/** What is asked may be asked again: every endpoint that the command line uses bears it. */
export function openClient(server: string, token: string): Client {
  const send = async (method: string, path: string, body?: unknown): Promise<Response> => {
    let waitMs = FIRST_WAIT_MS;
    for (let left = TRIES; ; left--) {
      const answer = await fetch(`${server}/api/v1${path}`, {
        method,
        headers: {
          Authorization: `Bearer ${token}`,
          ...(body !== undefined && { 'Content-Type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      }).catch((cause: unknown) => {
        if (left <= 1) throw new Error(`${server} does not answer: ${messageOf(cause)}`, { cause });
        return undefined;
      });
      if (answer?.ok) return answer;
      const isPassing = !answer || answer.status === 429 || answer.status >= 500;
      if (answer && (!isPassing || left <= 1)) throw await readProblem(answer);
      const retryAfterS = Number(answer?.headers.get('Retry-After'));
      await answer?.body?.cancel();
      await wait(retryAfterS > 0 ? retryAfterS * 1000 : waitMs);
      waitMs *= 2;
    }
  };
  return {
    server,
    ask: async <T>(method: string, path: string, body?: unknown) =>
      (await (await send(method, path, body)).json()) as T,
    fetch: (path) => send('GET', path),
  };
}

async function readProblem(answer: Response): Promise<ApiError> {
  const problem = (await answer.json().catch(() => ({}))) as { code?: string; detail?: string; field?: string };
  return new ApiError(
    answer.status,
    problem.code ?? 'unknown',
    problem.detail ?? `The server answered ${answer.status}.`,
    problem.field,
  );
}

const messageOf = (cause: unknown): string => {
  if (!(cause instanceof Error)) return String(cause);
  return cause.cause instanceof Error ? cause.cause.message : cause.message;
};
