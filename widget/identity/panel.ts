/** What the panel about oneself (me.tsx) knows and is up to; its sections change it through here. */
import type { Me, OwnComments } from '../../worker/contract';
import type { ApiError } from '../api';
import type { Thread } from '../store';
import { ask } from './ask';
import { getKey } from './key';
import { loginOf } from './session';
import { sayWhy } from './words';

export interface Panel {
  /** Undefined for who has never written here, and until the server has answered. */
  me?: Me;
  /** Of the login that it was asked for; undefined for a guest. */
  session?: string | undefined;
  comments: OwnComments['comments'];
  /** Cursor to more of them. */
  next?: string | null;
  loading?: boolean;
  /** What was done or went wrong, in words. */
  note?: string;
  /** The field that is wrong. */
  field?: string | undefined;
  /** Being forgotten is asked for twice. */
  forgetting?: boolean;
}

/** Asks for everything again, for whoever speaks now. */
export function loadPanel(s: Thread, p: Panel): Promise<void> {
  const login = loginOf(s);
  p.session = login?.id;
  p.me = undefined;
  p.comments = [];
  return attempt(s, p, async () => {
    // Who has no key has nothing here, and needs none to be told so.
    if (login || (await getKey(false))) await Promise.all([change(s, p, 'GET', '/me'), loadOwn(s, p)]);
  });
}

/** On from where the list ends. */
export async function loadOwn(s: Thread, p: Panel): Promise<OwnComments['comments']> {
  const query = { site: s.site, after: p.next };
  const { comments, next } = await ask<OwnComments>(s, 'GET', '/me/comments', undefined, { query });
  p.comments = [...p.comments, ...comments];
  p.next = next;
  return comments;
}

/** A request that answers with what is known of oneself then. @throws ApiError */
export async function change(s: Thread, p: Panel, method: string, path: string, body?: unknown): Promise<Me> {
  p.me = await ask<Me>(s, method, path, body);
  return p.me;
}

/** @param work what it returns is said when it is done */
export async function attempt(s: Thread, p: Panel, work: () => Promise<unknown>): Promise<void> {
  p.loading = true;
  p.note = '';
  p.field = undefined;
  s._update();
  try {
    const said = await work();
    if (typeof said === 'string') p.note = said;
  } catch (thrown) {
    const error = thrown as ApiError;
    p.field = error.field;
    p.note = sayWhy(s, error);
  }
  p.loading = false;
  s._update();
}
