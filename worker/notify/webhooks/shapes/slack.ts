/**
 * Slack, by an incoming webhook. What strangers wrote stands in `plain_text` objects, where nothing is parsed; where Slack would
 * parse, its three control characters are escaped, so that neither mentions nor links can be made.
 */
import { createMessage } from '../message';
import { hidePath, JSON_TYPE, type Shape, wantsNone } from './shape';

export const slack: Shape = {
  check: (_, secret) => wantsNone(secret),
  hide: hidePath,
  write({ webhook, payload, origin }) {
    const { title, line, text, link } = createMessage(payload, origin);
    const plain = (words: string) => ({ type: 'plain_text', text: words, emoji: false });
    const body = {
      // What notifications show.
      text: `${title}: ${escapeMarks(line)}`,
      mrkdwn: false,
      link_names: false,
      unfurl_links: false,
      unfurl_media: false,
      blocks: [
        {
          type: 'section',
          text: { type: 'mrkdwn', text: link ? `*<${escapeLink(link)}|${title}>*` : `*${title}*`, verbatim: true },
        },
        { type: 'context', elements: [plain(line)] },
        ...(text ? [{ type: 'section', text: plain(text) }] : []),
      ],
    };
    return { url: webhook.url, headers: JSON_TYPE, body: JSON.stringify(body) };
  },
};

const escapeMarks = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
/** A bar would end the address. */
const escapeLink = (url: string) =>
  escapeMarks(url.replaceAll('|', '%7C').replaceAll('<', '%3C').replaceAll('>', '%3E'));
