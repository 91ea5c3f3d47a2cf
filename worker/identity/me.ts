/**
 * Everything about oneself, for guests and for people who logged in: what is known of them, their comments, their name,
 * their devices, taking a guest's comments along, being forgotten. What is private is read in the transaction that uses
 * the proof up, so that it cannot be had by a proof of before. A new name is profile.ts, the copy of everything my-data.ts.
 */
import { presentComment } from '../comments/present';
import { parseId } from '../comments/target';
import { LIMITS, type Me, type OwnComments, OwnQuery } from '../contract';
import type { Db, PersonRow } from '../db';
import { tellWriter } from '../moderation/verdict';
import { normalisePage } from '../pages/normalise';
import { type HeadRow, refOf, selectHead, selectOrigin } from '../pages/store';
import { parseQuery } from '../parse';
import { Problem } from '../problem';
import { type AppContext, checkOrigin, foreignOrigin, openDb, ownOrigin, refuseOrigin, sendBookmark } from '../request';
import { type Claim, claimOf } from './claim';
import { countClaimable, moveImported, type SubjectRow, selectSubjects } from './claim-store';
import {
  type AccountRow,
  type DeviceRow,
  deleteDeletion,
  deleteOwnSession,
  insertDeletion,
  moveIdentity,
  type OwnRow,
  selectAccounts,
  selectDeletion,
  selectOwn,
  selectPerson,
  selectSessions,
} from './me-store';
import { presentPerson } from './present';
import { batchProven, checkStanding, needIdentity, type Person } from './standing';
import { type StandingRow, selectStanding } from './store';
import { handleOf, type Identity } from './viewer';

type Queries = Parameters<Db['batch']>;
type Results = Awaited<ReturnType<Db['batch']>>;

/** Who asks about themselves. */
export interface Asker {
  db: Db;
  identity: Identity;
  /** null for a guest. */
  person: Person | null;
  /** What proves that imported comments are theirs. */
  claim: Claim;
  /** ms */
  now: number;
}

/** `GET /me` */
export async function readMe(c: AppContext): Promise<Response> {
  const [asker] = await look(c);
  return answerMe(c, asker);
}

/** `GET /me/comments`: newest first, whatever became of them. */
export async function listOwnComments(c: AppContext): Promise<Response> {
  const q = parseQuery(OwnQuery, new URL(c.req.url).searchParams);
  if (q.page_id !== undefined && q.url === undefined)
    throw new Problem('invalid_request', 'url: is needed with page_id.', { field: 'url' });
  const ref = q.url === undefined ? null : refOf(normalisePage(q.url), q.page_id);
  const originHost = foreignOrigin(c, ref?.host ?? null);
  const [{ db, identity }, [heads]] = await look(c, ...(ref ? [selectHead(ref, originHost)] : []));
  const head = heads?.rows[0] as HeadRow | undefined;
  if (ref && (!head || (q.site !== undefined && q.site !== head.site_id))) throw refuseOrigin(ref.host);
  if (head) checkOrigin(originHost, head.origin_site, head.site_id);
  // A page that is not born yet has no id, and nobody's comments.
  const place = { siteId: q.site ?? null, pageId: head ? (head.page_id ?? '') : null };
  const [own] = await batchProven(db, identity, selectOwn(identity.id, place, q.after ?? '~', LIMITS.ownComments + 1));
  const rows = own!.rows as OwnRow[];
  const fitting = rows.slice(0, LIMITS.ownComments);
  return answerPrivately(c, {
    comments: fitting.map((row) => presentOwn(row, ownOrigin(c))),
    next: rows.length > fitting.length ? fitting.at(-1)!.id : null,
  } satisfies OwnComments);
}

/** `DELETE /me`: everything goes in a day; asked again, the first time stays. */
export async function askDeletion(c: AppContext): Promise<Response> {
  const [asker] = await look(c);
  return answerMe(c, asker, insertDeletion(asker.identity.id, asker.now + LIMITS.deletionDelayS * 1000));
}

/** `POST /me/restore` */
export async function cancelDeletion(c: AppContext): Promise<Response> {
  const [asker] = await look(c);
  return answerMe(c, asker, deleteDeletion(asker.identity.id, asker.now));
}

/**
 * `POST /me/claim`: what the key wrote on the site before its owner logged in, and what was imported and is theirs by an address
 * or an account.
 * @throws Problem login_required
 */
export async function claimComments(c: AppContext): Promise<Response> {
  const [asker] = await look(c);
  const { jkt } = asker.identity.proof;
  const { siteId } = asker.identity.token ?? { siteId: '' };
  const heir = { ...needPerson(asker), site_id: siteId };
  return answerMe(c, asker, ...moveIdentity(jkt, heir), ...moveImported(asker.claim, heir));
}

/** `DELETE /me/sessions/{id}`: another device, or this one, is logged out. @throws Problem not_found */
export async function endOwnSession(c: AppContext): Promise<Response> {
  const id = parseId(c);
  const [asker] = await look(c);
  const { me, results } = await settle(c, asker, deleteOwnSession(id, asker.identity.id));
  if (!results[0]!.changes) throw new Problem('not_found');
  return answerPrivately(c, me);
}

/**
 * One round trip: who asks, and what else has to be known.
 * @returns also the results of `queries`
 * @throws Problem proof_required, proof_replayed, session_invalid, origin_not_allowed
 */
export async function look(c: AppContext, ...queries: Queries): Promise<[Asker, Results]> {
  const identity = needIdentity(c.get('viewer').identity);
  const siteId = identity.token?.siteId;
  const originHost = foreignOrigin(c, null);
  const db = openDb(c, 'first-primary');
  const now = Date.now();
  const [standings, origins, accounts, ...results] = await db.batch(
    selectStanding(identity, now),
    selectOrigin(originHost ?? ''),
    selectSubjects(identity.token?.personId ?? ''),
    ...queries,
  );
  const person = checkStanding(identity, standings!.rows[0] as StandingRow, siteId);
  // A guest is known by the key alone, on whichever site it is used.
  const asking = (origins!.rows[0] as { site_id: string } | undefined)?.site_id ?? null;
  checkOrigin(originHost, asking, siteId ?? asking ?? '');
  const claim = await claimOf(siteId ?? '', person, accounts!.rows as SubjectRow[]);
  return [{ db, identity, person, claim, now }, results];
}

/**
 * The other round trip: uses the proof up, writes, and reads what there is then.
 * @returns also the results of `writes`
 * @throws Problem proof_replayed
 */
export async function settle(
  c: AppContext,
  { db, identity, claim, now }: Asker,
  ...writes: Queries
): Promise<{ me: Me; results: Results }> {
  const personId = identity.token?.personId ?? '';
  const results = await batchProven(
    db,
    identity,
    ...writes,
    selectPerson(personId),
    selectAccounts(personId),
    selectSessions(personId, now),
    countClaimable(identity.proof.jkt, claim),
    selectDeletion(identity.id),
  );
  const [people, accounts, sessions, claimable, deletion] = results.slice(writes.length).map(({ rows }) => rows);
  const person = people![0] as PersonRow | undefined;
  const iso = (ms: number) => new Date(ms).toISOString();
  const [due] = deletion as { due_at: number }[];
  const me: Me = {
    id: handleOf(identity.id),
    person: person ? presentPerson(person, ownOrigin(c)) : null,
    email: person?.email ?? null,
    accounts: (accounts as AccountRow[]).map((a) => ({
      provider: a.provider,
      name: a.name,
      createdAt: iso(a.created_at),
    })),
    sessions: (sessions as DeviceRow[]).map((s) => ({
      id: s.id,
      device: s.device,
      createdAt: iso(s.created_at),
      usedAt: iso(s.used_at),
      current: s.id === identity.token?.sessionId,
    })),
    claimable: (claimable![0] as { claimable: number }).claimable,
    deleteAt: due ? iso(due.due_at) : null,
  };
  return { me, results };
}

export async function answerMe(c: AppContext, asker: Asker, ...writes: Queries): Promise<Response> {
  const { me } = await settle(c, asker, ...writes);
  sendBookmark(c, asker.db);
  return answerPrivately(c, me);
}

function answerPrivately(c: AppContext, answer: Me | OwnComments): Response {
  c.header('Cache-Control', PRIVATE);
  return c.json(answer);
}
/** Of every answer about oneself. */
export const PRIVATE = 'private, no-store';

/** To whoever wrote it a comment is shown as it is stored, and what became of it is told. */
function presentOwn(row: OwnRow, origin: string): OwnComments['comments'][number] {
  return {
    comment: { ...presentComment({ ...row, status: 'approved' }, origin), status: tellWriter(row.status) },
    page: { url: row.page_url, title: row.page_title },
  };
}

/** @throws Problem login_required */
export function needPerson({ person }: Asker): Person {
  if (person) return person;
  throw new Problem('login_required', 'This is for those who have logged in.');
}
