/**
 * SQL of what moderators change about a comment besides its status: text and author, whether it is pinned, whether its branch
 * is locked. By an item of the log, if what the item says of before still holds, so that the same item turned round takes it
 * back. The log is written first, and all else is done only if it was.
 */
import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import { type CommentRow, type PageRow, query, type SiteRow } from '../../db';
import { reindex } from '../queue/search-store';
import { changedBy, type DecisionDraft, insertDecision } from './status-store';

/** Of it, what is changed. `editedAt` is epoch ms and goes with `body`. */
export interface Words {
  body?: string;
  editedAt?: number | null;
  name?: string;
  url?: string | null;
}
export interface WordsItem {
  id: string;
  before: Words;
  after: Words;
}
/** The comment that a page has pinned, or null. */
export interface PinItem {
  id: string;
  before: { pinned: string | null };
  after: { pinned: string | null };
}
/** Whether nobody may reply in the branch of a top-level comment. */
export interface BranchLockItem {
  id: string;
  before: { locked: boolean };
  after: { locked: boolean };
}

export type EditableRow = Pick<
  CommentRow,
  'id' | 'site_id' | 'page_id' | 'parent_id' | 'status' | 'body' | 'author_name' | 'author_url' | 'locked' | 'edited_at'
> & { page_pinned: PageRow['pinned']; settings: SiteRow['settings'] };

export function selectEditable(id: string): CompiledQuery<EditableRow> {
  return sql<EditableRow>`
    SELECT c.id, c.site_id, c.page_id, c.parent_id, c.status, c.body, c.author_name, c.author_url, c.locked, c.edited_at,
      p.pinned AS page_pinned, s.settings
    FROM comments c JOIN pages p ON p.id = c.page_id JOIN sites s ON s.id = c.site_id WHERE c.id = ${id}`.compile(
    query,
  );
}

export type Rendered = Pick<CommentRow, 'html' | 'html_version'>;
type Column = [name: string, value: string | number | null];
const COLUMNS = { body: 'body', editedAt: 'edited_at', name: 'author_name', url: 'author_url' } as const;

const columnsOf = (words: Words): Column[] =>
  Object.entries(COLUMNS).flatMap(([name, column]): Column[] => {
    const value = words[name as keyof Words];
    return value === undefined ? [] : [[column, value]];
  });

/**
 * @param rendered of a new text
 * @returns queries for one batch, as of all changes here; the last one's rows are the ids that were changed
 */
export function changeWords(item: WordsItem, rendered: Rendered | null, decision: DecisionDraft): CompiledQuery[] {
  const holds = columnsOf(item.before).map(([name, value]) => sql`${sql.ref(name)} IS ${value}`);
  const columns: Column[] = [...columnsOf(item.after), ...Object.entries(rendered ?? {})];
  return [
    logItem(item, decision, sql.join([sql`status <> 'deleted'`, ...holds], sql` AND `)),
    sql`
      UPDATE pages SET version = version + 1 WHERE id = (
        SELECT page_id FROM comments WHERE id IN (${changedBy(decision)}) AND status = 'approved')`.compile(query),
    sql`
      UPDATE comments SET ${sql.join(columns.map(([name, value]) => sql`${sql.ref(name)} = ${value}`))}
      WHERE id IN (${changedBy(decision)})`.compile(query),
    reindex(changedBy(decision)),
    changedBy(decision).compile(query),
  ];
}

/** A page pins one comment at most: an approved one at the top level. */
export function changePin(item: PinItem, decision: DecisionDraft): CompiledQuery[] {
  const { id, before, after } = item;
  const pageId = sql`(SELECT page_id FROM comments WHERE id = ${id})`;
  const holds = sql`
    EXISTS (SELECT 1 FROM pages WHERE id = ${pageId} AND pinned IS ${before.pinned})
    AND (${after.pinned} IS NULL OR EXISTS (
      SELECT 1 FROM comments
      WHERE id = ${after.pinned} AND page_id = ${pageId} AND parent_id IS NULL AND status = 'approved'))`;
  return [
    logItem(item, decision, holds),
    sql`
      UPDATE pages SET pinned = ${after.pinned}, version = version + 1
      WHERE id = ${pageId} AND EXISTS (${changedBy(decision)})`.compile(query),
    changedBy(decision).compile(query),
  ];
}

export function changeBranchLock(item: BranchLockItem, decision: DecisionDraft): CompiledQuery[] {
  return [
    logItem(item, decision, sql`parent_id IS NULL AND locked = ${Number(item.before.locked)}`),
    sql`
      UPDATE comments SET locked = ${Number(item.after.locked)} WHERE id IN (${changedBy(decision)})`.compile(query),
    changedBy(decision).compile(query),
  ];
}

/** @param holds a condition on the comment's row */
function logItem(item: { id: string }, decision: DecisionDraft, holds: RawBuilder<unknown>): CompiledQuery {
  return insertDecision(
    decision,
    sql`
      SELECT ${JSON.stringify([item])} AS items, 1 AS n FROM comments
      WHERE id = ${item.id} AND site_id = ${decision.site_id} AND ${holds}`,
  );
}
