/** What moderation knows of a comment, and what its phases may say: the types every phase is written against. Pure. */
import type { Finding } from '../contract-admin';
import type { Settings } from '../contract-settings';
import type { BanRow, CommentStatus } from '../db';
import type { TeamMember } from '../identity/names';
import type { Model } from './classifier/bayes';

/** A comment about to be written (or, in a trial, that was). */
export interface Judged {
  /** null: not written yet. */
  id: string | null;
  /** Markdown, as written. */
  body: string;
  /** What people read of it (reading.ts, `readHtml`). */
  text: string;
  /** As `text`, without quotes and code: what the writer has to say. */
  ownText: string;
  name: string;
  email: string | null;
  url: string | null;
  /** Addresses that the rendered comment links to, images included. */
  links: string[];
  /** As comments.author_id: null when nobody can prove it. */
  authorId: string | null;
  /** null in a trial, and when they are forgotten. */
  ipHash: string | null;
  netHash: string | null;
  /** The client's address; never stored. */
  address: string | null;
  /** As comments.print. */
  print: string;
  /** null: the page is not born yet. */
  pageId: string | null;
  trap: string | null;
  /** How long it took to write, ms, as the client says. */
  writtenMs: number | null;
}

/** A comment of the site written lately, newest first. */
export interface Recent {
  id: string;
  page_id: string;
  status: CommentStatus;
  author_id: string | null;
  ip_hash: string | null;
  net_hash: string | null;
  print: string | null;
  created_at: number;
}

/** What it is judged by. */
export interface Facts {
  /** Epoch ms. */
  now: number;
  /** Of the page. */
  host: string;
  settings: Settings;
  /** Whose names are reserved, beside those in the settings. */
  team: TeamMember[];
  /** Somebody who logged in. */
  verified: boolean;
  /** What became of this identity's other comments on this site; of the last 50. */
  history: { approved: number; rejected: number };
  /** The site's last 100 comments, newest first. */
  recent: Recent[];
  /** The site's bans that may fit; whether they do, the phase decides. */
  bans: Pick<BanRow, 'kind' | 'value' | 'silent' | 'expires_at'>[];
  /** Approved comments on the page. */
  pageCount: number;
  /** What the site's classifier has learnt. */
  model: Model;
  /** Attack mode is on. */
  attack: boolean;
  /** Has an approved comment of before what may be an attack; nobody who came with it has. */
  settled: boolean;
}

export type Says = Finding['says'];
/** One phase: says something, or lets it pass. No clock, no I/O. */
export interface Phase {
  /** As findings name it: [a-z_], 30 characters at most. */
  name: string;
  /** Also asked when the writer changes the text. */
  onEdit: boolean;
  judge(comment: Judged, facts: Facts): { says: Says; reason: string } | null;
}

type Standing = Pick<Facts, 'history' | 'settings' | 'settled'>;
/**
 * Who has fewer approved comments than the site asks for. Where it asks for none nobody may have looked at them, and one that
 * stood for a while is needed: else the first harmless one would open the door to whatever comes a minute later.
 */
export const isNewcomer = ({ history, settings: { trustAfter }, settled }: Standing): boolean =>
  trustAfter > 0 ? history.approved < trustAfter : history.approved === 0 || !settled;
/** Nothing speaks for them: neither a login nor what they wrote before. */
export const isStranger = (facts: Standing & Pick<Facts, 'verified'>): boolean => isNewcomer(facts) && !facts.verified;

/** Whom attack mode is about. */
export const isUnsettled = (facts: Standing): boolean => isNewcomer(facts) || !facts.settled;

/** Whoever sends spam is not told what became of it. */
export const tellWriter = (status: CommentStatus): CommentStatus => (status === 'spam' ? 'pending' : status);

/** What becomes of a comment by what was said about it. Refusals are for the caller. */
export function toStatus(findings: Finding[]): Extract<CommentStatus, 'approved' | 'pending' | 'spam'> {
  if (findings.some(({ says }) => says === 'spam')) return 'spam';
  return findings.length > 0 ? 'pending' : 'approved';
}
