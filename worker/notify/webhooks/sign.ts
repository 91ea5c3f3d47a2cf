/** Secrets and signatures as Standard Webhooks 1.0 has them: HMAC-SHA256 over id, time and body. */
import type { WebhookRow } from '../../db';

const PREFIX = 'whsec_';
/** The standard asks for 24 to 64. */
const SECRET_BYTES = 32;
/** How long the secret before signs as well, so that receivers may change over one after the other. */
export const OVERLAP_MS = 24 * 3_600_000;

export const createSecret = (): string => PREFIX + encode(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)));

/** The one that holds, and the one before while it counts. @param now epoch ms */
export function listSecrets(
  { secret, previous_secret, rotated_at }: Pick<WebhookRow, 'secret' | 'previous_secret' | 'rotated_at'>,
  now: number,
): string[] {
  const overlaps = previous_secret !== null && rotated_at !== null && now < rotated_at + OVERLAP_MS;
  return overlaps ? [secret, previous_secret] : [secret];
}

/**
 * The headers of one attempt.
 * @param id the same at every attempt; has no full stop, which is what parts are told apart by
 * @param now epoch ms of this attempt
 */
export async function signMessage(
  secrets: string[],
  id: string,
  now: number,
  body: string,
): Promise<Record<string, string>> {
  const timestamp = String(Math.floor(now / 1000));
  const signatures = await Promise.all(secrets.map((secret) => sign(secret, `${id}.${timestamp}.${body}`)));
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}

async function sign(secret: string, content: string): Promise<string> {
  const bytes = Uint8Array.from(atob(secret.slice(PREFIX.length)), (c) => c.charCodeAt(0));
  const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const mac = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(content));
  return `v1,${encode(new Uint8Array(mac))}`;
}

const encode = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));
