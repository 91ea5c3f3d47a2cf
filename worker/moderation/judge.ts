/**
 * Judging a comment that is about to be written: what to look up for it, what the phases say, and whom else to ask. Costs no
 * D1 round trip of its own.
 */

import type { AuthorColumns } from '../comments/policy';
import type { NewComment } from '../contract';
import type { Finding } from '../contract-admin';
import type { Settings } from '../contract-settings';
import type { ModelRow } from '../db';
import { Problem } from '../problem';
import { type AppContext, type ClientHashes, clientAddress } from '../request';
import { banCandidates } from './ban-match';
import { type FittingBan, type HistoryRow, selectBans, selectHistory, selectModel, selectRecent } from './facts-store';
import { listLinks } from './links';
import { getModel, keepModel } from './model';
import { judge } from './phases';
import { printOf } from './print';
import type { Facts, Judged, Recent } from './verdict';

/** What selectFacts finds, query by query. */
export interface FactRows {
  history: HistoryRow;
  recent: Recent[];
  bans: FittingBan[];
  model: ModelRow[];
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
    selectHistory(host, authorId ?? ''),
    selectRecent(host),
    selectBans(host, banCandidates(input, authorId, client), now),
    selectModel(host, getModel(host).version),
  ];
}

export function readFacts([history, recent, bans, model]: { rows: unknown[] }[]): FactRows {
  return {
    history: history!.rows[0] as HistoryRow,
    recent: recent!.rows as Recent[],
    bans: bans!.rows as FittingBan[],
    model: model!.rows as ModelRow[],
  };
}

/** A comment to be judged, and what is known of where it goes. */
export interface Case {
  host: string;
  input: NewComment;
  author: AuthorColumns;
  html: string;
  client: ClientHashes;
  page: { id: string | null; count: number };
  settings: Settings;
  /** Epoch ms; attack mode is on until then. */
  attackUntil: number;
  rows: FactRows;
  now: number;
}

/**
 * @returns what was said about it, and its fingerprint
 * @throws Problem banned, comment_refused
 */
export async function judgePost(c: AppContext, given: Case): Promise<{ findings: Finding[]; print: string }> {
  const { input, author, client, page, rows } = given;
  const print = printOf(input.body);
  const comment: Judged = {
    body: input.body,
    name: author.author_name,
    email: author.author_email,
    url: author.author_url,
    links: listLinks(given.html),
    authorId: author.author_id,
    ipHash: client.ipHash,
    netHash: client.netHash,
    address: clientAddress(c),
    print,
    pageId: page.id,
    trap: input.trap ?? null,
    writtenMs: input.writtenMs ?? null,
  };
  const facts: Facts = {
    now: given.now,
    settings: given.settings,
    verified: author.author_verified !== null,
    history: rows.history,
    recent: rows.recent,
    bans: rows.bans,
    pageCount: page.count,
    model: keepModel(given.host, rows.model),
    attack: given.attackUntil > given.now,
  };
  const findings = judge(comment, facts);
  const refused = findings.find(({ says }) => says === 'refuse');
  if (refused) throw new Problem(refused.phase === 'bans' ? 'banned' : 'comment_refused');
  return { findings, print };
}
