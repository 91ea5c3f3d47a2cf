/** Brings lazy/moderate.tsx, for whoever runs the site and for nobody else. */
import type { Moderator, Tools } from '../moderate/agreement';
import type { Thread } from '../store';
import { ask } from './ask';
import { closeBelow, openBelow, sayBelow } from './below';
import { openEdit } from './edit';
import { bring } from './later';
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
    const tools = { ask, openBelow, closeBelow, sayBelow, openEdit };
    const moderator = await bring<Tools, Moderator>('moderate', tools);
    await moderator.meet(s);
    met.set(s, moderator);
    for (const n of s._byId.values()) n.view = 0;
    s._update();
  } catch {}
}
