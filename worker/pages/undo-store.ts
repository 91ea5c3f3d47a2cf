/** SQL that takes back what was decided about pages, and does it again: what the log says, turned round. */
import type { CompiledQuery } from 'kysely';
import type { DecisionDraft } from '../moderation/decisions/status-store';
import { moveBranches } from './branch-store';
import { changeAddress, changeLock, changeTitle } from './change-store';
import { isAddress, isBranch, isLock, isMerge, isTitle, type PageItem } from './log-items';
import { changeMerge } from './merge-store';

/**
 * Makes `after` of each item true where `before` still is; to undo a decision, give its items with the two exchanged.
 * @param items all of one decision: one page, or branches that go from one page to one other
 * @param decision what the log is to say of it
 * @returns queries for one batch; the last one's rows are the ids that were changed
 */
export function applyItems(items: PageItem[], decision: DecisionDraft): CompiledQuery[] {
  const [item] = items;
  if (!item) return [];
  if (isLock(item)) return changeLock(item, decision);
  if (isTitle(item)) return changeTitle(item, decision);
  if (isAddress(item)) return changeAddress(item, decision);
  if (isMerge(item)) return changeMerge(item, decision);
  const roots = items.filter(isBranch).map(({ id }) => id);
  return moveBranches(roots, item.before.page, item.after.page, decision);
}
