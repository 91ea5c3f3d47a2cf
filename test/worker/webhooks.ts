/** A webhook as its owner makes it, and what it is told. */
import type { NewWebhook, WebhookWithSecret } from '../../worker/contract-notify';
import type { DeliveryRow, WebhookRow } from '../../worker/db';
import { newId } from '../../worker/ids';
import { ask } from './admin';
import { ADMIN, bindings } from './api';
import type { Box } from './received';

type Wish = Partial<NewWebhook> & { site: string };
export async function createWebhook(box: Box, wish: Wish): Promise<WebhookWithSecret> {
  const body = { url: `${box.origin}/hook`, events: ['comment.created'], ...wish };
  const answer = await ask('POST', '/admin/webhooks', body, ADMIN, box.env);
  if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** Puts one into D1 as no API would. */
export async function insertWebhook(row: Partial<WebhookRow> & Pick<WebhookRow, 'site_id' | 'url'>): Promise<string> {
  const id = newId(Date.now(), crypto.getRandomValues(new Uint8Array(16)));
  const all = {
    id,
    shape: 'standard',
    events: '["comment.created"]',
    secret: `whsec_${btoa('0123456789abcdef0123456789abcdef')}`,
    active: 1,
    created_at: Date.now(),
    ...row,
  };
  const names = Object.keys(all);
  await bindings.DB.prepare(`INSERT INTO webhooks (${names}) VALUES (${names.map(() => '?')})`)
    .bind(...Object.values(all))
    .run();
  return id;
}

/** One that was given up, of a webhook that is not there any more. @returns what it is known by */
export async function insertDelivery(site: string): Promise<{ event: string; target: string }> {
  const [event, target] = [1, 2].map(() => newId(Date.now(), crypto.getRandomValues(new Uint8Array(16)))) as [
    string,
    string,
  ];
  await bindings.DB.prepare(
    `INSERT INTO deliveries (event_id, target, site_id, kind, type, subject, attempts, status, answer, created_at, done_at)
     VALUES (?, ?, ?, 'webhook', 'comment.created', 'c', 14, 'dead', '500', 1, ?)`,
  )
    .bind(event, target, site, Date.now())
    .run();
  return { event, target };
}

/** Rows of the log, oldest first. */
export const deliveriesOf = async (target: string): Promise<DeliveryRow[]> =>
  (
    await bindings.DB.prepare('SELECT * FROM deliveries WHERE target = ? ORDER BY created_at, event_id')
      .bind(target)
      .all<DeliveryRow>()
  ).results;

/** Behind the API's back: due now. */
export const makeDue = (target: string): Promise<unknown> =>
  bindings.DB.prepare('UPDATE deliveries SET due_at = 1 WHERE target = ? AND due_at IS NOT NULL').bind(target).run();
