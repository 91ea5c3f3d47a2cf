/**
 * Judging a comment that is about to be written: what to look up for it, what the phases say, and whom else to ask; and
 * whether it is one too many, which turns attack mode on. Costs no D1 round trip of its own.
 */

import type { CompiledQuery } from 'kysely';
import { renderMarkdown } from '../comments/markdown';
import type { AuthorColumns } from '../comments/policy';
import type { NewComment } from '../contract';
import type { Finding } from '../contract-admin';
import type { Settings } from '../contract-settings';
import type { ModelRow } from '../db';
import type { TeamMember } from '../identity/names';
import type { Person } from '../identity/standing';
import { newId } from '../ids';
import { Problem } from '../problem';
import { type AppContext, type ClientHashes, clientAddress } from '../request';
import { decideAttack } from './attack/attack';
import { type SurgeRow, selectSurge, startAttack } from './attack/attack-store';
import { passChallenge } from './attack/challenge';
import { type Bannable, listBanNames } from './bans/ban-match';
import { getModel, keepModel } from './classifier/model';
import { type FittingBan, type SenderRow, selectBans, selectHistory, selectModel, selectRecent } from './facts-store';
import type { Asked } from './outside/asked';
import { askOutside } from './outside/outside';
import { judge } from './phases';
import { compileRules } from './rules';
import { describeComment } from './text/describe';
import { listLinks } from './text/links';
import { type Facts, isNewcomer, isUnsettled, type Recent, toStatus } from './verdict';

/** What selectFacts finds, query by query. */
export interface FactRows {
  sender: SenderRow;
  recent: Recent[];
  bans: FittingBan[];
  model: ModelRow[];
  surge: SurgeRow;
}

/** @param host of the page @param authorId as comments.author_id, or null @param now epoch ms */
export function selectFacts(
  host: string,
  authorId: string | null,
  input: NewComment,
  client: ClientHashes,
  now: number,
) {
  return [
    selectHistory({ host }, authorId, now),
    selectRecent({ host }),
    selectBans({ host }, listBanNames(describeSender(authorId, input, client), host), authorId, now),
    selectModel({ host }, getModel(host).version),
    selectSurge(host, now),
  ];
}

/** What bans may name, before it is known whom the comment is by. Its links are those that it will have. */
function describeSender(authorId: string | null, { body, author }: NewComment, client: ClientHashes): Bannable {
  const links = listLinks(renderMarkdown(body, { images: true }));
  return { authorId, ...client, email: author?.email ?? null, url: author?.url ?? null, links };
}

export function readFacts([sender, recent, bans, model, surge]: { rows: unknown[] }[]): FactRows {
  return {
    sender: sender!.rows[0] as SenderRow,
    recent: recent!.rows as Recent[],
    bans: bans!.rows as FittingBan[],
    model: model!.rows as ModelRow[],
    surge: surge!.rows[0] as SurgeRow,
  };
}

/** A comment to be judged, and what is known of where it goes. */
export interface Case {
  host: string;
  input: NewComment;
  author: AuthorColumns;
  /** Who is logged in, or null. */
  person: Person | null;
  /** Of the site, beside those in the settings. */
  team: TeamMember[];
  html: string;
  client: ClientHashes;
  siteId: string;
  page: { id: string | null; url: string; count: number };
  idempotencyKey: string;
  settings: Settings;
  /** Epoch ms; attack mode is on until then. */
  attackUntil: number;
  rows: FactRows;
  now: number;
}

export interface Judgement {
  findings: Finding[];
  /** As comments.print. */
  print: string;
  /** What else is written together with the comment. */
  writes: CompiledQuery[];
}

/** @throws Problem banned, comment_refused, challenge_required */
export async function judgePost(c: AppContext, given: Case): Promise<Judgement> {
  const { input, author, client, page, rows, settings, attackUntil, now } = given;
  const comment = describeComment({
    id: null,
    body: input.body,
    html: given.html,
    name: author.author_name,
    email: author.author_email ?? given.person?.email ?? null,
    url: author.author_url,
    authorId: author.author_id,
    ...client,
    address: clientAddress(c),
    pageId: page.id,
    trap: input.trap ?? null,
    writtenMs: input.writtenMs ?? null,
  });
  const facts: Facts = {
    now,
    host: given.host,
    settings,
    team: given.team,
    verified: author.author_verified !== null,
    history: rows.sender,
    recent: rows.recent,
    bans: rows.bans,
    pageCount: page.count,
    model: keepModel(given.host, rows.model),
    attack: attackUntil > now,
    settled: rows.sender.settled === 1,
  };
  for (const { index, why } of compileRules(settings.rules).broken)
    console.warn(`Rule ${index + 1} of the site ${given.siteId} cannot be read, and counts as none: ${why}`);
  const newcomer = facts.attack ? isUnsettled(facts) : isNewcomer(facts);
  const surge = rows.surge.surge + 1;
  const until = facts.settled ? null : decideAttack(surge, attackUntil, settings.attackAfter, now);
  // Nobody is asked for work by the comment that turns it on: nothing would be written, and it would stay off.
  const findings = judge(comment, { ...facts, attack: facts.attack || until !== null });
  checkRefusal(findings);
  const asked: Asked = {
    siteId: given.siteId,
    page: { url: page.url, title: input.title ?? null },
    parent: input.parent ?? null,
    idempotencyKey: given.idempotencyKey,
    comment,
    verified: facts.verified,
    newcomer,
    findings,
    settings,
    headers: c.req.raw.headers,
    env: c.env,
    now,
  };
  const passed = await passChallenge(asked, facts.attack);
  const others = toStatus(findings) === 'spam' ? [] : await askOutside(asked);
  checkRefusal(others);
  const writes = until === null ? [] : startAttack(given.siteId, until, surge, newLogId(now), now);
  return { findings: [...findings, ...passed, ...others], print: comment.print, writes };
}

const newLogId = (now: number) => newId(now, crypto.getRandomValues(new Uint8Array(16)));

/** Says nothing of what was found. @throws Problem banned, comment_refused */
export function checkRefusal(findings: Finding[]): void {
  const refused = findings.find(({ says }) => says === 'refuse');
  if (refused) throw new Problem(refused.phase === 'bans' ? 'banned' : 'comment_refused');
}
