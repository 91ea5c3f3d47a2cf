/**
 * From comment records to rows: places in the tree, what is shown, what comes with the thread, counters. Whole branches are
 * worked out here, so that each row is written once; what comes to branches which are there is left to the database as
 * consequences. Pure, and without recursion: a branch may be of any depth.
 */
import { LIMITS } from '../../contract';
import type { CommentRecord } from '../../contract-transfer';
import type { PageRow } from '../../db';
import { cleanComment, refuseRecord } from './clean-record';
import type { Consequences, Grounds, KnownComment, KnownPage, NewComment } from './records-store';

export interface PlacedComment {
  at: number;
  record: CommentRecord;
}
/** What is known beforehand. */
export interface Known {
  importId: string;
  isRestore: boolean;
  /** By what records name them: pages that are there, and those about to be born. */
  pages: Map<string, KnownPage>;
  comments: Map<string, KnownComment>;
  /** Of a site: whether images are shown. */
  images(site: string): boolean;
}
export interface FittedComments {
  fresh: NewComment[];
  grounds: Pick<Grounds, 'pages' | 'parents'>;
  consequences: Consequences;
}

/** What a branch grows from: a comment that is there or about to be. */
type Above = Pick<KnownComment, 'id' | 'site_id' | 'page_id' | 'root_id' | 'depth' | 'import_id'> & {
  /** The page that its record named. */
  named?: string;
};

/** @param born pages about to be written; their counters are set here @throws Problem invalid_request, conflict */
export function fitComments(placed: PlacedComment[], known: Known, born: PageRow[]): FittedComments {
  const fresh = new Map<string, NewComment>();
  const above = new Map<string, Above>(known.comments);
  const outside = new Map<string, KnownComment>();
  for (const { at, record } of placed) {
    const there = known.comments.get(record.id);
    if (there && there.site_id !== record.site) refuseRecord(at, 'id', 'is that of another comment', 'conflict');
    if (there || fresh.has(record.id)) continue;
    // A later id could not be replied to: its reply's would begin again.
    if (record.id > '8') refuseRecord(at, 'id', 'is of no time', 'invalid_request');
    const place = findPlace(at, record, known, above);
    const parent = record.parent === null ? undefined : known.comments.get(record.parent);
    if (parent) outside.set(parent.id, parent);
    above.set(record.id, place);
    fresh.set(record.id, draftComment(at, record, place, known));
  }
  const rows = [...fresh.values()];
  markShown(rows, fresh);
  const joining = markInline(rows, fresh);
  return {
    fresh: rows,
    grounds: {
      pages: unique(rows.map((row) => row.page_id)).filter((id) => !born.some((page) => page.id === id)),
      parents: [...outside.values()].map(({ id, page_id, root_id }) => ({ id, page: page_id, root: root_id })),
    },
    consequences: {
      replies: [...countBy(joining.filter((row) => row.shown === 1).map((row) => row.root_id))].map(([root, n]) => ({
        root,
        n,
      })),
      raised: unique(
        joining.filter((row) => row.shown === 1 && outside.has(row.parent_id!)).map((row) => row.parent_id!),
      ),
      joining: joining.filter((row) => row.shown === 1).map((row) => row.id),
      pages: countOnPages(rows, born),
    },
  };
}

/** @throws Problem invalid_request: threat 16 */
function findPlace(at: number, record: CommentRecord, known: Known, above: Map<string, Above>): Above {
  const page = known.pages.get(record.page);
  if (!page || page.site_id !== record.site)
    refuseRecord(at, 'page', `there is no such page on the site ${record.site}`, 'invalid_request');
  const page_id = known.isRestore ? page.id : (page.merged_into ?? page.id);
  const self = { id: record.id, site_id: record.site, import_id: known.importId, named: page_id };
  if (record.parent === null) return { ...self, page_id, root_id: record.id, depth: 0 };
  const parent = above.get(record.parent);
  const refuse = (why: string) => refuseRecord(at, 'parent', why, 'invalid_request');
  if (!parent) return refuse('there is no such comment');
  if (parent.site_id !== record.site) return refuse('is a comment of another site');
  // What was imported and moved to another page since takes along what comes to it.
  const follows = parent.named === page_id || (parent.named === undefined && parent.import_id !== null);
  if (parent.page_id !== page_id && (known.isRestore || !follows)) return refuse('is a comment of another page');
  if (parent.id >= record.id) return refuse('must have an id that sorts before that of its reply');
  return { ...self, page_id: parent.page_id, root_id: parent.root_id, depth: parent.depth + 1 };
}

const WAITING: ReadonlySet<string> = new Set(['pending', 'spam', 'trash']);

function draftComment(at: number, record: CommentRecord, place: Above, known: Known): NewComment {
  const { isRestore, importId } = known;
  const isGone = record.status === 'deleted';
  const own = {
    verdict: record.verdict === null || isGone ? null : JSON.stringify(record.verdict),
    decision_id: record.decision,
    import_id: record.import,
  };
  // How long something is kept for moderators counts from the import, not from when it was written.
  const given = { verdict: null, decision_id: WAITING.has(record.status) ? importId : null, import_id: importId };
  return {
    id: record.id,
    site_id: record.site,
    page_id: place.page_id,
    parent_id: record.parent,
    root_id: place.root_id,
    depth: place.depth,
    status: record.status,
    shown: 0,
    inline: 0,
    replies: 0,
    ...cleanComment(record, at, known.images(record.site), isRestore),
    ip_hash: null,
    net_hash: null,
    receipt_key: null,
    receipt_print: null,
    print: null,
    flagged: 0,
    locked: Number(record.locked && record.parent === null),
    kind: record.kind,
    orphan: Number(record.orphan),
    source_id: record.source,
    created_at: Date.parse(record.createdAt),
    ...(isRestore ? own : given),
  };
}

/** Approved ones, and removed ones that stand for something shown below them. Parents come before children. */
function markShown(rows: NewComment[], fresh: Map<string, NewComment>): void {
  for (const row of rows.toReversed()) {
    if (row.status === 'approved') row.shown = 1;
    const parent = row.parent_id === null ? undefined : fresh.get(row.parent_id);
    if (parent && row.shown === 1) parent.shown = 1;
  }
}

/** @returns those of branches that are there */
function markInline(rows: NewComment[], fresh: Map<string, NewComment>): NewComment[] {
  const joining: NewComment[] = [];
  const inOrder = rows.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  for (const row of inOrder) {
    const root = fresh.get(row.root_id);
    if (row === root) row.inline = 1;
    else if (!root) joining.push(row);
    else if (row.shown === 1 && ++root.replies <= LIMITS.repliesInline) row.inline = 1;
  }
  return joining;
}

/** Sets the counters of pages about to be born. @returns what becomes of the others */
function countOnPages(rows: NewComment[], born: PageRow[]): Consequences['pages'] {
  const shown = rows.filter((row) => row.shown === 1);
  const approved = countBy(shown.filter((row) => row.status === 'approved').map((row) => row.page_id));
  const touched = new Set(shown.map((row) => row.page_id));
  for (const page of born.filter(({ id }) => touched.delete(id))) {
    page.count = approved.get(page.id) ?? 0;
    page.version = 1;
  }
  return [...touched].map((id) => ({ id, count: approved.get(id) ?? 0 }));
}

function countBy(keys: string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}
const unique = (ids: string[]): string[] => [...new Set(ids)];
