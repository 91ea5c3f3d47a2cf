/** Akismet's comment-check (https://akismet.com/developers/detailed-docs/comment-check/). Decisions are not reported back. */
import { readOrigins } from '../../env';
import { fetchOutside } from '../../outgoing';
import { CAP_MS, type OutsidePhase } from './asked';

const CHECK_URL = 'https://rest.akismet.com/1.1/comment-check';
/** The answer is one word, an error one sentence. */
const MAX_BYTES = 4_096;

export const akismet: OutsidePhase = {
  name: 'akismet',
  isOn: (settings) => settings.akismet,
  async ask({ comment, page, headers, env, now }, signal) {
    if (!env.AKISMET_KEY) throw new Error('the secret AKISMET_KEY is not set.');
    const about = {
      api_key: env.AKISMET_KEY,
      blog: new URL('/', page.url).href,
      user_ip: comment.address ?? '',
      user_agent: headers.get('User-Agent') ?? '',
      permalink: page.url,
      comment_type: 'comment',
      comment_author: comment.name,
      comment_author_email: comment.email ?? '',
      comment_author_url: comment.url ?? '',
      comment_content: comment.body,
      comment_date_gmt: new Date(now).toISOString(),
      blog_charset: 'UTF-8',
    };
    const answer = await fetchOutside(
      CHECK_URL,
      { method: 'POST', body: new URLSearchParams(about), maxBytes: MAX_BYTES, timeoutMs: CAP_MS, signal },
      readOrigins(env),
    );
    const word = (await answer.text()).trim();
    if (answer.ok && word === 'false') return null;
    if (answer.ok && word === 'true') {
      const isSure = answer.headers.get('X-akismet-pro-tip') === 'discard';
      return { says: 'spam', reason: isSure ? 'Akismet is sure that this is spam.' : 'Akismet takes this for spam.' };
    }
    const help = answer.headers.get('X-akismet-debug-help') ?? answer.headers.get('X-akismet-alert-msg');
    throw new Error(`Akismet answered ${answer.status}${help ? `, “${help.slice(0, 200)}”` : ''}.`);
  },
};
