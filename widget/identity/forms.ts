/** Brings lazy/forms.tsx, when somebody opens one of the forms that few open. */
import type { Comment, NewComment } from '../../worker/contract';
import type { Forms, Tools } from '../forms/agreement';
import type { Thread } from '../store';
import type { Node } from '../tree';
import { recall } from '../writing/kit';
import type { Place } from './agreement';
import { ask } from './ask';
import { closeBelow, openBelow, type Subject, sayBelow } from './below';
import { bring } from './later';
import { logIn, startLogin } from './login';
import { drawPending } from './menu';
import { loginOf } from './session';
import { eachThread, redrawRow, rowOf } from './threads';
import { sayWhy } from './words';

/** Whether this device wants to be told of replies to what it posts. */
export const FOLLOW_KEY = 'follow';
export const wantsReplies = (): boolean => !!recall(FOLLOW_KEY);

const bringForms = () =>
  bring<Tools, Forms>('forms', [
    ask,
    sayWhy,
    eachThread,
    openBelow,
    closeBelow,
    drawPending,
    rowOf,
    redrawRow,
    loginOf,
    logIn,
    startLogin,
    sayBelow,
  ]);

/** Opens what a way to log in asks first, or closes it. */
export async function turnWay(s: Thread, way: string): Promise<void> {
  const row = rowOf(s);
  row.draw = undefined;
  row.way = row.way === way ? undefined : way;
  redrawRow(s);
  if (!row.way) return;
  try {
    const forms = await bringForms();
    await forms.meet(s);
    if (row.way === way) row.draw = forms.openWay(s, way);
  } catch {
    row.way = undefined;
    row.note = s.m.failed;
  }
  redrawRow(s);
}

/** Opens one below a comment; without one, above the conversation. */
export async function openForm(s: Thread, n: Subject, name: 'openFollow' | 'openReport'): Promise<void> {
  try {
    const forms = await bringForms();
    await forms.meet(s);
    forms[name](s, n as Node);
  } catch {
    sayBelow(s, n, s.m.failed);
  }
}

/** After a comment was posted. Its writer waits for nothing of this. */
export async function followOwn(place: Place, sent: NewComment, comment: Comment): Promise<void> {
  if (wantsReplies()) (await bringForms().catch(() => undefined))?.followOwn(place, sent, comment);
}
