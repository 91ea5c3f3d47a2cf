/** What an instance says of its own state to whoever may run all of it; what is good or bad about it, `afterword doctor` knows. */
import { needWholeGrant } from '../../admin/grant';
import { JOBS, selectJobs } from '../../admin/jobs-store';
import type { Instance } from '../../contract-transfer';
import { findMailTrouble } from '../../notify/mail/mailer';
import { type AppContext, openDb } from '../../request';
import { VERSION } from '../../version';
import { findBackups } from '../backups/backups';
import { countEndlessTokens, type SchemaRow, selectSchema } from './instance-store';
import { judgeSecrets } from './secret-strength';

export async function readInstance(c: AppContext): Promise<Response> {
  const db = openDb(c);
  await needWholeGrant(c, db, 'sites:write');
  const [found, ran, endless] = await db.batch(selectSchema(), selectJobs(), countEndlessTokens());
  const things = found!.rows as SchemaRow[];
  const ranAt = new Map((ran!.rows as { name: string; ran_at: number }[]).map((row) => [row.name, row.ran_at]));
  const named = (kind: SchemaRow['kind']) => things.filter((thing) => thing.kind === kind);
  const timeOf = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString());
  return c.json({
    version: VERSION,
    time: new Date().toISOString(),
    schema: named('table').map(({ name, columns }) => ({ table: name, columns: JSON.parse(columns) as string[] })),
    indexes: named('index').map(({ name }) => name),
    crons: JOBS.map((name) => ({ name, ranAt: timeOf(ranAt.get(name)) })),
    secrets: judgeSecrets(c.env),
    backups: await findBackups(c.env),
    mail: findMailTrouble(c.env),
    tokens: (endless!.rows[0] as { n: number }).n,
  } satisfies Instance);
}
