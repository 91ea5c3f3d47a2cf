/**
 * Discord, by a webhook of a channel. What strangers wrote stands in a code block, where neither Markdown nor links nor mentions are
 * read, or in a footer, which is plain text; and nobody may be mentioned at all.
 */
import { createMessage } from '../message';
import { hidePath, JSON_TYPE, type Shape, wantsNone } from './shape';

export const discord: Shape = {
  check: (_, secret) => wantsNone(secret),
  hide: hidePath,
  write({ webhook, payload, origin }) {
    const { title, line, text, link } = createMessage(payload, origin);
    const body = {
      allowed_mentions: { parse: [] },
      embeds: [
        {
          title,
          ...(link && { url: link }),
          ...(text && { description: `\`\`\`\n${unfence(text)}\n\`\`\`` }),
          footer: { text: line },
          timestamp: payload.timestamp,
        },
      ],
    };
    return { url: webhook.url, headers: JSON_TYPE, body: JSON.stringify(body) };
  },
};

/** A backtick behind another could end the block: something without width keeps them apart. */
const unfence = (text: string) => text.replace(/`(?=`)/g, '`\u200b').replace(/`$/, '`\u200b');
