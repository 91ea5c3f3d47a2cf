/** What all providers with an API by HTTP have in common: how they are asked, and what their status says. */
import { fetchOutside, type Origins } from '../../../outgoing';
import { Problem } from '../../../problem';
import { readRetryAfter } from '../../../retry-after';
import type { Outcome } from '../../outbox/outcome';

/** Answers are a few lines of JSON. */
const CAPS = { maxBytes: 65_536, timeoutMs: 10_000 };
const ANSWER_CHARS = 300;

export interface ProviderRequest {
  url: string;
  headers: Record<string, string>;
  body: string | URLSearchParams;
  /** Kept out of what is shown of the answer. */
  secret: string;
}

export interface ProviderAnswer {
  status: number;
  headers: Headers;
  text: string;
  /** What stands in `text` when it is a JSON object, else nothing. */
  json: Record<string, unknown>;
}

/** What an answer that is not 2xx says of the mail, when its status alone does not say it; null: the status does. */
export type Judge = (answer: ProviderAnswer) => 'earlier' | 'retry' | 'final' | 'outage' | null;

export async function askProvider(request: ProviderRequest, judge: Judge, origins: Origins): Promise<Outcome> {
  let answer: ProviderAnswer;
  try {
    const { url, headers, body } = request;
    const init = { ...CAPS, method: 'POST', accept: 'application/json', headers, body, redirect: 'manual' };
    const response = await fetchOutside(url, init, origins);
    const text = await response.text();
    answer = { status: response.status, headers: response.headers, text, json: parseObject(text) };
  } catch (error) {
    // Not as if the mail were wrong.
    if (error instanceof Problem) return { sent: false, answer: error.message, outage: true };
    throw error;
  }
  return outcomeOf(answer, judge, request.secret);
}

function outcomeOf(answer: ProviderAnswer, judge: Judge, secret: string): Outcome {
  const { status, headers, text } = answer;
  const shown = `${status} ${text.replaceAll(secret, '…').replace(/\s+/g, ' ')}`.trim().slice(0, ANSWER_CHARS);
  const verdict = status >= 200 && status < 300 ? 'sent' : (judge(answer) ?? judgeStatus(status));
  if (verdict === 'sent') return { sent: true, answer: shown };
  if (verdict === 'earlier') return { sent: true, earlier: true, answer: shown };
  const retryAfterS = readRetryAfter(headers.get('Retry-After'), Date.now());
  return {
    sent: false,
    answer: shown,
    ...(verdict === 'final' && { final: true }),
    ...(verdict === 'outage' && { outage: true }),
    ...(retryAfterS !== null && { retryAfterS }),
  };
}

/** Too much at once, their trouble, or our keys: so it is for every mail. What is wrong with one mail may be put right by trying later. */
function judgeStatus(status: number): 'retry' | 'final' | 'outage' {
  if (status === 413) return 'final';
  return status === 400 || status === 409 || status === 422 ? 'retry' : 'outage';
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
