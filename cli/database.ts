/**
 * Sends schema.sql and more SQL to the D1 database, local or deployed, by wrangler. What has to change in a database that
 * an older schema.sql made, schema-columns.ts says.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { ROOT } from './root.ts';
import { addMissingColumns, columnsQuery, readTables } from './schema-columns.ts';
import { needWrangler } from './wrangler.ts';

/** Where local data lives, or the deployed database. */
export type Target = { persistDir: string } | 'remote';

/** What `wrangler d1 execute --json` prints for one query of columnsQuery. */
const ColumnRows = v.tuple([v.object({ results: v.array(v.object({ table: v.string(), column: v.string() })) })]);

/**
 * The schema may be applied again and again; afterwards `moreSql` finds every table and column.
 * @throws Error what wrangler said, or which column cannot be added to a table that is there
 */
export async function applySchema(target: Target, moreSql = ''): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'afterword-sql-'));
  try {
    const schema = await readFile(join(ROOT, 'schema.sql'), 'utf8');
    const file = join(folder, 'setup.sql');
    // Columns come first: indexes may name them.
    await writeFile(file, `${await catchUp(target, schema)}${schema}\n${moreSql}`);
    await execute(target, ['--yes', '--file', file]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @returns SQL that adds the columns the target lacks */
async function catchUp(target: Target, schema: string): Promise<string> {
  // An empty database lacks nothing; to ask it would cost a start one to two seconds.
  if (target !== 'remote' && !existsSync(join(target.persistDir, 'v3/d1'))) return '';
  const tables = readTables(schema);
  const { stdout } = await execute(target, ['--json', '--command', columnsQuery(tables)]);
  const [{ results }] = v.parse(ColumnRows, JSON.parse(stdout));
  return addMissingColumns(tables, results);
}

function execute(target: Target, what: string[]) {
  const where = target === 'remote' ? ['--remote'] : ['--local', '--persist-to', target.persistDir];
  return needWrangler(['d1', 'execute', 'afterword', ...what, ...where]);
}
