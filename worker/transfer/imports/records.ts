/**
 * `POST /admin/imports/{id}/records`: one round trip to look, one to write, all or nothing. What is there stays as it is, so a
 * request may be sent again, also at the same time as itself. Nothing is judged and nobody is told. What a record becomes
 * fit-pages.ts and fit-comments.ts work out, what is written is records-store.ts; other types of records are restore-store.ts.
 */
import type { CompiledQuery } from 'kysely';
import { batchAs, checkWhole, type Grant, needGrant } from '../../admin/grant';
import { parseSettings } from '../../admin/settings';
import { parseId } from '../../comments/target';
import { LIMITS } from '../../contract';
import {
  ADDED_RECORDS,
  type AnyRecord,
  type Imported,
  ImportedRecords,
  RECORDS,
  type RecordType,
} from '../../contract-transfer';
import type { Db } from '../../db';
import { newId } from '../../ids';
import { Problem } from '../../problem';
import { type AppContext, openDb, readBody, sendBookmark } from '../../request';
import { portion } from '../portions';
import { cleanAuthor, refuseRecord } from './clean-record';
import { fitComments, type PlacedComment } from './fit-comments';
import { fitPages, type PlacedPage, placePage } from './fit-pages';
import { needImport } from './imports';
import { type ImportWithSettings, selectImport } from './imports-store';
import { type LandingRow, selectLandings } from './landing-store';
import {
  countAdded,
  type Grounds,
  insertAuthors,
  insertComments,
  insertPages,
  isOvertaken,
  type KnownComment,
  type KnownPage,
  type PositionRow,
  type SettingsRow,
  selectKnownComments,
  selectKnownPages,
  selectPosition,
  selectSettings,
  settleComments,
} from './records-store';
import { checkPictures, refuseMisfit } from './restore';
import { type Misfit, restoreRows, selectMisfits } from './restore-store';

/** How often what was overtaken by somebody else looks again. */
const ATTEMPTS = 5;

/** @throws Problem not_found, conflict, invalid_request, url_invalid, url_not_http, url_too_long */
export async function importRecords(c: AppContext): Promise<Response> {
  const db = openDb(c, 'first-primary');
  const grant = await needGrant(c, db, 'transfer');
  const id = parseId(c);
  const { value: input } = await readBody(c, ImportedRecords, LIMITS.importBytes);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const found = await look(db, grant, id, input.records);
    const imported = await write(db, grant, found, input);
    if (!imported) continue;
    sendBookmark(c, db);
    return c.json(imported satisfies Imported);
  }
  throw new Problem('storage_unavailable', 'This site is very busy. Try again.', { retryAfterS: 1 });
}

interface Found {
  import: ImportWithSettings;
  records: AnyRecord[];
  placed: PlacedPage[];
  landings: LandingRow[];
  pages: KnownPage[];
  comments: KnownComment[];
  settings: SettingsRow[];
}

/**
 * One round trip; a restore, which is known as one only then, takes another.
 * @throws Problem not_found, conflict, and what is wrong with a record
 */
async function look(db: Db, grant: Grant, id: string, records: AnyRecord[]): Promise<Found> {
  const named = records.filter((record) => record.type === 'comment');
  const ids = unique(named.flatMap((record) => (record.parent === null ? [record.id] : [record.id, record.parent])));
  const added = tryPlacing(records, false);
  const [imports, comments, pages, settings, ...landings] = await db.batch(
    selectImport(id),
    selectKnownComments(JSON.stringify(ids)),
    selectKnownPages(JSON.stringify(unique(named.map((record) => record.page)))),
    selectSettings(),
    ...(added instanceof Problem ? [] : askLandings(added)),
  );
  const row = needImport(imports!.rows[0] as ImportWithSettings | undefined, grant);
  if (row.site_id === null) checkWhole(grant, 'sites:write');
  if (row.status !== 'open') throw new Problem('conflict', 'This import is over.');
  const found = {
    import: row,
    records,
    pages: pages!.rows as KnownPage[],
    comments: comments!.rows as KnownComment[],
    settings: settings!.rows as SettingsRow[],
  };
  if (row.site_id === null) return { ...found, ...(await lookAtRestored(db, records)) };
  checkAdded(records, row.site_id);
  if (added instanceof Problem) throw added;
  return { ...found, placed: added, landings: landings.flatMap(({ rows }) => rows as LandingRow[]) };
}

/** @throws Problem conflict, invalid_request, url_invalid, url_not_http, url_too_long */
async function lookAtRestored(db: Db, records: AnyRecord[]): Promise<Pick<Found, 'placed' | 'landings'>> {
  checkPictures(records);
  const placed = tryPlacing(records, true);
  if (placed instanceof Problem) throw placed;
  const [misfits, ...landings] = await db.batch(selectMisfits(records), ...askLandings(placed));
  refuseMisfit(misfits!.rows as Misfit[]);
  return { placed, landings: landings.flatMap(({ rows }) => rows as LandingRow[]) };
}

const askLandings = (placed: PlacedPage[]): CompiledQuery[] =>
  portion(placed.map(({ address }) => address)).map(selectLandings);

function tryPlacing(records: AnyRecord[], isRestore: boolean): PlacedPage[] | Problem {
  try {
    return records.flatMap((record, at) => (record.type === 'page' ? [placePage(record, at, isRestore)] : []));
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

/** @throws Problem invalid_request */
function checkAdded(records: AnyRecord[], site: string): void {
  records.forEach((record, at) => {
    if (!(ADDED_RECORDS as readonly string[]).includes(record.type))
      refuseRecord(at, 'type', `must be ${ADDED_RECORDS.join(' or ')} in the import of a site`, 'invalid_request');
    if ('site' in record && record.site !== site) refuseRecord(at, 'site', `must be ${site}`, 'invalid_request');
  });
}

/** @returns undefined when it was overtaken: then nothing was written */
async function write(
  db: Db,
  grant: Grant,
  found: Found,
  input: { position: number; records: AnyRecord[] },
): Promise<Imported | undefined> {
  const { records, import: row } = found;
  const isRestore = row.site_id === null;
  const freshId = () => newId(Date.now(), crypto.getRandomValues(new Uint8Array(16)));
  const { is, fresh: pages } = fitPages(found.placed, found.landings, { importId: row.id, isRestore, freshId });
  const comments = fitComments(placeComments(records), knownOf(found, is), pages);
  const authors = records.flatMap((record) => (record.type === 'author' ? [cleanAuthor(record)] : []));
  const grounds: Grounds = {
    importId: row.id,
    isRestore,
    ...comments.grounds,
    born: pages.map(({ site_id, key }) => ({ site: site_id, key })),
  };
  const position = input.position + records.length;
  const [before, after] = isRestore ? splitAtPages(records) : [[], []];
  const writes: CompiledQuery[][] = [
    [countAdded(grounds, { position, pages: pages.length, comments: comments.fresh.length })],
    insertAuthors(authors),
    before,
    insertPages(pages),
    insertComments(comments.fresh),
    settleComments(comments.consequences),
    after,
    [selectPosition(row.id)],
  ];
  const results = await batchFound(db, grant, writes.flat());
  if (!results) return undefined;
  const newAuthors = results.slice(1, 1 + writes[1]!.length).reduce((sum, { changes }) => sum + changes, 0);
  const others = position > row.position ? records.filter(isRestoredOtherwise).length : 0;
  const added = newAuthors + pages.length + comments.fresh.length + others;
  return {
    position: (results.at(-1)!.rows[0] as PositionRow).position,
    added,
    present: records.length - added,
    pages: found.placed.map(({ record }) => ({ id: record.id, is: is.get(record.id)! })),
  };
}

const placeComments = (records: AnyRecord[]): PlacedComment[] =>
  records.flatMap((record, at) => (record.type === 'comment' ? [{ at, record }] : []));

/** What comments can refer to. @param is from page records to pages */
function knownOf({ import: row, pages, comments, settings, placed, records }: Found, is: Map<string, string>) {
  const stored = new Map(settings.map(({ id, settings }) => [id, settings]));
  for (const record of records) if (record.type === 'site') stored.set(record.id, JSON.stringify(record.settings));
  const images = new Map([...stored].map(([id, json]) => [id, parseSettings(json).images]));
  const byId = new Map(pages.map((page) => [page.id, page]));
  for (const { record } of placed) {
    const id = is.get(record.id)!;
    byId.set(record.id, { id, site_id: record.site, merged_into: byId.get(id)?.merged_into ?? null });
  }
  return {
    importId: row.id,
    isRestore: row.site_id === null,
    pages: byId,
    comments: new Map(comments.map((comment) => [comment.id, comment])),
    images: (site: string) => images.get(site) ?? false,
  };
}

/** What refers to pages or comments comes behind them, all else before. */
function splitAtPages(records: AnyRecord[]): [before: CompiledQuery[], after: CompiledQuery[]] {
  const order = Object.keys(RECORDS) as RecordType[];
  const isBefore = ({ type }: AnyRecord) => order.indexOf(type) < order.indexOf('page');
  return [restoreRows(records.filter(isBefore)), restoreRows(records.filter((record) => !isBefore(record)))];
}
const isRestoredOtherwise = ({ type }: AnyRecord) => !(ADDED_RECORDS as readonly string[]).includes(type);

async function batchFound(db: Db, grant: Grant, queries: CompiledQuery[]) {
  try {
    return await batchAs(db, grant, ...queries);
  } catch (error) {
    const cause = error instanceof Problem ? error.options.cause : undefined;
    if (isOvertaken(cause)) return undefined;
    if (/FOREIGN KEY constraint failed/.test(String(cause)))
      throw new Problem('invalid_request', 'records: one of them refers to something that is not there.', {
        field: 'records',
      });
    throw error;
  }
}

const unique = (ids: string[]): string[] => [...new Set(ids)];
