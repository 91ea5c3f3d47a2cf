/**
 * `POST /subscriptions`: whoever asks, an address is told of nothing before its owner has agreed, by a button behind the link that was
 * mailed there, once an address and site. Only who is logged in with that very address need not. The answer says nothing of others.
 */
import { cleanLine } from '../../clean';
import { NewSubscription, type Subscribed } from '../../contract-notify';
import { sendsMail } from '../../env';
import { batchProven, checkStanding } from '../../identity/standing';
import { type StandingRow, selectStanding } from '../../identity/store';
import { newId } from '../../ids';
import { normalisePage } from '../../pages/normalise';
import { type HeadRow, insertPage, refOf, selectHead } from '../../pages/store';
import { Problem } from '../../problem';
import { type AppContext, checkOrigin, foreignOrigin, hashClient, openDb, readBody, refuseOrigin } from '../../request';
import { drainBehind } from '../outbox/drain';
import {
  ASKED_MS,
  type Asked,
  commentTopic,
  follow,
  pageTopic,
  selectAskedOften,
  selectFollowable,
} from './follow-store';

/** @throws Problem switched_off where no mail goes out, not_found for a comment that is not there */
export async function followTopic(c: AppContext): Promise<Response> {
  const { identity } = c.get('viewer');
  const { value: input } = await readBody(c, NewSubscription);
  const address = normalisePage(input.url);
  const ref = refOf(address, input.pageId);
  const originHost = foreignOrigin(c, ref.host);
  const db = openDb(c, 'first-primary');
  const now = Date.now();
  const { netHash: network } = await hashClient(c);
  const [heads, standings, often] = await db.batch(
    selectHead(ref, originHost),
    selectStanding(identity, now),
    selectAskedOften(network, now - ASKED_MS),
  );
  const head = heads!.rows[0] as (HeadRow & { target: string }) | undefined;
  if (!head || (input.site !== undefined && input.site !== head.site_id)) throw refuseOrigin(ref.host);
  checkOrigin(originHost, head.origin_site, head.site_id);
  const person = checkStanding(identity, standings!.rows[0] as StandingRow, head.site_id);
  if (!sendsMail(c.env)) throw new Problem('switched_off', 'No mail goes out here.', { field: 'email' });
  const random = () => newId(now, crypto.getRandomValues(new Uint8Array(16)));
  const asked: Asked = {
    id: random(),
    site_id: head.site_id,
    email: input.email,
    author_id: identity?.id ?? null,
    network,
    frequency: input.frequency ?? null,
    language: input.language ?? null,
    proven: person?.email?.toLowerCase() === input.email.toLowerCase(),
    now,
  };
  // Of the asker's own network alone: it tells nothing of anybody.
  if (!asked.proven && often!.rows.length > 0)
    throw new Problem('rate_limited', undefined, { retryAfterS: ASKED_MS / 1000 });
  if (input.comment) {
    const [found] = await db.all(selectFollowable(head.site_id, input.comment));
    if (!found) throw new Problem('not_found', 'comment: there is no such comment.', { field: 'comment' });
  }
  const born =
    head.page_id === null && !input.comment
      ? [
          insertPage(
            {
              id: random(),
              siteId: head.site_id,
              key: head.target,
              url: address.url,
              title: cleanLine(input.title ?? '') || null,
              createdAt: now,
            },
            null,
          ),
        ]
      : [];
  const topic = input.comment ? commentTopic(input.comment) : pageTopic(head.site_id, head.target);
  const results = await batchProven(db, identity, ...born, ...follow(asked, topic));
  if (results.at(-1)!.changes > 0) drainBehind(c);
  c.header('Cache-Control', 'no-store');
  return c.json({ confirm: !asked.proven } satisfies Subscribed);
}
