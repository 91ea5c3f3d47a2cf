/** Databases as sources: what Isso, Waline and Cusdis keep, and files that were made to harm whoever opens them. */
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { cusdis } from '../../cli/import/formats/cusdis.ts';
import { isso } from '../../cli/import/formats/isso.ts';
import { waline } from '../../cli/import/formats/waline.ts';
import type { SourceFile } from '../../cli/import/source.ts';
import { cusdisTables, issoTables, walineTables } from './import-tables.ts';
import { readAll, sourceOf } from './source-file.ts';

/** As it lies on the disk: the file of the person who imports it. */
function databaseOf(...statements: string[]): SourceFile & { path: string } {
  const path = join(mkdtempSync(join(tmpdir(), 'afterword-database-')), 'db');
  const made = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  for (const statement of statements) made.exec(statement);
  made.close();
  return { ...sourceOf(readFileSync(path)), path, materialise: async () => path };
}

const ISSO_ROWS = `
INSERT INTO threads VALUES (1, '/tulips/', 'Tulips'), (2, '/roses/', NULL);
INSERT INTO comments (tid, id, parent, created, modified, mode, remote_addr, text, author, email, website, likes, dislikes, voters) VALUES
 (1, 1, NULL, 1556965230.25, 1556965290.0, 1, '127.0.0.0', 'Hi *there*', 'Ada', 'ada@garden.example', 'https://ada.example', 3, 1, x'00'),
 (1, 2, 1, 1556965231.0, NULL, 2, '127.0.0.0', 'Waiting', NULL, NULL, NULL, 0, 0, x'00'),
 (2, 3, NULL, 1556965232.0, NULL, 4, '127.0.0.0', '', NULL, NULL, NULL, 0, 0, x'00'),
 (9, 4, NULL, 1556965233.0, NULL, 1, '127.0.0.0', 'Of no thread', 'Bo', '', '', 0, 0, x'00');`;

describe('Isso’s database', () => {
  it('gives pages, texts, votes, times and what became of comments', async () => {
    const { pages, comments, broken } = await readAll(isso, databaseOf(issoTables, ISSO_ROWS));
    expect(broken).toBeNull();
    expect(pages).toEqual([
      { kind: 'page', ref: '1', url: '/tulips/', title: 'Tulips', createdAt: null },
      { kind: 'page', ref: '2', url: '/roses/', title: null, createdAt: null },
    ]);
    expect(comments[0]).toEqual({
      kind: 'comment',
      id: '1',
      page: '1',
      parent: null,
      author: { id: null, name: 'Ada', email: 'ada@garden.example', url: 'https://ada.example' },
      body: 'Hi *there*',
      markup: 'markdown',
      status: 'approved',
      createdAt: Date.parse('2019-05-04T10:20:30.250Z'),
      editedAt: Date.parse('2019-05-04T10:21:30Z'),
      up: 3,
      down: 1,
    });
    expect(comments.slice(1).map(({ page, parent, status }) => [page, parent, status])).toEqual([
      ['1', '1', 'pending'],
      ['2', null, 'deleted'],
      ['9', null, 'approved'],
    ]);
  });

  it('reads one that still has its latest comments in a log beside it, and writes nothing there', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'afterword-log-')), 'db');
    const writing = new DatabaseSync(path, { enableForeignKeyConstraints: false });
    writing.exec(`PRAGMA journal_mode = WAL; ${issoTables} ${ISSO_ROWS}`);
    expect(existsSync(`${path}-wal`)).toBe(true);
    const file = { ...sourceOf(readFileSync(path)), head: databaseOf(issoTables).head, materialise: async () => path };
    expect((await readAll(isso, file)).comments).toHaveLength(4);
    writing.close();
    const before = readFileSync(path);
    expect((await readAll(isso, file)).comments).toHaveLength(4);
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(existsSync(`${path}-wal`)).toBe(false);
  });
});

describe('Waline’s database', () => {
  it('gives comments with who wrote them, and the badge of who runs it', async () => {
    const rows = `
      INSERT INTO wl_Users VALUES (1, 'Ada', 'a@garden.example', 'secret', 'administrator', ''), (2, 'Bo', '', 'secret', 'guest', '');
      INSERT INTO wl_Comment (id, user_id, comment, insertedAt, link, mail, nick, rid, pid, status, "like", url) VALUES
       (1, 1, 'Hi **all**', '2023-01-02 03:04:05', '', 'a@garden.example', 'Ada', NULL, NULL, 'approved', 2, '/tulips'),
       (2, 2, 'Me too', '2023-01-02 03:04:06', '', '', '', 1, 1, 'waiting', NULL, '/tulips'),
       (3, NULL, 'Buy', '2023-01-02 03:04:07', '', '', 'Cy', NULL, NULL, 'spam', NULL, '/roses');`;
    const { pages, comments } = await readAll(waline, databaseOf(walineTables, rows));
    expect(pages.map((page) => page.url)).toEqual(['/tulips', '/roses']);
    expect(
      comments.map(({ author, parent, status, up }) => [author.id, author.name, author.badge, parent, status, up]),
    ).toEqual([
      ['1', 'Ada', 'author', null, 'approved', 2],
      ['2', 'Bo', undefined, '1', 'pending', 0],
      [null, 'Cy', undefined, null, 'spam', 0],
    ]);
    expect(comments[0]?.createdAt).toBe(Date.parse('2023-01-02T03:04:05Z'));
    expect(JSON.stringify(comments)).not.toContain('secret');
  });

  it('reads an empty one', async () => {
    expect((await readAll(waline, databaseOf(walineTables))).items).toEqual([]);
  });
});

describe('Cusdis’ database', () => {
  it('gives pages and comments, with times in milliseconds', async () => {
    const rows = `
      INSERT INTO pages VALUES ('p1', 'tulips', 'https://garden.example/tulips', 'Tulips', 1640995200000, 'x');
      INSERT INTO comments VALUES ('c1', 'p1', 1643673600000, NULL, NULL, 'a@garden.example', 'Ada', 'Hi', 1, NULL),
       ('c2', 'p1', 1643673660000, NULL, 'm1', NULL, 'Owner', 'Welcome', 1, 'c1'), ('c3', 'p1', 1643673720000, 1643673780000, NULL, NULL, 'Bo', 'x', 0, NULL);`;
    const { pages, comments } = await readAll(cusdis, databaseOf(cusdisTables, rows));
    expect(pages[0]).toMatchObject({ ref: 'p1', url: 'https://garden.example/tulips', createdAt: 1640995200000 });
    expect(comments.map(({ status, parent, author }) => [status, parent, author.badge])).toEqual([
      ['approved', null, undefined],
      ['approved', 'c1', 'moderator'],
      ['deleted', null, undefined],
    ]);
    expect(comments[0]?.createdAt).toBe(1643673600000);
  });
});

describe('threat 20: a database that was made to harm', () => {
  it('is never written to, and its triggers do not run', async () => {
    const file = databaseOf(
      issoTables,
      ISSO_ROWS,
      "CREATE TRIGGER harm AFTER UPDATE ON comments BEGIN UPDATE comments SET text = 'harmed'; END",
    );
    const before = readFileSync(file.path);
    expect((await readAll(isso, file)).comments).toHaveLength(4);
    expect(readFileSync(file.path).equals(before)).toBe(true);
  });

  it('refuses a view, and a table of a module, under the name of a table', async () => {
    const threads = 'CREATE TABLE threads (id INTEGER PRIMARY KEY, uri VARCHAR, title VARCHAR)';
    const view = databaseOf(
      threads,
      "CREATE VIEW comments AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT 1 AS tid, i AS id, 'x' AS text FROM n",
    );
    expect((await readAll(isso, view)).broken?.message).toMatch(/no table comments/);
    const module = databaseOf(threads, 'CREATE VIRTUAL TABLE comments USING fts5(tid, id, text)');
    expect((await readAll(isso, module)).broken?.message).toMatch(/no table comments/);
  });

  it('does not compute a column that is computed', async () => {
    const tables = issoTables.replace('text VARCHAR', 'text VARCHAR AS (hex(zeroblob(400000000)))');
    const file = databaseOf(tables, "INSERT INTO comments (tid, id, created, mode, voters) VALUES (1, 1, 1, 1, x'00')");
    expect((await readAll(isso, file)).broken?.message).toMatch(/no column text/);
  });

  it('does not read a text that is longer than 16 MB, and says which', async () => {
    const file = databaseOf(
      issoTables,
      ISSO_ROWS,
      "INSERT INTO comments (tid, id, created, mode, text, voters) VALUES (1, 7, 1556965240, 1, CAST(zeroblob(17000000) AS TEXT), x'00')",
    );
    const { comments, skips, broken } = await readAll(isso, file);
    expect(broken).toBeNull();
    expect(comments).toHaveLength(4);
    expect(skips).toEqual([{ kind: 'skip', reason: 'comment longer than 16 MB', what: '7' }]);
  });

  it('takes values of any type for what they are worth', async () => {
    const file = databaseOf(
      issoTables,
      ISSO_ROWS,
      `UPDATE comments SET created = 9e300, likes = 'many', dislikes = -5, author = x'ff00', email = 17, mode = 'x' WHERE id = 1;
       UPDATE comments SET id = 9223372036854775807, created = 'yesterday', text = x'ff' WHERE id = 2`,
    );
    const { comments, broken } = await readAll(isso, file);
    expect(broken).toBeNull();
    expect(comments.find(({ id }) => id === '1')).toMatchObject({
      createdAt: null,
      up: 0,
      status: 'pending',
      author: { name: '' },
    });
    expect(comments.find(({ id }) => id === '9223372036854775807')).toMatchObject({ createdAt: null, body: '' });
  });

  it('says that a damaged file is damaged, after what could be read', async () => {
    const rows = Array.from(
      { length: 5000 },
      (_, n) => `(1, ${n + 10}, ${1556965240 + n}, 1, 'Text ${n}', x'00')`,
    ).join();
    const whole = databaseOf(
      issoTables,
      ISSO_ROWS,
      `INSERT INTO comments (tid, id, created, mode, text, voters) VALUES ${rows}`,
    );
    const bytes = readFileSync(whole.path);
    bytes.fill(0xa5, Math.floor(bytes.length * 0.6));
    writeFileSync(whole.path, bytes);
    const damaged = await readAll(isso, whole);
    expect(damaged.broken?.message).toMatch(/cannot be read any further/);
    expect(damaged.comments.length).toBeGreaterThan(100);
    expect(damaged.comments.length).toBeLessThan(5000);
    for (const content of [
      bytes.subarray(0, 100),
      Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(5000, 7)]),
    ]) {
      expect((await readAll(isso, sourceOf(content))).broken?.message).toMatch(/cannot be read any further/);
    }
  });
});
