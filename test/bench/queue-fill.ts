/**
 * A site with very many short comments of every status, put straight into the file of its local database before its server
 * starts: by one prepared statement in one transaction, because a million pass no other way in a minute.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makeCrowd } from '../../cli/demo-crowd.ts';
import { newId } from '../../worker/ids.ts';

/** How far apart comments are: a million in a year. */
const STEP_MS = 31_000;
const PER_PAGE = 50;
const PER_AUTHOR = 30;
/** A word that so many comments have, however many there are. */
export const RARE = { word: 'kaleidoscope', comments: 40 };

/** Some comments in the middle to ask for. */
export interface Filled {
  page: string;
  author: string;
  /** One that waits for a decision. */
  pending: string;
  /** ISO 8601; between them are the newest half of all. */
  from: string;
  to: string;
}

/** Local D1 keeps each database in a file that it names itself; beside it is one of its own. */
function findFile(persistDir: string): string {
  const folder = join(persistDir, 'v3/d1/miniflare-D1DatabaseObject');
  const files = readdirSync(folder).filter((name) => name.endsWith('.sqlite') && !name.startsWith('metadata'));
  if (files.length !== 1) throw new Error(`There should be one database in ${folder}, not ${files.length}.`);
  return join(folder, files[0]!);
}

/** The schema and the site must be there, and nobody else. @param end ms, when the last one was written */
export function fillQueue(persistDir: string, siteId: string, count: number, end: number): Filled {
  const db = new DatabaseSync(findFile(persistDir));
  db.exec('PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA cache_size = -200000; BEGIN');
  const random = makeBytes();
  const start = end - count * STEP_MS;
  const pages = insertPages(db, siteId, Math.ceil(count / PER_PAGE), start, random);
  const texts = makeCrowd().map(({ author, body }) => ({ name: author?.name ?? 'Mika', body }));
  const insert = db.prepare(`
    INSERT INTO comments (id, site_id, page_id, root_id, depth, status, shown, inline, author_id, author_name, body, html,
      html_version, ip_hash, net_hash, verdict, flagged, created_at)
    VALUES (?1, ?2, ?3, ?1, 0, ?4, ?5, 1, ?6, ?7, ?8, ?9, 1, ?10, ?10, ?11, ?12, ?13)`);
  const hash = '0'.repeat(32);
  const rareEvery = Math.floor(count / RARE.comments);
  let middle = { page: '', author: '' };
  let pending = '';
  for (let i = 0; i < count; i++) {
    const createdAt = start + i * STEP_MS;
    const [a, b, c, d, ...rest] = random();
    const dice = (a! * 256 + b!) / 65_536;
    const status =
      dice < 0.9 ? 'approved' : dice < 0.92 ? 'pending' : dice < 0.98 ? 'spam' : dice < 0.995 ? 'trash' : 'deleted';
    const { name, body } = texts[(c! * 256 + d!) % texts.length]!;
    const text = `${body}${i % rareEvery === 0 ? ` A ${RARE.word}!` : ''}`;
    const page = pages[(i * 7919) % pages.length]!;
    const author = `key-of-author-${(i * 104_729) % Math.ceil(count / PER_AUTHOR)}`.padEnd(43, '-');
    const id = newId(createdAt, Uint8Array.from([a!, b!, c!, d!, ...rest]));
    const says = status === 'spam' ? 'spam' : 'hold';
    const isJudged = status === 'pending' || status === 'spam';
    insert.run(
      id,
      siteId,
      page,
      status,
      status === 'approved' ? 1 : 0,
      author,
      name,
      text,
      `<p>${text}</p>`,
      hash,
      isJudged ? JSON.stringify([{ phase: i % 3 ? 'links' : 'bayes', says, reason: 'It has six links.' }]) : null,
      i % 100 === 50 ? 1 : 0,
      createdAt,
    );
    if (i === count >> 1) middle = { page, author };
    if (status === 'pending' && i < count / 2) pending = id;
  }
  db.exec(
    'COMMIT; INSERT INTO search (rowid, body, author) SELECT rowid, body, author_name FROM comments; PRAGMA wal_checkpoint(TRUNCATE)',
  );
  db.close();
  const iso = (ms: number) => new Date(ms).toISOString();
  return { ...middle, pending, from: iso(start + (count >> 1) * STEP_MS), to: iso(end) };
}

function insertPages(db: DatabaseSync, siteId: string, count: number, at: number, random: () => Uint8Array): string[] {
  const insert = db.prepare(
    'INSERT INTO pages (id, site_id, key, url, title, created_at) VALUES (?1, ?2, ?3, ?3, ?4, ?5)',
  );
  return Array.from({ length: count }, (_, i) => {
    const id = newId(at, random());
    insert.run(id, siteId, `https://${siteId}.example/queue/${i}`, `Page ${i}`, at);
    return id;
  });
}

/** xorshift32, 16 bytes at a time: small, and the same on every machine. */
function makeBytes(): () => Uint8Array {
  let state = 2_654_435_761 | 0;
  const bytes = new Uint8Array(16);
  return () => {
    for (let i = 0; i < bytes.length; i++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      bytes[i] = state >>> 8;
    }
    return bytes;
  };
}
