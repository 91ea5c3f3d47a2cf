/** Where links in moderators' mails lead: to a page that asks what to do with a comment, and to the console. */
import * as v from 'valibot';
import { Id } from '../../contract';
import { type Bindings, getConfig } from '../../env';
import { linkTo, readLink, signLink } from '../links';

/** A mail that lies about for longer decides about nothing any more. */
const DECIDE_MS = 7 * 86_400_000;

export const VERBS = ['approve', 'spam', 'trash'] as const;
export type DecideVerb = (typeof VERBS)[number];

/** What a link lets do: this moderator decide about this comment, until then (ms). */
export interface Permit {
  recipientId: string;
  commentId: string;
  until: number;
}

/** @param now epoch ms @returns the address of the page, without a verb */
export async function linkToDecide(
  env: Bindings,
  recipientId: string,
  commentId: string,
  now: number,
): Promise<string> {
  const until = Math.ceil((now + DECIDE_MS) / 1000).toString(36);
  return linkTo(env, `mail/decide/${await signLink(getConfig(env), 'decide', recipientId, commentId, until)}`);
}

/** @returns null: nobody here made it */
export async function readPermit(env: Bindings, token: string): Promise<Permit | null> {
  const [recipientId, commentId, until = ''] = (await readLink(env, 'decide', token)) ?? [];
  if (!v.is(Id, recipientId) || !v.is(Id, commentId)) return null;
  return { recipientId, commentId, until: Number.parseInt(until, 36) * 1000 };
}

/** @param tab of its queue */
export const linkToConsole = (env: Bindings, tab: 'held' | 'reported' | 'all'): string =>
  `${(env.PUBLIC_URL ?? '').replace(/\/$/, '')}/console#/queue?tab=${tab}`;
