/** SQL about what readers think of a comment: votes, reports. */
import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import { type FlagRow, query, type VoteRow } from '../db';

/** The normal distribution's quantile for an interval of 95 %. */
const Z = 1.96;

/**
 * What `comments.score` is: the lower bound of the 95 % confidence interval of the share of `up` among all votes, so that
 * few votes weigh less than many. 0 without a vote up. Wilson, Probable Inference, JASA 22 (1927).
 */
export function wilsonScore(up: RawBuilder<unknown>, down: RawBuilder<unknown>): RawBuilder<number> {
  const [z, zz] = [sql.lit(Z), sql.lit(Z * Z)];
  return sql<number>`CASE WHEN ${up} > 0 THEN
    (${up} + ${zz} / 2 - ${z} * sqrt(1.0 * ${up} * ${down} / (${up} + ${down}) + ${zz} / 4)) / (${up} + ${down} + ${zz})
    ELSE 0 END`;
}

/**
 * Counts a vote in place of the one there was; 0 takes it back. Nothing happens when it is there already, and to a comment
 * that may not be voted on any more.
 */
export function castVote(vote: Omit<VoteRow, 'value'> & { value: 1 | 0 | -1 }): CompiledQuery[] {
  const { comment_id, voter_id, value, created_at } = vote;
  // One row when the vote changes something. Asked for anew by each query: votes are written last.
  const tally = sql`(
    SELECT c.id, c.page_id, c.up + (${value} = 1) - (o.value = 1) AS up, c.down + (${value} = -1) - (o.value = -1) AS down
    FROM comments c CROSS JOIN (SELECT COALESCE(
      (SELECT value FROM votes WHERE comment_id = ${comment_id} AND voter_id = ${voter_id}), 0) AS value) o
    WHERE c.id = ${comment_id} AND c.status = 'approved' AND o.value <> ${value}
      AND (${value} = 0 OR c.author_id IS NOT ${voter_id}))`;
  return [
    sql`UPDATE pages SET version = version + 1 WHERE id = (SELECT t.page_id FROM ${tally} t)`,
    sql`
      UPDATE comments AS c SET up = t.up, down = t.down, score = ${wilsonScore(sql`t.up`, sql`t.down`)}
      FROM ${tally} t WHERE c.id = t.id`,
    value === 0
      ? sql`DELETE FROM votes WHERE comment_id = (SELECT t.id FROM ${tally} t) AND voter_id = ${voter_id}`
      : sql`
          INSERT INTO votes (comment_id, voter_id, value, created_at)
          SELECT t.id, ${voter_id}, ${value}, ${created_at} FROM ${tally} t WHERE 1
          ON CONFLICT (comment_id, voter_id) DO UPDATE SET value = excluded.value, created_at = excluded.created_at`,
  ].map((statement) => statement.compile(query));
}

/** What a comment's votes come to, and this reader's own. No row: it may not be voted on. */
export interface TallyRow {
  votes: number;
  value: 1 | 0 | -1;
}

export function selectTally(commentId: string, voterId: string): CompiledQuery<TallyRow> {
  return sql<TallyRow>`
    SELECT c.up - c.down AS votes,
      COALESCE((SELECT value FROM votes WHERE comment_id = c.id AND voter_id = ${voterId}), 0) AS value
    FROM comments c WHERE c.id = ${commentId} AND c.status = 'approved'`.compile(query);
}

/** Once a reader and comment: again, the reason is replaced, and it stays as old as it was. Nothing happens when the comment is not there any more. */
export function upsertFlag({ comment_id, reporter_id, reason, note, created_at }: FlagRow): CompiledQuery {
  return sql`
    INSERT INTO flags (comment_id, reporter_id, reason, note, created_at)
    SELECT c.id, ${reporter_id}, ${reason}, ${note}, ${created_at}
    FROM comments c WHERE c.id = ${comment_id} AND c.status = 'approved'
    ON CONFLICT (comment_id, reporter_id)
      DO UPDATE SET reason = excluded.reason, note = excluded.note`.compile(query);
}

/** How many reports of a comment nobody has answered. */
export function countFlags(commentId: string): CompiledQuery {
  return sql`
    UPDATE comments SET flagged = (SELECT COUNT(*) FROM flags WHERE comment_id = ${commentId})
    WHERE id = ${commentId} AND status = 'approved'`.compile(query);
}
