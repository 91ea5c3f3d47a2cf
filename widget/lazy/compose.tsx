/**
 * What embed.js loads when the reader acts: reading on (reading.ts) and writing (writing/). Who acts, lazy/identity.tsx knows.
 */
import { act, focusTarget, follow } from '../reading';
import type { Thread } from '../store';
import type { Kit, Later } from '../writing/agreement';
import css from '../writing/compose.css';
import { drawComposer } from '../writing/composer';
import { expectIdentity, identity, loadIdentity } from '../writing/identity';
import { recall, useKit } from '../writing/kit';
import { memoryOf } from '../writing/memory';
import { sendItems } from '../writing/outbox';
import { outcome, restore, restoreAll } from '../writing/post';

export async function create(given: Kit): Promise<Later> {
  useKit(given);
  given[8](css);
  addEventListener('online', () => sendItems(outcome, true));
  // Another tab may have sent what this one shows as waiting.
  addEventListener('storage', restoreAll);
  // Nothing of whom the reader does not want to see is drawn first.
  if (recall('muted')) await loadIdentity().catch(() => {});
  return {
    _restore(s) {
      restore(s);
      identity?.restore(s);
      // Something was being written or edited, or somebody is here whose own comments only they can see.
      const { drafts, mine } = memoryOf(s.key);
      if (drafts || mine || recall('session')) expectIdentity(s);
    },
    _act: act,
    _focus: focusTarget,
    _follow: follow,
    _explain: explain,
    _drawMore: (s, n) => s._identity?.drawMore(s, n),
    _drawComposer: drawComposer,
  };
}

function explain(s: Thread) {
  if (s.error !== 'origin_not_allowed') return;
  expectIdentity(s);
  return s._identity?.explainOrigin(s);
}
