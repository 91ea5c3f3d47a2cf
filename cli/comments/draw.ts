/** Comments and decisions as people read them in a terminal: who, when, where, and the beginning of what was said. */
import { styleText } from 'node:util';
import type { AdminComment, AdminCommentContext, Decision } from '../../worker/contract-admin.ts';
import { formatCount, formatTime } from '../output/format.ts';
import { harmlessLine, harmlessText } from '../output/harmless.ts';
import { type Column, cut, drawTable, terminalWidth } from '../output/table.ts';

const COLOURS = { approved: 'green', pending: 'yellow', spam: 'red', trash: 'red', deleted: 'dim' } as const;

/** A few lines for each, an empty one between them. */
export function drawComments(comments: AdminComment[], width = terminalWidth()): string {
  return comments
    .map((comment) =>
      [drawHead(comment, width), ...drawMarks(comment, width), drawLine(comment.body, width)].join('\n'),
    )
    .join('\n\n');
}

/** One comment with all that helps to decide about it. */
export function drawContext({ comment, ancestors, history, flags, log }: AdminCommentContext): string {
  const { author } = comment;
  const who = [
    [
      'By',
      `${nameOf(comment)}${author.email === null ? '' : ` <${author.email}>`}${author.url === null ? '' : ` ${author.url}`}`,
    ],
    ['Author', author.key ?? 'nobody can prove to be it'],
    ['Address', [comment.ip, comment.network].filter((hash) => hash !== null).join(', ') || 'not known any more'],
    ['Wrote', `${history.approved} approved, ${history.pending} pending, ${history.spam} spam, ${history.trash} trash`],
    ['Page', `${comment.page.title ?? ''} ${comment.page.url} (${comment.page.id})`],
    ['Votes', String(comment.votes)],
  ].map(([what, value]) => `${styleText('dim', what!.padEnd(8))}${harmlessLine(value!)}`);
  const above = ancestors.map(
    (each) => `${styleText('dim', 'answers ')}${nameOf(each)}: ${drawLine(each.body, terminalWidth() - 20).trim()}`,
  );
  const reports = flags.map(
    ({ reason, note }) => `${styleText('dim', 'report  ')}${harmlessLine(`${reason} ${note ?? ''}`)}`,
  );
  return [
    drawHead(comment, Infinity),
    ...drawMarks(comment, Infinity),
    ...who,
    ...above,
    ...reports,
    '',
    harmlessText(comment.body).replace(/^/gm, '  '),
    ...(log.length > 0 ? ['', drawLog(log)] : []),
  ].join('\n');
}

/** Decisions, the latest first. */
export function drawLog(decisions: Decision[], width = terminalWidth()): string {
  const columns: Column[] = [
    { title: 'ID', whole: true },
    { title: 'WHEN, UTC', whole: true },
    { title: 'WHO' },
    { title: 'WHAT' },
    { title: 'COUNT', right: true },
    { title: 'REASON' },
  ];
  const rows = decisions.map(({ batch, createdAt, by, action, undone, count, reason, site }) => [
    batch,
    formatTime(createdAt),
    by.name,
    `${action}${undone ? ' (undone)' : ''}${site === null ? '' : ` ${site}`}`,
    String(count),
    reason ?? '',
  ]);
  return drawTable(columns, rows, width);
}

function drawHead(comment: AdminComment, width: number): string {
  const { id, status, createdAt, page } = comment;
  const rest = harmlessLine(`${nameOf(comment)} on ${page.url}`);
  const start = `${id}  ${status.padEnd(8)}  ${formatTime(createdAt)}  `;
  const painted = `${styleText('bold', id)}  ${styleText(COLOURS[status], status.padEnd(8))}  ${formatTime(createdAt)}  `;
  // In a narrow terminal the name has a line of its own.
  if (width - start.length >= 20) return painted + cut(rest, width - start.length);
  return `${styleText('bold', id)}\n${styleText(COLOURS[status], status)}  ${formatTime(createdAt)}\n${cut(rest, width)}`;
}

function drawMarks({ findings, flags, parent, pinned, locked, editedAt }: AdminComment, width: number): string[] {
  const marks = [
    ...findings.map(({ says, reason }) => `${says}: ${reason}`),
    ...(flags > 0 ? [formatCount(flags, 'report')] : []),
    ...(pinned ? ['pinned'] : []),
    ...(locked ? ['closed'] : []),
    ...(parent === null ? [] : ['a reply']),
    ...(editedAt === null ? [] : ['edited']),
  ].join('; ');
  return marks === '' ? [] : [styleText('dim', `  ${cut(harmlessLine(marks), width - 2)}`)];
}

const drawLine = (body: string, width: number): string => `  ${cut(harmlessLine(body), Math.min(width, 500) - 2)}`;
const nameOf = ({ author }: AdminComment): string =>
  harmlessLine(`${author.name || 'nobody'}${author.verified === null ? '' : ` (${author.verified})`}`);
