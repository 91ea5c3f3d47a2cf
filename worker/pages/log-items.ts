/**
 * What the log keeps of decisions about pages: how each was before, and what it became. A change is made as an item says,
 * and taken back by the same item turned round; so one way through the stores serves doing, undoing and doing again. Pure.
 */

interface Item<State> {
  /** pages.id; of a branch, its top-level comment. */
  id: string;
  before: State;
  after: State;
}

/** Whether nobody may reply on a page. */
export type LockItem = Item<{ locked: boolean }>;
export type TitleItem = Item<{ title: string | null }>;
/** Where a page is. `alias`: of its two addresses the other one, when that leads to it. */
export type AddressItem = Item<{ key: string; url: string; alias: string | null }>;
/** Which page a page was merged into, or null; and which aliases lead to itself. */
export type MergeItem = Item<{ into: string | null; aliases: string[] }>;
/** The page a branch is on. */
export type BranchItem = Item<{ page: string }>;

export type PageItem = LockItem | TitleItem | AddressItem | MergeItem | BranchItem;

export const isLock = (item: PageItem): item is LockItem => 'locked' in item.after;
export const isTitle = (item: PageItem): item is TitleItem => 'title' in item.after;
export const isAddress = (item: PageItem): item is AddressItem => 'key' in item.after;
export const isMerge = (item: PageItem): item is MergeItem => 'into' in item.after;
export const isBranch = (item: PageItem): item is BranchItem => 'page' in item.after;
