/** `GET /admin/comments/{id}`: a comment with all that helps to decide about it. */
import { batchAs, needGrant, reaches } from '../../admin/grant';
import { parseId } from '../../comments/target';
import type { AdminCommentContext } from '../../contract-admin';
import type { FlagRow } from '../../db';
import { Problem } from '../../problem';
import { type AppContext, openDb, ownOrigin } from '../../request';
import { presentDecision } from '../decisions/log';
import { selectLog } from '../decisions/log-store';
import { type AuthorRow, selectAbove, selectAuthor, selectFlags, selectOthers } from './context-store';
import { type AdminRow, selectAdminComment } from './list-store';
import { presentAdminComment } from './present';

/** The last decisions about it that are shown. */
const LOG_ROWS = 5;

/** Two round trips. @throws Problem not_found */
export async function readAdminComment(c: AppContext): Promise<Response> {
  const id = parseId(c);
  const db = openDb(c, 'first-primary');
  const grant = await needGrant(c, db, 'comments:read');
  const [comments, above, authors, others, flags] = await batchAs(
    db,
    grant,
    selectAdminComment(id),
    selectAbove(id),
    selectAuthor(id),
    selectOthers(id),
    selectFlags(id),
  );
  const row = comments!.rows[0] as AdminRow | undefined;
  if (!row || !reaches(grant, row.site_id)) throw new Problem('not_found');
  const log = await db.all(selectLog({ siteId: row.site_id, about: id }, LOG_ROWS));
  const { since, ...counts } = authors!.rows[0] as AuthorRow;
  const origin = ownOrigin(c);
  const now = Date.now();
  const present = (each: unknown) => presentAdminComment(each as AdminRow, origin);
  return c.json({
    comment: present(row),
    ancestors: above!.rows.map(present),
    history: {
      ...counts,
      since: since === null ? null : new Date(since).toISOString(),
      recent: others!.rows.map(present),
    },
    flags: (flags!.rows as Pick<FlagRow, 'reason' | 'note' | 'created_at'>[]).map(({ reason, note, created_at }) => ({
      reason,
      note,
      createdAt: new Date(created_at).toISOString(),
    })),
    log: log.map((decision) => presentDecision(decision, grant, now)),
  } satisfies AdminCommentContext);
}
