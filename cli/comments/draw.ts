/** Comments and decisions as people read them in a terminal: who, when, where, and the beginning of what was said. */
import { styleText } from 'node:util';
import type { AdminComment, AdminCommentContext, Decision } from '../../worker/contract-admin.ts';
import { formatCount, formatNumber, formatTime } from '../output/format.ts';
import { harmlessLine, harmlessText } from '../output/harmless.ts';
import { cut, terminalWidth } from '../output/table.ts';

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
    ['Page', `${comment.page.title ?? 'untitled'} (${comment.page.id})`],
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
export const drawLog = (decisions: Decision[], width = terminalWidth()): string =>
  decisions.map((decision) => drawDecision(decision, width)).join('\n');

function drawDecision({ batch, createdAt, by, action, undone, count, reason, site }: Decision, width: number): string {
  const what = `${action}${undone ? ' (undone)' : ''}${count > 1 ? ` ${formatNumber(count)}` : ''}`;
  const rest = harmlessLine(
    `${what}${site === null ? '' : ` on ${site}`} by ${by.name}${reason === null ? '' : `: ${reason}`}`,
  );
  const start = `${batch}  ${formatTime(createdAt)}`;
  const room = width - start.length - 2;
  return room >= 20 ? `${start}  ${cut(rest, room)}` : `${start}\n  ${cut(rest, width - 2)}`;
}

function drawHead(comment: AdminComment, width: number): string {
  const { id, status, createdAt } = comment;
  const start = `${styleText('bold', id)}  ${styleText(COLOURS[status], status)}  ${formatTime(createdAt)}`;
  const room = width - id.length - status.length - 22;
  return room >= 12 ? `${start}  ${cut(nameOf(comment), room)}` : `${start}\n${cut(nameOf(comment), width)}`;
}

function drawMarks({ findings, flags, parent, pinned, locked, editedAt, page }: AdminComment, width: number): string[] {
  const marks = [
    ...findings.map(({ says, reason }) => `${says}: ${reason}`),
    ...(flags > 0 ? [formatCount(flags, 'report')] : []),
    ...(pinned ? ['pinned'] : []),
    ...(locked ? ['closed'] : []),
    ...(parent === null ? [] : ['a reply']),
    ...(editedAt === null ? [] : ['edited']),
  ].join('; ');
  return [page.url, marks].filter(Boolean).map((line) => styleText('dim', drawLine(line, width)));
}

const drawLine = (body: string, width: number): string => `  ${cut(harmlessLine(body), Math.min(width, 500) - 2)}`;
const nameOf = ({ author }: AdminComment): string =>
  harmlessLine(`${author.name || 'nobody'}${author.verified === null ? '' : ` (${author.verified})`}`);
