/**
 * What each operation costs in D1: round trips, rows read, rows written, as the worker reports them to token holders,
 * against the design's budget. These do not depend on the machine.
 */
import { createKey } from '../../cli/key.ts';
import type { Comment, CommentInContext, NewComment, Replies, Sort, Thread } from '../../worker/contract.ts';
import { type Answer, ask } from './load.ts';
import { printTable, type Report, whole } from './report.ts';
import { pageUrl, type Stage, threadPath } from './stage.ts';

/**
 * Rows that finding a comment may cost beside its own, where they do not lie in one range of an index: `best` goes by two
 * indexes to a top-level comment; the way up or down a tree reads comment, index and its own memory at every step.
 */
const STEPS_BEST = 2;
const STEPS_UP = 1;
const STEPS_DOWN = 3;
/** Rows a read may read beyond those it returns. */
const SPARE = 10;
const POST_TRIPS = 2;
const POST_WRITTEN = 12;
const COUNTED_PAGES = 100;

interface Bill {
  trips: number;
  read: number;
  written: number;
}
interface Operation {
  name: string;
  bill: Bill;
  returned: number;
  allowed: Bill;
}

const SORTS = ['oldest', 'newest', 'best'] as const satisfies Sort[];

export async function measureRows(stage: Stage, report: Report): Promise<void> {
  const operations: Operation[] = [];
  for (const size of stage.sizes) operations.push(...(await measureThreads(stage, size)));
  operations.push(...(await measureOthers(stage, Math.max(...stage.sizes))));
  operations.push(...(await measurePosts(stage)));

  printTable(
    report,
    'D1, per operation',
    ['operation', 'trips', 'rows read', 'returned', 'read − returned', 'allowed', 'written', 'allowed'],
    operations.map(({ name, bill, returned, allowed }) => [
      name,
      String(bill.trips),
      whole(bill.read),
      whole(returned),
      whole(bill.read - returned),
      allowed.read === Number.POSITIVE_INFINITY ? '–' : whole(allowed.read - returned),
      whole(bill.written),
      whole(allowed.written),
    ]),
    [
      `allowed are ${SPARE}, and where a comment is found by steps: best ${STEPS_BEST} for each top-level one, ` +
        `${STEPS_UP} for each ancestor, ${STEPS_DOWN} for each reply inside a branch`,
      'counts read site and page of each of the 100',
    ],
  );
  const over = (key: keyof Bill) => operations.filter(({ bill, allowed }) => bill[key] > allowed[key]);
  const add = (what: string, target: string, key: keyof Bill) => {
    const names = over(key).map(({ name, bill }) => `${name}: ${bill[key]}`);
    const ok = names.length === 0;
    report.verdicts.push({ what, target, measured: ok ? 'every operation' : names.join(', '), ok, firm: true });
  };
  add('D1 round trips', `1 a read, ${POST_TRIPS} a post`, 'trips');
  add('D1 rows read', `returned + ${SPARE}, and steps`, 'read');
  add('D1 rows written', `${POST_WRITTEN} a post, 0 a read`, 'written');
}

async function measureThreads(stage: Stage, size: number): Promise<Operation[]> {
  const url = pageUrl(size);
  const operations: Operation[] = [];
  for (const sort of SORTS) {
    const add = (name: string, answer: Answer) => {
      const { comments } = JSON.parse(answer.body) as Thread;
      const roots = sort === 'best' ? comments.filter((comment) => comment.depth === 0).length : 0;
      operations.push(toRead(`${name}, ${sort}, ${whole(size)} comments`, answer, comments.length, STEPS_BEST * roots));
    };
    const first = await get(stage, threadPath(url, { sort }));
    add('thread', first);
    const { next } = JSON.parse(first.body) as Thread;
    if (next !== null) add('its second page', await get(stage, threadPath(url, { sort, after: next })));
    if (sort !== 'oldest') continue;
    const again = await get(stage, threadPath(url, { sort }), { 'If-None-Match': String(first.headers.etag) }, 304);
    operations.push(toRead(`unchanged (304), ${whole(size)} comments`, again, 0));
  }
  return operations;
}

async function measureOthers(stage: Stage, size: number): Promise<Operation[]> {
  const { comments } = JSON.parse((await get(stage, threadPath(pageUrl(size), { limit: '200' }))).body) as Thread;
  const long = comments.reduce((a, b) => ((b.more?.count ?? 0) > (a.more?.count ?? 0) ? b : a));
  const rest = await get(stage, `/api/v1/comments/${long.id}/replies?after=${long.more?.after}`);
  const replies = (JSON.parse(rest.body) as Replies).comments;
  const deep = replies.reduce((a, b) => (b.depth > a.depth ? b : a));
  const one = await get(stage, `/api/v1/comments/${deep.id}`);
  const { ancestors } = JSON.parse(one.body) as CommentInContext;
  const below = replies.map(({ id }) => replies.filter((reply) => reply.parent === id).length);
  const busy = replies[below.indexOf(Math.max(...below))]!;
  const part = await get(stage, `/api/v1/comments/${busy.id}/replies`);
  const partReplies = (JSON.parse(part.body) as Replies).comments;
  const urls = Array.from({ length: COUNTED_PAGES }, (_, i) => pageUrl(stage.sizes[i] ?? `empty/${i}`));
  const counts = await get(stage, `/api/v1/counts?${new URLSearchParams(urls.map((url) => ['url', url]))}`);
  return [
    toRead('rest of a long branch', rest, replies.length),
    toRead('replies to one inside it', part, partReplies.length, STEPS_DOWN * partReplies.length),
    toRead(`one comment, ${deep.depth} deep`, one, ancestors.length + 1, STEPS_UP * ancestors.length),
    toRead(`counts of ${COUNTED_PAGES} pages`, counts, COUNTED_PAGES, Number.POSITIVE_INFINITY),
  ];
}

async function measurePosts(stage: Stage): Promise<Operation[]> {
  const page = pageUrl('posts');
  const key = await createKey();
  const post = async (name: string, comment: Partial<NewComment>): Promise<[Operation, Comment]> => {
    const body = { url: page, title: 'Posts', author: { name: 'Ada' }, body: 'The first sun for a week.', ...comment };
    const url = `${stage.ours}/api/v1/comments`;
    const text = JSON.stringify(body);
    const answer = await ask({
      url,
      method: 'POST',
      headers: {
        ...stage.token,
        'Content-Type': 'application/json',
        'Idempotency-Key': crypto.randomUUID(),
        DPoP: await key.prove('POST', url, text),
      },
      body: text,
    });
    if (answer.status !== 201) throw new Error(`Posting answered ${answer.status}: ${answer.body}`);
    const bill = readBill(answer);
    const allowed = { trips: POST_TRIPS, read: Number.POSITIVE_INFINITY, written: POST_WRITTEN };
    return [{ name, bill, returned: 1, allowed }, JSON.parse(answer.body) as Comment];
  };
  const [first, root] = await post('post with proof, first of its page', {});
  const [second] = await post('post with proof, top level', {});
  const [reply] = await post('post with proof, reply', { parent: root.id });
  return [first, second, reply];
}

/** @param more rows it may read besides */
function toRead(name: string, answer: Answer, returned: number, more = 0): Operation {
  const allowed = { trips: 1, read: returned + SPARE + more, written: 0 };
  return { name, bill: readBill(answer), returned, allowed };
}

/** @throws Error when the answer carries no bill */
function readBill({ headers }: Answer): Bill {
  const match = /d1;desc="trips=(\d+) read=(\d+) written=(\d+)"/.exec(String(headers['server-timing']));
  if (!match) throw new Error('An answer to a token holder has no Server-Timing of D1.');
  return { trips: Number(match[1]), read: Number(match[2]), written: Number(match[3]) };
}

async function get(stage: Stage, path: string, headers = {}, status = 200): Promise<Answer> {
  const answer = await ask({ url: stage.ours + path, headers: { ...stage.token, ...headers } });
  if (answer.status !== status) throw new Error(`${path} answered ${answer.status}: ${answer.body}`);
  return answer;
}
