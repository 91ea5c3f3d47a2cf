/** The outbox: who is told of what, once, in what order, and what it costs. */
import { beforeEach, describe, expect, it } from 'vitest';
import { ADMIN, bindings, createSite, post } from './api';
import { createKey } from './key';
import { decide } from './moderator';
import {
  addModerator,
  addRecipient,
  addWebhook,
  countDatabase,
  follow,
  keepSent,
  pageOf,
  rows,
  runCron,
  type Sent,
} from './outbox';

let sent: Sent[];
let site: string;
let url: string;
beforeEach(async () => {
  sent = keepSent(['reply', 'moderator', 'webhook', 'digest', 'moderator_digest', 'opt_in', 'code']);
  ({ site, url } = await createSite());
});

describe('followers', () => {
  it('of a page and of what is replied to are told once, and not whoever wrote it', async () => {
    const key = await createKey();
    const top = await key.post({ url });
    const page = await pageOf(top.id);
    const [both, other, writer] = [
      await addRecipient(site),
      await addRecipient(site),
      await addRecipient(site, { email: 'Mika@Home.example' }),
    ];
    for (const topic of [page, top.id]) await follow(topic, both.id);
    await follow(top.id, other.id);
    await follow(page, writer.id);
    const reply = await post({ url, parent: top.id, author: { name: 'Mika', email: 'mika@home.example' } });
    await runCron();
    expect(
      sent
        .filter(({ subject }) => subject === reply.id)
        .map(({ target }) => target)
        .sort(),
    ).toEqual([both.id, other.id].sort());
    expect(await rows('SELECT * FROM events')).toEqual([]);
    expect(await rows('SELECT * FROM deliveries')).toEqual([]);
  });
});
