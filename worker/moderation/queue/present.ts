/** From rows to what moderators see: an explicit list of fields, in which everything a stranger wrote is looked at again. */
import * as v from 'valibot';
import { presentAvatar } from '../../comments/present';
import { hardenHtml } from '../../comments/safe-html';
import { type AdminComment, Finding } from '../../contract-admin';
import { handleOf } from '../../identity/viewer';
import type { AdminRow } from './list-store';

/** @param origin of this API, where pictures are */
export const presentAdminComment = (row: AdminRow, origin: string): AdminComment => ({
  id: row.id,
  site: row.site_id,
  page: { id: row.page_id, url: row.page_url, title: row.page_title },
  parent: row.parent_id,
  depth: row.depth,
  author: {
    id: row.author_id === null ? null : handleOf(row.author_id),
    key: row.author_id,
    name: row.author_name,
    email: row.author_email,
    url: row.author_url !== null && /^https?:\/\//i.test(row.author_url) ? row.author_url : null,
    avatar: presentAvatar(row.author_avatar, origin),
    badge: row.author_badge === 'author' || row.author_badge === 'moderator' ? row.author_badge : null,
    verified: row.author_verified,
  },
  ip: row.ip_hash,
  network: row.net_hash,
  body: row.body,
  html: hardenHtml(row.html),
  status: row.status,
  findings: parseFindings(row.verdict),
  flags: row.flagged,
  replies: row.replies,
  votes: row.up - row.down,
  pinned: row.pinned === 1,
  locked: row.locked === 1,
  decision: row.decision_id,
  imported:
    row.import_id === null
      ? null
      : {
          import: row.import_id,
          source: row.source_id,
          kind: row.kind === 'pingback' || row.kind === 'trackback' ? row.kind : null,
          orphan: row.orphan === 1,
        },
  createdAt: new Date(row.created_at).toISOString(),
  editedAt: row.edited_at === null ? null : new Date(row.edited_at).toISOString(),
});

/** What the phases said, as stored in comments.verdict; what is none of that says nothing. */
export function parseFindings(verdict: string | null): Finding[] {
  let stored: unknown;
  try {
    stored = JSON.parse(verdict ?? '[]');
  } catch {
    return [];
  }
  return Array.isArray(stored)
    ? stored.map((finding) => v.safeParse(Finding, finding)).flatMap((read) => (read.success ? [read.output] : []))
    : [];
}
