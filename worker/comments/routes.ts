/** HTTP of comments: thread, replies, one comment, preview. What writes is in post.ts, change.ts, vote.ts and flag.ts. */
import { Hono } from 'hono';
import type * as v from 'valibot';
import { parseSettings } from '../admin/settings';
import { CACHE_CONTROL, cachedRead, matchesETag } from '../cache';
import {
  type CommentInContext,
  CommentQuery,
  LIMITS,
  NewPreview,
  type Preview,
  type Replies,
  RepliesQuery,
  type Sort,
  type Thread,
  ThreadQuery,
} from '../contract';
import { normalisePage } from '../pages/normalise';
import { findSiteOf } from '../pages/site';
import { refOf } from '../pages/store';
import { parseQuery } from '../parse';
import { Problem } from '../problem';
import {
  type AppContext,
  type AppEnv,
  checkOrigin,
  foreignOrigin,
  openDb,
  ownOrigin,
  readBody,
  refuseOrigin,
} from '../request';
import { editComment, readSource, removeComment } from './change';
import { flagComment } from './flag';
import { RENDERER_VERSION, renderMarkdown } from './markdown';
import { isClosed } from './policy';
import { postComment } from './post';
import { arrangeThread, presentComment, presentPage, presentReactions, presentRequired } from './present';
import {
  type PlaceRow,
  type ShownRow,
  selectAncestors,
  selectBranch,
  selectDescendants,
  selectPlaced,
  selectThread,
  type ThreadCursor,
  type ThreadRow,
} from './store';
import { parseId } from './target';
import { voteOnComment } from './vote';

/** +1 whenever an answer's shape changes: a client's old copy must not count as fresh. */
const SHAPE = 3;

/** What order a host's site last asked for. Only a guess, checked against each answer: it saves a second round trip. */
const sortHints = new Map<string, Sort>();

export const comments = new Hono<AppEnv>()
  .get('/thread', (c) => {
    const q = parseQuery(ThreadQuery, new URL(c.req.url).searchParams);
    if (q.bookmark !== undefined || c.get('viewer').owner) return readThread(c, q);
    return cachedRead(c.req.raw, c.req.header('Origin') ?? '', c.executionCtx, () => readThread(c, q));
  })
  .get('/comments/:id/replies', readReplies)
  .get('/comments/:id/source', readSource)
  .get('/comments/:id', readComment)
  .post('/comments', postComment)
  .patch('/comments/:id', editComment)
  .delete('/comments/:id', removeComment)
  .put('/comments/:id/vote', voteOnComment)
  .post('/comments/:id/flags', flagComment)
  .post('/preview', async (c) => {
    const { value } = await readBody(c, NewPreview);
    const site = await findSiteOf(c, openDb(c), value.url, value.site);
    const { images } = parseSettings(site.settings);
    return c.json({ html: renderMarkdown(value.body, { images }) } satisfies Preview);
  });

async function readThread(c: AppContext, q: v.InferOutput<typeof ThreadQuery>): Promise<Response> {
  const address = normalisePage(q.url);
  const ref = refOf(address, q.page_id);
  const originHost = foreignOrigin(c, ref.host);
  const limit = q.limit ?? LIMITS.pageSize.default;
  const db = openDb(c, q.bookmark);
  const select = (sort: Sort, known: string | null) =>
    db.all(selectThread(ref, originHost, { sort, after: parseCursor(q.after, sort), rows: limit + 1, known }));
  const known = knownVersion(c);
  let sort = q.sort ?? guessSort(ref.host, q.after);
  let rows = await select(sort, known);
  const head = rows[0];
  if (!head || (q.site !== undefined && q.site !== head.site_id)) throw refuseOrigin(ref.host);
  checkOrigin(originHost, head.origin_site, head.site_id);
  const settings = parseSettings(head.settings);
  const page = presentPage(head, address.url, settings, Date.now());
  const version = `${head.site_version}.${head.page_version ? head.page_id : 0}.${head.page_version ?? 0}`;
  // By its age alone a conversation closes without a new version.
  const etag = `W/"${SHAPE}.${RENDERER_VERSION}.${version}${page.locked ? '-closed' : ''}"`;
  c.header('ETag', etag);
  c.header('Cache-Control', q.bookmark === undefined ? CACHE_CONTROL : 'private, no-cache');
  if (matchesETag(c.req.raw, etag)) return c.body(null, 304);
  const isOtherSort = q.sort === undefined && settings.sort !== sort;
  if (isOtherSort) {
    sort = settings.sort;
    sortHints.set(ref.host, sort);
  }
  if (isOtherSort || version === known) rows = await select(sort, null);
  const shown = rows.filter((row): row is ThreadRow & ShownRow => row.id !== null);
  const pinnedRow = rows.find((row) => row.pinned_row !== null)?.pinned_row;
  const pinned = pinnedRow ? (JSON.parse(pinnedRow) as ShownRow) : undefined;
  const { comments, last, more } = arrangeThread(shown, pinned, limit, ownOrigin(c));
  return c.json({
    page,
    sort,
    votes: settings.votes,
    required: presentRequired(settings),
    comments,
    next: more && last ? (sort === 'best' ? `${last.score}_${last.id}` : last.id) : null,
  } satisfies Thread);
}

/** A cursor without a `sort` is of the site's own order, which its form narrows down. */
function guessSort(host: string, after: string | undefined): Sort {
  const hint = sortHints.get(host) ?? 'oldest';
  if (after === undefined) return hint;
  return after.includes('_') ? 'best' : hint === 'best' ? 'oldest' : hint;
}

/** The version part of an ETag of ours, by which an unchanged page is answered from its row alone. */
function knownVersion(c: AppContext): string | null {
  const tag = /^(?:W\/)?"(\d+)\.(\d+)\.([\w.]+)(?:-closed)?"$/.exec(c.req.header('If-None-Match') ?? '');
  return tag && Number(tag[1]) === SHAPE && Number(tag[2]) === RENDERER_VERSION ? tag[3]! : null;
}

/** @throws Problem invalid_request */
function parseCursor(after: string | undefined, sort: Sort): ThreadCursor | null {
  if (after === undefined) return null;
  const [, score = '0', id] =
    (sort === 'best' ? /^(-?[\d.]+(?:e[+-]?\d+)?)_(\w{26})$/ : /^()(\w{26})$/).exec(after) ?? [];
  if (id === undefined || !Number.isFinite(Number(score)))
    throw new Problem('invalid_request', `after: is not a cursor of sort=${sort}.`, { field: 'after' });
  return { score: Number(score), id };
}

async function readReplies(c: AppContext): Promise<Response> {
  const id = parseId(c);
  const q = parseQuery(RepliesQuery, new URL(c.req.url).searchParams);
  const originHost = foreignOrigin(c, null);
  const limit = q.limit ?? LIMITS.pageSize.default;
  // Only one of the two finds anything: the first for a top-level comment, the second for one inside a branch.
  const db = openDb(c, q.bookmark);
  const [place, branch, part] = await db.batch(
    selectPlaced(id, originHost),
    selectBranch(id, q.after ?? '', limit + 1),
    selectDescendants(id, q.after ?? '', limit + 1),
  );
  const found = place!.rows[0] as { site_id: string; origin_site: string | null; depth: number } | undefined;
  if (!found) throw new Problem('not_found');
  checkOrigin(originHost, found.origin_site, found.site_id);
  const rows = (found.depth === 0 ? branch : part)!.rows as ShownRow[];
  const fitting = rows.slice(0, limit);
  c.header('Cache-Control', 'private, no-cache');
  return c.json({
    comments: fitting.map((row) => presentComment(row, ownOrigin(c))),
    next: rows.length > limit ? fitting.at(-1)!.id : null,
  } satisfies Replies);
}

async function readComment(c: AppContext): Promise<Response> {
  const id = parseId(c);
  const q = parseQuery(CommentQuery, new URL(c.req.url).searchParams);
  const originHost = foreignOrigin(c, null);
  const db = openDb(c, q.bookmark);
  const [placed, ancestors] = await db.batch(selectPlaced(id, originHost), selectAncestors(id));
  const row = placed!.rows[0] as (PlaceRow & ShownRow) | undefined;
  if (!row) throw new Problem('not_found');
  checkOrigin(originHost, row.origin_site, row.site_id);
  c.header('Cache-Control', 'private, no-cache');
  return c.json({
    page: presentPlace(row, Date.now()),
    comment: presentComment(row, ownOrigin(c)),
    ancestors: (ancestors!.rows as ShownRow[]).reverse().map((each) => presentComment(each, ownOrigin(c))),
  } satisfies CommentInContext);
}

function presentPlace(row: PlaceRow & ShownRow, now: number): CommentInContext['page'] {
  const settings = parseSettings(row.settings);
  return {
    id: row.page_id,
    url: row.page_url,
    title: row.page_title,
    count: row.page_count,
    locked: isClosed(row, settings, now),
    reactions: presentReactions(settings.reactions, row.page_reactions),
  };
}
