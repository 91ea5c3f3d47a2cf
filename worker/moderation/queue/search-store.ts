/**
 * SQL of the index that comments are searched by: the FTS5 table `search`, whose rowid is that of comments. A post does not pay
 * for it: it takes comments in as they came, some at every search and more at every run of the cron. What is in it follows
 * every change of a text (`reindex`) and its end (`unindex`).
 */
import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import { type Db, query } from '../../db';

/** How many comments a search takes in before it answers: some tenths of a second at worst. */
export const FILLED_BY_SEARCH = 2_000;
/** A statement of the cron, and how many of them a run has. */
const FILLED_BY_CRON = 5_000;
const CRON_ROUNDS = 4;

/** What is looked for: as typed, without the spaces around it. A NUL would end it for SQLite, and stands in no comment. */
export const plainText = (text: string): string => text.trim().replaceAll('\0', '\ufffd');

/**
 * The same as one phrase in FTS5's string syntax, in which nothing but the quote has a meaning: operators, wildcards and column
 * names are letters like any other (https://sqlite.org/fts5.html#full_text_query_syntax).
 */
export const quoteText = (text: string): string => `"${plainText(text).replaceAll('"', '""')}"`;

/** The last that is in it: rowids only grow, so that all behind it are not. FTS5 keeps a row for each in `search_docsize`. */
const lastIndexed = sql`SELECT COALESCE(MAX(id), 0) FROM search_docsize`;

/** Takes in the next that are not there yet. */
export function fillSearch(rows: number): CompiledQuery {
  return sql`
    INSERT INTO search (rowid, body, author)
    SELECT c.rowid, c.body, c.author_name FROM comments c
    WHERE c.rowid > (${lastIndexed}) ORDER BY c.rowid LIMIT ${rows}`.compile(query);
}

/** What the cron does. @throws Problem storage_unavailable */
export async function fillSearchFurther(db: Db): Promise<void> {
  // One by one, so that each is done with whatever becomes of the next.
  for (let round = 0; round < CRON_ROUNDS; round++) await db.batch(fillSearch(FILLED_BY_CRON));
}

/** How many are not there yet, give or take those that were removed. Reads two rows. */
export function selectUnsearched(): CompiledQuery<{ n: number }> {
  return sql<{ n: number }>`
    SELECT MAX(0, COALESCE((SELECT MAX(rowid) FROM comments), 0) - (${lastIndexed})) AS n`.compile(query);
}

/**
 * Puts texts and names as they are now in the place of those of before; what is not there yet will come by itself.
 * @param which an id, or a SELECT of ids
 */
export function reindex(which: string | RawBuilder<unknown>): CompiledQuery {
  return sql`
    REPLACE INTO search (rowid, body, author)
    SELECT c.rowid, c.body, c.author_name FROM comments c CROSS JOIN search_docsize d ON d.id = c.rowid
    WHERE c.id IN (${which})`.compile(query);
}

/** Forgets the texts of comments. Before the rows themselves go, because their rowids are given away again. */
export function unindex(ids: RawBuilder<unknown>): CompiledQuery {
  return sql`DELETE FROM search WHERE rowid IN (SELECT c.rowid FROM comments c WHERE c.id IN (${ids}))`.compile(query);
}
