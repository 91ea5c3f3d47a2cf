/** What embed.js lends to the module loaded when the reader acts, in reach of all its files. JSX there compiles to this `h`. */
import type { ComposeMessages } from '../i18n';
import type { Thread } from '../store';
import type { Kit } from './agreement';

export let h: Kit[0];
export let request: Kit[1];
export let read: Kit[2];
export let recall: Kit[3];
export let remember: Kit[4];
export let addComments: Kit[5];
export let changed: Kit[6];
export let load: Kit[7];
/** All of it, for a module that is loaded later still. */
export let lent: Kit;

export function useKit(kit: Kit): void {
  lent = kit;
  [h, request, read, recall, remember, addComments, changed, load] = kit;
}

/** In the thread's language; there since this module is. */
export const texts = (s: Thread) => s.compose as ComposeMessages;

/** Says something to screen readers. */
export function tell(s: Thread, text: string): void {
  s._said = text;
  s._update();
}
