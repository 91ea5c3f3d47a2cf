/**
 * What embed.js loads when the reader acts: reading on (reading.ts) and writing (writing/).
 */
import { act, focusTarget, follow } from '../reading';
import type { Thread } from '../store';
import type { Kit, Later } from '../writing/agreement';
import css from '../writing/compose.css';
import { drawComposer } from '../writing/composer';
import { h, texts, useKit } from '../writing/kit';
import { sendItems } from '../writing/outbox';
import { outcome, restore, restoreAll } from '../writing/post';

export function create(given: Kit): Later {
  useKit(given);
  given[8](css);
  addEventListener('online', () => sendItems(outcome, true));
  // Another tab may have sent what this one shows as waiting.
  addEventListener('storage', restoreAll);
  return { restore, act, focus: focusTarget, follow, explain, drawComposer };
}

function explain(s: Thread) {
  if (s.error !== 'origin_not_allowed') return;
  return [
    texts(s).origin,
    ' ',
    <code dir="ltr">{`npm run site -- add ${s.site ?? 'main'} ${location.origin} --remote`}</code>,
  ];
}
