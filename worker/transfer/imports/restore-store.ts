/**
 * SQL of restoring all that is neither author, page nor comment (those records-store.ts writes): rows as they were, by any
 * number of records at once. What is there already stays, but for a site, which becomes what the record says. A row that
 * refers to what is not there is left out; selectMisfits says so beforehand, by the place of its record.
 */
import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import type { AnyRecord, RecordType } from '../../contract-transfer';
import { query } from '../../db';
import { portion } from '../portions';

type Of<T extends RecordType> = Extract<AnyRecord, { type: T }>;
type Row = Record<string, unknown>;

/** A table, its columns in the order of the values, and what a row must find. */
interface Target {
  table: string;
  /** From a record to the values of its row: a JSON value each, BLOBs as `hex`. */
  row(record: AnyRecord): Row;
  /** Of `j.value`, a row as above. */
  finds?: RawBuilder<unknown>;
  /** Instead of leaving what is there as it is. */
  onConflict?: RawBuilder<unknown>;
}

const ms = (iso: string | null): number | null => (iso === null ? null : Date.parse(iso));
const target = <T extends RecordType>(
  table: string,
  row: (record: Of<T>) => Row,
  more: Pick<Target, 'finds' | 'onConflict'> = {},
): Target => ({ table, row: row as Target['row'], ...more });
const isThere = (table: string, column: string) =>
  sql`EXISTS (SELECT 1 FROM ${sql.table(table)} x WHERE x.id = j.value ->> ${sql.lit(column)})`;

/** In the order of RECORDS. */
const TARGETS: { [T in RecordType]?: Target } = {
  site: target<'site'>(
    'sites',
    (r) => ({ id: r.id, name: r.name, settings: JSON.stringify(r.settings), created_at: ms(r.createdAt) }),
    {
      onConflict: sql`(id) DO UPDATE SET name = excluded.name, settings = excluded.settings, version = sites.version + 1,
        created_at = excluded.created_at`,
    },
  ),
  import: target<'import'>('imports', (r) => ({
    id: r.id,
    site_id: r.site,
    format: r.format,
    name: r.name,
    digest: r.digest,
    status: 'done',
    total: r.total,
    position: r.total,
    pages: r.pages,
    comments: r.comments,
    actor_kind: 'root',
    actor_name: r.by,
    created_at: ms(r.createdAt),
    finished_at: ms(r.finishedAt),
  })),
  person: target<'person'>(
    'people',
    (r) => ({
      id: r.id,
      site_id: r.site,
      name: r.name,
      email: r.email,
      url: r.url,
      avatar: r.avatar,
      verified: r.verified,
      role: r.role,
      created_at: ms(r.createdAt),
      seen_at: ms(r.seenAt),
    }),
    { finds: isThere('sites', 'site_id') },
  ),
  account: target<'account'>(
    'accounts',
    (r) => ({
      site_id: r.site,
      provider: r.provider,
      subject: r.subject,
      person_id: r.person,
      name: r.name,
      created_at: ms(r.createdAt),
    }),
    { finds: isThere('people', 'person_id') },
  ),
  avatar: target<'avatar'>('avatars', (r) => ({
    id: r.id,
    owner: r.owner,
    type: r.media,
    bytes: { hex: hexOf(r.data) },
    fetched_at: ms(r.fetchedAt),
  })),
  alias: target<'alias'>('aliases', (r) => ({ site_id: r.site, key: r.key, target: r.target }), {
    finds: isThere('sites', 'site_id'),
  }),
  vote: target<'vote'>(
    'votes',
    (r) => ({ comment_id: r.comment, voter_id: r.voter, value: r.value, created_at: ms(r.createdAt) }),
    { finds: isThere('comments', 'comment_id') },
  ),
  reaction: target<'reaction'>(
    'reactions',
    (r) => ({ page_id: r.page, person_id: r.person, value: r.value, created_at: ms(r.createdAt) }),
    { finds: isThere('pages', 'page_id') },
  ),
  flag: target<'flag'>(
    'flags',
    (r) => ({
      comment_id: r.comment,
      reporter_id: r.reporter,
      reason: r.reason,
      note: r.note,
      created_at: ms(r.createdAt),
    }),
    { finds: isThere('comments', 'comment_id') },
  ),
  recipient: target<'recipient'>(
    'recipients',
    (r) => ({
      id: r.id,
      site_id: r.site,
      role: r.role,
      email: r.email,
      state: r.state,
      frequency: r.frequency,
      language: r.language,
      about: JSON.stringify(r.about),
      author_id: r.person,
      asked_at: ms(r.askedAt),
      asks: r.asks,
      created_at: ms(r.createdAt),
    }),
    { finds: isThere('sites', 'site_id') },
  ),
  subscription: target<'subscription'>(
    'subscriptions',
    (r) => ({ topic: r.topic, recipient_id: r.recipient, created_at: ms(r.createdAt) }),
    { finds: isThere('recipients', 'recipient_id') },
  ),
  decision: target<'decision'>('decisions', (r) => ({
    site_id: r.site,
    id: r.id,
    batch: r.batch,
    actor_kind: r.actor.kind,
    actor_id: r.actor.id,
    actor_name: r.actor.name,
    action: r.action,
    reason: r.reason,
    items: JSON.stringify(r.items),
    count: r.count,
    created_at: ms(r.createdAt),
    undone_by: r.undoneBy,
    undoes: r.undoes,
  })),
  ban: target<'ban'>('bans', (r) => ({
    id: r.id,
    site_id: r.site,
    kind: r.kind,
    value: r.value,
    label: r.label,
    silent: Number(r.silent),
    reason: r.reason,
    created_by: r.by,
    created_at: ms(r.createdAt),
    expires_at: ms(r.expiresAt),
  })),
  deletion: target<'deletion'>('deletions', (r) => ({ identity: r.identity, due_at: ms(r.dueAt) })),
  model: target<'model'>('models', (r) => ({ site_id: r.site, version: 1, data: r.data, good: r.good, spam: r.spam })),
  stat: target<'stat'>('stats', (r) => ({ site_id: r.site, day: r.day, name: r.name, value: r.value })),
};
const TYPES = Object.keys(TARGETS) as RecordType[];

/** Records as they are written: in their order, those of one type together. */
const restorable = (records: AnyRecord[]): [type: RecordType, ofType: AnyRecord[]][] =>
  TYPES.map((type): [RecordType, AnyRecord[]] => [type, records.filter((r) => r.type === type)]).filter(
    ([, ofType]) => ofType.length > 0,
  );

/** @returns queries for the batch that writes these records, behind that of their pages and comments; none for other types */
export function restoreRows(records: AnyRecord[]): CompiledQuery[] {
  return restorable(records).flatMap(([type, ofType]) => [
    ...insert(TARGETS[type]!, ofType),
    ...(type === 'site' ? [insertHosts(ofType as Of<'site'>[])] : []),
    ...(type === 'flag' ? [countFlags(ofType as Of<'flag'>[])] : []),
  ]);
}

function insert({ table, row, finds, onConflict }: Target, records: AnyRecord[]): CompiledQuery[] {
  const rows = records.map(row);
  const columns = Object.entries(rows[0]!);
  const value = ([name, sample]: [string, unknown]) =>
    typeof sample === 'object' && sample !== null
      ? sql`unhex(j.value ->> ${sql.lit(`$.${name}.hex`)})`
      : sql`j.value ->> ${sql.lit(name)}`;
  return portion(rows).map((some) =>
    sql`
    INSERT INTO ${sql.table(table)} (${sql.join(columns.map(([name]) => sql.ref(name)))})
    SELECT ${sql.join(columns.map(value))} FROM json_each(${some}) j WHERE ${finds ?? sql`1`}
    ON CONFLICT ${onConflict ?? sql`DO NOTHING`}`.compile(query),
  );
}

const insertHosts = (sites: Of<'site'>[]): CompiledQuery => {
  const hosts = sites.flatMap(({ id, origins }) => origins.map((host) => [host, id]));
  return sql`
    INSERT INTO origins (host, site_id) SELECT j.value ->> 0, j.value ->> 1 FROM json_each(${JSON.stringify(hosts)}) j
    WHERE 1 ON CONFLICT DO NOTHING`.compile(query);
};

const countFlags = (flags: Of<'flag'>[]): CompiledQuery => {
  const ids = [...new Set(flags.map(({ comment }) => comment))];
  return sql`
    UPDATE comments SET flagged = (SELECT COUNT(*) FROM flags f WHERE f.comment_id = comments.id)
    WHERE id IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`.compile(query);
};

/** What a record refers to and is not there, or a host that another site has. */
export interface Misfit {
  /** Of the record, among those given. */
  position: number;
  field: string;
  /** What is named there. */
  value: string;
  /** Of an origin: whose it is. */
  owner: string | null;
}

type Table = 'sites' | 'people' | 'pages' | 'comments' | 'recipients';
/** What each type refers to: field, table, and of which records it may be in the same request. */
const REFERENCES: [type: RecordType, field: string, table: Table, by: RecordType][] = [
  ['person', 'site', 'sites', 'site'],
  ['account', 'person', 'people', 'person'],
  ['alias', 'site', 'sites', 'site'],
  ['vote', 'comment', 'comments', 'comment'],
  ['reaction', 'page', 'pages', 'page'],
  ['flag', 'comment', 'comments', 'comment'],
  ['recipient', 'site', 'sites', 'site'],
  ['subscription', 'recipient', 'recipients', 'recipient'],
];

/** @returns a query: the first record that cannot be written as it is, if any */
export function selectMisfits(records: AnyRecord[]): CompiledQuery<Misfit> {
  const given = new Set(records.map((r) => ('id' in r ? `${r.type} ${r.id}` : '')));
  const asked = records.flatMap((record, position): unknown[][] => {
    if (record.type === 'site')
      return record.origins.map((host, at) => [position, `origins.${at}`, host, 'origins', record.id]);
    const [, field, table, by] = REFERENCES.find(([type]) => type === record.type) ?? [];
    const value = field && (record as unknown as Row)[field];
    return field === undefined || given.has(`${by} ${value}`) ? [] : [[position, field, value, table]];
  });
  const isMissing = (table: Table) =>
    sql`WHEN ${sql.lit(table)} THEN NOT EXISTS (SELECT 1 FROM ${sql.table(table)} x WHERE x.id = j.value ->> 2)`;
  const owner = sql`SELECT o.site_id FROM origins o WHERE o.host = j.value ->> 2 AND o.site_id <> j.value ->> 4`;
  return sql<Misfit>`
    SELECT j.value ->> 0 AS position, j.value ->> 1 AS field, j.value ->> 2 AS value,
      CASE j.value ->> 3 WHEN 'origins' THEN (${owner}) END AS owner
    FROM json_each(${JSON.stringify(asked)}) j
    WHERE CASE j.value ->> 3 WHEN 'origins' THEN EXISTS (${owner}) ${isMissing('sites')} ${isMissing('people')}
      ${isMissing('pages')} ${isMissing('comments')} ${isMissing('recipients')} END
    ORDER BY j.key LIMIT 1`.compile(query);
}

/** Base64 -> hexadecimal, which SQLite reads. */
const hexOf = (base64: string): string =>
  Array.from(atob(base64), (char) => char.charCodeAt(0).toString(16).padStart(2, '0')).join('');
