/**
 * Cloudflare Turnstile: whether the token that a comment came with was given to a person
 * (https://developers.cloudflare.com/turnstile/get-started/server-side-validation/).
 */
import * as v from 'valibot';
import { readOrigins } from '../../env';
import { fetchOutside } from '../../outgoing';
import { Problem } from '../../problem';
import { CAP_MS, type OutsidePhase } from './asked';

const VERIFY_URL = 'https://challenges.cloudflare.com/turnstile/v0/siteverify';
const MAX_BYTES = 16_384;
export const TOKEN_HEADER = 'Afterword-Turnstile';

const Verdict = v.object({ success: v.boolean(), 'error-codes': v.optional(v.array(v.string()), []) });
/** These speak of the token, and another one may do; the rest, of our question. */
const OF_TOKEN = /^(missing-input-response|invalid-input-response|timeout-or-duplicate)$/;

export const turnstile: OutsidePhase = {
  name: 'turnstile',
  isOn: (settings) => settings.turnstile !== null,
  async ask({ comment, idempotencyKey, headers, env }, signal) {
    if (!env.TURNSTILE_SECRET) throw new Error('the secret TURNSTILE_SECRET is not set.');
    const token = headers.get(TOKEN_HEADER);
    if (!token) throw new Problem('challenge_required');
    const about = {
      secret: env.TURNSTILE_SECRET,
      response: token,
      remoteip: comment.address ?? '',
      // Sent again, a comment may come with the token it came with before.
      idempotency_key: await toUuid(idempotencyKey),
    };
    const answer = await fetchOutside(
      VERIFY_URL,
      { method: 'POST', body: new URLSearchParams(about), maxBytes: MAX_BYTES, timeoutMs: CAP_MS, signal },
      readOrigins(env),
    );
    const verdict = v.safeParse(Verdict, await answer.json());
    if (!verdict.success) throw new Error(`Turnstile answered ${answer.status}, and not as it should.`);
    if (verdict.output.success) return null;
    const codes = verdict.output['error-codes'];
    if (codes.length > 0 && codes.every((code) => OF_TOKEN.test(code))) throw new Problem('challenge_required');
    throw new Error(`Turnstile answered ${codes.join(', ').slice(0, 200) || answer.status}.`);
  },
};

/** One UUID for one key. */
async function toUuid(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
