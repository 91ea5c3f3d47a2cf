/** People whom the reader does not want to read: hidden on this device, and nobody is told. */
import type { Thread } from '../store';
import type { Node } from '../tree';
import { changed, h, recall, remember, tell } from '../writing/kit';
import { closeBelow, openBelow } from './below';
import { drawAction, drawSection } from './parts';
import { texts } from './texts';
import { eachThread } from './threads';

const MUTED_KEY = 'muted';
/** Comments that the reader wanted to see for once. */
const shown = new WeakSet<Node>();

/** Names by handle. */
const listMuted = (): Record<string, string> => Object(recall(MUTED_KEY));

export function mute(s: Thread, n: Node): void {
  const { id, name } = n.c.author;
  remember(MUTED_KEY, { ...listMuted(), [id as string]: name });
  shown.delete(n);
  eachThread(applyMuted);
  const t = texts(s);
  const said = s.say(t.muted, 0, name);
  openBelow(
    s,
    n,
    () => (
      <p class="note">
        {said}{' '}
        {drawAction(t.unmute, () => {
          unmute(id as string);
          closeBelow(s, n);
        })}
      </p>
    ),
    'button',
  );
  tell(s, said);
}

function unmute(handle: string): void {
  const { [handle]: _, ...others } = listMuted();
  remember(MUTED_KEY, Object.keys(others)[0] === undefined ? null : others);
  eachThread(applyMuted);
}

export function showOnce(s: Thread, n: Node): void {
  shown.add(n);
  applyMuted(s);
  s.target = `#comment-${n.c.id}`;
}

/** Makes what is on view agree with the list. */
export function applyMuted(s: Thread): void {
  const muted = listMuted();
  for (const n of s._byId.values()) {
    const hide = `${n.c.author.id}` in muted && !shown.has(n);
    if (hide === !!n.muted) continue;
    n.muted = hide;
    changed(s, n);
  }
}

/** A section of the panel about oneself. */
export function drawMuted(s: Thread) {
  const t = texts(s);
  const people = Object.entries(listMuted());
  return (
    people[0] &&
    drawSection(
      'muted',
      t.mutedPeople,
      <ul>
        {people.map(([handle, name]) => (
          <li key={handle}>
            <bdi>{name}</bdi>{' '}
            {drawAction(t.unmute, () => {
              unmute(handle);
              s.target = people[1] ? '.muted h3' : 'dialog h2';
              s._update();
            })}
          </li>
        ))}
      </ul>,
    )
  );
}
