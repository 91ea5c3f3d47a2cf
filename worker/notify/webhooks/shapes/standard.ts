/** Standard Webhooks: JSON that is signed. */
import { listSecrets, signMessage } from '../sign';
import { JSON_TYPE, type Shape, wantsNone } from './shape';

export const standard: Shape = {
  check: (_, secret) => wantsNone(secret),
  hide: ({ url }) => url,
  async write({ webhook, id, payload, now }) {
    const { type, timestamp, data } = payload;
    const body = JSON.stringify({ type, timestamp, data });
    return {
      url: webhook.url,
      headers: { ...JSON_TYPE, ...(await signMessage(listSecrets(webhook, now), id, now, body)) },
      body,
    };
  },
};
