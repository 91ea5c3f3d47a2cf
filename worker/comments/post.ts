/**
 * Writing a comment: one round trip to look, one to write. Nothing is half done: page, comment, counters and the answer
 * to this Idempotency-Key are one transaction, whose guards look again at what policy decided on.
 */
import { parseSettings } from '../admin/settings';
import { cleanLine } from '../clean';
import { NewComment } from '../contract';
import type { Db } from '../db';
import { addGravatar } from '../identity/avatars';
import { hashText } from '../identity/proof';
import { batchProven, checkStanding, type Person } from '../identity/standing';
import { type StandingRow, selectStanding, selectTeam } from '../identity/store';
import { newId } from '../ids';
import { type FactRows, judgePost, readFacts, selectFacts } from '../moderation/judge';
import { tellWriter, toStatus } from '../moderation/verdict';
import { drainBehind } from '../notify/outbox/drain';
import { insertEvent, isHeardOf } from '../notify/outbox/events-store';
import { normalisePage, type PageAddress } from '../pages/normalise';
import { type HeadRow, insertPage, type PageRef, refOf, selectHead } from '../pages/store';
import { Problem } from '../problem';
import {
  type AppContext,
  type ClientHashes,
  checkOrigin,
  foreignOrigin,
  hashClient,
  openDb,
  ownOrigin,
  readBody,
  refuseOrigin,
  sendBookmark,
} from '../request';
import { RENDERER_VERSION, renderMarkdown } from './markdown';
import { decideAuthor, decidePost, isClosed } from './policy';
import { presentOwn } from './present';
import {
  type CommentDraft,
  countShown,
  insertComment,
  type ParentRow,
  type ReceiptRow,
  type ShownRow,
  selectParent,
  selectReceipt,
} from './store';

/** How often a post that lost a race looks again. Each time something else has won: the page, the parent or the key. */
const ATTEMPTS = 3;

export async function postComment(c: AppContext): Promise<Response> {
  const idempotencyKey = c.req.header('Idempotency-Key') ?? '';
  const { value: input } = await readBody(c, NewComment);
  if (!/^[\w-]{16,64}$/.test(idempotencyKey))
    throw new Problem('idempotency_key_required', 'Idempotency-Key: must be 16 to 64 of A-Z, a-z, 0-9, - and _.', {
      field: 'Idempotency-Key',
    });
  const address = normalisePage(input.url);
  const ref = refOf(address, input.pageId);
  const fingerprint = await hashText(JSON.stringify(input));
  const client = await hashClient(c);
  const db = openDb(c, 'first-primary');
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    // What lost a race has used its proof up already.
    const spent = attempt > 0;
    const found = await look(c, db, ref, input, client, idempotencyKey, spent);
    if (input.site !== undefined && input.site !== found.head.site_id) throw refuseOrigin(ref.host);
    if (found.receipt) {
      if (found.receipt.receipt_print !== fingerprint)
        throw new Problem('idempotency_key_reused', undefined, { field: 'Idempotency-Key' });
      return respond(c, db, found.receipt);
    }
    const row = await write(c, db, input, { ...found, address, client, idempotencyKey, fingerprint, spent });
    if (row !== undefined) return respond(c, db, row);
  }
  throw new Problem('storage_unavailable', 'This conversation is very busy. Try again.', { retryAfterS: 1 });
}

function respond(c: AppContext, db: Db, row: ShownRow): Response {
  sendBookmark(c, db);
  return c.json(presentOwn({ ...row, status: tellWriter(row.status) }, ownOrigin(c)), 201);
}

interface Found {
  head: HeadRow & { target: string };
  parent: ParentRow | undefined;
  receipt: ReceiptRow | undefined;
  person: Person | null;
  team: { name: string; email: string | null }[];
  facts: FactRows;
}

/** @throws Problem origin_not_allowed, proof_replayed, session_invalid */
async function look(
  c: AppContext,
  db: Db,
  ref: PageRef,
  input: NewComment,
  client: ClientHashes,
  idempotencyKey: string,
  spent: boolean,
): Promise<Found> {
  const originHost = foreignOrigin(c, ref.host);
  const { identity } = c.get('viewer');
  const now = Date.now();
  const [heads, parents, receipts, standings, team, ...facts] = await db.batch(
    selectHead(ref, originHost),
    selectParent(input.parent ?? ''),
    selectReceipt(ref.host, idempotencyKey),
    selectStanding(identity, now),
    selectTeam(ref.host),
    ...selectFacts(ref.host, identity?.id ?? null, input, client, now),
  );
  const head = heads!.rows[0] as Found['head'] | undefined;
  if (!head) throw refuseOrigin(ref.host);
  checkOrigin(originHost, head.origin_site, head.site_id);
  const standing = standings!.rows[0] as StandingRow;
  return {
    head,
    parent: parents!.rows[0] as ParentRow | undefined,
    receipt: receipts!.rows[0] as ReceiptRow | undefined,
    person: checkStanding(identity, spent ? { ...standing, replayed: 0 } : standing, head.site_id),
    team: team!.rows as Found['team'],
    facts: readFacts(facts),
  };
}

/** @returns the comment, or undefined when a guard of the transaction stopped it: then nothing was written */
async function write(
  c: AppContext,
  db: Db,
  input: NewComment,
  found: Found & {
    address: PageAddress;
    client: ClientHashes;
    idempotencyKey: string;
    fingerprint: string;
    spent: boolean;
  },
): Promise<ShownRow | undefined> {
  const { head, parent, idempotencyKey, client } = found;
  const settings = parseSettings(head.settings);
  const viewer = c.get('viewer');
  const author = decideAuthor(viewer, found.person, input.author, settings, found.team);
  const now = Date.now();
  decidePost(viewer, input, { id: head.page_id, locked: isClosed(head, settings, now) }, parent);
  const html = renderMarkdown(input.body, settings);
  // Those who run the site are not judged.
  const isTeam = viewer.owner || author.author_badge !== null;
  const { findings, print, writes } = isTeam
    ? { findings: [], print: null, writes: [] }
    : await judgePost(c, {
        host: found.address.host,
        input,
        author,
        person: found.person,
        team: found.team,
        html,
        client,
        siteId: head.site_id,
        page: { id: head.page_id, url: found.address.url, count: head.page_count ?? 0 },
        idempotencyKey,
        settings,
        attackUntil: head.site_attack_until,
        rows: found.facts,
        now,
      });
  const status = toStatus(findings);
  const createdAt = input.createdAt === undefined ? now : Date.parse(input.createdAt);
  const id = newId(createdAt, crypto.getRandomValues(new Uint8Array(16)), parent?.id);
  const draft: CommentDraft = {
    id,
    site_id: head.site_id,
    parent_id: parent?.id ?? null,
    root_id: parent?.root_id ?? id,
    depth: parent ? parent.depth + 1 : 0,
    status,
    shown: status === 'approved' ? 1 : 0,
    ...author,
    body: input.body,
    html,
    html_version: RENDERER_VERSION,
    ip_hash: viewer.owner ? null : client.ipHash,
    net_hash: viewer.owner ? null : client.netHash,
    receipt_key: idempotencyKey,
    receipt_print: found.fingerprint,
    verdict: findings.length > 0 ? JSON.stringify(findings) : null,
    print,
    created_at: createdAt,
  };
  const page = { siteId: head.site_id, key: head.target };
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
  // What is taken for spam is nobody's news.
  const news = { approved: 'comment.created', pending: 'comment.held' } as const;
  const type = status === 'approved' || status === 'pending' ? news[status] : null;
  const cause = isTeam ? 'team' : 'writer';
  const told = type ? [insertEvent(newId(now, crypto.getRandomValues(new Uint8Array(16))), type, id, cause, now)] : [];
  const results = await batchProven(
    db,
    found.spent ? null : viewer.identity,
    ...born,
    insertComment(draft, page),
    ...countShown(draft, page),
    ...writes,
    ...told,
  );
  if (!results[born.length]!.changes) return undefined;
  if (isHeardOf(results)) drainBehind(c);
  addGravatar(c, settings, head.site_id, draft);
  return { ...draft, replies: 0, up: 0, down: 0, score: 0, kind: null, edited_at: null };
}
