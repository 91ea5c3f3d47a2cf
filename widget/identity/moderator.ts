/** Brings lazy/moderate.tsx, for whoever runs the site and for nobody else. */
import type { Moderator, Tools } from '../moderate/agreement';
import type { Thread } from '../store';
import type { Kit } from '../writing/agreement';
import { lent } from '../writing/kit';
import { ask } from './ask';
import { closeBelow, openBelow, sayBelow } from './below';
import { openEdit } from './edit';
import { loginOf } from './session';

const expected = new WeakSet<Thread>();
const met = new WeakMap<Thread, Moderator>();

const runsSite = (s: Thread) => loginOf(s)?.person.badge;

/** There for those who run the site, once it has come. */
export const moderatorOf = (s: Thread): Moderator | undefined => (runsSite(s) ? met.get(s) : undefined);

/** Once a thread; may be called at any time. Without it there is the console. */
export async function expectModerator(s: Thread): Promise<void> {
  if (!runsSite(s) || !s.page || expected.has(s)) return;
  expected.add(s);
  try {
    // This module is lazy/identity-HASH.js; not every host name is free of that.
    const module: { create(kit: Kit, tools: Tools): Moderator } = await import(
      import.meta.url.replace(/identity(?!.*\/)/, 'moderate')
    );
    const moderator = module.create(lent, { ask, openBelow, closeBelow, sayBelow, openEdit });
    await moderator.meet(s);
    met.set(s, moderator);
    for (const n of s._byId.values()) n.view = 0;
    s._update();
  } catch {}
}
