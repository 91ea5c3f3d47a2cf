/** A copy of everything that is stored about somebody, as it is stored, and written page by page: any amount fits. */
import { presentAvatar } from '../comments/present';
import type { Me, MyData } from '../contract';
import type { Db, FlagRow, VoteRow } from '../db';
import { tellWriter } from '../moderation/verdict';
import { type AppContext, ownOrigin } from '../request';
import { look, PRIVATE, settle } from './me';
import {
  type MyCommentRow,
  type MyReactionRow,
  type MySubscriptionRow,
  selectMyComments,
  selectMyFlags,
  selectMyReactions,
  selectMySubscriptions,
  selectMyVotes,
} from './my-data-store';

/** `GET /me/export` */
export async function sendMyData(c: AppContext): Promise<Response> {
  const [asker] = await look(c);
  const { me } = await settle(c, asker);
  const { db, identity, now } = asker;
  c.header('Cache-Control', PRIVATE);
  c.header('Content-Type', 'application/json');
  c.header('Content-Disposition', 'attachment; filename="afterword-my-data.json"');
  return c.body(streamText(writeData(db, identity.id, me, now, ownOrigin(c))));
}

/** JSON of a MyData. */
async function* writeData(db: Db, id: string, me: Me, now: number, origin: string): AsyncGenerator<string> {
  yield `{"exportedAt":${JSON.stringify(iso(now))},"me":${JSON.stringify(me)}`;
  yield* writeList<MyCommentRow>(
    'comments',
    (after) => db.all(selectMyComments(id, after)),
    (row) => row.id,
    (row) => presentMyComment(row, origin),
  );
  yield* writeList<VoteRow>(
    'votes',
    (after) => db.all(selectMyVotes(id, after)),
    (row) => row.comment_id,
    (row) => ({ comment: row.comment_id, value: row.value, createdAt: iso(row.created_at) }),
  );
  yield* writeList<MyReactionRow>(
    'reactions',
    (after) => db.all(selectMyReactions(id, after)),
    (row) => row.page_id,
    (row) => ({ page: row.page_url, value: row.value, createdAt: iso(row.created_at) }),
  );
  yield* writeList<FlagRow>(
    'flags',
    (after) => db.all(selectMyFlags(id, after)),
    (row) => row.comment_id,
    (row) => ({ comment: row.comment_id, reason: row.reason, note: row.note, createdAt: iso(row.created_at) }),
  );
  yield* writeList<MySubscriptionRow>(
    'subscriptions',
    (after) => db.all(selectMySubscriptions(id, after)),
    (row) => row.cursor,
    (row) => ({
      email: row.email,
      state: row.state,
      frequency: row.frequency,
      page: row.page_url,
      comment: row.comment_id,
      createdAt: iso(row.created_at),
    }),
  );
  yield '}\n';
}

/** @param read a page of rows behind a cursor; empty at the end */
async function* writeList<Row>(
  name: Exclude<keyof MyData, 'exportedAt' | 'me'>,
  read: (after: string) => Promise<Row[]>,
  cursorOf: (row: Row) => string,
  present: (row: Row) => MyData[typeof name][number],
): AsyncGenerator<string> {
  yield `,"${name}":[`;
  let comma = '';
  for (let rows = await read(''); rows.length > 0; rows = await read(cursorOf(rows.at(-1)!))) {
    yield comma + rows.map((row) => JSON.stringify(present(row))).join(',');
    comma = ',';
  }
  yield ']';
}

function presentMyComment(row: MyCommentRow, origin: string): MyData['comments'][number] {
  return {
    id: row.id,
    page: { url: row.page_url, title: row.page_title },
    parent: row.parent_id,
    status: tellWriter(row.status),
    author: {
      name: row.author_name,
      email: row.author_email,
      url: row.author_url,
      avatar: presentAvatar(row.author_avatar, origin),
      badge: row.author_badge,
      verified: row.author_verified,
    },
    body: row.body,
    html: row.html,
    votes: { up: row.up, down: row.down },
    addressHash: row.ip_hash,
    createdAt: iso(row.created_at),
    editedAt: row.edited_at === null ? null : iso(row.edited_at),
  };
}

/** Each part is made when the one before has been sent. */
function streamText(parts: AsyncIterator<string>): ReadableStream {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await parts.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
  });
}

const iso = (ms: number): string => new Date(ms).toISOString();
