/**
 * The one fetch of the widget: answers become the contract's types, refusals ApiError. Reads stay "simple" requests (no
 * header of ours, no credentials), so that they cost no CORS preflight. Knows nothing of state or views.
 */
import type { ErrorCode, ProblemBody } from '../worker/contract';

export interface ApiError {
  /** Undefined when no answer of ours arrived. */
  code?: ErrorCode;
  field?: string;
  /** What Retry-After asked for, in seconds; 0 or NaN if nothing. */
  wait: number;
}

/**
 * @returns the answer and its Afterword-Bookmark, if any
 * @throws ApiError, for an aborted request as well
 */
export async function request<T>(url: string, query: Record<string, unknown>, init?: RequestInit) {
  const search = new URLSearchParams();
  for (const key in query) if (query[key]) search.set(key, `${query[key]}`);
  let answer: Response | undefined;
  let data: unknown;
  try {
    answer = await fetch(`${url}?${search}`, { credentials: 'omit', ...init });
    data = await answer.json();
  } catch {}
  if (answer?.ok && data) return [data as T, answer.headers.get('Afterword-Bookmark')] as const;
  throw { ...(data as Partial<ProblemBody>), wait: +(answer?.headers.get('Retry-After') as string) } satisfies ApiError;
}
