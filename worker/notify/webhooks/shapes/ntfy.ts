/**
 * ntfy, by the address of a topic; the secret is an access token, where the topic needs one. Its apps make links of what looks like
 * one even in plain text, so what strangers wrote is kept from looking so.
 */
import { createMessage } from '../message';
import { type Address, hidePath, JSON_TYPE, type Shape } from './shape';

const TOPIC = /^(.*\/)([\w-]{1,64})$/;

export const ntfy: Shape = {
  check: ({ pathname, search }) =>
    TOPIC.test(pathname) && search === ''
      ? null
      : { field: 'url', why: 'must be the address of a topic, such as https://ntfy.sh/TOPIC' },
  // Whoever knows an open topic can read it.
  hide: (address: Address) => (address.secret === '' ? hidePath(address) : address.url),
  write({ webhook, payload, origin }) {
    const { title, line, text, link } = createMessage(payload, origin);
    const { origin: host, pathname } = new URL(webhook.url);
    const [, root, topic] = TOPIC.exec(pathname)!;
    const body = {
      topic,
      title,
      message: breakLinks(text ? `${line}\n\n${text}` : line),
      ...(link && { click: link }),
    };
    const authorization: Record<string, string> =
      webhook.secret === '' ? {} : { Authorization: `Bearer ${webhook.secret}` };
    return { url: `${host}${root}`, headers: { ...JSON_TYPE, ...authorization }, body: JSON.stringify(body) };
  },
};

/** Something without width behind what addresses are made with. */
const breakLinks = (text: string) =>
  text.replace(/(?<=[\p{L}\p{N}])([.:@\u3002\uff0e\uff61])(?=[\p{L}\p{N}/])/gu, '$1\u200b');
