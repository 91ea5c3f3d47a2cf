/** `afterword backup …`: makes backups in the instance's own bucket, lists, checks and fetches them. */
import type { Command } from 'commander';
import type { Backup } from '../../worker/contract-transfer.ts';
import { openTarget } from '../export/target-file.ts';
import { Failure } from '../failure.ts';
import { readOwnLines } from '../import/read/own-lines.ts';
import { formatBytes, formatCount, formatNumber, formatTime } from '../output/format.ts';
import { startProgress } from '../output/progress.ts';
import { drawTable } from '../output/table.ts';
import { getBackup, listBackups, openBackup, unpackBackup } from '../remote/backup.ts';
import type { Client } from '../remote/client.ts';
import type { Context } from './context.ts';
import { addExamples } from './examples.ts';

export function addBackupCommand(program: Command, context: () => Context): void {
  const backup = program.command('backup').description('makes, lists and checks backups');
  const create = backup
    .command('create')
    .description('makes one now, or goes on with the one that is not done')
    .action(() => createBackup(context()));
  addExamples(create, [['npx afterword backup create']]);
  backup
    .command('list')
    .description('lists those in the bucket, the latest first')
    .action(() => showBackups(context()));
  const verify = backup
    .command('verify')
    .description('downloads one and checks every part of it')
    .argument('<id>', 'as list shows it')
    .action((id: string) => verifyBackup(context(), id));
  addExamples(verify, [['npx afterword backup verify 20260131T001000Z']]);
  const download = backup
    .command('download')
    .description('fetches one as a file that `afterword restore` and `afterword import` read')
    .argument('<id>', 'as list shows it')
    .option('--out <file>', 'where to; -: standard output; else afterword-ID.ndjson.gz')
    .option('--force', 'replace the file')
    .action((id: string, flags: { out?: string; force?: boolean }) => downloadBackup(context(), id, flags));
  addExamples(download, [
    ['npx afterword backup download 20260131T001000Z'],
    ['npx afterword backup download 20260131T001000Z --out - | gunzip | grep -c \'"type":"comment"\''],
  ]);
  addExamples(backup, [['npx afterword backup create'], ['npx afterword backup list']]);
}

async function createBackup(context: Context): Promise<void> {
  const client = context.client();
  const progress = startProgress({ label: 'Backup', unit: 'records' });
  let backup: Backup;
  try {
    backup = await takeSteps(client, (now) => progress.update(now.records));
  } finally {
    progress.done();
  }
  if (backup.status === 'failed') throw new Failure(`The backup ${backup.id} failed: ${backup.error ?? ''}`);
  context.print(backup, () => `${describe(backup)} Every part was read back.`);
}

/** Until the one that the first step was of is done. */
async function takeSteps(client: Client, onStep: (backup: Backup) => void): Promise<Backup> {
  let backup = await client.ask<Backup>('POST', '/admin/backups');
  while (backup.status === 'writing' || backup.status === 'verifying') {
    onStep(backup);
    const next = await client.ask<Backup>('POST', '/admin/backups');
    // The worker's own job may have ended it in between: then this step was of another one, which the job goes on with.
    backup = next.id === backup.id ? next : await getBackup(client, backup.id);
  }
  onStep(backup);
  return backup;
}

async function showBackups(context: Context): Promise<void> {
  const backups = await listBackups(context.client());
  context.print({ backups }, () =>
    backups.length === 0
      ? 'There are none yet: the worker makes one a day, and `afterword backup create` makes one now.'
      : drawTable(
          [
            { title: 'ID', whole: true },
            { title: 'STARTED' },
            { title: 'RECORDS', right: true },
            { title: 'SIZE', right: true },
            { title: 'STATE', paint: (cell) => (cell.startsWith('failed') ? 'red' : undefined) },
          ],
          backups.map((one) => [
            one.id,
            formatTime(one.startedAt),
            formatNumber(one.records),
            formatBytes(one.bytes),
            stateOf(one),
          ]),
        ),
  );
}

function stateOf({ status, error, parts, verified }: Backup): string {
  if (status === 'done') return 'whole';
  if (status === 'failed') return `failed: ${error ?? ''}`;
  return status === 'writing'
    ? `being written, ${formatCount(parts, 'part')} so far`
    : `being read back, ${verified} of ${formatCount(parts, 'part')}`;
}

async function verifyBackup(context: Context, id: string): Promise<void> {
  const client = context.client();
  const backup = await getBackup(client, id);
  const progress = startProgress({ label: 'Verify', unit: 'records', total: backup.records });
  let records = 0;
  try {
    for await (const _ of readOwnLines(unpackBackup(client, backup), () => undefined)) progress.update(++records);
  } finally {
    progress.done();
  }
  if (records !== backup.records)
    throw new Failure(`The backup ${id} has ${formatCount(records, 'record')}, not ${formatNumber(backup.records)}.`);
  context.print({ ...backup, whole: true }, () => `${describe(backup)} It is whole.`);
}

async function downloadBackup(context: Context, id: string, flags: { out?: string; force?: boolean }): Promise<void> {
  const path = flags.out ?? `afterword-${id}.ndjson.gz`;
  if (path === '-' && process.stdout.isTTY)
    throw new Failure('This would fill the terminal: say where it goes with --out FILE.', 'usage');
  const client = context.client();
  const backup = await getBackup(client, id);
  const target = await openTarget(path, { gzip: false, force: flags.force === true });
  const progress = startProgress({ label: 'Download', unit: 'bytes', total: backup.bytes });
  let bytes = 0;
  try {
    for await (const part of openBackup(client, backup)) {
      await target.write(part);
      bytes += part.length;
      progress.update(bytes);
    }
  } finally {
    progress.done();
  }
  // E-mail addresses are in it.
  await target.close(true);
  if (path !== '-') context.print({ ...backup, file: path }, () => `${path}: ${describe(backup)}`);
}

const describe = ({ id, records, parts, bytes }: Backup): string =>
  `Backup ${id}: ${formatCount(records, 'record')} in ${formatCount(parts, 'part')}, ${formatBytes(bytes)}.`;
