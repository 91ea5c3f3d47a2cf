/**
 * Connects what lies in the stage, once it is known where pages land: whose reply each comment is, which are the same twice,
 * which replied to something that is not there, and what ids they get. In SQL, a level of replies at a time and never by
 * recursion of ours: neither how many there are nor how deep they lie matters.
 *
 * The tree is filled in order, and a comment's id always sorts behind its parent's.
 */
import type { DatabaseSync } from 'node:sqlite';
import { isUsable, makeId, type Namespace } from './ids.ts';
import type { Stage } from './stage-store.ts';
import type { Tally } from './tally.ts';

const LINKS = `
CREATE TABLE links (n INTEGER PRIMARY KEY, land INTEGER, parent INTEGER, orphan INTEGER NOT NULL DEFAULT 0, skip TEXT);
CREATE TABLE twins (n INTEGER PRIMARY KEY, kept INTEGER NOT NULL);
INSERT INTO links (n, land, skip)
  SELECT c.n, p.land, CASE WHEN p.n IS NULL THEN 'page that is not in the file' WHEN p.land IS NULL THEN 'page that lands nowhere' END
  FROM comments c LEFT JOIN pages p ON p.ref = c.page ORDER BY c.n;
INSERT INTO twins SELECT n, kept FROM
  (SELECT c.n, min(c.n) OVER (PARTITION BY l.land, c.twin) AS kept FROM comments c JOIN links l ON l.n = c.n
   WHERE l.skip IS NULL AND c.twin IS NOT NULL) WHERE n <> kept;
UPDATE links SET skip = 'the same comment twice' WHERE n IN (SELECT n FROM twins);
-- Who replies to one of two replies to the one that stays.
UPDATE links SET parent = found.parent FROM
  (SELECT c.n, pl.n AS parent FROM comments c CROSS JOIN comments p ON p.source = c.parent LEFT JOIN twins t ON t.n = p.n
   JOIN links pl ON pl.n = coalesce(t.kept, p.n) JOIN links l ON l.n = c.n
   WHERE pl.skip IS NULL AND l.skip IS NULL AND pl.land = l.land AND pl.n <> c.n) AS found WHERE found.n = links.n;
UPDATE links SET orphan = 1 WHERE parent IS NULL AND n IN (SELECT n FROM comments WHERE parent IS NOT NULL);
CREATE INDEX links_parent ON links (parent);
`;

/** From the tops among ?1 to ?2 downwards. What the file gives no date is as old as its parent, its page, or what is before it. */
const GROW = `
INSERT INTO tree (n, land, id, parent, root, orphan, status, created)
WITH RECURSIVE grown (n, land, id, parent, root, orphan, status, created) AS (
  SELECT n, land, id, NULL, id, orphan, status, created FROM (
    SELECT l.n, l.land, make_id(c.own, c.source, coalesce(c.created, p.created, c.before, 0), NULL) AS id, l.orphan, c.status,
      coalesce(c.created, p.created, c.before, 0) AS created
    FROM links l JOIN comments c ON c.n = l.n JOIN pages p ON p.ref = c.page
    WHERE l.n BETWEEN ?1 AND ?2 AND l.skip IS NULL AND l.parent IS NULL)
  UNION ALL
  SELECT l.n, l.land, make_id(c.own, c.source, coalesce(c.created, g.created), g.id), g.id, g.root, 0, c.status,
    coalesce(c.created, g.created)
  FROM grown g JOIN links l ON l.parent = g.n JOIN comments c ON c.n = l.n WHERE l.skip IS NULL
)
SELECT * FROM grown`;

const TOPS_AT_ONCE = 5000;

export function linkComments({ db }: Stage, space: Namespace, skipped: Tally): void {
  db.function('make_id', { deterministic: true }, (own, source, created, parent) => {
    const behind = parent as string | null;
    const kept = own as string | null;
    if (kept !== null && isUsable(kept, behind)) return kept;
    return makeId(space, 'comment', source as string, Number(created), behind);
  });
  // An id belongs to one.
  db.exec(
    'UPDATE comments SET own = NULL WHERE own IS NOT NULL AND n NOT IN (SELECT min(n) FROM comments GROUP BY own)',
  );
  db.exec(LINKS);
  growAll(db);
  openCircles(db);
  db.exec('CREATE INDEX tree_id ON tree (id)');
  dropEmpty(db);

  const reasons = db.prepare(
    'SELECT l.skip AS reason, c.source AS what FROM links l JOIN comments c ON c.n = l.n WHERE l.skip IS NOT NULL ORDER BY l.n',
  );
  for (const { reason, what } of reasons.iterate() as Iterable<{ reason: string; what: string }>)
    skipped.add(reason, what);
}

/** Some at a time: what `make_id` leaves behind in the memory is only tidied away when a statement is done. */
function growAll(db: DatabaseSync): void {
  const { last } = db.prepare('SELECT coalesce(max(n), 0) AS last FROM links').get() as { last: number };
  const grow = db.prepare(GROW);
  for (let n = 1; n <= last; n += TOPS_AT_ONCE) grow.run(n, n + TOPS_AT_ONCE - 1);
}

/** Comments that reply to each other in a circle hang on no top: the oldest of each circle becomes one. */
function openCircles(db: DatabaseSync): void {
  const lost = db.prepare(
    'SELECT l.n FROM links l WHERE l.skip IS NULL AND l.n > ? AND NOT EXISTS (SELECT 1 FROM tree t WHERE t.n = l.n) ORDER BY l.n LIMIT 1',
  );
  const above = db.prepare('SELECT parent FROM links WHERE n = ?');
  const parentOf = (n: number) => (above.get(n) as { parent: number }).parent;
  const age = db.prepare('SELECT coalesce(created, before, 0) AS created FROM comments WHERE n = ?');
  const ageOf = (n: number) => (age.get(n) as { created: number }).created;
  const cut = db.prepare('UPDATE links SET parent = NULL, orphan = 1 WHERE n = ?');
  const grow = db.prepare(GROW);
  for (let n = 0; ; ) {
    const found = lost.get(n) as { n: number } | undefined;
    if (!found) return;
    n = found.n;
    // Two walk upwards, one twice as fast: where they meet is in the circle.
    let slow = parentOf(n);
    let fast = parentOf(parentOf(n));
    while (slow !== fast) {
      slow = parentOf(slow);
      fast = parentOf(parentOf(fast));
    }
    let top = slow;
    for (let at = parentOf(slow); at !== slow; at = parentOf(at)) {
      if (ageOf(at) < ageOf(top) || (ageOf(at) === ageOf(top) && at < top)) top = at;
    }
    cut.run(top);
    grow.run(top, top);
  }
}

/** What says nothing is left out, unless somebody replied: then its place stays, empty. Replies come first: their ids are higher. */
function dropEmpty(db: DatabaseSync): void {
  db.exec('CREATE INDEX tree_parent ON tree (parent)');
  const empty = db.prepare(
    "SELECT t.n, t.id FROM tree t JOIN comments c ON c.n = t.n WHERE c.empty = 1 AND t.status <> 'deleted' ORDER BY t.id DESC",
  );
  const reply = db.prepare('SELECT 1 FROM tree WHERE parent = ? LIMIT 1');
  const remove = db.prepare('DELETE FROM tree WHERE n = ?');
  const keep = db.prepare("UPDATE tree SET status = 'deleted' WHERE n = ?");
  const skip = db.prepare("UPDATE links SET skip = 'comment without a text' WHERE n = ?");
  for (const { n, id } of empty.all() as { n: number; id: string }[]) {
    if (reply.get(id)) keep.run(n);
    else {
      remove.run(n);
      skip.run(n);
    }
  }
}
