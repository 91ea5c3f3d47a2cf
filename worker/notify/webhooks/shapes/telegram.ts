/**
 * Telegram, by a bot: the address is that of sendMessage with the chat in the query, the secret the bot's token, which is put into
 * the path when something is sent. No parse mode, so nothing in a text is markup; and what strangers wrote is marked as code,
 * because elsewhere Telegram makes links, mentions and commands of what looks like one.
 */
import { createMessage } from '../message';
import { JSON_TYPE, type Shape } from './shape';

const TOKEN = /^\d{3,20}:[\w-]{20,100}$/;
const METHOD = '/sendMessage';

export const telegram: Shape = {
  check({ pathname, searchParams }, secret) {
    if (!TOKEN.test(secret)) return { field: 'secret', why: 'must be the token of the bot' };
    if (/\/bot\d/.test(pathname))
      return { field: 'url', why: 'must not have the bot’s token in it: it belongs into secret' };
    if (!pathname.endsWith(METHOD) || !searchParams.get('chat_id'))
      return { field: 'url', why: `must be such as https://api.telegram.org${METHOD}?chat_id=-100123` };
    return null;
  },
  hide: ({ url }) => url,
  write({ webhook, payload, origin }) {
    const { title, line, text, link } = createMessage(payload, origin);
    const { origin: host, pathname, searchParams } = new URL(webhook.url);
    const head = `${title}\n${line}`;
    const body = {
      ...Object.fromEntries(searchParams),
      text: text ? `${head}\n\n${text}` : head,
      // In UTF-16 units, as strings are here.
      entities: [
        { type: 'bold', offset: 0, length: title.length },
        ...(link ? [{ type: 'text_link', offset: 0, length: title.length, url: link }] : []),
        { type: 'code', offset: title.length + 1, length: line.length },
        ...(text ? [{ type: 'pre', offset: head.length + 2, length: text.length }] : []),
      ],
      link_preview_options: { is_disabled: true },
    };
    const path = `${pathname.slice(0, -METHOD.length)}/bot${webhook.secret}${METHOD}`;
    return { url: `${host}${path}`, headers: JSON_TYPE, body: JSON.stringify(body) };
  },
};
