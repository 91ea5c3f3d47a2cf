/** A local D1 database opened from Node, past any worker. Nobody else may have it open meanwhile. */
import { join } from 'node:path';
import { getPlatformProxy } from 'wrangler';

/** Rows of one statement, and statements of one batch. */
const ROWS = 250;
const STATEMENTS = 4;

export type Row = Record<string, string | number | null>;

/** What is used here of D1 as Workers know it. */
interface Statement {
  bind(...values: unknown[]): Statement;
}
export interface Database {
  prepare(sql: string): Statement;
  batch(statements: Statement[]): Promise<unknown>;
}

/** @param configPath a wrangler.toml whose binding DB it is @param persistDir as for `wrangler dev --persist-to` */
export async function withDatabase(
  configPath: string,
  persistDir: string,
  work: (db: Database) => Promise<void>,
): Promise<void> {
  const proxy = await getPlatformProxy<{ DB: Database }>({
    configPath,
    persist: { path: join(persistDir, 'v3') },
  });
  try {
    await work(proxy.env.DB);
  } finally {
    await proxy.dispose();
  }
}

/** @param rows all with the same columns */
export async function insertRows(db: Database, table: string, rows: Row[]): Promise<void> {
  const columns = Object.keys(rows[0] ?? {});
  const values = columns.map((name) => `value ->> '${name}'`);
  const insert = db.prepare(`INSERT INTO ${table} (${columns}) SELECT ${values} FROM json_each(?)`);
  const statements: Statement[] = [];
  for (let i = 0; i < rows.length; i += ROWS) statements.push(insert.bind(JSON.stringify(rows.slice(i, i + ROWS))));
  for (let i = 0; i < statements.length; i += STATEMENTS) await db.batch(statements.slice(i, i + STATEMENTS));
}
