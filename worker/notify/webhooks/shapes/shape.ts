/** What each form of webhook is: what its address must be like, and what is sent there. */
import type { WebhookRow } from '../../../db';
import type { Payload } from '../payload';

export type Address = Pick<WebhookRow, 'url' | 'secret'>;

/** One attempt to tell one webhook one thing. */
export interface Telling {
  webhook: WebhookRow;
  /** The same at every attempt. */
  id: string;
  payload: Payload;
  /** Where this Afterword answers, or empty. */
  origin: string;
  /** Epoch ms. */
  now: number;
}

export interface Outgoing {
  url: string;
  headers: Record<string, string>;
  body: string;
}

export interface Shape {
  /** @param secret what the owner gave, if anything @returns what is wrong, by the field that is to blame */
  check(url: URL, secret: string): { field: 'url' | 'secret'; why: string } | null;
  /** The address as it may be shown: of chats it is a secret itself. */
  hide(address: Address): string;
  write(telling: Telling): Outgoing | Promise<Outgoing>;
}

export const JSON_TYPE = { 'Content-Type': 'application/json' };

/** An address whose path is the secret: enough of it to be told from another. */
export function hidePath({ url }: Address): string {
  const { origin, pathname } = new URL(url);
  return `${origin}/…${pathname.length > 32 ? pathname.slice(-4) : ''}`;
}

export const wantsNone = (secret: string): ReturnType<Shape['check']> =>
  secret === '' ? null : { field: 'secret', why: 'must be left out: webhooks of this shape take none' };
