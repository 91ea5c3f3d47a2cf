/**
 * Which page each page record is: one that is there, or one to be born, as a post would find it (normaliser, aliases, merged
 * pages). In a restore pages are taken as they were. Pure: what is there was found before.
 */
import { cleanLine } from '../../clean';
import type { PageRecord } from '../../contract-transfer';
import type { PageRow } from '../../db';
import { normalisePage } from '../../pages/normalise';
import { refOf } from '../../pages/store';
import { Problem } from '../../problem';
import { refuseRecord } from './clean-record';
import type { AskedAddress, LandingRow } from './landing-store';

/** A page record with its place among the records. */
export interface PlacedPage {
  at: number;
  record: PageRecord;
  address: AskedAddress;
  /** As links use it. */
  url: string;
}

/** @throws Problem url_invalid, url_not_http, url_too_long, invalid_request */
export function placePage(record: PageRecord, at: number, isRestore: boolean): PlacedPage {
  const { key, site, id } = record;
  const address = normaliseField(record.url, `records.${at}.url`);
  if (isRestore) {
    const asked = { site, host: address.host, key: key ?? address.key, exact: null, id };
    return { at, record, address: asked, url: address.url };
  }
  if (key?.startsWith('#')) {
    const pageId = cleanLine(key.slice(1));
    if (pageId === '') refuseRecord(at, 'key', 'must not be blank', 'invalid_request');
    const ref = refOf(address, pageId);
    return { at, record, address: { site, ...ref, id }, url: address.url };
  }
  const normal = key === null ? address : normaliseField(key, `records.${at}.key`);
  const asked = { site, host: normal.host, key: normal.key, exact: address.exact, id };
  return { at, record, address: asked, url: address.url };
}

function normaliseField(url: string, field: string) {
  try {
    return normalisePage(url);
  } catch (error) {
    if (error instanceof Problem) throw new Problem(error.code, `${field}: ${error.message}`, { field });
    throw error;
  }
}

export interface FittedPages {
  /** From the id of a record to the page it is. */
  is: Map<string, string>;
  fresh: PageRow[];
}

/**
 * @param landings in the order of the pages
 * @param importId what makes them; in a restore each record says so itself
 * @param freshId for a page whose wished id another one has
 * @throws Problem invalid_request, conflict
 */
export function fitPages(
  placed: PlacedPage[],
  landings: LandingRow[],
  { importId, isRestore, freshId }: { importId: string; isRestore: boolean; freshId: () => string },
): FittedPages {
  const is = new Map<string, string>();
  const born = new Map<string, PageRow>();
  const ids = new Set<string>();
  placed.forEach((page, n) => {
    const { at, record } = page;
    const landing = landings[n]!;
    if (!isRestore && landing.host_site !== record.site)
      refuseRecord(at, 'url', `is on no origin of the site ${record.site}`, 'invalid_request');
    const key = `${record.site} ${landing.target}`;
    const there = isRestore ? findRestored(page, landing) : landing.page;
    const known = there ?? born.get(key)?.id;
    if (isRestore && known !== undefined && known !== record.id)
      refuseRecord(at, 'key', 'is that of another page', 'conflict');
    if (is.has(record.id) && is.get(record.id) !== known)
      refuseRecord(at, 'id', 'is that of another page', 'invalid_request');
    const id = known ?? (landing.taken || ids.has(record.id) ? freshId() : record.id);
    is.set(record.id, id);
    if (known !== undefined) return;
    ids.add(id);
    born.set(key, draftPage(page, id, landing.target, isRestore ? (record.import ?? null) : importId, isRestore));
  });
  return { is, fresh: [...born.values()] };
}

/** The page of this id. @throws Problem conflict */
function findRestored({ at, record }: PlacedPage, { found, taken }: LandingRow): string | undefined {
  if (found !== null && found !== record.id) refuseRecord(at, 'key', 'is that of another page', 'conflict');
  if (found === null && taken) refuseRecord(at, 'id', 'is that of another page', 'conflict');
  return found ?? undefined;
}

function draftPage(
  { record, url }: PlacedPage,
  id: string,
  key: string,
  importId: string | null,
  isRestore: boolean,
): PageRow {
  const { title, locked, createdAt } = record;
  const reactions = isRestore ? record.reactions : {};
  return {
    id,
    site_id: record.site,
    key,
    url,
    title: title === null || isRestore ? title : cleanLine(title) || null,
    count: 0,
    version: Object.keys(reactions).length > 0 ? 1 : 0,
    locked: Number(locked),
    pinned: isRestore ? record.pinned : null,
    merged_into: isRestore ? record.mergedInto : null,
    reactions: JSON.stringify(reactions),
    import_id: importId,
    created_at: Date.parse(createdAt),
  };
}
