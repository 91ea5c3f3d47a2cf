/**
 * Judging a new text for a comment that is there, so that nothing is smuggled past the phases by writing it later. What needs
 * looking up goes along with the edit's own look; nobody else is asked.
 */
import type { CompiledQuery } from 'kysely';
import { renderMarkdown } from '../comments/markdown';
import type { Finding } from '../contract-admin';
import type { Settings } from '../contract-settings';
import type { CommentRow, ModelRow } from '../db';
import type { ClientHashes } from '../request';
import { listBanNames } from './bans/ban-match';
import { EMPTY_MODEL, parseModel } from './classifier/bayes';
import { type FittingBan, type SenderRow, selectBans, selectHistory, selectModel, selectRecent } from './facts-store';
import { checkRefusal } from './judge';
import { EDIT_PHASES, judge } from './phases';
import { parseFindings } from './queue/present';
import { describeComment } from './text/describe';
import { listLinks } from './text/links';
import { type Recent, toStatus } from './verdict';

/** @param id of the comment @param authorId whose edit it is @param body its new text @param now epoch ms */
export function selectEditFacts(
  id: string,
  authorId: string | null,
  body: string,
  client: ClientHashes,
  now: number,
): CompiledQuery[] {
  const place = { comment: id };
  const links = listLinks(renderMarkdown(body, { images: true }));
  // What a link is relative to is no matter: it is the site's own page.
  const names = listBanNames({ authorId, ...client, email: null, url: null, links }, 'page.invalid');
  return [
    selectHistory(place, authorId, now),
    selectRecent(place),
    selectBans(place, names, authorId, now),
    selectModel(place, 0),
  ];
}

/** An edit to be judged. */
export interface EditCase {
  target: Pick<
    CommentRow,
    'id' | 'page_id' | 'status' | 'author_id' | 'author_name' | 'author_url' | 'author_verified' | 'verdict'
  > & { email: string | null };
  body: string;
  html: string;
  /** Of its page. */
  host: string;
  address: string;
  client: ClientHashes;
  settings: Settings;
  /** What selectEditFacts found, query by query. */
  results: { rows: unknown[] }[];
  /** Epoch ms. */
  now: number;
}

export interface EditJudgement {
  /** As comments.verdict and comments.print. */
  verdict: string | null;
  print: string | null;
  /** What the comment becomes: never better than it was. */
  status: CommentRow['status'];
  findings: Finding[];
}

/** @throws Problem banned, comment_refused */
export function judgeEdit({ target, settings, results, client, ...given }: EditCase): EditJudgement {
  const [senders, recent, bans, model] = results.map(({ rows }) => rows);
  const sender = senders![0] as SenderRow;
  const comment = describeComment({
    id: target.id,
    body: given.body,
    html: given.html,
    name: target.author_name,
    email: target.email,
    url: target.author_url,
    authorId: target.author_id,
    ...client,
    address: given.address,
    pageId: target.page_id,
    trap: null,
    writtenMs: null,
  });
  const known = model![0] as ModelRow | undefined;
  const findings = judge(
    comment,
    {
      now: given.now,
      host: given.host,
      settings,
      team: [],
      verified: target.author_verified !== null,
      history: sender,
      recent: recent as Recent[],
      bans: bans as FittingBan[],
      pageCount: 1,
      model: known ? parseModel(known) : EMPTY_MODEL,
      attack: false,
      settled: sender.settled === 1,
    },
    EDIT_PHASES,
  );
  checkRefusal(findings);
  return {
    verdict: addFindings(target.verdict, findings),
    print: comment.print,
    status: worseOf(target.status, toStatus(findings)),
    findings,
  };
}

/** What was said of the text before stays, unless the same phase says something else now. */
function addFindings(verdict: string | null, findings: Finding[]): string | null {
  const all = [
    ...parseFindings(verdict).filter(({ phase }) => !findings.some((one) => one.phase === phase)),
    ...findings,
  ];
  return all.length === 0 ? null : JSON.stringify(all);
}

const WORSE: CommentRow['status'][] = ['approved', 'pending', 'spam'];
const worseOf = (was: CommentRow['status'], said: CommentRow['status']): CommentRow['status'] =>
  WORSE.indexOf(said) > WORSE.indexOf(was) ? said : was;
