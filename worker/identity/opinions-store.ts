/** SQL of opinions that go because of whose they are: votes, reports and reactions are taken back, and counts follow. */
import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import { wilsonScore } from '../comments/vote-store';
import { query } from '../db';

/** @param gone a SELECT of comment_id, voter_id and value from votes; it must find the same until they are gone */
export function dropVotes(gone: RawBuilder<unknown>): CompiledQuery[] {
  const tally = sql`
    SELECT c.id, c.up - SUM(g.value = 1) AS up, c.down - SUM(g.value = -1) AS down
    FROM (${gone}) g CROSS JOIN comments c ON c.id = g.comment_id GROUP BY c.id`;
  return [
    sql`
      UPDATE pages SET version = version + 1 WHERE id IN (
        SELECT c.page_id FROM (${gone}) g CROSS JOIN comments c ON c.id = g.comment_id WHERE c.status = 'approved')`,
    sql`
      UPDATE comments AS c SET up = t.up, down = t.down, score = ${wilsonScore(sql`t.up`, sql`t.down`)}
      FROM (${tally}) t WHERE c.id = t.id`,
    sql`DELETE FROM votes WHERE (comment_id, voter_id) IN (SELECT g.comment_id, g.voter_id FROM (${gone}) g)`,
  ].map((statement) => statement.compile(query));
}

/** @param gone as for `dropVotes`, a SELECT of comment_id and reporter_id from flags */
export function dropFlags(gone: RawBuilder<unknown>): CompiledQuery[] {
  return [
    sql`
      UPDATE comments AS c SET flagged = MAX(0, c.flagged - g.n)
      FROM (SELECT comment_id, COUNT(*) AS n FROM (${gone}) GROUP BY comment_id) g WHERE c.id = g.comment_id`,
    sql`DELETE FROM flags WHERE (comment_id, reporter_id) IN (${gone})`,
  ].map((statement) => statement.compile(query));
}

/** @param gone as for `dropVotes`, a SELECT of page_id, person_id and value from reactions */
export function dropReactions(gone: RawBuilder<unknown>): CompiledQuery[] {
  // Taken apart and put together again, so that no value is ever part of a JSON path.
  const counts = sql`(
    SELECT json_group_object(name, people) FROM (
      SELECT j.key AS name, j.value - (
        SELECT COUNT(*) FROM (${gone}) g WHERE g.page_id = pages.id AND g.value = j.key) AS people
      FROM json_each(pages.reactions) j)
    WHERE people > 0)`;
  return [
    sql`
      UPDATE pages SET reactions = ${counts}, version = version + 1
      WHERE id IN (SELECT g.page_id FROM (${gone}) g)`,
    sql`DELETE FROM reactions WHERE (page_id, person_id) IN (SELECT g.page_id, g.person_id FROM (${gone}) g)`,
  ].map((statement) => statement.compile(query));
}
