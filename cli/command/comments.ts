/** `afterword comments …`: the queue in a terminal: listing, showing, deciding, undoing. */
import { text } from 'node:stream/consumers';
import { type Command, Option } from 'commander';
import type { AdminCommentContext, Log, Verb } from '../../worker/contract-admin.ts';
import { decideAboutIds, decideByFilter, undoBatch } from '../comments/decide.ts';
import { drawComments, drawContext, drawLog } from '../comments/draw.ts';
import { walkComments } from '../comments/walk.ts';
import { Failure } from '../failure.ts';
import { formatCount } from '../output/format.ts';
import { type Progress, startProgress } from '../output/progress.ts';
import { chooseSite } from '../remote/sites.ts';
import { addFilterOptions, type FilterOptions, isFiltered, readFilter } from './comment-filter.ts';
import type { Context } from './context.ts';
import { addExamples } from './examples.ts';

/** What each verb does, how it is asked about, and how it is said when it was done. */
const VERBS: Record<Verb, [description: string, question: string, done: string]> = {
  approve: ['lets everybody read them', 'Approve them all?', 'approved'],
  hold: ['lets them wait for approval', 'Hold them all?', 'held'],
  spam: ['takes them for spam', 'Take them all for spam?', 'taken for spam'],
  trash: ['takes them away', 'Put them all into the trash?', 'in the trash'],
  restore: ['takes them back from spam or trash', 'Restore them all?', 'restored'],
  delete: ['deletes text and writer for good; this cannot be undone', 'Delete them all for good?', 'deleted for good'],
};
/** So many that fit a filter are counted before it is asked about them. */
const COUNTED = 1_000;

interface ListOptions extends FilterOptions {
  sort?: 'newest' | 'oldest';
  limit: number;
  after?: string;
}
interface DecideOptions extends FilterOptions {
  reason?: string;
  yes?: boolean;
}
interface LogOptions {
  site?: string;
  comment?: string;
  limit: number;
}

export function addCommentsCommand(program: Command, context: () => Context): void {
  const comments = program.command('comments').description('lists comments of any status, and decides about them');
  const list = addFilterOptions(comments.command('list').description('lists comments, newest first'))
    .addOption(new Option('--sort <order>', 'which come first').choices(['newest', 'oldest']))
    .addOption(limitOption('how many'))
    .option('--after <cursor>', 'goes on behind this one: next of the answer before');
  list.action((options: ListOptions) => listComments(context(), options));
  addExamples(list, [
    ['npx afterword comments list --status pending'],
    ['npx afterword comments list --search "cheap watches" --from 7d'],
    ['npx afterword comments list --page https://blog.example/post --json'],
  ]);
  const show = comments
    .command('show')
    .description('shows comments whole: text, writer, reports, what was decided')
    .argument('<ids...>')
    .action((ids: string[]) => showComments(context(), ids));
  addExamples(show, [['npx afterword comments show 01j0000000example000000000']]);
  for (const [verb, [description]] of Object.entries(VERBS) as [Verb, string[]][]) {
    const decide = addFilterOptions(
      comments
        .command(verb)
        .description(`${description}: by ids, or all that fit a filter`)
        .argument('[ids...]', 'as list shows them; - reads them from standard input, one a line'),
    )
      .option('--reason <text>', 'for the log')
      .option('--yes', 'do not ask');
    decide.action((ids: string[], options: DecideOptions) => decideAbout(context(), verb, ids, options));
    addExamples(decide, [
      [`npx afterword comments ${verb} 01j0000000example000000000`],
      [`npx afterword comments ${verb} --site blog --search "cheap watches" --reason "campaign of today"`],
    ]);
  }
  const undo = comments
    .command('undo')
    .description('takes a decision back; what was decided about again since stays')
    .argument('<id>', 'as log shows it, or the command that decided')
    .action((id: string) => undoDecision(context(), id));
  addExamples(undo, [['npx afterword comments undo 01j0000000example000000000']]);
  const log = comments
    .command('log')
    .description('lists what was decided, the latest first')
    .option('--site <site>', 'about this site')
    .option('--comment <id>', 'about this comment')
    .addOption(limitOption('how many'))
    .action((options: LogOptions) => showLog(context(), options));
  addExamples(log, [['npx afterword comments log --site blog --limit 20']]);
  addExamples(comments, [
    ['npx afterword comments list --status pending'],
    ['npx afterword comments approve 01j0000000example000000000'],
    ['npx afterword comments spam --author KEY --site blog', 'everything of one writer'],
  ]);
}

const limitOption = (what: string) =>
  new Option('--limit <n>', what).default(50).argParser((value: string) => {
    if (/^[1-9]\d{0,5}$/.test(value)) return Number(value);
    throw new Failure(`--limit must be a number from 1 to 999999, not "${value}".`, 'usage');
  });

async function listComments(context: Context, { sort, limit, after, ...options }: ListOptions): Promise<void> {
  const client = context.client();
  const walked = await walkComments(client, { filter: await readFilter(client, options), sort, after, limit });
  context.print(walked, () => (walked.comments.length === 0 ? 'No comment fits.' : drawComments(walked.comments)));
  if (walked.next !== null) context.say(`There may be more: --after ${walked.next}, or a higher --limit.`);
  if (walked.unsearched > 0)
    context.say(
      `${formatCount(walked.unsearched, 'comment')} cannot be found by search yet; each search takes some in.`,
    );
}

async function showComments(context: Context, ids: string[]): Promise<void> {
  const client = context.client();
  const shown: AdminCommentContext[] = [];
  for (const id of ids)
    shown.push(await client.ask<AdminCommentContext>('GET', `/admin/comments/${encodeURIComponent(id)}`));
  context.print(shown.length === 1 ? shown[0] : shown, () => shown.map((each) => drawContext(each)).join('\n\n'));
}

async function decideAbout(context: Context, verb: Verb, named: string[], options: DecideOptions): Promise<void> {
  const { reason, yes = false, ...filters } = options;
  const ids = named.length === 1 && named[0] === '-' ? await readIds() : named;
  const isChosen = named.length > 0 ? !isFiltered(filters) && filters.site === undefined : isFiltered(filters);
  if (!isChosen)
    throw new Failure(`Which comments? Either name their ids, or a filter: afterword comments ${verb} --help`, 'usage');
  const client = context.client();
  const [, question, done] = VERBS[verb];
  if (named.length > 0) {
    if (verb === 'delete') await makeSure(context, `Delete ${formatCount(ids.length, 'comment')} for good?`, yes);
    const progress = watch(context, verb, ids.length);
    report(
      context,
      done,
      await decideAboutIds(client, { action: verb, reason }, ids, progress.update).finally(progress.done),
    );
    return;
  }
  const site = await chooseSite(client, filters.site);
  const filter = await readFilter(client, { ...filters, site });
  const { comments, next } = await walkComments(client, { filter, limit: COUNTED });
  if (comments.length === 0) {
    context.print({ batch: null, changed: [], skipped: 0 }, () => 'No comment fits: nothing was decided.');
    return;
  }
  const counted = `${next === null ? '' : 'More than '}${formatCount(comments.length, 'comment')}`;
  await makeSure(context, `${counted} of ${site} fit. ${question}`, yes);
  const progress = watch(context, verb, next === null ? comments.length : undefined);
  report(
    context,
    done,
    await decideByFilter(client, { action: verb, reason }, filter, progress.update).finally(progress.done),
  );
}

/** A bar for what takes several requests. */
function watch(context: Context, label: string, total: number | undefined): Progress {
  let requests = 0;
  let progress: Progress | undefined;
  return {
    update(n) {
      if (++requests === 2 && !context.json) progress = startProgress({ label, total, unit: 'comments' });
      progress?.update(n);
    },
    done: () => progress?.done(),
  };
}

function report(context: Context, done: string, outcome: Awaited<ReturnType<typeof decideByFilter>>): void {
  context.print(outcome, () => {
    const skipped = outcome.skipped > 0 ? `; ${formatCount(outcome.skipped, 'other')} not there, or so already` : '';
    const undo =
      outcome.batch === null || done === VERBS.delete[2] ? '' : `\nTo undo: afterword comments undo ${outcome.batch}`;
    return `${formatCount(outcome.changed.length, 'comment')} ${done}${skipped}.${undo}`;
  });
}

async function makeSure(context: Context, question: string, isSure: boolean): Promise<void> {
  if (isSure || (await context.confirm(question))) return;
  throw new Failure(`${question}\nNothing was done. Add --yes to do it without being asked.`, 'attention');
}

const readIds = async (): Promise<string[]> => (await text(process.stdin)).split(/\s+/).filter((id) => id !== '');

async function undoDecision(context: Context, id: string): Promise<void> {
  const client = context.client();
  const progress = watch(context, 'undo', undefined);
  const undone = await undoBatch(client, id, progress.update).finally(progress.done);
  context.print(undone, () => {
    const since = undone.skipped > 0 ? `; ${formatCount(undone.skipped, 'other')} decided about again since` : '';
    return `${formatCount(undone.changed, 'comment or page', 'comments and pages')} as before${since}.`;
  });
}

async function showLog(context: Context, { site, comment, limit }: LogOptions): Promise<void> {
  const client = context.client();
  const decisions: Log['decisions'] = [];
  let next: string | null = null;
  do {
    const query: URLSearchParams = new URLSearchParams();
    for (const [name, value] of Object.entries({ site, comment, after: next ?? undefined }))
      if (value !== undefined) query.set(name, value);
    const answer: Log = await client.ask<Log>('GET', `/admin/log?${query}`);
    decisions.push(...answer.decisions);
    next = answer.next;
  } while (next !== null && decisions.length < limit);
  const shown = decisions.slice(0, limit);
  context.print({ decisions: shown }, () => (shown.length === 0 ? 'Nothing was decided yet.' : drawLog(shown)));
}
