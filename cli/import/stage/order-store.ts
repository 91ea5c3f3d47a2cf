/**
 * The order in which a stage is sent: pages that have comments, authors of these, then comments by page, branch and time; and
 * the records themselves. Always the same for the same file, so that a position means the same in every run.
 */
import type { AnyRecord } from '../../../worker/contract-transfer.ts';
import type { Namespace } from './ids.ts';
import type { Stage } from './stage-store.ts';

/** A record, where it stands, and which branch it is of; comments that are there already come as null. */
export interface Sending {
  position: number;
  /** Changes where a branch begins. */
  branch: string;
  record: AnyRecord | null;
  /** The comment's id in the file. */
  source: string | null;
}

export function orderRecords({ db }: Stage): number {
  db.exec(`
    CREATE INDEX tree_land ON tree (land, created);
    CREATE INDEX pages_land ON pages (land);
    INSERT INTO sent (type, n) SELECT 'page', land FROM lands WHERE land IN (SELECT land FROM tree) ORDER BY land;
    INSERT INTO sent (type, n) SELECT 'author', a.n FROM authors a WHERE a.id IN
      (SELECT c.author FROM tree t JOIN comments c ON c.n = t.n WHERE t.status <> 'deleted') ORDER BY a.n;
    INSERT INTO sent (type, n) SELECT 'comment', n FROM tree ORDER BY land, root, id;
  `);
  return (db.prepare('SELECT count(*) AS count FROM sent').get() as { count: number }).count;
}

const iso = (ms: number) => new Date(ms).toISOString();

interface Row {
  [column: string]: string | number | null;
}

/** From a position on. Counted from 0. */
export function* readRecords({ db }: Stage, { site }: Namespace, from: number): Generator<Sending> {
  const order = db.prepare(
    'SELECT position - 1 AS position, type, n FROM sent WHERE position > ? ORDER BY position LIMIT 1000',
  );
  const page = db.prepare(
    `SELECT l.*, (SELECT title FROM pages p WHERE p.land = l.land AND p.title IS NOT NULL ORDER BY p.n LIMIT 1) AS said,
       (SELECT min(locked) FROM pages p WHERE p.land = l.land AND p.used = 1) AS locked,
       coalesce((SELECT min(created) FROM pages p WHERE p.land = l.land), (SELECT min(created) FROM tree t WHERE t.land = l.land)) AS created
     FROM lands l WHERE l.land = ?`,
  );
  const author = db.prepare('SELECT * FROM authors WHERE n = ?');
  const comment = db.prepare(
    `SELECT t.id, t.parent, t.root, t.orphan, t.status, t.created, t.present, l.page, c.author, c.kind, c.edited, c.up, c.down, c.locked,
       c.source, x.name, x.email, x.url, x.badge, x.body
     FROM tree t JOIN lands l ON l.land = t.land JOIN comments c ON c.n = t.n JOIN texts x ON x.n = t.n WHERE t.n = ?`,
  );
  for (let next = from; ; ) {
    const rows = order.all(next) as { position: number; type: string; n: number }[];
    if (rows.length === 0) return;
    for (const { position, type, n } of rows) {
      if (type === 'page') yield { position, branch: '', record: presentPage(site, page.get(n) as Row), source: null };
      else if (type === 'author')
        yield { position, branch: '', record: presentAuthor(site, author.get(n) as Row), source: null };
      else {
        const row = comment.get(n) as Row;
        const record = row.present ? null : presentComment(site, row);
        yield { position, branch: String(row.root), record, source: String(row.source) };
      }
      next = position + 1;
    }
  }
}

function presentPage(site: string, row: Row): AnyRecord {
  return {
    type: 'page',
    site,
    id: String(row.page),
    key: null,
    url: String(row.url),
    title: row.said as string | null,
    locked: row.locked === 1,
    pinned: null,
    mergedInto: null,
    reactions: {},
    createdAt: iso(Number(row.created)),
  };
}

const presentAuthor = (site: string, row: Row): AnyRecord => ({
  type: 'author',
  site,
  id: String(row.id),
  name: String(row.name),
  email: row.email as string | null,
  account: row.account as string | null,
});

function presentComment(site: string, row: Row): AnyRecord {
  const isDeleted = row.status === 'deleted';
  return {
    type: 'comment',
    site,
    page: String(row.page),
    id: String(row.id),
    parent: row.parent as string | null,
    status: row.status as 'approved',
    kind: row.kind as 'pingback' | null,
    orphan: row.orphan === 1,
    author: {
      id: isDeleted ? null : (row.author as string | null),
      name: isDeleted ? '' : String(row.name),
      email: isDeleted ? null : (row.email as string | null),
      url: isDeleted ? null : (row.url as string | null),
      badge: isDeleted ? null : (row.badge as 'author' | null),
      verified: null,
      avatar: null,
    },
    body: isDeleted ? '' : String(row.body),
    up: Number(row.up),
    down: Number(row.down),
    locked: row.locked === 1 && row.parent === null,
    import: null,
    source: String(row.source).slice(0, 200),
    verdict: null,
    decision: null,
    createdAt: iso(Number(row.created)),
    editedAt: row.edited === null || isDeleted ? null : iso(Math.max(Number(row.edited), Number(row.created))),
  };
}
