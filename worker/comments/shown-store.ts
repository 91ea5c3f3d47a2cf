/**
 * SQL of what has a place in a thread: a comment that is approved, and a removed one as long as something shown stands below
 * it. Every write that changes what may be seen ends with these, so that flags, counters and what comes with the thread agree.
 */
import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import { LIMITS } from '../contract';
import { query } from '../db';

/** A SELECT of comments: `id, parent_id, root_id`. */
type Seed = RawBuilder<unknown>;

/** Gives comments that are approved now, and what is above them, their places. */
export const show = (seed: Seed): CompiledQuery[] =>
  raise(sql`
    SELECT s.id, s.parent_id, s.root_id FROM (${seed}) s CROSS JOIN comments c ON c.id = s.id
    WHERE c.status = 'approved' AND c.shown = 0`);

/** Gives comments, and what is above them, their places. @param seed of comments that have none and are to */
export function raise(seed: Seed): CompiledQuery[] {
  const coming = sql`
    WITH RECURSIVE coming (id, parent_id, root_id) AS (
      SELECT * FROM (${seed})
      UNION
      SELECT a.id, a.parent_id, a.root_id FROM coming CROSS JOIN comments a ON a.id = coming.parent_id
        WHERE a.shown = 0)`;
  return [
    sql`${coming}
      UPDATE comments AS c SET replies = c.replies + g.come
      FROM (SELECT root_id, COUNT(*) AS come FROM coming WHERE parent_id IS NOT NULL GROUP BY root_id) g
      WHERE c.id = g.root_id`,
    sql`${coming} UPDATE comments SET shown = 1 WHERE id IN (SELECT id FROM coming)`,
  ].map((statement) => statement.compile(query));
}

/**
 * Takes away the places of comments that are not to be read any more and stand for nothing shown below them, and those of
 * removed ones above that stood only for their sake.
 * @param seed all shown, and none to be read any more, whatever their status is still
 */
export function hide(seed: Seed): CompiledQuery[] {
  // `empty`: shown, and without a text once this is done. Those of them stay that have something below that is not.
  const going = sql`
    WITH RECURSIVE
      empty (id, parent_id, root_id) AS (
        SELECT s.id, s.parent_id, s.root_id FROM (${seed}) s
        UNION
        SELECT a.id, a.parent_id, a.root_id FROM empty CROSS JOIN comments a ON a.id = empty.parent_id
        WHERE a.shown = 1 AND a.status <> 'approved'),
      standing (id, parent_id) AS (
        SELECT e.id, e.parent_id FROM empty e WHERE EXISTS (
          SELECT 1 FROM comments r WHERE r.parent_id = e.id AND r.shown = 1 AND r.id NOT IN (SELECT id FROM empty))
        UNION
        SELECT a.id, a.parent_id FROM standing CROSS JOIN comments a ON a.id = standing.parent_id
        WHERE a.id IN (SELECT id FROM empty)),
      going AS (SELECT id, parent_id, root_id FROM empty WHERE id NOT IN (SELECT id FROM standing))`;
  return [
    sql`${going}
      UPDATE comments AS c SET replies = c.replies - g.gone
      FROM (SELECT root_id, COUNT(*) AS gone FROM going WHERE parent_id IS NOT NULL GROUP BY root_id) g
      WHERE c.id = g.root_id`,
    sql`${going} UPDATE comments SET shown = 0 WHERE id IN (SELECT id FROM going)`,
  ].map((statement) => statement.compile(query));
}

/** The first of a branch come with the thread, without gaps, and no others. @param seed of comments in the branches to look at */
export function refillInline(seed: Seed): CompiledQuery[] {
  const branches = sql`(SELECT DISTINCT s.root_id FROM (${seed}) s WHERE s.parent_id IS NOT NULL)`;
  const isFirst = sql`n.id IN (
    SELECT f.id FROM comments f WHERE f.root_id = b.root_id AND f.parent_id IS NOT NULL AND f.shown = 1
    ORDER BY f.id LIMIT ${LIMITS.repliesInline})`;
  return [
    sql`
      UPDATE comments SET inline = 1 WHERE inline = 0 AND id IN (
        SELECT n.id FROM ${branches} b CROSS JOIN comments n WHERE ${isFirst})`,
    sql`
      UPDATE comments SET inline = 0 WHERE id IN (
        SELECT n.id FROM ${branches} b CROSS JOIN comments r ON r.id = b.root_id
        CROSS JOIN comments n ON n.page_id = r.page_id AND n.root_id = b.root_id AND n.shown = 1 AND n.inline = 1
        WHERE n.parent_id IS NOT NULL AND NOT ${isFirst})`,
  ].map((statement) => statement.compile(query));
}
