/**
 * Where a file is laid out before anything is sent: a database of SQLite's own temporary kind, on the disk, which no name leads
 * to and which is gone with the process however it ends. Owns its tables and filling them; link-store.ts connects what lies
 * here, order-store.ts reads it.
 */
import { DatabaseSync } from 'node:sqlite';

const TABLES = `
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = FILE; PRAGMA cache_size = -4000;
-- As in the file. target: the address that is asked for; land: where it leads.
CREATE TABLE pages (n INTEGER PRIMARY KEY, ref TEXT NOT NULL UNIQUE, url TEXT NOT NULL, title TEXT, locked INTEGER NOT NULL,
  created INTEGER, used INTEGER NOT NULL DEFAULT 0, target TEXT, problem TEXT, land INTEGER);
-- created: ms, or NULL; before: that of the comment before it in the file. twin: what comments are the same by, NULL: none is.
CREATE TABLE comments (n INTEGER PRIMARY KEY, source TEXT NOT NULL UNIQUE, own TEXT, page TEXT NOT NULL, parent TEXT,
  author TEXT, kind TEXT, status TEXT NOT NULL, created INTEGER, before INTEGER, edited INTEGER, up INTEGER NOT NULL,
  down INTEGER NOT NULL, locked INTEGER NOT NULL, empty INTEGER NOT NULL, twin BLOB);
-- Apart from it, because they are long.
CREATE TABLE texts (n INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT, url TEXT, badge TEXT, body TEXT NOT NULL);
CREATE TABLE authors (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, email TEXT, account TEXT);
-- A page of the site. page: its id, also when it is new; was: 1 when it is there already.
CREATE TABLE lands (land INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, url TEXT NOT NULL, page TEXT NOT NULL,
  was INTEGER NOT NULL, title TEXT, count INTEGER NOT NULL);
-- A comment that is to be sent; made by link-store.ts.
CREATE TABLE tree (n INTEGER PRIMARY KEY, land INTEGER NOT NULL, id TEXT NOT NULL, parent TEXT, root TEXT NOT NULL,
  orphan INTEGER NOT NULL, status TEXT NOT NULL, created INTEGER NOT NULL, present INTEGER NOT NULL DEFAULT 0);
-- Where each stands in the order of sending; made by order-store.ts.
CREATE TABLE sent (position INTEGER PRIMARY KEY, type TEXT NOT NULL, n INTEGER NOT NULL);
BEGIN;
`;

export interface Stage {
  db: DatabaseSync;
  close(): void;
}

export interface StagedPage {
  ref: string;
  url: string;
  title: string | null;
  locked: boolean;
  created: number | null;
}

export interface StagedComment {
  source: string;
  own: string | null;
  page: string;
  parent: string | null;
  /** Id of an author. */
  author: string | null;
  kind: string | null;
  status: string;
  created: number | null;
  before: number | null;
  edited: number | null;
  up: number;
  down: number;
  locked: boolean;
  twin: Buffer | null;
  name: string;
  email: string | null;
  url: string | null;
  badge: string | null;
  body: string;
}

export interface StagedAuthor {
  id: string;
  name: string;
  email: string | null;
  account: string | null;
}

export function openStage(): Stage {
  // An empty name: SQLite unlinks the file as soon as it has made it.
  const db = new DatabaseSync('');
  db.exec(TABLES);
  return { db, close: () => db.close() };
}

export interface Filling {
  /** One of that ref that is there already stays. */
  addPage(page: StagedPage): void;
  /** @returns false when there is one of that id already, which stays */
  addComment(comment: StagedComment): boolean;
  /** Of an author who is there already, only what was not known is added. */
  addAuthor(author: StagedAuthor): void;
}

export function fillStage({ db }: Stage): Filling {
  const page = db.prepare(
    'INSERT INTO pages (ref, url, title, locked, created) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const comment = db.prepare(
    `INSERT INTO comments (source, own, page, parent, author, kind, status, created, before, edited, up, down, locked, empty, twin)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  const text = db.prepare('INSERT INTO texts (n, name, email, url, badge, body) VALUES (?, ?, ?, ?, ?, ?)');
  const author = db.prepare(
    `INSERT INTO authors (id, name, email, account) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET
     email = coalesce(email, excluded.email), account = coalesce(account, excluded.account)
     WHERE (email IS NULL AND excluded.email IS NOT NULL) OR (account IS NULL AND excluded.account IS NOT NULL)`,
  );
  return {
    addPage: (p) => void page.run(p.ref, p.url, p.title, Number(p.locked), p.created),
    addComment(c) {
      const { changes, lastInsertRowid } = comment.run(
        ...[c.source, c.own, c.page, c.parent, c.author, c.kind, c.status, c.created, c.before, c.edited],
        ...[c.up, c.down, Number(c.locked), Number(c.body === ''), c.twin],
      );
      if (changes === 1) text.run(lastInsertRowid, c.name, c.email, c.url, c.badge, c.body);
      return changes === 1;
    },
    addAuthor: (a) => void author.run(a.id, a.name, a.email, a.account),
  };
}
