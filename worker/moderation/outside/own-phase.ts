/**
 * A phase of the site's owner: a service of theirs that is told of every comment, by a signed POST, and says what becomes of
 * it. It learns no address of the writer's.
 */
import * as v from 'valibot';
import { LIMITS } from '../../contract';
import { readOrigins } from '../../env';
import { fetchOutside } from '../../outgoing';
import { type Asked, CAP_MS, type OutsidePhase } from './asked';

const MAX_BYTES = 16_384;
export const SIGNATURE_HEADER = 'Afterword-Signature';

const Answer = v.object({
  says: v.picklist(['pass', 'hold', 'spam', 'refuse']),
  reason: v.optional(v.string(), ''),
});

export const own: OutsidePhase = {
  name: 'own',
  isOn: (settings) => settings.phaseUrl !== null,
  async ask(asked, signal) {
    const { env, settings, now } = asked;
    if (!env.PHASE_SECRET) throw new Error('the secret PHASE_SECRET is not set.');
    const body = JSON.stringify(describe(asked));
    const headers = {
      'Content-Type': 'application/json',
      [SIGNATURE_HEADER]: await sign(body, env.PHASE_SECRET, Math.floor(now / 1000)),
    };
    const answer = await fetchOutside(
      settings.phaseUrl!,
      { method: 'POST', headers, body, maxBytes: MAX_BYTES, timeoutMs: CAP_MS, signal, accept: 'application/json' },
      readOrigins(env),
    );
    if (!answer.ok) throw new Error(`it answered ${answer.status}.`);
    const said = v.safeParse(Answer, await answer.json());
    if (!said.success) throw new Error('it did not answer with {says, reason}.');
    const { says, reason } = said.output;
    const words = [...reason.trim()].slice(0, LIMITS.reasonChars).join('');
    return says === 'pass' ? null : { says, reason: words || 'It gave no reason.' };
  },
};

const describe = ({ siteId, page, parent, comment, verified, newcomer, findings }: Asked) => ({
  site: siteId,
  page,
  comment: {
    parent,
    body: comment.body,
    author: { id: comment.authorId, name: comment.name, email: comment.email, url: comment.url, verified, newcomer },
    links: comment.links,
    writtenMs: comment.writtenMs,
  },
  findings,
});

/** What is signed is the time, a dot, and the body as it is sent: a receiver refuses what is old. @param t epoch seconds */
async function sign(body: string, secret: string, t: number): Promise<string> {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const key = await crypto.subtle.importKey('raw', bytes(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const mac = await crypto.subtle.sign('HMAC', key, bytes(`${t}.${body}`));
  const hex = [...new Uint8Array(mac)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `t=${t},v1=${hex}`;
}
