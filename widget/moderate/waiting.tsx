/** What waits for approval on the page on view, in its places among the others, with why it waits. */
import type { Comment } from '../../worker/contract';
import type { AdminComment, AdminComments } from '../../worker/contract-admin';
import type { Thread } from '../store';
import { addComments } from '../writing/kit';
import type { Tools } from './agreement';
import { texts } from './texts';

/** As the thread shows a comment. */
export const toComment = ({ author, status, ...comment }: AdminComment): Comment => ({
  ...comment,
  author,
  status: status === 'approved' || status === 'pending' ? status : 'deleted',
  html: status === 'approved' || status === 'pending' ? comment.html : '',
  more: null,
});

/** @throws ApiError */
export async function showWaiting(s: Thread, { ask }: Tools): Promise<void> {
  const page = s.page?.id;
  if (!page) return;
  const query = { page, status: 'pending', sort: 'oldest' };
  const { comments } = await ask<AdminComments>(s, 'GET', '/admin/comments', undefined, { query });
  for (const comment of comments) {
    // One's own are there already; an answer to what is not on view has no place yet.
    if (s._byId.has(comment.id) || (comment.parent && !s._byId.has(comment.parent))) continue;
    const [node] = addComments(s, [toComment(comment)]);
    node!.note = [texts(s).waiting, ...comment.findings.map(({ reason }) => reason)].join(' · ');
    node!.fresh = false;
    if (!comment.parent) s._roots[s.sort === 'oldest' ? 'push' : 'unshift'](node!);
  }
  s._update();
}
