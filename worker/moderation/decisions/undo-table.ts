/**
 * How each kind of decision is taken back: its items, turned round, are applied like a decision of their own. An undo is taken
 * back the same way. What is not in the table cannot be undone.
 */
import type { CompiledQuery } from 'kysely';
import { readStored } from '../../admin/settings';
import { type SiteState, type SiteWithOrigins, updateSite } from '../../admin/sites-store';
import type { Action, Scope } from '../../contract-admin';
import type { CommentStatus, DecisionRow } from '../../db';
import type { PageItem } from '../../pages/log-items';
import { applyItems } from '../../pages/undo-store';
import { restoreAttack } from '../attack/attack-store';
import { renderWords } from './edit';
import {
  type BranchLockItem,
  changeBranchLock,
  changePin,
  changeWords,
  type PinItem,
  type WordsItem,
} from './edit-store';
import { changeStatus, type DecisionDraft, type StatusChange } from './status-store';
import { restoreBan } from './undo-store';

/** As in the log: what is to be, if what was is so still. Who reads it from there knows by the action what its states are. */
export interface Item {
  id: string;
  before: unknown;
  after: unknown;
}

interface Kind {
  /** What one needs to be allowed to take it back. */
  scope: Scope;
  /** Several decisions of this kind may be taken back as one. */
  together?: boolean;
  /** @param items turned round @param site of the decision */
  apply(items: Item[], decision: DecisionDraft, site: SiteWithOrigins): CompiledQuery[];
}

const status: Kind = {
  scope: 'comments:moderate',
  together: true,
  apply: (items, decision) => changeStatus((items as StatusItem[]).map(toChange), decision),
};
interface StatusState {
  status: CommentStatus;
  decision: string | null;
}
type StatusItem = Item & { before: StatusState; after: StatusState };
const toChange = ({ id, before, after }: StatusItem): StatusChange => ({
  id,
  from: before.status,
  to: after.status,
  decision: { from: before.decision, to: after.decision },
});

const edit: Kind = {
  scope: 'comments:moderate',
  apply([item], decision, { settings }) {
    // The comment is gone, and what it said with it.
    if (!item?.after) return [];
    const words = item as WordsItem;
    return changeWords(words, renderWords(words.after, settings), decision);
  },
};
const pin: Kind = {
  scope: 'comments:moderate',
  apply: ([item], decision) => changePin(item as PinItem, decision),
};
const lock: Kind = {
  scope: 'comments:moderate',
  apply: ([item], decision) => changeBranchLock(item as BranchLockItem, decision),
};
const place = (scope: Scope): Kind => ({
  scope,
  apply: (items, decision) => applyItems(items as PageItem[], decision),
});

const change: Kind = {
  scope: 'sites:write',
  apply([item], decision, site) {
    const { before, after } = item as { before: SiteState; after: SiteState };
    const { name, origins, settings, version } = site;
    const now: SiteState = { name, origins: JSON.parse(origins), settings: readStored(settings) };
    if (JSON.stringify(now) !== JSON.stringify(before)) return [];
    return updateSite(site.id, version, before, after, decision);
  },
};
const ban: Kind = {
  scope: 'comments:moderate',
  apply([item], decision) {
    // Whom it was about is forgotten.
    if (!item?.before && !item?.after) return [];
    return restoreBan(item as Parameters<typeof restoreBan>[0], decision);
  },
};
const attack: Kind = {
  scope: 'comments:moderate',
  apply([item], decision) {
    const { before, after } = item as { before: { attackUntil: number }; after: { attackUntil: number } };
    return restoreAttack(before.attackUntil, after.attackUntil, decision);
  },
};

const KINDS: Partial<Record<Action, Kind>> = {
  approve: status,
  hold: status,
  spam: status,
  trash: status,
  restore: status,
  edit,
  pin,
  unpin: pin,
  lock,
  unlock: lock,
  move: place('comments:moderate'),
  ban,
  unban: ban,
  'page.lock': place('pages:write'),
  'page.unlock': place('pages:write'),
  'page.rename': place('pages:write'),
  'page.move': place('pages:write'),
  'page.merge': place('pages:write'),
  'site.change': change,
  'attack.on': attack,
  'attack.off': attack,
};

type Undoable = Pick<DecisionRow, 'action' | 'undoes'>;

/** The action that is taken back, or brought back. */
export const actionOf = ({ action, undoes }: Undoable): Action => (undoes ?? action) as Action;
export const findKind = (row: Undoable): Kind | undefined => KINDS[actionOf(row)];
