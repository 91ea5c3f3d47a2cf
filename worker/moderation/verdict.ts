/** What moderation knows of a comment, and what its phases may say: the types every phase is written against. Pure. */
import type { Finding } from '../contract-admin';
import type { Settings } from '../contract-settings';
import type { BanRow, CommentStatus } from '../db';
import type { Model } from './bayes';

/** A comment about to be written (or, in a trial, that was). */
export interface Judged {
  body: string;
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
  settings: Settings;
  /** Somebody who logged in. */
  verified: boolean;
  /** What became of this identity's comments on this site; of the last 50. */
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
}

export type Says = Finding['says'];
/** One phase: says something, or lets it pass. No clock, no I/O. */
export interface Phase {
  name: string;
  judge(comment: Judged, facts: Facts): { says: Says; reason: string } | null;
}

/** Fewer approved comments than this, and one is a newcomer, whatever the site asks for. */
const KNOWN_AFTER = 1;
export const isNewcomer = ({ history, settings }: Pick<Facts, 'history' | 'settings'>): boolean =>
  history.approved < Math.max(KNOWN_AFTER, settings.trustAfter);

/** What becomes of a comment by what was said about it. Refusals are for the caller. */
export function toStatus(findings: Finding[]): Extract<CommentStatus, 'approved' | 'pending' | 'spam'> {
  if (findings.some(({ says }) => says === 'spam')) return 'spam';
  return findings.length > 0 ? 'pending' : 'approved';
}
