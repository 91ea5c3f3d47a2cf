/** Moderators who get mail, what waits for them, and the mails that would be made of it. */
import type { About, Frequency, Recipient } from '../../worker/contract-notify';
import { Db, type DeliveryRow } from '../../worker/db';
import type { Mail } from '../../worker/notify/mail/mail';
import { type Composed, KINDS } from '../../worker/notify/outbox/kinds';
import { ask } from './admin';
import { bindings, call } from './api';
import { rows } from './moderator';

interface Wish {
  email?: string;
  about?: About[];
  frequency?: Frequency;
  language?: string;
}

export async function addModerator(site: string, over: Wish = {}): Promise<Recipient> {
  const body = { site, email: 'robin@mail.example', about: ['new', 'held', 'reported'], ...over };
  const answer = await ask('POST', '/admin/recipients', body);
  if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** What is on its way to somebody. */
export const deliveriesTo = (target: string) =>
  rows<DeliveryRow>('SELECT * FROM deliveries WHERE target = ? ORDER BY event_id', target);

/** What would be sent now for these; null for what is not to be told any more. */
export async function compose(deliveries: DeliveryRow[], now = Date.now()): Promise<(Composed | null)[]> {
  const kind = KINDS[deliveries[0]!.kind as 'moderator'];
  if (kind?.by !== 'mail') throw new Error('is no mail');
  return kind.compose({ env: bindings, db: new Db(bindings.DB, 'first-primary'), now }, deliveries);
}

/** The mails that wait for somebody, as they would be sent now. */
export async function mailsTo(target: string): Promise<Mail[]> {
  const waiting = await deliveriesTo(target);
  if (waiting.length === 0) return [];
  return (await compose(waiting)).flatMap((composed) => (composed ? [composed.mail] : []));
}

/** The path of a link in a mail, as the API has it. */
export function linkIn({ text }: Mail, part: string): string {
  const found = new RegExp(`https://comments\\.test/api/v1(/mail/${part}\\S+)`).exec(text);
  if (!found) throw new Error(`no link ${part} in ${text}`);
  return found[1]!;
}

/** A page of ours that a link leads to. */
export async function openPage(path: string, method = 'GET', form?: Record<string, string>) {
  const answer = await call(path, {
    method,
    headers: { Accept: 'text/html', ...(form && { 'Content-Type': 'application/x-www-form-urlencoded' }) },
    ...(form && { body: new URLSearchParams(form).toString() }),
  });
  const html = await answer.text();
  const seen = /name="seen" value="([^"]*)"/.exec(html)?.[1];
  const verbs = [...html.matchAll(/name="verb" value="(\w+)"/g)].map(([, verb]) => verb!);
  const main = /name="verb" value="(\w+)" class=""/.exec(html)?.[1];
  return { status: answer.status, headers: answer.headers, html, seen, verbs, main };
}
