/** Goes through the comments that fit a filter, answer by answer. */
import { LIMITS } from '../../worker/contract.ts';
import type { AdminComment, AdminComments, CommentFilter } from '../../worker/contract-admin.ts';
import type { Client } from '../remote/client.ts';

export interface Walked {
  comments: AdminComment[];
  /** Where to go on; null: that was all. */
  next: string | null;
  /** With a text to search for: how many cannot be found yet. */
  unsearched: number;
}

export interface Walk {
  filter: CommentFilter;
  sort?: 'newest' | 'oldest' | undefined;
  after?: string | undefined;
  limit: number;
}

/** An answer may be short, or empty, and there are more all the same: only its cursor tells. */
export async function walkComments(client: Client, { filter, sort, after, limit }: Walk): Promise<Walked> {
  const walked: Walked = { comments: [], next: after ?? null, unsearched: 0 };
  do {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(filter)) query.set(name, String(value));
    query.set('limit', String(Math.min(LIMITS.queueSize.max, limit - walked.comments.length)));
    if (sort) query.set('sort', sort);
    if (walked.next !== null) query.set('after', walked.next);
    const answer = await client.ask<AdminComments>('GET', `/admin/comments?${query}`);
    walked.comments.push(...answer.comments);
    walked.next = answer.next;
    walked.unsearched = answer.unsearched;
  } while (walked.next !== null && walked.comments.length < limit);
  return walked;
}
