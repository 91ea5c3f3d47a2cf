/** One attempt: a POST to where the webhook says, public https only, and what the answer means. */

import type { WebhookShape } from '../../contract-notify';
import { type Bindings, readOrigins } from '../../env';
import { fetchOutside } from '../../outgoing';
import { Problem } from '../../problem';
import { readRetryAfter } from '../../retry-after';
import { plainLine } from '../letters/plain';
import type { Outcome } from '../outbox/outcome';
import type { Telling } from './shapes/shape';
import { SHAPES } from './shapes/table';

const TIMEOUT_MS = 15_000;
/** Of an answer, for the log. */
const ANSWER_BYTES = 4_096;
const ANSWER_CHARS = 200;
/** There is nobody, or they are busy: what else is for them now fares alike. */
const BUSY = new Set([429, 502, 503, 504]);

/** `gone`: the receiver wants nothing any more. */
export type Answered = Outcome & { gone?: true };

/** Never throws: what fails is told. */
export async function deliver(env: Bindings, telling: Omit<Telling, 'origin' | 'now'>): Promise<Answered> {
  const { webhook } = telling;
  try {
    const origin = (env.PUBLIC_URL ?? '').replace(/\/$/, '');
    const shape = SHAPES[webhook.shape as WebhookShape];
    const { url, headers, body } = await shape.write({ ...telling, origin, now: Date.now() });
    const answer = await fetchOutside(
      url,
      {
        method: 'POST',
        headers,
        body,
        redirect: 'manual',
        maxBytes: ANSWER_BYTES,
        cut: true,
        timeoutMs: TIMEOUT_MS,
      },
      readOrigins(env),
    );
    return await judge(answer, webhook.secret);
  } catch (error) {
    // What it says may have the address in it, which may be a secret.
    if (!(error instanceof Problem)) console.error(`webhook: ${error instanceof Error ? error.name : 'unknown'}`);
    const answer = error instanceof Problem ? error.message : 'Could not be sent.';
    const isOutage = error instanceof Problem && error.code === 'outside_unreachable';
    return { sent: false, answer, ...(isOutage ? { outage: true } : { final: true }) };
  }
}

async function judge(answer: Response, secret: string): Promise<Answered> {
  const { status } = answer;
  if (answer.ok) return { sent: true, answer: String(status) };
  const text = await answer.text();
  // What is echoed must not bring a secret into the log.
  const words = plainLine(secret === '' ? text : text.replaceAll(secret, '…'), ANSWER_CHARS);
  const said = words ? `${status}: ${words}` : String(status);
  if (status === 410) return { sent: false, answer: said, final: true, gone: true };
  const retryAfterS = readRetryAfter(answer.headers.get('Retry-After'), Date.now());
  return {
    sent: false,
    answer: said,
    ...(BUSY.has(status) && { outage: true }),
    ...(retryAfterS !== null && { retryAfterS }),
  };
}
