/** What a stand-in is asked and answers, apart from Node's streams: stand-ins.ts turns one into the other. */
import type { Fault } from '../accounts.ts';
import { escapeHtml } from '../consent-page.ts';

export interface Asked {
  method: string;
  /** The provider's real host. */
  host: string;
  path: string;
  query: URLSearchParams;
  headers: Headers;
  /** Empty unless the body is `application/x-www-form-urlencoded`, or a flat JSON object. */
  body: URLSearchParams;
}

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string | Buffer;
}

export interface Route {
  method: 'GET' | 'POST';
  host: string;
  path: RegExp;
  answer(asked: Asked): Answer;
}

export interface StandIn {
  /** Names the worker's secrets: `x` has `X_CLIENT_ID`. */
  id: string;
  routes: Route[];
  /** What the worker is configured with. */
  secrets: Record<string, string>;
}

export function json(status: number, value: unknown, headers: Record<string, string> = {}): Answer {
  const type = { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' };
  return { status, headers: { ...type, ...headers }, body: JSON.stringify(value) };
}

export const html = (status: number, body: string): Answer => ({
  status,
  headers: { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' },
  body,
});

/** What a browser gets when nobody can be redirected anywhere: the app itself is wrong. */
export const errorPage = (message: string): Answer =>
  html(400, `<!doctype html><html lang="en"><title>Error</title><p role="alert">${escapeHtml(message)}</p></html>`);

export const redirect = (location: string): Answer => ({ status: 302, headers: { Location: location }, body: '' });

/** An answer that says it is JSON and breaks off. */
const MALFORMED: Answer = { ...json(200, null), body: '{"access_token": "abc", "id": 10' };

/** @param faults the provider's own words for the others */
export function failingAnswer(fault: Fault, faults: Record<Exclude<Fault, 'malformed'>, Answer>): Answer {
  return fault === 'malformed' ? MALFORMED : faults[fault];
}

/** The token of `Authorization: Bearer …` (RFC 6750, section 2.1). */
export const bearerToken = (asked: Asked): string | null =>
  /^Bearer (\S+)$/i.exec(asked.headers.get('Authorization') ?? '')?.[1] ?? null;
