/**
 * SQL of writing authors, pages and comments of an import: everything was worked out beforehand (fit-comments.ts) from what was
 * found, and is written if that is still so. If not, a constraint fails on purpose, nothing at all is written, and the caller
 * looks again. Other types of records are restore-store.ts.
 */
import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import { raise, refillInline } from '../../comments/shown-store';
import { wilsonScore } from '../../comments/vote-store';
import { type AuthorRow, type CommentRow, type PageRow, query } from '../../db';
import { PARAMETER_CHARS, portion } from '../portions';

/** A comment that is there: what those below it need to know. */
export type KnownComment = Pick<CommentRow, 'id' | 'site_id' | 'page_id' | 'root_id' | 'depth' | 'import_id'>;
export type KnownPage = Pick<PageRow, 'id' | 'site_id' | 'merged_into'>;

/** @param ids JSON array */
export function selectKnownComments(ids: string): CompiledQuery<KnownComment> {
  return sql<KnownComment>`
    SELECT c.id, c.site_id, c.page_id, c.root_id, c.depth, c.import_id
    FROM json_each(${ids}) j CROSS JOIN comments c ON c.id = j.value`.compile(query);
}

/** @param ids JSON array */
export function selectKnownPages(ids: string): CompiledQuery<KnownPage> {
  return sql<KnownPage>`
    SELECT p.id, p.site_id, p.merged_into FROM json_each(${ids}) j CROSS JOIN pages p ON p.id = j.value`.compile(query);
}

export type SettingsRow = { id: string; settings: string };
export const selectSettings = (): CompiledQuery<SettingsRow> =>
  query.selectFrom('sites').select(['id', 'settings']).compile();

/** What was found, and must be so still. */
export interface Grounds {
  importId: string;
  /** Pages that comments are written on; where comments go from one page to another (a merge), none are. */
  pages: string[];
  /** Keys that pages are born with; no alias may lead away from them. */
  born: { site: string; key: string }[];
  /** Parents that are not written here. */
  parents: { id: string; page: string; root: string }[];
  /** A restore takes pages as they are. */
  isRestore: boolean;
}

/**
 * Counts what is about to be written, and fails when what was found is so no more: NULL is no status. An open import has a row,
 * so that the row which is inserted here always meets it.
 * @param position records sent, with these
 */
export function countAdded(
  grounds: Grounds,
  added: { position: number; pages: number; comments: number },
): CompiledQuery {
  const { importId, pages, born, parents, isRestore } = grounds;
  const away = isRestore ? sql`0` : sql`p.merged_into IS NOT NULL`;
  const holds = sql.join(
    [
      sql`EXISTS (SELECT 1 FROM imports WHERE id = ${importId} AND status = 'open')`,
      sql`NOT EXISTS (
        SELECT 1 FROM json_each(${JSON.stringify(pages)}) j
        LEFT JOIN pages p ON p.id = j.value WHERE p.id IS NULL OR ${away})`,
      sql`NOT EXISTS (
        SELECT 1 FROM json_each(${JSON.stringify(isRestore ? [] : born)}) j
        CROSS JOIN aliases a ON a.site_id = j.value ->> 'site' AND a.key = j.value ->> 'key')`,
      sql`NOT EXISTS (
        SELECT 1 FROM json_each(${JSON.stringify(parents)}) j LEFT JOIN comments a ON a.id = j.value ->> 'id'
        WHERE a.page_id IS NOT j.value ->> 'page' OR a.root_id IS NOT j.value ->> 'root')`,
    ],
    sql` AND `,
  );
  return sql`
    INSERT INTO imports (id, format, name, digest, status, total, actor_kind, actor_name, created_at)
    SELECT ${importId}, '', '', '', CASE WHEN ${holds} THEN 'open' END, 0, '', '', 0 WHERE 1
    ON CONFLICT (id) DO UPDATE SET position = MAX(position, ${added.position}), pages = pages + ${added.pages},
      comments = comments + ${added.comments}`.compile(query);
}

/** Whether a batch failed because what was found is so no more. @param cause D1's error */
export const isOvertaken = (cause: unknown): boolean =>
  /(UNIQUE constraint failed: (comments|pages)|NOT NULL constraint failed: imports)\b/.test(String(cause));

/** Whoever is there already stays as they are. */
export const insertAuthors = (rows: AuthorRow[]): CompiledQuery[] =>
  portion(rows).map((json) => insert('authors', AUTHOR, json, undefined, sql`WHERE 1 ON CONFLICT DO NOTHING`));

export const insertPages = (rows: PageRow[]): CompiledQuery[] =>
  portion(rows).map((json) => insert('pages', PAGE, json));

/** Without the score, which the database works out. A text that is too long to be among others comes by itself. */
export function insertComments(rows: NewComment[]): CompiledQuery[] {
  // JSON makes six characters of a control: few are so long that it needs to be seen.
  const isLong = (row: NewComment) =>
    6 * (row.body.length + row.html.length) > PARAMETER_CHARS && JSON.stringify(row).length > PARAMETER_CHARS;
  const [long, short] = [rows.filter(isLong), rows.filter((row) => !isLong(row))];
  return [
    ...portion(short).map((json) => insert('comments', COMMENT, json)),
    ...long.map(({ body, html, ...row }) => insert('comments', COMMENT, JSON.stringify([row]), { body, html })),
  ];
}

export type NewComment = Omit<CommentRow, 'score' | 'told'>;
const AUTHOR = ['site_id', 'id', 'name', 'email', 'account'] as const satisfies (keyof AuthorRow)[];
const PAGE = [
  'id',
  'site_id',
  'key',
  'url',
  'title',
  'count',
  'version',
  'locked',
  'pinned',
  'merged_into',
  'reactions',
  'import_id',
  'created_at',
] as const satisfies (keyof PageRow)[];
const COMMENT = [
  'id',
  'site_id',
  'page_id',
  'parent_id',
  'root_id',
  'depth',
  'status',
  'shown',
  'inline',
  'replies',
  'up',
  'down',
  'score',
  'author_id',
  'author_verified',
  'author_avatar',
  'author_name',
  'author_email',
  'author_url',
  'author_badge',
  'body',
  'html',
  'html_version',
  'verdict',
  'locked',
  'decision_id',
  'kind',
  'orphan',
  'import_id',
  'source_id',
  'created_at',
  'edited_at',
] as const satisfies (keyof CommentRow)[];

/** @param apart values that are not among the rows */
function insert(
  table: string,
  columns: readonly string[],
  rows: string,
  apart: Record<string, string> = {},
  conflict: RawBuilder<unknown> = sql``,
): CompiledQuery {
  const of = (name: string) => sql`j.value ->> ${sql.lit(name)}`;
  const value = (name: string) => {
    if (name === 'score') return wilsonScore(of('up'), of('down'));
    return Object.hasOwn(apart, name) ? sql`${apart[name]}` : of(name);
  };
  return sql`
    INSERT INTO ${sql.table(table)} (${sql.join(columns.map((name) => sql.ref(name)))})
    SELECT ${sql.join(columns.map(value))} FROM json_each(${rows}) j ${conflict}`.compile(query);
}

/** What a comment that comes changes of what was there. */
export interface Consequences {
  /** Shown replies that branches get which were there. */
  replies: { root: string; n: number }[];
  /** Comments that were there and have shown replies now. */
  raised: string[];
  /** Comments that come to branches which were there. */
  joining: string[];
  /** Approved comments that pages get which were there, and something shown. */
  pages: { id: string; count: number }[];
}

export function settleComments({ replies, raised, joining, pages }: Consequences): CompiledQuery[] {
  const among = (ids: string[]) => sql`
    SELECT c.id, c.parent_id, c.root_id FROM json_each(${JSON.stringify(ids)}) j CROSS JOIN comments c ON c.id = j.value`;
  return [
    ...(replies.length === 0
      ? []
      : [
          sql`
            UPDATE comments AS c SET replies = c.replies + g.n
            FROM (SELECT value ->> 'root' AS root, value ->> 'n' AS n FROM json_each(${JSON.stringify(replies)})) g
            WHERE c.id = g.root`.compile(query),
        ]),
    ...(raised.length === 0 ? [] : raise(sql`${among(raised)} WHERE c.shown = 0`)),
    ...(joining.length === 0 ? [] : refillInline(among(joining))),
    ...(pages.length === 0
      ? []
      : [
          sql`
            UPDATE pages SET count = count + g.n, version = version + 1
            FROM (SELECT value ->> 'id' AS id, value ->> 'count' AS n FROM json_each(${JSON.stringify(pages)})) g
            WHERE pages.id = g.id`.compile(query),
        ]),
  ];
}

export interface PositionRow {
  position: number;
}
export function selectPosition(importId: string): CompiledQuery<PositionRow> {
  return query.selectFrom('imports').where('id', '=', importId).select('position').compile();
}
