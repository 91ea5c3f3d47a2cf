/**
 * SQL of what is exported: for each type of record its columns, by name, in the order of an index that never changes while
 * rows do. Hashes of addresses, receipts, tokens, sessions and logins are in no column here. What becomes of rows is
 * export-records.ts.
 */
import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import type { RecordType } from '../../contract-transfer';
import { query } from '../../db';

/** A row of a type, with all that the walk needs to know of it. */
export interface ExportRow {
  /** Whose it is, where that is not in the key; null: no site's. */
  of_site: string | null;
  /** Bytes, about. */
  size: number;
  /** How many rows were looked at to find this one and its neighbours. */
  looked: number;
  [column: string]: unknown;
}

interface Source {
  /** `t` in all that follows. */
  table: string;
  /** Columns of the index that it is walked by: ids where there are any, because they stay. */
  key: [string, ...string[]];
  /** Of the site: a range of the index when it leads the key, or another index does; else each row is looked at. */
  site: { leads: boolean; is: string } | null;
  columns: string;
  /** Bytes beside some hundred that every record has. */
  size?: string;
  where?: string;
}

const ofSite = { leads: true, is: 't.site_id' };
const withSite = { leads: false, is: 't.site_id' };
/** Of a row that is about a comment. */
const itsPage = '(SELECT c.page_id FROM comments c WHERE c.id = t.comment_id) AS page_id';
const ofItsComment = { leads: false, is: '(SELECT c.site_id FROM comments c WHERE c.id = t.comment_id)' };

export const SOURCES: Record<RecordType, Source> = {
  site: {
    table: 'sites',
    key: ['id'],
    site: { leads: true, is: 't.id' },
    columns: `t.id, t.name, t.settings, t.created_at,
      (SELECT json_group_array(host) FROM (SELECT host FROM origins WHERE site_id = t.id ORDER BY host)) AS origins`,
    size: 'octet_length(t.settings)',
  },
  import: {
    table: 'imports',
    key: ['id'],
    site: withSite,
    columns: `t.id, t.site_id, t.format, t.name, t.digest, t.total, t.pages, t.comments, t.actor_name, t.created_at,
      t.finished_at`,
    // What restored the instance says nothing of what is in it.
    where: `t.site_id IS NOT NULL AND t.status <> 'undone'`,
  },
  author: { table: 'authors', key: ['site_id', 'id'], site: ofSite, columns: 't.name, t.email, t.account' },
  person: {
    table: 'people',
    key: ['id'],
    site: withSite,
    columns: 't.id, t.site_id, t.name, t.email, t.url, t.avatar, t.verified, t.role, t.created_at, t.seen_at',
    size: 'octet_length(COALESCE(t.url, t.id))',
  },
  account: {
    table: 'accounts',
    key: ['site_id', 'provider', 'subject'],
    site: ofSite,
    columns: 't.person_id, t.name, t.created_at',
  },
  avatar: {
    table: 'avatars',
    key: ['id'],
    site: {
      leads: false,
      is: `COALESCE((SELECT p.site_id FROM people p WHERE p.id = t.owner),
        (SELECT c.site_id FROM comments c WHERE c.author_id = t.owner LIMIT 1))`,
    },
    columns: 't.id, t.owner, t.type, t.bytes, t.fetched_at',
    size: 'octet_length(t.bytes) * 4 / 3',
  },
  page: {
    table: 'pages',
    key: ['id'],
    site: withSite,
    columns: `t.id, t.site_id, t.key, t.url, t.title, t.locked, t.pinned, t.merged_into, t.reactions, t.import_id,
      t.created_at`,
    size: 'octet_length(t.key) + octet_length(t.url)',
  },
  alias: {
    table: 'aliases',
    key: ['site_id', 'key'],
    site: ofSite,
    columns: 't.target',
    size: 'octet_length(t.key) + octet_length(t.target)',
  },
  comment: {
    table: 'comments',
    key: ['id'],
    site: ofSite,
    columns: `t.id, t.site_id, t.page_id, t.parent_id, t.status, t.kind, t.orphan, t.author_id, t.author_name,
      t.author_email, t.author_url, t.author_badge, t.author_verified, t.author_avatar, t.body, t.up, t.down, t.locked,
      t.import_id, t.source_id, t.verdict, t.decision_id, t.created_at, t.edited_at`,
    size: 'octet_length(t.body) + octet_length(COALESCE(t.verdict, 0))',
  },
  vote: {
    table: 'votes',
    key: ['comment_id', 'voter_id'],
    site: ofItsComment,
    columns: `t.value, t.created_at, ${itsPage}`,
  },
  reaction: {
    table: 'reactions',
    key: ['page_id', 'person_id'],
    site: { leads: false, is: '(SELECT p.site_id FROM pages p WHERE p.id = t.page_id)' },
    columns: 't.value, t.created_at',
  },
  flag: {
    table: 'flags',
    key: ['comment_id', 'reporter_id'],
    site: ofItsComment,
    columns: `t.reason, t.note, t.created_at, ${itsPage}`,
    size: 'octet_length(COALESCE(t.note, 0))',
  },
  recipient: {
    table: 'recipients',
    key: ['id'],
    site: withSite,
    columns: `t.id, t.site_id, t.role, t.email, t.state, t.frequency, t.language, t.about, t.author_id, t.asked_at, t.asks,
      t.created_at`,
  },
  subscription: {
    table: 'subscriptions',
    key: ['topic', 'recipient_id'],
    site: { leads: false, is: '(SELECT r.site_id FROM recipients r WHERE r.id = t.recipient_id)' },
    columns: 't.created_at',
  },
  decision: {
    table: 'decisions',
    key: ['site_id', 'id'],
    site: ofSite,
    columns: `t.batch, t.actor_kind, t.actor_id, t.actor_name, t.action, t.reason, t.items, t.count, t.created_at,
      t.undone_by, t.undoes`,
    size: 'octet_length(t.items)',
  },
  ban: {
    table: 'bans',
    key: ['id'],
    site: withSite,
    columns: `t.id, t.site_id, t.kind, t.value, t.label, t.silent, t.reason, t.created_by, t.created_at, t.expires_at`,
  },
  // Whoever asked to be forgotten is one person on all sites.
  deletion: { table: 'deletions', key: ['identity'], site: null, columns: 't.due_at' },
  model: {
    table: 'models',
    key: ['site_id'],
    site: ofSite,
    columns: 't.data, t.good, t.spam',
    size: 'octet_length(t.data)',
  },
  stat: { table: 'stats', key: ['site_id', 'day', 'name'], site: ofSite, columns: 't.value' },
};

/** Bytes that a record has anyway. */
const RECORD_BYTES = 300;

/**
 * The next rows of a type: as many as fit, at least one if there is one.
 * @param siteId null: of all sites. Rows whose `of_site` is another one may be among them
 * @param after the key of the last row, or an empty one to begin
 * @param most rows that are looked at
 * @param bytes of them that fit, and perhaps one row more
 */
export function selectExport(
  type: RecordType,
  siteId: string | null,
  after: string[],
  most: number,
  bytes: number,
): CompiledQuery<ExportRow> {
  const { table, key, site, columns, size = '0', where } = SOURCES[type];
  const columnsOf = (names: string[], of: string) => sql.raw(names.map((name) => `${of}.${name}`).join(', '));
  const behind = (names: string[], values: string[]): RawBuilder<unknown> =>
    names.length === 0
      ? sql`1`
      : sql`(${columnsOf(names, 't')}) > (${sql.join(names.map((_, i) => sql`${values[i] ?? ''}`))})`;
  const led = siteId !== null && site?.leads === true;
  const sites = led ? sql`${sql.raw(site.is)} = ${siteId} AND ` : sql``;
  // The site that was told already is not compared once more, or SQLite would seek by half of the key.
  const rest = led && key[0] === 'site_id' ? 1 : 0;
  return sql<ExportRow>`
    WITH near AS (
      SELECT ${columnsOf(key, 't')}, ${sql.raw(size)} + ${RECORD_BYTES} AS size FROM ${sql.table(table)} t
      WHERE ${sites}${behind(key.slice(rest), after.slice(rest))}${where ? sql` AND ${sql.raw(where)}` : sql``}
      ORDER BY ${columnsOf(key, 't')} LIMIT ${most}),
    sized AS (
      SELECT *, COUNT(*) OVER () AS looked, SUM(size) OVER (ORDER BY ${columnsOf(key, 'n')} ROWS UNBOUNDED PRECEDING) AS upto
      FROM near n)
    SELECT ${columnsOf(key, 's')}, ${sql.raw(columns)}, ${sql.raw(site?.is ?? 'NULL')} AS of_site, s.size, s.looked
    FROM sized s CROSS JOIN ${sql.table(table)} t ON ${sql.raw(key.map((name) => `t.${name} = s.${name}`).join(' AND '))}
    WHERE s.upto - s.size < ${bytes} ORDER BY ${columnsOf(key, 's')}`.compile(query);
}
