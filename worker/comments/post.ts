/**
 * Writing a comment: one round trip to look, one to write. Nothing is half done: page, comment, counters and the answer
 * to this Idempotency-Key are one transaction, whose guards look again at what policy decided on.
 */
import { parseSettings } from '../admin/settings';
import { type Comment, NewComment } from '../contract';
import type { Db } from '../db';
import { newId } from '../ids';
import { normalisePage } from '../pages/normalise';
import { type HeadRow, insertPage, type PageRef, refOf, selectHead } from '../pages/store';
import { parseBody } from '../parse';
import { Problem } from '../problem';
import { type AppContext, checkOrigin, foreignOrigin, hashClient, openDb, refuseOrigin } from '../request';
import { RENDERER_VERSION, renderMarkdown } from './markdown';
import { cleanLine, cleanWebsite, decidePost } from './policy';
import { presentComment } from './present';
import {
  type AnswerRow,
  type CommentDraft,
  countShown,
  insertAnswer,
  insertComment,
  type ParentRow,
  selectAnswer,
  selectParent,
} from './store';

/** How often a post that lost a race looks again. Each time something else has won: the page, the parent or the key. */
const ATTEMPTS = 3;

export async function postComment(c: AppContext): Promise<Response> {
  const idempotencyKey = c.req.header('Idempotency-Key') ?? '';
  const { value: input } = await parseBody(NewComment, c.req.raw);
  if (!/^[\w-]{16,64}$/.test(idempotencyKey))
    throw new Problem('idempotency_key_required', 'Idempotency-Key: must be 16 to 64 of A-Z, a-z, 0-9, - and _.', {
      field: 'Idempotency-Key',
    });
  const address = normalisePage(input.url);
  const ref = refOf(address, input.pageId);
  const fingerprint = await hashText(JSON.stringify(input));
  const db = openDb(c, 'first-primary');
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const found = await look(c, db, ref, input.parent ?? null, idempotencyKey);
    if (input.site !== undefined && input.site !== found.head.site_id) throw refuseOrigin(ref.host);
    if (found.answer) {
      if (found.answer.fingerprint !== fingerprint)
        throw new Problem('idempotency_key_reused', undefined, { field: 'Idempotency-Key' });
      return respond(c, db, found.answer.answer);
    }
    const json = await write(c, db, input, { ...found, address, idempotencyKey, fingerprint });
    if (json !== undefined) return respond(c, db, json);
  }
  throw new Problem('storage_unavailable', 'This conversation is very busy. Try again.', { retryAfterS: 1 });
}

function respond(c: AppContext, db: Db, json: string): Response {
  if (db.bookmark !== undefined) c.header('Afterword-Bookmark', db.bookmark);
  c.header('Content-Type', 'application/json');
  return c.body(json, 201);
}

interface Found {
  head: HeadRow & { target: string };
  parent: ParentRow | undefined;
  answer: AnswerRow | undefined;
}

/** @throws Problem origin_not_allowed */
async function look(
  c: AppContext,
  db: Db,
  ref: PageRef,
  parentId: string | null,
  idempotencyKey: string,
): Promise<Found> {
  const originHost = foreignOrigin(c, ref.host);
  const [heads, parents, answers] = await db.batch(
    selectHead(ref, originHost),
    selectParent(parentId ?? ''),
    selectAnswer(ref.host, idempotencyKey),
  );
  const head = heads!.rows[0] as Found['head'] | undefined;
  if (!head) throw refuseOrigin(ref.host);
  checkOrigin(originHost, head.origin_site, head.site_id);
  return { head, parent: parents!.rows[0] as ParentRow | undefined, answer: answers!.rows[0] as AnswerRow | undefined };
}

/** @returns the answer's JSON, or undefined when a guard of the transaction stopped it: then nothing was written */
async function write(
  c: AppContext,
  db: Db,
  input: NewComment,
  found: Found & { address: { url: string }; idempotencyKey: string; fingerprint: string },
): Promise<string | undefined> {
  const { head, parent, idempotencyKey } = found;
  const settings = parseSettings(head.settings);
  const status = decidePost(
    c.get('viewer'),
    input,
    settings,
    { id: head.page_id, locked: head.page_locked === 1 },
    parent,
  );
  const now = Date.now();
  const createdAt = input.createdAt === undefined ? now : Date.parse(input.createdAt);
  const id = newId(createdAt, crypto.getRandomValues(new Uint8Array(16)), parent?.id);
  const name = cleanLine(input.author.name);
  if (name === '') throw new Problem('invalid_request', 'author.name: must not be blank.', { field: 'author.name' });
  const draft: CommentDraft = {
    id,
    parent_id: parent?.id ?? null,
    root_id: parent?.root_id ?? id,
    depth: parent ? parent.depth + 1 : 0,
    status,
    shown: status === 'approved' ? 1 : 0,
    author_name: name,
    author_email: input.author.email?.trim() || null,
    author_url: cleanWebsite(input.author.url),
    author_badge: input.author.badge ?? null,
    body: input.body,
    html: renderMarkdown(input.body, settings),
    html_version: RENDERER_VERSION,
    ip_hash: c.get('viewer').owner ? null : await hashClient(c),
    created_at: createdAt,
  };
  const page = { siteId: head.site_id, key: head.target };
  const json = JSON.stringify(
    presentComment({ ...draft, replies: 0, votes: 0, score: 0, edited_at: null }) satisfies Comment,
  );
  const born =
    head.page_id === null
      ? [
          insertPage(
            {
              ...page,
              id: newId(now, crypto.getRandomValues(new Uint8Array(16))),
              url: found.address.url,
              title: input.title === undefined ? null : cleanLine(input.title) || null,
              createdAt: now,
            },
            idempotencyKey,
          ),
        ]
      : [];
  const answer = { siteId: head.site_id, key: idempotencyKey, fingerprint: found.fingerprint, json, createdAt: now };
  const results = await db.batch(
    ...born,
    insertComment(draft, page, idempotencyKey),
    ...countShown(draft, page),
    insertAnswer(answer, id),
  );
  return results[born.length]!.changes > 0 ? json : undefined;
}

async function hashText(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((b) => b.toString(16).padStart(2, '0')).join('');
}
