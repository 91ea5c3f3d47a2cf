/** Reacting to a page: one round trip to look, one to count. Every identity has one reaction a page. */
import { parseSettings } from '../admin/settings';
import { cleanLine } from '../clean';
import { checkGuest } from '../comments/policy';
import { presentReactions } from '../comments/present';
import { NewReaction, type Reaction } from '../contract';
import { batchProven, checkStanding, needIdentity } from '../identity/standing';
import { type StandingRow, selectStanding } from '../identity/store';
import { newId } from '../ids';
import { Problem } from '../problem';
import { type AppContext, checkOrigin, foreignOrigin, openDb, readBody, refuseOrigin, sendBookmark } from '../request';
import { normalisePage } from './normalise';
import { type OpinionRow, react, selectOpinion } from './react-store';
import { type HeadRow, refOf, selectHead } from './store';

export async function reactToPage(c: AppContext): Promise<Response> {
  const identity = needIdentity(c.get('viewer').identity);
  const { value: input } = await readBody(c, NewReaction);
  const address = normalisePage(input.url);
  const ref = refOf(address, input.pageId);
  const originHost = foreignOrigin(c, ref.host);
  const db = openDb(c, 'first-primary');
  const now = Date.now();
  const [heads, standings] = await db.batch(selectHead(ref, originHost), selectStanding(identity, now));
  const head = heads!.rows[0] as (HeadRow & { target: string }) | undefined;
  if (!head || (input.site !== undefined && input.site !== head.site_id)) throw refuseOrigin(ref.host);
  checkOrigin(originHost, head.origin_site, head.site_id);
  checkStanding(identity, standings!.rows[0] as StandingRow, head.site_id);
  const settings = parseSettings(head.settings);
  checkGuest(identity, settings);
  const offered = settings.reactions;
  if (input.value !== null && !offered.includes(input.value))
    throw new Problem('switched_off', 'This site does not offer that reaction.', { field: 'value' });
  const page = {
    id: newId(now, crypto.getRandomValues(new Uint8Array(16))),
    site_id: head.site_id,
    key: head.target,
    url: address.url,
    title: cleanLine(input.title ?? '') || null,
    created_at: now,
  };
  const draft = { personId: identity.id, value: input.value, createdAt: now };
  const results = await batchProven(db, identity, ...react(page, draft), selectOpinion(page, identity.id));
  const opinion = results.at(-1)!.rows[0] as OpinionRow | undefined;
  sendBookmark(c, db);
  return c.json({
    reactions: presentReactions(offered, opinion?.reactions ?? null),
    value: opinion?.value ?? null,
  } satisfies Reaction);
}
