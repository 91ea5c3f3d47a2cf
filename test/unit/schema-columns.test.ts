/** A database that an older schema.sql made gets the columns of this one. Every generated statement meets real SQLite. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../cli/root';
import { addMissingColumns, columnsQuery, readTables } from '../../cli/schema-columns';

const SCHEMA = readFileSync(join(ROOT, 'schema.sql'), 'utf8');

const OLD = `
-- It's the owner's table (not ours), 'quoted -- or not.
CREATE TABLE IF NOT EXISTS sites (
  id   TEXT PRIMARY KEY,                    -- a name, short; the site's
  note TEXT NOT NULL DEFAULT 'a,b) -- ''c', -- text
  kind TEXT NOT NULL CHECK (kind IN ('a', 'b)'))
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sites_kind ON sites (kind, id);
CREATE TABLE IF NOT EXISTS votes (
  site_id TEXT NOT NULL REFERENCES sites (id),
  id      TEXT NOT NULL,
  PRIMARY KEY (site_id, id)
);
`;

const NEW = `${OLD.replace('  PRIMARY KEY', "  weight  REAL NOT NULL DEFAULT 1, -- a new one\n  by_id   TEXT,\n  CHECK (id <> ''),\n  PRIMARY KEY")}
CREATE INDEX IF NOT EXISTS votes_by ON votes (by_id) WHERE by_id IS NOT NULL;
CREATE TABLE IF NOT EXISTS bans (id TEXT PRIMARY KEY);
`;

type Row = { table: string; column: string };

function openDatabase(schema: string) {
  const db = new DatabaseSync(':memory:');
  db.exec(schema);
  return { db, read: (sql = SCHEMA) => db.prepare(columnsQuery(readTables(sql))).all() as unknown as Row[] };
}

describe('columns of a schema', () => {
  it('are read from schema.sql as SQLite reads them', () => {
    const { read } = openDatabase(SCHEMA);
    const names = [...readTables(SCHEMA)].flatMap(([table, columns]) =>
      [...columns.keys()].map((c) => `${table}.${c}`),
    );
    expect(names.length).toBeGreaterThan(40);
    expect(names.sort()).toEqual(
      read()
        .map((row) => `${row.table}.${row.column}`)
        .sort(),
    );
  });

  it('are read with their definitions, whatever strings and comments say', () => {
    expect(Object.fromEntries(readTables(OLD).get('sites')!)).toEqual({
      id: 'id TEXT PRIMARY KEY',
      note: "note TEXT NOT NULL DEFAULT 'a,b) -- ''c'",
      kind: "kind TEXT NOT NULL CHECK (kind IN ('a', 'b)'))",
    });
    expect([...readTables(OLD).get('votes')!.keys()]).toEqual(['site_id', 'id']);
  });
});

describe('a database of an older schema', () => {
  it('gets the columns it lacks, with their defaults, and then takes the whole schema', () => {
    const { db, read } = openDatabase(OLD);
    db.exec("INSERT INTO sites (id, kind) VALUES ('main', 'a'); INSERT INTO votes (site_id, id) VALUES ('main', 'x')");
    const sql = addMissingColumns(readTables(NEW), read(NEW));
    expect(sql).toBe(
      'ALTER TABLE votes ADD COLUMN weight REAL NOT NULL DEFAULT 1;\nALTER TABLE votes ADD COLUMN by_id TEXT;\n',
    );
    db.exec(sql + NEW);
    expect(db.prepare('SELECT * FROM votes').get()).toEqual({ site_id: 'main', id: 'x', weight: 1, by_id: null });
    expect(addMissingColumns(readTables(NEW), read(NEW))).toBe('');
  });

  it('of comments without their site gets it from their pages', () => {
    const old = SCHEMA.replace(/^ {2}site_id +TEXT NOT NULL DEFAULT ''.*\n/m, '').replace(
      /^CREATE [^;]*comments \(site_id[^;]*;/gm,
      '',
    );
    const { db, read } = openDatabase(old);
    db.exec(`INSERT INTO sites (id, name, created_at) VALUES ('main', 'Main', 0);
      INSERT INTO pages (id, site_id, key, url, created_at) VALUES ('p', 'main', 'k', 'https://blog.example/', 0);
      INSERT INTO comments (id, page_id, root_id, depth, status, shown, inline, author_name, body, html, html_version, created_at)
      VALUES ('c', 'p', 'c', 0, 'approved', 1, 1, 'Mika', '', '', 1, 0)`);
    db.exec(addMissingColumns(readTables(SCHEMA), read()) + SCHEMA);
    expect(db.prepare('SELECT site_id FROM comments').get()).toEqual({ site_id: 'main' });
  });

  it('keeps columns that the schema no longer has', () => {
    expect(addMissingColumns(readTables(OLD), openDatabase(NEW).read(OLD))).toBe('');
  });

  it('gets nothing when it is empty: the schema makes every table', () => {
    expect(addMissingColumns(readTables(SCHEMA), openDatabase('').read())).toBe('');
  });

  it('is refused a column that its rows would have no value for', () => {
    const { read } = openDatabase(OLD);
    const schema = NEW.replace('REAL NOT NULL DEFAULT 1', 'REAL NOT NULL');
    expect(() => addMissingColumns(readTables(schema), read(schema))).toThrow(
      /votes .* weight.*"weight REAL NOT NULL"/,
    );
  });
});
