/** Voting on a comment: one round trip to look, one to count. Every identity has one vote, however often it is sent. */
import { parseSettings } from '../admin/settings';
import { NewVote, type Vote } from '../contract';
import { batchProven, needIdentity } from '../identity/standing';
import { Problem } from '../problem';
import { type AppContext, openDb, readBody, sendBookmark } from '../request';
import { checkVote } from './policy';
import { findTarget, parseId } from './target';
import { castVote, selectTally, type TallyRow } from './vote-store';

export async function voteOnComment(c: AppContext): Promise<Response> {
  const identity = needIdentity(c.get('viewer').identity);
  const id = parseId(c);
  const { value: input } = await readBody(c, NewVote);
  const db = openDb(c, 'first-primary');
  const target = await findTarget(c, db, id);
  checkVote(identity, target, input.value, parseSettings(target.settings));
  const vote = { comment_id: id, voter_id: identity.id, value: input.value, created_at: Date.now() };
  const results = await batchProven(db, identity, ...castVote(vote), selectTally(id, identity.id));
  const tally = results.at(-1)!.rows[0] as TallyRow | undefined;
  if (!tally) throw new Problem('not_found');
  sendBookmark(c, db);
  return c.json({ votes: tally.votes, value: tally.value } satisfies Vote);
}
