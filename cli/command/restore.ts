/** `afterword restore`: fills an empty instance from an export, or from a backup of its own bucket. */
import { basename } from 'node:path';
import type { Command } from 'commander';
import { Failure } from '../failure.ts';
import { openFile } from '../import/read/open.ts';
import { type Checked, checkSource, type Restored, restoreSource, type Source } from '../import/restore.ts';
import { formatCount } from '../output/format.ts';
import { startProgress } from '../output/progress.ts';
import { getBackup, isBackupId, unpackBackup } from '../remote/backup.ts';
import type { Client } from '../remote/client.ts';
import type { Context } from './context.ts';
import { addExamples } from './examples.ts';

interface Flags {
  partial?: boolean;
  yes?: boolean;
}

/** Of what is left out, how much is said in words. */
const EXAMPLES = 5;

export function addRestoreCommand(program: Command, context: () => Context): void {
  const command = program
    .command('restore')
    .description('fills an empty instance from an export or a backup')
    .argument('<file>', 'a file that `afterword export` wrote, compressed or not; or a backup, by its id')
    .option('--partial', 'take a file that is cut off, as far as it goes')
    .option('--yes', 'do not ask')
    .action((what: string, flags: Flags) => restore(context(), what, flags));
  addExamples(command, [
    ['npx afterword restore comments.ndjson.gz --server https://new.example'],
    ['npx afterword restore 20260131T001000Z', 'from the bucket, when the database was lost'],
  ]);
}

async function restore(context: Context, what: string, flags: Flags): Promise<void> {
  const client = context.client();
  const isPartial = flags.partial === true;
  const { source, close } = await openSource(client, what);
  try {
    const checked = await checkSource(source, isPartial);
    if (checked.records === 0) throw new Failure(`There is nothing in ${source.name}.`);
    tell(context, source, checked);
    if (!flags.yes && context.interactive && !(await context.confirm(`Restore it to ${client.server}?`)))
      throw new Failure('Nothing was done.', 'attention');
    let bar: ReturnType<typeof startProgress> | undefined;
    const onProgress = (sent: number, from: number) => {
      bar ??= startProgress({ label: 'Restore', unit: 'records', total: checked.records, from });
      bar.update(sent);
    };
    let restored: Restored;
    try {
      restored = await restoreSource(source, checked, { client, isPartial, onProgress });
    } finally {
      bar?.done();
    }
    report(context, checked, restored);
  } finally {
    await close();
  }
}

async function openSource(client: Client, what: string): Promise<{ source: Source; close(): Promise<void> }> {
  if (isBackupId(what)) {
    const backup = await getBackup(client, what);
    return { source: { name: what, open: () => unpackBackup(client, backup) }, close: async () => undefined };
  }
  const file = await openFile(what);
  return { source: { name: basename(what), open: () => file.open() }, close: () => file.close() };
}

function tell(context: Context, { name }: Source, { head, records, counts }: Checked): void {
  const sites = formatCount(counts.site ?? 0, 'site');
  context.say(
    `${name}: ${formatCount(counts.comment ?? 0, 'comment')}, ${formatCount(counts.page ?? 0, 'page')}, ${sites}; ${formatCount(records, 'record')} in all.`,
  );
  if (!head.emails) context.say('It has no e-mail addresses: whoever made it could not read them.');
}

function report(context: Context, { records, counts }: Checked, { added, present, dangling }: Restored): void {
  for (const { line, why } of dangling.slice(0, EXAMPLES)) context.say(`Left out, line ${line}: ${why}`);
  if (dangling.length > EXAMPLES)
    context.say(`Left out as well: ${formatCount(dangling.length - EXAMPLES, 'record')}.`);
  context.print({ records, added, present, leftOut: dangling.length, comments: counts.comment ?? 0 }, () =>
    dangling.length === 0
      ? `All of it is there: ${formatCount(records, 'record')}.`
      : `It is there, but for ${formatCount(dangling.length, 'record')} that refer to what is not in the file.`,
  );
}
