/** A test of a webhook: sent once and now, to whoever wants to see that it arrives. */
import { needGrant } from '../../admin/grant';
import type { WebhookTried } from '../../contract-notify';
import { newId } from '../../ids';
import { type AppContext, openDb } from '../../request';
import { deliver } from './deliver';
import { messageId } from './send';
import { findWebhook } from './webhooks';

/** `POST /admin/webhooks/{id}/test`: also of one that is switched off. @throws Problem not_found */
export async function testWebhook(c: AppContext): Promise<Response> {
  const db = openDb(c, 'first-primary');
  const grant = await needGrant(c, db, 'sites:write');
  const webhook = await findWebhook(c, db, grant);
  const now = Date.now();
  const event = `test.${newId(now, crypto.getRandomValues(new Uint8Array(16)))}`;
  const answered = await deliver(c.env, {
    webhook,
    id: messageId({ event_id: event, target: webhook.id }),
    payload: {
      type: 'test',
      timestamp: new Date(now).toISOString(),
      data: { webhook: webhook.id, site: webhook.site_id },
    },
  });
  return c.json({ ok: answered.sent, answer: answered.answer ?? '' } satisfies WebhookTried);
}
