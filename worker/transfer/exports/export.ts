/**
 * `GET /admin/export`, and what backups are made of: everything as records, some hundred at a time, in the order of RECORDS.
 * What was written while an export runs may be in it or not; nothing is in it twice, and nothing that refers to what is not.
 */
import { base64url } from 'jose';
import * as v from 'valibot';
import { needGrant, siteFor } from '../../admin/grant';
import {
  ExportQuery,
  type FileEnd,
  type FileHead,
  FORMAT_VERSION,
  RECORDS,
  type RecordType,
} from '../../contract-transfer';
import type { Db } from '../../db';
import { parseQuery } from '../../parse';
import { Problem } from '../../problem';
import { type AppContext, openDb, ownOrigin } from '../../request';
import { presentRecord } from './export-records';
import { type ExportRow, SOURCES, selectExport } from './export-store';

export interface ExportScope {
  /** null: all. */
  site: string | null;
  /** Whether e-mail addresses are in it. */
  emails: boolean;
}

/** Records of an answer, and about how long it is; the last one may make it longer. */
const ANSWER = { rows: 500, bytes: 500_000 };
/** Each type is looked at once more when it is done: all of a small instance fits one answer. */
const QUERIES = 24;

/** `GET /admin/export` @throws Problem scope_missing, invalid_request, not_found */
export async function exportRecords(c: AppContext): Promise<Response> {
  const db = openDb(c, 'first-primary');
  const grant = await needGrant(c, db, 'transfer');
  const { site: named, after = null } = parseQuery(ExportQuery, new URL(c.req.url).searchParams);
  const site = siteFor(grant, named);
  const { lines, after: next } = await exportNext(db, { site, emails: grant.scopes.includes('comments:read') }, after);
  if (next !== null) {
    const params = new URLSearchParams({ ...(site !== null && { site }), after: next });
    c.header('Link', `<${ownOrigin(c)}/api/v1/admin/export?${params}>; rel="next"`);
  }
  c.header('Content-Type', 'application/x-ndjson');
  return c.body(lines.map((line) => `${line}\n`).join(''));
}

const TYPES = Object.keys(RECORDS) as RecordType[];
/** What others refer to, and comes before them: what is behind the last of these that was seen was born too late. */
const COLUMNS = { person: 'person_id', page: 'page_id', comment: 'comment_id', recipient: 'recipient_id' } as const;
const REFERRED: { [T in RecordType]?: (keyof typeof COLUMNS)[] } = {
  account: ['person'],
  comment: ['page'],
  vote: ['comment', 'page'],
  reaction: ['page'],
  flag: ['comment', 'page'],
  subscription: ['recipient'],
};

const Place = v.strictObject({
  type: v.picklist(TYPES),
  /** Of the last row that was looked at. */
  key: v.pipe(v.array(v.string()), v.maxLength(3)),
  /** The last ids there were, of what others refer to. */
  last: v.strictObject({
    person: v.optional(v.string()),
    page: v.optional(v.string()),
    comment: v.optional(v.string()),
    recipient: v.optional(v.string()),
  }),
});
type Place = v.InferOutput<typeof Place>;

/**
 * The next lines, without their ends. The first one is a FileHead, the last one of all a FileEnd.
 * @param after as the call before said; null: from the start
 * @returns after: null at the end
 * @throws Problem invalid_request for a cursor that is none, not_found when there is no such site
 */
export async function exportNext(
  db: Db,
  { site, emails }: ExportScope,
  after: string | null,
  most: { rows: number; bytes: number } = ANSWER,
): Promise<{ lines: string[]; after: string | null }> {
  let place: Place = after === null ? { type: TYPES[0]!, key: [], last: {} } : readCursor(after);
  const lines: string[] = [];
  if (after === null)
    lines.push(JSON.stringify({ type: 'afterword', version: FORMAT_VERSION, site, emails } satisfies FileHead));
  let bytes = 0;
  for (let queries = 0; queries < QUERIES && lines.length < most.rows && bytes < most.bytes; queries++) {
    const { type } = place;
    const limit = most.rows - lines.length;
    const isLeftOut = site !== null && SOURCES[type].site === null;
    const rows = isLeftOut ? [] : await db.all(selectExport(type, site, place.key, limit, most.bytes - bytes));
    if (type === 'site' && site !== null && place.key.length === 0 && rows.length === 0) throw new Problem('not_found');
    for (const row of rows) {
      const record = isIn(type, row, site, place) ? presentRecord(type, row, emails) : null;
      if (record) bytes += lines[lines.push(JSON.stringify(record)) - 1]!.length;
    }
    const last = rows.at(-1);
    if (last) place = { ...place, key: SOURCES[type].key.map((column) => String(last[column])) };
    if (last && (rows.length < last.looked || last.looked === limit)) continue;
    const next = TYPES[TYPES.indexOf(type) + 1];
    if (next === undefined) {
      lines.push(JSON.stringify({ type: 'end' } satisfies v.InferOutput<typeof FileEnd>));
      return { lines, after: null };
    }
    const isReferred = Object.hasOwn(COLUMNS, type);
    place = { type: next, key: [], last: { ...place.last, ...(isReferred && { [type]: place.key[0] ?? '' }) } };
  }
  return { lines, after: base64url.encode(JSON.stringify(place)) };
}

/** Of this site, and all that it refers to came before it. */
function isIn(type: RecordType, row: ExportRow, site: string | null, { last }: Place): boolean {
  if (site !== null && row.of_site !== site) return false;
  return (REFERRED[type] ?? []).every((to) => String(row[COLUMNS[to]]) <= (last[to] ?? ''));
}

function readCursor(cursor: string): Place {
  try {
    const place = v.parse(Place, JSON.parse(new TextDecoder().decode(base64url.decode(cursor))));
    if (place.key.length === 0 || place.key.length === SOURCES[place.type].key.length) return place;
  } catch {}
  throw new Problem('invalid_request', 'after: is not a cursor.', { field: 'after' });
}
