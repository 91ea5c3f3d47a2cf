/** Sends schema.sql and more SQL to the D1 database, local or deployed, by wrangler. Knows nothing of what the SQL says. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './root.ts';
import { needWrangler } from './wrangler.ts';

/** Where local data lives, or the deployed database. */
export type Target = { persistDir: string } | 'remote';

/** The schema may be applied again and again; afterwards `moreSql` finds every table. @throws Error what wrangler said */
export async function applySchema(target: Target, moreSql = ''): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'afterword-sql-'));
  try {
    const file = join(folder, 'setup.sql');
    await writeFile(file, `${await readFile(join(ROOT, 'schema.sql'), 'utf8')}\n${moreSql}`);
    const where = target === 'remote' ? ['--remote'] : ['--local', '--persist-to', target.persistDir];
    await needWrangler(['d1', 'execute', 'afterword', '--yes', '--file', file, ...where]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
