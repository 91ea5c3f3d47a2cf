/** What a stage comes to: the sums and lists of a plan. */
import type { Hash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { Stage } from './stage-store.ts';
import { createTally, type Tallied } from './tally.ts';

export interface PlannedPage {
  /** As the file has them; several that are one page here come together. */
  from: string[];
  /** Where they land; null: nowhere. */
  url: string | null;
  /** Why they land nowhere: no_base, or as POST /admin/imports/plan says. */
  problem: string | null;
  title: string | null;
  /** null: it is new. */
  existing: { title: string | null; count: number } | null;
  comments: number;
  present: number;
}

interface Row {
  [column: string]: number & string;
}

export function listPages({ db }: Stage): PlannedPage[] {
  const landed = db.prepare(
    `SELECT l.*, s.comments, s.present, (SELECT json_group_array(p.url ORDER BY p.n) FROM pages p WHERE p.land = l.land AND p.used = 1) AS origins,
       (SELECT title FROM pages p WHERE p.land = l.land AND p.title IS NOT NULL ORDER BY p.n LIMIT 1) AS said
     FROM lands l JOIN (SELECT land, count(*) AS comments, sum(present) AS present FROM tree GROUP BY land) s ON s.land = l.land ORDER BY l.land`,
  );
  const nowhere = db.prepare(
    `SELECT p.url, p.title, p.problem, p.target, c.comments
     FROM pages p JOIN (SELECT page, count(*) AS comments FROM comments GROUP BY page) c ON c.page = p.ref WHERE p.problem IS NOT NULL ORDER BY p.n`,
  );
  return [
    ...(landed.all() as unknown as Row[]).map((row) => ({
      from: JSON.parse(row.origins!) as string[],
      url: row.url!,
      problem: null,
      title: row.said!,
      existing: row.was ? { title: row.title!, count: row.count! } : null,
      comments: row.comments!,
      present: row.present!,
    })),
    ...(nowhere.all() as unknown as Row[]).map((row) => ({
      from: [row.url!],
      url: row.target!,
      problem: row.problem!,
      title: row.title!,
      existing: null,
      comments: row.comments!,
      present: 0,
    })),
  ];
}

export interface Sums {
  comments: number;
  present: number;
  byStatus: Record<string, number>;
  byKind: Record<string, number>;
  depth: number;
  authors: { count: number; withEmail: number; withAccount: number };
  orphans: Tallied[];
}

export function sumUp({ db }: Stage): Sums {
  const count = (column: string) =>
    Object.fromEntries(
      (
        db
          .prepare(
            `SELECT ${column} AS name, count(*) AS count FROM tree t JOIN comments c ON c.n = t.n GROUP BY 1 ORDER BY 2 DESC, 1`,
          )
          .all() as unknown as Row[]
      ).map((row) => [row.name, row.count]),
    ) as Record<string, number>;
  const all = db
    .prepare('SELECT count(*) AS comments, coalesce(sum(present), 0) AS present FROM tree')
    .get() as unknown as Row;
  const authors = db
    .prepare(
      `SELECT count(*) AS count, count(email) AS emails, count(account) AS accounts FROM authors
       WHERE n IN (SELECT n FROM sent WHERE type = 'author')`,
    )
    .get() as unknown as Row;
  const orphans = createTally();
  const lost = db.prepare(
    'SELECT c.source, c.parent FROM tree t JOIN comments c ON c.n = t.n WHERE t.orphan = 1 ORDER BY t.n',
  );
  for (const row of lost.iterate() as Iterable<Row>)
    orphans.add('reply to a comment that is not there', `${row.source} (to ${row.parent})`);
  return {
    comments: all.comments!,
    present: all.present!,
    byStatus: count('t.status'),
    byKind: count("coalesce(c.kind, 'comment')"),
    depth: deepest(db),
    authors: { count: authors.count!, withEmail: authors.emails!, withAccount: authors.accounts! },
    orphans: orphans.list(),
  };
}

/** How many replies lie above the deepest one. */
function deepest(db: DatabaseSync): number {
  const { depth } = db
    .prepare(
      `WITH RECURSIVE down (id, depth) AS (SELECT id, 0 FROM tree WHERE parent IS NULL
         UNION ALL SELECT t.id, d.depth + 1 FROM down d JOIN tree t ON t.parent = d.id)
       SELECT coalesce(max(depth), 0) AS depth FROM down`,
    )
    .get() as { depth: number };
  return depth;
}

/** Mixes in all that will be sent, in its order, but for the words of it: these are the file's. */
export function digestOrder({ db }: Stage, hash: Hash): void {
  const rows = db.prepare(
    `SELECT s.type, coalesce(l.key, a.id, t.id) AS id, t.parent, t.status, tl.key FROM sent s
     LEFT JOIN lands l ON s.type = 'page' AND l.land = s.n LEFT JOIN authors a ON s.type = 'author' AND a.n = s.n
     LEFT JOIN tree t ON s.type = 'comment' AND t.n = s.n LEFT JOIN lands tl ON tl.land = t.land ORDER BY s.position`,
  );
  for (const row of rows.iterate()) hash.update(`${JSON.stringify(Object.values(row))}\n`);
}
