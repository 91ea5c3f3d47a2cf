/** `afterword import`: shows what a file of another system would bring, brings it, and takes it back. */
import { basename } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import type { AdminSites } from '../../worker/contract-admin.ts';
import type { Format, Import } from '../../worker/contract-transfer.ts';
import { EXIT } from '../failure.ts';
import { applyPlan } from '../import/apply.ts';
import { keepHeapSmall } from '../import/heap.ts';
import { type Moves, readBase, readMaps, readMoves } from '../import/moves.ts';
import { makePlan, type Plan, questionsOf } from '../import/plan.ts';
import { type OpenedFile, openFile } from '../import/read/open.ts';
import { recognise } from '../import/read/recognise.ts';
import { showPlan } from '../import/show-plan.ts';
import { openStage, type Stage } from '../import/stage/stage-store.ts';
import { formatCount, formatNumber } from '../output/format.ts';
import { startProgress } from '../output/progress.ts';
import { ApiError, type Client } from '../remote/client.ts';
import { chooseSite } from '../remote/sites.ts';
import { isLocal } from '../remote/target.ts';
import type { Context } from './context.ts';
import { addExamples } from './examples.ts';
import { addImportsCommands } from './imports.ts';

interface Flags {
  site?: string;
  format?: string;
  base?: string;
  map?: string[];
  moves?: string;
  skipUnknown?: boolean;
  partial?: boolean;
  apply?: boolean;
  batch: number;
}

export function addImportCommand(program: Command, context: () => Context): void {
  const command = program
    .command('import')
    .description('shows what the export of another system would bring; applies it when told to')
    .argument('<file>', 'the export, also gzipped or zipped')
    .option('--site <id>', 'the site to import into; the only one unless given')
    .option('--format <name>', 'what the file is, when it is not recognised')
    .option('--base <url>', 'what addresses without a host are below; the site’s only origin unless given')
    .option(
      '--map <old=new>',
      'pages below an address have moved; may be given several times',
      (value, all: string[] = []) => [...all, value],
    )
    .option('--moves <file.csv>', 'single pages have moved: old and new address in a line')
    .option('--skip-unknown', 'leave out pages that land nowhere')
    .option('--partial', 'of a file that breaks off, import what can be read')
    .option('--apply', 'import without asking')
    .option('--batch <records>', 'records a request, for an instance that cannot take 500', readBatch, 500)
    .action((path: string, flags: Flags) => runImport(context(), path, flags));
  addExamples(command, [
    ['npx afterword import disqus.xml.gz --site blog', 'shows the plan, and asks on a terminal'],
    ['npx afterword import wordpress.xml --site blog --map https://old.example=https://blog.example --apply'],
    ['npx afterword import list', 'what was imported'],
    ['npx afterword import undo 01j8xk3v0000000000000000aa', 'takes it back'],
  ]);
  addImportsCommands(command, context);
}

function readBatch(typed: string): number {
  const records = Number(typed);
  if (Number.isInteger(records) && records >= 1 && records <= 500) return records;
  throw new InvalidArgumentError('It must be a number from 1 to 500.');
}

async function runImport(context: Context, path: string, flags: Flags): Promise<void> {
  keepHeapSmall();
  const client = context.client();
  // What was typed is looked at before the file, which may take a while.
  const prefixes = readMaps(flags.map ?? []);
  const single = flags.moves === undefined ? new Map<string, string>() : await readMoves(flags.moves);
  const base = flags.base === undefined ? null : readBase(flags.base);
  const site = await chooseSite(client, flags.site);
  // Reading may take a while: whether it is there, and may be written to, is said before.
  await client.ask('POST', '/admin/imports/plan', { site });
  const moves: Moves = { prefixes, single, base: base ?? (await findOnlyOrigin(client, site)) };
  const file = await openFile(path);
  const stage = openStage();
  try {
    await planAndApply(context, { client, file, stage, site, moves, flags });
  } finally {
    stage.close();
    await file.close();
  }
}

interface Run {
  client: Client;
  file: OpenedFile;
  stage: Stage;
  site: string;
  moves: Moves;
  flags: Flags;
}

async function planAndApply(context: Context, { client, file, stage, site, moves, flags }: Run): Promise<void> {
  const reader = recognise(file, flags.format);
  const space: { site: string; format: Format } = { site, format: reader.format };
  let reading: ReturnType<typeof startProgress> | undefined;
  const plan = await makePlan({
    ...{ client, file, reader, stage, space, moves, now: Date.now() },
    onRead(comments) {
      reading ??= startProgress({ label: 'Reading', unit: 'comments' });
      reading.update(comments);
    },
  }).finally(() => reading?.done());
  if (!context.json) context.print(plan, () => showPlan(plan));

  const { skipUnknown = false, partial = false } = flags;
  const questions = questionsOf(plan, { skipUnknown, partial });
  const print = (result: Import | null, isApplied: boolean, human: string) =>
    context.print({ ...plan, questions, applied: isApplied, import: result }, () => `\n${human}`);
  if (questions.length > 0) {
    process.exitCode = EXIT.attention;
    return print(null, false, 'Nothing was written: decide about the above first.');
  }
  const added = plan.comments - plan.present;
  const nothing = plan.comments > 0 ? 'Nothing new: all of it is there already.' : 'There is nothing to import.';
  if (!flags.apply) {
    const isWanted = added > 0 && (await context.confirm(`Import ${formatCount(added, 'comment')}?`));
    if (!isWanted) return print(null, false, added > 0 ? 'Nothing was written. --apply imports it.' : nothing);
  }
  let progress: ReturnType<typeof startProgress> | undefined;
  const result = await applyPlan({
    ...{ client, stage, space, plan, name: basename(file.path).slice(0, 200), batch: flags.batch },
    onProgress(done, from) {
      progress ??= startProgress({ label: 'Importing', total: plan.records, unit: 'records', from });
      progress.update(done);
    },
  }).finally(() => progress?.done());
  print(result, result !== null, result ? describeResult(plan, result) : nothing);
}

function describeResult(plan: Plan, { id, comments, pages }: Import): string {
  const left = plan.skipped.reduce((sum, { count }) => sum + count, 0);
  const there = plan.comments - comments;
  return [
    `Added ${formatCount(comments, 'comment')} and ${formatCount(pages, 'page')}; ${formatNumber(Math.max(0, there))} were there already, ${formatNumber(left)} left out.`,
    `To look at them: ${plan.server}/console`,
    `To take them back: npx afterword import undo ${id}`,
  ].join('\n');
}

/** A token that may import need not be one that may see this: then --base has to say it. */
async function findOnlyOrigin(client: Client, site: string): Promise<string | null> {
  const { sites } = await client.ask<AdminSites>('GET', '/admin/sites').catch((error: unknown) => {
    if (error instanceof ApiError && error.code === 'scope_missing') return { sites: [] };
    throw error;
  });
  const origins = sites.find(({ id }) => id === site)?.origins ?? [];
  if (origins.length !== 1) return null;
  return `${isLocal(`http://${origins[0]}`) ? 'http' : 'https'}://${origins[0]}`;
}
