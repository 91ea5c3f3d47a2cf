/**
 * Brings lazy/identity.tsx, which knows who writes: when the composer opens, or somebody acts in their own name. Until it is
 * there, what the device remembers does for writing; nothing is sent without it.
 */
import type { NewComment } from '../../worker/contract';
import type { ApiError } from '../api';
import type { Identity, Login, Writer } from '../identity/agreement';
import type { Thread } from '../store';
import type { Draft, Kit } from './agreement';
import css from './compose.css';
import { changed, h, lent, recall } from './kit';

/** Once it is there, for all threads. */
export let identity: Identity | undefined;

/** @throws when it cannot come; the next call tries again */
export async function loadIdentity(): Promise<Identity> {
  // This module is lazy/compose-HASH.js; not every host name is free of that.
  const module: { create(kit: Kit, before: string): Identity } = await import(
    import.meta.url.replace(/compose(?!.*\/)/, 'identity')
  );
  identity ??= module.create(lent, css);
  return identity;
}

/** With all it needs to speak to the reader of a thread. @returns undefined when it cannot come */
export async function meet(s: Thread): Promise<Identity | undefined> {
  if (!s._identity) {
    s._identityFailed = false;
    try {
      await (await loadIdentity()).meet(s);
      s._identity = identity;
    } catch {
      s._identityFailed = true;
    }
    s._later?._restore(s);
    changed(s, s._replying);
  }
  return s._identity;
}

/** Brings it once without being asked; what has failed, the reader tries again. */
export function expectIdentity(s: Thread): void {
  if (s._identityFailed === undefined) meet(s);
}

export function drawWho(s: Thread, draft: Draft) {
  if (s._identity) return s._identity.drawWho(s, draft);
  expectIdentity(s);
  return (
    <div class="who" key="who">
      {s._identityFailed && [
        s.m.failed,
        <button type="button" class="go" onClick={() => meet(s)}>
          {s.m.retry}
        </button>,
      ]}
    </div>
  );
}

/** @throws ApiError when nobody has said who writes */
export async function authorOf(s: Thread, form: HTMLFormElement): Promise<Writer> {
  const known = await meet(s);
  if (known) return known.authorOf(s, form);
  const login = recall<Login>('session');
  const author = login ? undefined : recall<NewComment['author']>('me');
  // Not all of an author; as much as a name.
  const by = (login?.person ?? author) as Writer['by'] | null | undefined;
  // Whether the page vouches for its reader still, only the module can say.
  if (!by || s.sso || login?.sso) throw { wait: 0 } satisfies ApiError;
  return { by, said: { author: author ?? undefined } };
}
