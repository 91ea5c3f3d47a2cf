/** The floor of importing: the least that has to be done, which is to write the comments into SQLite, with every index. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ROOT } from '../../cli/root.ts';
import { newId } from '../../worker/ids.ts';

/** As many as a request of the command line brings. */
const BATCH = 500;
const PER_PAGE = 40;

/** @returns seconds it took */
export function fillFloor(path: string, comments: number): number {
  const db = new DatabaseSync(path);
  db.exec(readFileSync(join(ROOT, 'schema.sql'), 'utf8'));
  // As D1: each batch is on disk when it is answered.
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = OFF');
  const insert = db.prepare(`
    INSERT INTO comments (id, site_id, page_id, root_id, depth, status, shown, inline, author_id, author_name, body, html,
      html_version, created_at)
    SELECT value ->> 'id', 'floor', value ->> 'page', value ->> 'id', 0, 'approved', 1, 1, value ->> 'author', value ->> 'name',
      value ->> 'body', value ->> 'body', 1, value ->> 'at' FROM json_each(?)`);
  const started = performance.now();
  let batch: object[] = [];
  const send = () => {
    db.exec('BEGIN');
    insert.run(JSON.stringify(batch));
    db.exec('COMMIT');
    batch = [];
  };
  for (let n = 0; n < comments; n++) {
    const at = Date.UTC(2020, 0, 1) + n * 1000;
    const id = newId(at, crypto.getRandomValues(new Uint8Array(16)));
    batch.push({
      id,
      at,
      page: `page-${Math.floor(n / PER_PAGE)}`,
      author: `i_${n % 997}`,
      name: 'Mika',
      body: `${'word '.repeat(30)}${n}`,
    });
    if (batch.length === BATCH) send();
  }
  if (batch.length > 0) send();
  const seconds = (performance.now() - started) / 1000;
  db.close();
  return seconds;
}
