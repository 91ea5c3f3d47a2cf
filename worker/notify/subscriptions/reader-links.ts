/** Where the links in readers' mails lead, and what they are good for. */
import { type Bindings, getConfig } from '../../env';
import { linkTo, readLink, signLink } from '../links';

/** Of one recipient, whatever becomes of them: no mail is without. */
export async function readerLinks(
  env: Bindings,
  recipientId: string,
): Promise<{ preferencesUrl: string; unsubscribeUrl: string }> {
  const token = await signLink(getConfig(env), 'preferences', recipientId);
  return {
    preferencesUrl: linkTo(env, `mail/preferences/${token}`),
    unsubscribeUrl: linkTo(env, `mail/unsubscribe/${token}`),
  };
}

/** @param askedAt ms: a link to confirm does not count for ever */
export async function confirmLink(env: Bindings, recipientId: string, askedAt: number): Promise<string> {
  return linkTo(env, `mail/confirm/${await signLink(getConfig(env), 'confirm', recipientId, askedAt.toString(36))}`);
}

/** How long an address may take to confirm, and is kept. */
export const CONFIRM_TTL_MS = 7 * 86_400_000;

/** @returns the recipient's id, or null for a link that is none */
export async function readReaderLink(env: Bindings, token: string): Promise<string | null> {
  return (await readLink(env, 'preferences', token))?.[0] ?? null;
}

/** @returns as readReaderLink; also null when it is too old */
export async function readConfirmLink(env: Bindings, token: string, now: number): Promise<string | null> {
  const [id, askedAt] = (await readLink(env, 'confirm', token)) ?? [];
  if (id === undefined || askedAt === undefined) return null;
  return Number.parseInt(askedAt, 36) > now - CONFIRM_TTL_MS ? id : null;
}
