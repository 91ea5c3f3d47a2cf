/** `afterword export`: takes everything along, as a file of our own format or of another system's. */
import { extname } from 'node:path';
import { type Command, Option } from 'commander';
import { type AnyRecord, FRAME } from '../../worker/contract-transfer.ts';
import { writeDisqus } from '../export/disqus.ts';
import type { ExportLosses } from '../export/losses.ts';
import { type Export, explainRefusal, openExport, readRecords } from '../export/ndjson.ts';
import { openTarget } from '../export/target-file.ts';
import { writeWordpress } from '../export/wordpress.ts';
import { Failure } from '../failure.ts';
import { formatBytes, formatCount } from '../output/format.ts';
import { startProgress } from '../output/progress.ts';
import { chooseSite } from '../remote/sites.ts';
import type { Context } from './context.ts';
import { addExamples } from './examples.ts';

interface Flags {
  site?: string;
  out?: string;
  format: string;
  gzip?: boolean;
  force?: boolean;
}

type Out = (text: string) => Promise<void>;

/** How each format is written from records. */
const FORMATS: Record<string, (records: AsyncIterable<AnyRecord>, out: Out) => Promise<ExportLosses>> = {
  wordpress: writeWordpress,
  disqus: writeDisqus,
};
/** Has everything, as the instance says it. */
const OWN = 'afterword';

export function addExportCommand(program: Command, context: () => Context): void {
  const command = program
    .command('export')
    .description('takes everything along, as a file')
    .option('--site <site>', 'only this one; else all that the token is for')
    .option('--out <file>', 'where to; - or nothing: standard output')
    .addOption(
      new Option('--format <format>', 'what it can be read by; docs/leaving.md tells what others lack')
        .choices([OWN, ...Object.keys(FORMATS)])
        .default(OWN),
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
  // A blog and a forum are one place each.
  const site = flags.format === OWN ? flags.site : await chooseSite(client, flags.site);
  const gzip = flags.gzip === true || extname(path) === '.gz';
  // A file that is there says no before anything is asked, and what cannot be asked leaves no file.
  const target = await openTarget(path, { gzip, force: flags.force === true });
  const from = await openExport(client, site).catch(explainRefusal);
  if (!from.head.emails)
    context.say('E-mail addresses are not in it: the token would have to be for comments:read as well.');
  const progress = startProgress({ label: 'Export', unit: 'records' });
  const seen = { records: 0, comments: 0 };
  const count = (isComment: boolean) => {
    seen.records++;
    if (isComment) seen.comments++;
    progress.update(seen.records);
  };
  const out = (text: string) => target.write(text);
  const write = FORMATS[flags.format];
  let losses: ExportLosses = { lost: {} };
  try {
    if (write) losses = await write(counted(readRecords(from), count), out);
    else await writeOwn(from, out, count);
  } finally {
    progress.done();
  }
  const bytes = await target.close(from.head.emails);
  for (const [what, n] of Object.entries(losses.lost)) context.say(`Not in it: ${formatCount(n, what, what)}.`);
  if (path === '-') return;
  const said = { file: path, format: flags.format, site: from.head.site, ...seen, ...losses, bytes };
  context.print(
    said,
    () =>
      `${path}: ${formatCount(seen.comments, 'comment')}, ${formatCount(seen.records, 'record')} in all, ${formatBytes(bytes)}.`,
  );
}

async function* counted(
  records: AsyncIterable<AnyRecord>,
  count: (isComment: boolean) => void,
): AsyncGenerator<AnyRecord> {
  for await (const record of records) {
    count(record.type === 'comment');
    yield record;
  }
}

/** Line by line as it came: nothing is read that need not be. */
async function writeOwn({ answers }: Export, out: Out, count: (isComment: boolean) => void): Promise<void> {
  for await (const lines of answers) {
    await out(lines.map((line) => `${line}\n`).join(''));
    for (const line of lines) if (!FRAME.test(line)) count(line.startsWith('{"type":"comment"'));
    if (lines.at(-1) === '{"type":"end"}') return;
  }
  throw new Failure('The server ended the export before its end: try again.');
}
