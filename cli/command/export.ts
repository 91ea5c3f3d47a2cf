/** `afterword export`: takes everything along, as a file of our own format or of another system's. */
import { extname } from 'node:path';
import { type Command, Option } from 'commander';
import type { ExportLosses } from '../export/losses.ts';
import { type Export, explainRefusal, openExport } from '../export/ndjson.ts';
import { openTarget } from '../export/target-file.ts';
import { formatBytes, formatCount } from '../output/format.ts';
import { type Progress, startProgress } from '../output/progress.ts';
import { type Context, Failure } from './context.ts';
import { addExamples } from './examples.ts';

interface Flags {
  site?: string;
  out?: string;
  format: string;
  gzip?: boolean;
  force?: boolean;
}

type Write = (from: Export, out: (text: string) => Promise<void>, progress: Progress) => Promise<ExportLosses>;

const FORMATS: Record<string, Write> = { afterword: writeOwn };

export function addExportCommand(program: Command, context: () => Context): void {
  const command = program
    .command('export')
    .description('takes everything along, as a file')
    .option('--site <site>', 'only this one; else all that the token is for')
    .option('--out <file>', 'where to; - or nothing: standard output')
    .addOption(
      new Option('--format <format>', 'afterword has everything').choices(Object.keys(FORMATS)).default('afterword'),
    )
    .option('--gzip', 'compress it, as a name that ends in .gz does')
    .option('--force', 'replace the file')
    .action((flags: Flags) => exportAll(context(), flags));
  addExamples(command, [
    ['npx afterword export --out comments.ndjson.gz', 'everything, to keep or to restore elsewhere'],
    ['npx afterword export --site blog | grep \'"type":"comment"\' | wc -l'],
  ]);
}

async function exportAll(context: Context, flags: Flags): Promise<void> {
  const path = flags.out ?? '-';
  if (path === '-' && process.stdout.isTTY)
    throw new Failure('This would fill the terminal: say where it goes with --out FILE.', 'usage');
  const client = context.client();
  const gzip = flags.gzip === true || extname(path) === '.gz';
  // A file that is there says no before anything is asked, and what cannot be asked leaves no file.
  const target = await openTarget(path, { gzip, force: flags.force === true });
  const from = await openExport(client, flags.site).catch(explainRefusal);
  if (!from.head.emails)
    context.say('E-mail addresses are not in it: the token would have to be for comments:read as well.');
  const progress = startProgress({ label: 'Export', unit: 'records' });
  let losses: ExportLosses;
  try {
    losses = await FORMATS[flags.format]!(from, (text) => target.write(text), progress);
  } finally {
    progress.done();
  }
  const bytes = await target.close(from.head.emails);
  for (const [what, n] of Object.entries(losses.lost)) context.say(`Not in it: ${formatCount(n, what, what)}.`);
  if (path === '-') return;
  const { comments, lost } = losses;
  context.print(
    { file: path, format: flags.format, site: flags.site ?? null, comments, lost, bytes },
    () => `${path}: ${formatCount(comments, 'comment')}, ${formatBytes(bytes)}.`,
  );
}

async function writeOwn(
  { answers }: Export,
  out: (text: string) => Promise<void>,
  progress: Progress,
): Promise<ExportLosses> {
  const losses: ExportLosses = { comments: 0, lost: {} };
  let records = 0;
  for await (const lines of answers) {
    await out(lines.map((line) => `${line}\n`).join(''));
    losses.comments += lines.filter((line) => line.startsWith('{"type":"comment"')).length;
    records += lines.length;
    progress.update(records);
    if (lines.at(-1) === '{"type":"end"}') return losses;
  }
  throw new Failure('The server ended the export before its end. Nothing was written; try again.');
}
