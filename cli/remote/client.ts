/** The one fetch of the command line: to the admin API of an instance, with its token. */
import { setTimeout as wait } from 'node:timers/promises';
import { Failure } from '../failure.ts';
import { formatDuration } from '../output/format.ts';
import { besideProgress } from '../output/progress.ts';

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

export interface AskOptions {
  /** It would do its work twice if it were asked again: it is tried once. */
  once?: boolean;
}

export interface Client {
  /** Origin of the instance, no slash at the end. */
  server: string;
  /**
   * @param path below /api/v1, such as `/admin/sites`
   * @throws ApiError what the API refused; Failure when it could not be reached, or is no Afterword
   */
  ask<T>(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
    options?: AskOptions,
  ): Promise<T>;
  /** As `ask`, for an answer that is not JSON. */
  fetch(path: string): Promise<Response>;
}

/** How often something that may pass is tried, and how long is waited at first, ms; doubled each time. */
const TRIES = 5;
const FIRST_WAIT_MS = 500;
const TIMEOUT_MS = 60_000;
/** Nobody sits longer before a terminal that says nothing. */
const LONGEST_WAIT_S = 60;
/** A longer wait is told. */
const TOLD_MS = 3_000;

/** What is asked may be asked again, unless it is said to be for once. */
export function openClient(server: string, token: string): Client {
  // One that has answered may be starting again; where nothing listened at all, nothing will in a moment.
  let hasAnswered = false;
  const send = async <T>(
    method: string,
    path: string,
    read: (answer: Response) => Promise<T>,
    body?: unknown,
    { once = false }: AskOptions = {},
  ): Promise<T> => {
    let waitMs = FIRST_WAIT_MS;
    for (let left = once ? 1 : TRIES; ; left--) {
      let retryAfterS = 0;
      try {
        const answer = await fetch(`${server}/api/v1${path}`, {
          method,
          headers: {
            Authorization: `Bearer ${token}`,
            ...(body !== undefined && { 'Content-Type': 'application/json' }),
          },
          ...(body !== undefined && { body: JSON.stringify(body) }),
          // A token follows nobody to another place.
          redirect: 'manual',
          signal: AbortSignal.timeout(TIMEOUT_MS),
        });
        hasAnswered = true;
        if (answer.ok) return await read(answer);
        if (answer.status >= 300 && answer.status < 400) throw redirected(server, answer);
        const problem = await readProblem(server, answer);
        retryAfterS = Number(answer.headers.get('Retry-After') ?? 0);
        if (left <= 1 || retryAfterS > LONGEST_WAIT_S || !isPassing(problem)) throw problem;
      } catch (cause) {
        // What the server has said is said; all else is the line to it, also in the midst of an answer.
        if (cause instanceof ApiError || cause instanceof Failure) throw cause;
        if (left <= 1 || isFinal(cause, hasAnswered)) throw unreachable(server, cause);
      }
      const pauseMs = retryAfterS > 0 ? retryAfterS * 1000 : waitMs;
      if (pauseMs >= TOLD_MS) tellWait(server, pauseMs);
      await wait(pauseMs);
      waitMs *= 2;
    }
  };
  const readJson = async (answer: Response) => {
    if (!/\bjson\b/.test(answer.headers.get('Content-Type') ?? '')) throw foreign(server, answer);
    return answer.json();
  };
  return {
    server,
    ask: async <T>(method: string, path: string, body?: unknown, options?: AskOptions) =>
      (await send(method, path, readJson, body, options)) as T,
    fetch: (path) => send('GET', path, async (answer) => answer),
  };
}

const isPassing = (problem: ApiError | Failure): boolean =>
  problem instanceof ApiError && (problem.status === 429 || problem.status >= 500) && problem.code !== 'setup_required';

const tellWait = (server: string, ms: number) =>
  besideProgress(() =>
    process.stderr.write(`${server} is busy or away: trying again in ${formatDuration(ms / 1000)}.\n`),
  );

async function readProblem(server: string, answer: Response): Promise<ApiError | Failure> {
  const problem = (await answer.json().catch(() => undefined)) as
    | { code?: unknown; detail?: unknown; field?: unknown }
    | undefined;
  const { code, detail, field } = problem ?? {};
  if (typeof code === 'string')
    return new ApiError(answer.status, code, String(detail ?? code), typeof field === 'string' ? field : undefined);
  // What stands before the worker answers in its own way: passing, or for good.
  if (answer.status >= 500 || answer.status === 429 || answer.status === 413)
    return new ApiError(answer.status, 'unknown', `${server} answered ${answer.status}`, undefined);
  return foreign(server, answer);
}

const foreign = (server: string, { status, headers }: Response) =>
  new Failure(
    `${server} does not answer like an Afterword: ${status}, ${headers.get('Content-Type') ?? 'of no type'}. Is the address right?`,
  );

function redirected(server: string, answer: Response): Failure {
  const location = answer.headers.get('Location') ?? '';
  const to = URL.canParse(location, server) ? new URL(location, server).origin : location;
  return new Failure(
    to === server
      ? `${server} redirects its API to ${location}: something stands before it that wants a login, or changes addresses.`
      : `${server} redirects to ${to}. If that is your instance, use --server ${to}.`,
  );
}

/** Names and certificates do not mend themselves within seconds. */
const FINAL = /^(ENOTFOUND|ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_SSL|HOSTNAME_MISMATCH)/;
const REASONS: [RegExp, string][] = [
  [/^ECONNREFUSED$/, 'nothing listens there. Is it running?'],
  [/^ENOTFOUND$/, 'there is no host of that name.'],
  [/^EAI_AGAIN$/, 'its name could not be looked up. Is there a network?'],
  [/^(ECONNRESET|UND_ERR_SOCKET|EPIPE)$/, 'the connection was cut.'],
  [/^(ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT|UND_ERR_HEADERS_TIMEOUT|TimeoutError)$/, 'it took too long.'],
  [/^ERR_SSL_WRONG_VERSION|^ERR_SSL_PACKET/, 'it does not speak https there. Is it http?'],
  [FINAL, 'its certificate is not valid.'],
];

const isFinal = (cause: unknown, hasAnswered: boolean): boolean =>
  FINAL.test(codeOf(cause)) || (!hasAnswered && codeOf(cause) === 'ECONNREFUSED') || messageOf(cause) === 'bad port';

function unreachable(server: string, cause: unknown): Failure {
  const code = codeOf(cause);
  const reason = REASONS.find(([pattern]) => pattern.test(code))?.[1];
  const failure = new Failure(
    `${server} does not answer: ${reason ?? messageOf(cause)}${code && reason ? ` (${code})` : ''}`,
  );
  failure.cause = cause;
  return failure;
}

function codeOf(cause: unknown): string {
  if (!(cause instanceof Error)) return '';
  const inner = (cause.cause ?? cause) as NodeJS.ErrnoException & { errors?: NodeJS.ErrnoException[] };
  return inner.code ?? inner.errors?.[0]?.code ?? inner.name ?? '';
}

const messageOf = (cause: unknown): string => {
  if (!(cause instanceof Error)) return String(cause);
  return cause.cause instanceof Error ? cause.cause.message : cause.message;
};
