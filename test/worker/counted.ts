/** What the counters of a database say against what there is. */
import { expect } from 'vitest';
import { bindings } from './api';

/** Each finds the rows that are wrong, in the whole database. */
const MISCOUNTS = [
  `SELECT p.id, p.count, (SELECT COUNT(*) FROM comments c WHERE c.page_id = p.id AND c.status = 'approved') AS really
    FROM pages p WHERE count <> really`,
  `SELECT r.id, r.replies, (
      SELECT COUNT(*) FROM comments c WHERE c.root_id = r.id AND c.parent_id IS NOT NULL AND c.shown = 1) AS really
    FROM comments r WHERE r.parent_id IS NULL AND replies <> really`,
  `SELECT c.id, c.up || '/' || c.down AS votes, (
      SELECT COALESCE(SUM(value = 1), 0) || '/' || COALESCE(SUM(value = -1), 0) FROM votes v WHERE v.comment_id = c.id)
      AS really
    FROM comments c WHERE votes <> really AND c.import_id IS NULL`,
  `SELECT v.comment_id AS voted_on_own FROM votes v
    JOIN comments c ON c.id = v.comment_id AND c.author_id = v.voter_id`,
  `SELECT c.id, c.status, c.shown FROM comments c
    WHERE shown <> (status = 'approved' OR EXISTS (SELECT 1 FROM comments r WHERE r.parent_id = c.id AND r.shown = 1))`,
  `SELECT root_id, n, inline FROM (
      SELECT root_id, inline, ROW_NUMBER() OVER (PARTITION BY root_id ORDER BY id) AS n,
        LAG(inline, 1, 1) OVER (PARTITION BY root_id ORDER BY id) AS before
      FROM comments WHERE parent_id IS NOT NULL AND shown = 1)
    WHERE inline > before OR (n <= 5 AND inline = 0)`,
  `SELECT p.id, j.key, j.value, (SELECT COUNT(*) FROM reactions r WHERE r.page_id = p.id AND r.value = j.key) AS really
    FROM pages p, json_each(p.reactions) j WHERE j.value <> really`,
  `SELECT r.page_id, r.value AS uncounted FROM reactions r JOIN pages p ON p.id = r.page_id
    WHERE NOT EXISTS (SELECT 1 FROM json_each(p.reactions) j WHERE j.key = r.value)`,
  `SELECT c.id, c.flagged, (SELECT COUNT(*) FROM flags f WHERE f.comment_id = c.id) AS really
    FROM comments c WHERE flagged <> really`,
  `SELECT c.id, c.site_id, p.site_id AS really FROM comments c JOIN pages p ON p.id = c.page_id WHERE c.site_id <> p.site_id`,
  `SELECT c.id, c.page_id, r.page_id AS really FROM comments c LEFT JOIN comments r ON r.id = c.root_id
    WHERE r.page_id IS NOT c.page_id`,
  `SELECT c.id, c.body AS kept FROM comments c WHERE c.status = 'deleted'
    AND c.body || c.html || c.author_name || COALESCE(c.author_id, '') || COALESCE(c.verdict, '') <> ''`,
  `SELECT c.id, c.author_id AS nobody FROM comments c WHERE length(c.author_id) = 26
    AND NOT EXISTS (SELECT 1 FROM people WHERE id = c.author_id)
    AND NOT EXISTS (SELECT 1 FROM deletions WHERE identity = c.author_id)`,
  `SELECT v.comment_id, v.voter_id AS nobody FROM votes v WHERE length(v.voter_id) = 26
    AND NOT EXISTS (SELECT 1 FROM people WHERE id = v.voter_id)
    AND NOT EXISTS (SELECT 1 FROM deletions WHERE identity = v.voter_id)`,
];
export async function expectCounted(): Promise<void> {
  const wrong = await bindings.DB.batch(MISCOUNTS.map((sql) => bindings.DB.prepare(sql)));
  expect(wrong.flatMap(({ results }) => results)).toEqual([]);
}
