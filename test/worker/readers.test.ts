/** Addresses of readers over time: mail that comes back, pages that become one, people who log in, are forgotten, or never answer. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { RecipientRow } from '../../worker/db';
import { moveIdentity } from '../../worker/identity/me-store';
import worker from '../../worker/index';
import { ask } from './admin';
import { ADMIN, bindings, call, createSite, post, problem } from './api';
import { createKey } from './key';
import { decide, undo } from './moderator';
import { addModerator, addRecipient, follow, keepSent, pageOf, rows, runCron } from './outbox';
import { createPerson } from './person';

const DAY_MS = 86_400_000;
let site: string;
let url: string;
beforeEach(async () => {
  keepSent(['reply', 'moderator', 'webhook', 'digest', 'moderator_digest', 'opt_in']);
  ({ site, url } = await createSite());
});
const find = async (id: string) => (await rows<RecipientRow>('SELECT * FROM recipients WHERE id = ?', id))[0];
const state = async (id: string) => (await find(id))?.state;
const topics = async (recipient: string) =>
  (await rows<{ topic: string }>('SELECT topic FROM subscriptions WHERE recipient_id = ?', recipient))
    .map(({ topic }) => topic)
    .sort();

describe('mail that comes back', () => {
  const SECRET = { MAILGUN_SIGNING_KEY: 'a signing key of mailgun', POSTMARK_WEBHOOK_SECRET: 'a secret of postmark' };
  const send = (provider: string, body: object, headers: Record<string, string> = {}, over: object = SECRET) =>
    call(`/mail/bounces/${provider}`, { method: 'POST', body: JSON.stringify(body), headers }, over);
  const postmark = (event: object) => send('postmark', event, { 'Afterword-Secret': SECRET.POSTMARK_WEBHOOK_SECRET });
  const hard = (email: string, at = Date.now()) => ({
    RecordType: 'Bounce',
    Type: 'HardBounce',
    Email: email,
    BouncedAt: new Date(at).toISOString(),
  });
  async function mailgun(event: object) {
    const timestamp = String(Math.floor(Date.now() / 1000));
    const token = crypto.randomUUID();
    const encoder = new TextEncoder();
    const key = await crypto.subtle.importKey(
      'raw',
      encoder.encode(SECRET.MAILGUN_SIGNING_KEY),
      { name: 'HMAC', hash: 'SHA-256' },
      false,
      ['sign'],
    );
    const mac = new Uint8Array(await crypto.subtle.sign('HMAC', key, encoder.encode(timestamp + token)));
    const signature = [...mac].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    return { signature: { timestamp, token, signature }, 'event-data': event };
  }

  it('ends all mail to that address, on every site and in whatever letters, and of no other', async () => {
    const other = await createSite();
    const email = `Mika@${site}.example`;
    const [here, there, neighbour] = [
      await addRecipient(site, { email }),
      await addModerator(other.site, { email: email.toUpperCase() }),
      await addRecipient(site),
    ];
    expect((await postmark(hard(email.toLowerCase()))).status).toBe(200);
    expect([await state(here.id), await state(there.id), await state(neighbour.id)]).toEqual([
      'bounced',
      'bounced',
      'active',
    ]);
  });

  it('a complaint is for ever, also when it bounces later', async () => {
    const { id, email } = await addRecipient(site);
    await postmark({ RecordType: 'SpamComplaint', Email: email, BouncedAt: new Date().toISOString() });
    await postmark(hard(email));
    expect(await state(id)).toBe('complained');
  });

  it('threat 12: what was said before somebody agreed again stops nothing when it comes again', async () => {
    const { id, email } = await addRecipient(site, { asked_at: Date.now() });
    await postmark(hard(email, Date.now() - DAY_MS));
    expect(await state(id)).toBe('active');
    await postmark(hard(email));
    expect(await state(id)).toBe('bounced');
  });

  it('threat 12: what counts by its token counts once', async () => {
    const [mine, other] = [await addRecipient(site), await addRecipient(site)];
    const sent = await mailgun({ event: 'failed', severity: 'permanent', recipient: mine.email });
    expect((await send('mailgun', sent)).status).toBe(200);
    expect(await state(mine.id)).toBe('bounced');
    const forged = { ...sent, 'event-data': { event: 'complained', recipient: other.email } };
    expect(await problem(send('mailgun', forged))).toEqual({ status: 401, code: 'unauthorized' });
    expect(await state(other.id)).toBe('active');
  });

  it('threat 12: a provider that has no secret here, or one that nobody knows, is not there', async () => {
    const { id, email } = await addRecipient(site);
    for (const provider of ['resend', 'sendgrid', 'ses', 'nobody', '__proto__', 'constructor'])
      expect(await problem(send(provider, hard(email)))).toMatchObject({ code: 'not_found' });
    expect(await problem(send('postmark', hard(email), {}, { POSTMARK_WEBHOOK_SECRET: '' }))).toMatchObject({
      code: 'not_found',
    });
    expect(await problem(send('postmark', hard(email), { 'Afterword-Secret': 'x' }))).toMatchObject({
      code: 'unauthorized',
    });
    expect(await state(id)).toBe('active');
  });
});

describe('pages that become one', () => {
  it('have all followers, each told once, and their own again when they part', async () => {
    const [from, into] = [await post({ url }, ADMIN), await post({ url: `${url}/b` }, ADMIN)];
    const [a, b, both] = [await addRecipient(site), await addRecipient(site), await addRecipient(site)];
    const [old, page] = [await pageOf(from.id), await pageOf(into.id)];
    for (const [topic, { id }] of [
      [old, a],
      [page, b],
      [old, both],
    ] as const)
      await follow(topic, id);
    await bindings.DB.prepare('INSERT INTO subscriptions VALUES (?, ?, 5)').bind(page, both.id).run();
    const merged = await ask('POST', `/admin/pages/${old}/merge`, { into: page });
    expect(merged.status).toBe(200);
    const { batch } = (await merged.json()) as { batch: string };
    const sent = keepSent(['reply']);
    const news = await post({ url, body: 'To all' });
    await runCron();
    const told = sent.filter(({ subject }) => subject === news.id).map(({ target }) => target);
    expect(told.sort()).toEqual([a.id, b.id, both.id].sort());
    while ((await undo(batch)).left);
    expect([await topics(a.id), await topics(b.id), await topics(both.id)]).toEqual([
      [old],
      [page],
      [old, page].sort(),
    ]);
  });
});

describe('people', () => {
  it('take what they follow as a guest along when they log in, on that site', async () => {
    const key = await createKey();
    const elsewhere = await createSite();
    const [mine, other] = [
      await addRecipient(site, { author_id: key.jkt }),
      await addRecipient(elsewhere.site, { author_id: key.jkt }),
    ];
    const heir = { id: 'p'.repeat(26), site_id: site, verified: 'github', avatar: null, role: null };
    await bindings.DB.batch(
      moveIdentity(key.jkt, heir).map(({ sql, parameters }) => bindings.DB.prepare(sql).bind(...parameters)),
    );
    expect([(await find(mine.id))?.author_id, (await find(other.id))?.author_id]).toEqual([heir.id, key.jkt]);
  });

  it('have a copy of what is mailed to them, and nobody else’s', async () => {
    const key = await createKey();
    const { token } = await createPerson(key, site, { email: `me@${site}.example` });
    const top = await post({ url });
    const mine = await addRecipient(site, { email: `ME@${site}.example`, frequency: 'daily' });
    await follow(await pageOf(top.id), mine.id);
    await follow(top.id, mine.id);
    await follow(top.id, (await addRecipient(site)).id);
    const copy = (await (await key.ask('GET', '/me/export', undefined, { token })).json()) as {
      subscriptions: object[];
    };
    expect(copy.subscriptions).toHaveLength(2);
    expect(copy.subscriptions).toContainEqual({
      email: `ME@${site}.example`,
      state: 'active',
      frequency: 'daily',
      page: url,
      comment: top.id,
      createdAt: new Date(0).toISOString(),
    });
  });

  it('who are forgotten get no mail any more, and nobody else loses theirs', async () => {
    const [key, other] = [await createKey(), await createKey()];
    const person = await createPerson(key, site, { email: `me@${site}.example` });
    const top = await post({ url });
    const gone = [
      await addRecipient(site, { email: `me@${site}.example` }),
      await addRecipient(site, { author_id: person.id }),
      await addRecipient(site, { author_id: other.jkt }),
    ];
    const stays = [await addRecipient(site), await addModerator(site, { email: `me@${site}.example` })];
    for (const { id } of [...gone, ...stays]) {
      await follow(top.id, id);
      await bindings.DB.prepare('INSERT INTO digest_items VALUES (?, ?)').bind(id, top.id).run();
    }
    await key.ask('DELETE', '/me', undefined, { token: person.token });
    await other.ask('DELETE', '/me');
    await worker.scheduled(
      { scheduledTime: Date.now() + 2 * DAY_MS, cron: '17 * * * *' } as ScheduledController,
      bindings as never,
    );
    for (const { id } of gone) expect([await find(id), await topics(id)]).toEqual([undefined, []]);
    for (const { id } of stays) expect([await state(id), await topics(id)]).toEqual(['active', [top.id]]);
    expect(
      await rows('SELECT * FROM digest_items WHERE recipient_id IN (?, ?, ?)', ...gone.map(({ id }) => id)),
    ).toEqual([]);
    expect(await rows('SELECT * FROM deletions')).toEqual([]);
  });
});

describe('time', () => {
  const purge = () =>
    worker.scheduled({ scheduledTime: Date.now(), cron: '47 * * * *' } as ScheduledController, bindings as never);

  it('forgets an address that was asked a week ago and never agreed', async () => {
    const top = await post({ url });
    const [old, fresh, active] = [
      await addRecipient(site, { state: 'asked', asked_at: Date.now() - 8 * DAY_MS }),
      await addRecipient(site, { state: 'asked', asked_at: Date.now() - 6 * DAY_MS }),
      await addRecipient(site, { asked_at: Date.now() - 80 * DAY_MS }),
    ];
    for (const { id } of [old, fresh, active]) await follow(top.id, id);
    await purge();
    expect([await state(old.id), await state(fresh.id), await state(active.id)]).toEqual([
      undefined,
      'asked',
      'active',
    ]);
    expect(await topics(old.id)).toEqual([]);
    expect(await topics(fresh.id)).toEqual([top.id]);
  });

  it('nobody follows a comment that was deleted for good', async () => {
    const top = await post({ url });
    const { id } = await addRecipient(site);
    await follow(top.id, id);
    await decide({ action: 'delete', ids: [top.id] });
    expect(await topics(id)).toEqual([]);
  });
});
