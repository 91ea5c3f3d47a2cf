/** Webhooks and the log as whoever runs a site meets them, and what must not come out of them. */
import { describe, expect, it } from 'vitest';
import type { Deliveries, Delivery, Resent, Webhook, Webhooks } from '../../worker/contract-notify';
import type { DeliveryRow } from '../../worker/db';
import worker from '../../worker/index';
import { drain } from '../../worker/notify/outbox/drain';
import { ask, bearer, type Headers, readLog } from './admin';
import { ADMIN, bindings, createSite, draft, problem, send } from './api';
import { insert } from './everything';
import { type Box, openBox } from './received';
import { createWebhook, deliveriesOf, insertWebhook, makeDue } from './webhooks';

const create = (body: object, headers: Headers = ADMIN) => ask('POST', '/admin/webhooks', body, headers);
const list = async (site: string, headers?: Headers): Promise<Webhook[]> =>
  ((await (await ask('GET', `/admin/webhooks?site=${site}`, undefined, headers)).json()) as Webhooks).webhooks;
const EVENTS = ['comment.created'];
const BOT = { url: 'https://api.telegram.org/sendMessage?chat_id=-100123', secret: `123456:${'t'.repeat(35)}` };

const NOT_PUBLIC = [
  'http://receiver.example/hook',
  'https://localhost/hook',
  'https://127.0.0.1/hook',
  'https://2130706433/hook',
  'https://10.0.0.8/hook',
  'https://192.168.1.1/hook',
  'https://169.254.169.254/latest/meta-data',
  'https://[::1]/hook',
  'https://[::ffff:10.0.0.8]/hook',
  'https://[fd00::1]/hook',
  'https://[fe80::1]/hook',
  'https://receiver.internal/hook',
  'https://receiver/hook',
  'https://receiver.example:8443/hook',
  'https://user:secret@receiver.example/hook',
  'ftp://receiver.example/hook',
  'javascript:alert(1)',
  'hook',
  '',
];

describe('threat 2: an address that is not public', () => {
  it.each(NOT_PUBLIC)('is refused when a webhook is made, and when it is changed: %s', async (url) => {
    const { site } = await createSite();
    const refused = { status: 400, code: 'invalid_request', field: 'url' };
    expect(await problem(create({ site, url, events: EVENTS }))).toEqual(refused);
    const made = await create({ site, url: 'https://receiver.example/hook', events: EVENTS });
    const { id } = (await made.json()) as Webhook;
    expect(await problem(ask('PATCH', `/admin/webhooks/${id}`, { url }))).toEqual(refused);
    for (const shape of ['slack', 'discord', 'ntfy'])
      expect(await problem(create({ site, url, shape, events: EVENTS })), shape).toEqual(refused);
  });

  it('that stands in the database all the same is not asked, and given up at once', async () => {
    const { site, url } = await createSite();
    const ids: string[] = [];
    for (const address of ['https://127.0.0.1/', 'https://[::ffff:169.254.169.254]/', 'http://receiver.example/'])
      ids.push(await insertWebhook({ site_id: site, url: address }));
    await send(draft({ url }), ADMIN);
    for (const id of ids) {
      expect(await deliveriesOf(id)).toMatchObject([{ status: 'dead', attempts: 1 }]);
      expect((await deliveriesOf(id))[0]!.answer).toMatch(/is no public https address\.$/);
    }
  });

  it.each([301, 302, 303, 307, 308])('is not reached by a redirect (%i), which is a failure', async (status) => {
    const { site, url } = await createSite();
    const [box, inside] = [openBox(), openBox()];
    const webhook = await createWebhook(box, { site });
    await box.answer({ status, headers: { Location: `${inside.origin}/` } });
    await send(draft({ url }), ADMIN, openBox([box, inside]).env);
    expect(await inside.seen()).toEqual([]);
    expect(await deliveriesOf(webhook.id)).toMatchObject([{ status: 'waiting', answer: String(status) }]);
  });

  it('a receiver that never answers is not waited for', async () => {
    const { site, url } = await createSite();
    const box = openBox();
    const webhook = await createWebhook(box, { site });
    await box.answer({ status: 204, hangs: true });
    await send(draft({ url }), ADMIN, box.env);
    expect((await deliveriesOf(webhook.id))[0]!.answer).toMatch(/did not answer in time\.$/);
  });
});

describe('what a webhook is', () => {
  it('threat 9: what a chat wants goes to no other host unless it is given again', async () => {
    const { site } = await createSite();
    const made = await ask('POST', '/admin/webhooks', { site, ...BOT, shape: 'telegram', events: ['comment.created'] });
    expect(made.status).toBe(201);
    const path = `/admin/webhooks/${((await made.json()) as { id: string }).id}`;
    const url = 'https://bots.example/sendMessage?chat_id=1';
    expect(await problem(ask('PATCH', path, { url }))).toMatchObject({ code: 'invalid_request', field: 'secret' });
    expect((await ask('PATCH', path, { url, secret: BOT.secret })).status).toBe(200);
    expect((await ask('PATCH', path, { url: `${url}2` })).status).toBe(200);
  });

  it('is listed without its secret', async () => {
    const { site } = await createSite();
    const made = await createWebhook(openBox(), { site, events: ['comment.held', 'comment.held', 'comment.created'] });
    const { secret, ...rest } = made;
    expect(secret).toMatch(/^whsec_/);
    expect(rest.events).toEqual(['comment.held', 'comment.created']);
    expect(await list(site)).toEqual([rest]);
    expect(await list((await createSite()).site)).toEqual([]);
  });

  it('must be what its shape needs', async () => {
    const { site } = await createSite();
    const url = 'https://receiver.example/hook';
    const wrong: [body: object, field: string][] = [
      [{ url, secret: 'a-secret-of-mine' }, 'secret'],
      [{ url, shape: 'slack', secret: 'a-secret-of-mine' }, 'secret'],
      [{ url, shape: 'discord', secret: 'a-secret-of-mine' }, 'secret'],
      [{ url: BOT.url, shape: 'telegram' }, 'secret'],
      [{ url: BOT.url, shape: 'telegram', secret: 'not-a-token' }, 'secret'],
      [{ ...BOT, url, shape: 'telegram' }, 'url'],
      [{ ...BOT, url: 'https://api.telegram.org/sendMessage', shape: 'telegram' }, 'url'],
      [{ ...BOT, url: `https://api.telegram.org/bot${BOT.secret}/sendMessage?chat_id=1`, shape: 'telegram' }, 'url'],
      [{ url: 'https://ntfy.sh/', shape: 'ntfy' }, 'url'],
      [{ url: 'https://ntfy.sh/topic?auth=x', shape: 'ntfy' }, 'url'],
      [{ url, events: [] }, 'events'],
      [{ url, events: ['comment.read'] }, 'events.0'],
      [{ url, shape: 'smoke' }, 'shape'],
    ];
    for (const [body, field] of wrong)
      expect([body, await problem(create({ site, events: EVENTS, ...body }))]).toEqual([
        body,
        { status: 400, code: 'invalid_request', field },
      ]);
    expect(await problem(create({ site: 'nowhere', url, events: EVENTS }))).toMatchObject({ code: 'not_found' });
    expect(await list(site)).toEqual([]);
  });

  it('there may be twenty of on a site, also when they are made at once', async () => {
    const { site } = await createSite();
    const answers = await Promise.all(
      Array.from({ length: 22 }, (_, i) => create({ site, url: `https://receiver.example/${i}`, events: EVENTS })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(20).fill(201), 409, 409]);
  });

  it('is made by nobody who may not read what it sends away', async () => {
    const { site } = await createSite();
    const headers = await bearer(['sites:write'], site);
    const made = await create({ site, url: 'https://receiver.example/', events: EVENTS }, headers);
    expect(await problem(made)).toMatchObject({ code: 'scope_missing' });
    expect(await list(site)).toEqual([]);
  });
});

describe('the log of decisions', () => {
  it('tells who made, changed and ended a webhook, and no secret of it', async () => {
    const { site } = await createSite();
    const webhook = await createWebhook(openBox(), { site });
    const path = `/admin/webhooks/${webhook.id}`;
    await ask('PATCH', path, { active: false });
    await ask('POST', `${path}/rotate`);
    await ask('DELETE', path);
    const { url } = webhook;
    const known = { site, url, shape: 'standard', events: EVENTS, active: true, rotatedAt: null };
    const off = { ...known, active: false };
    const rotated = { ...off, rotatedAt: expect.any(String) };
    const { id } = webhook;
    expect(await readLog('site_id = ?', site)).toMatchObject([
      { action: 'webhook.create', items: [{ id, before: null, after: known }] },
      { action: 'webhook.change', items: [{ id, before: known, after: off }] },
      { action: 'webhook.change', items: [{ id, before: off, after: rotated }] },
      { action: 'webhook.delete', items: [{ id, before: rotated, after: null }] },
    ]);
    expect(JSON.stringify(await readLog('site_id = ?', site))).not.toContain('whsec_');
    const told = async (...scopes: Parameters<typeof bearer>[0]) =>
      (await ask('GET', `/admin/log?site=${site}`, undefined, await bearer(scopes, site))).text();
    expect(await told('comments:read')).not.toContain(url);
    expect(await told('comments:read', 'sites:write')).toContain(url);
  });
});

describe('threat 13: secrets', () => {
  it('of chats are in no answer, and addresses that are secrets are not shown whole', async () => {
    const { site } = await createSite();
    const secret = 'S'.repeat(24);
    const shown: [body: object, url: string][] = [
      [{ shape: 'slack', url: `https://hooks.slack.com/services/T0/B0/${secret}` }, 'https://hooks.slack.com/…SSSS'],
      [{ shape: 'discord', url: `https://discord.com/api/webhooks/1/${secret}` }, 'https://discord.com/…SSSS'],
      [{ shape: 'telegram', ...BOT }, BOT.url],
      [{ shape: 'ntfy', url: 'https://ntfy.sh/secret-topic' }, 'https://ntfy.sh/…'],
      [{ shape: 'ntfy', url: 'https://ntfy.sh/topic', secret: 'tk_0123456789' }, 'https://ntfy.sh/topic'],
    ];
    for (const [body, url] of shown) {
      const answer = await create({ site, events: EVENTS, ...body });
      const text = await answer.text();
      expect(answer.status, text).toBe(201);
      const made = JSON.parse(text) as Webhook;
      expect(made).toMatchObject({ url, secret: null });
      const changed = await (await ask('PATCH', `/admin/webhooks/${made.id}`, { active: false })).text();
      for (const one of [text, changed, JSON.stringify(await list(site))])
        expect(one).not.toMatch(/S{24}|t{35}|tk_0123|secret-topic/);
      expect(await problem(ask('POST', `/admin/webhooks/${made.id}/rotate`))).toMatchObject({
        code: 'invalid_request',
      });
    }
  });

  it('that a receiver echoes do not come into the log', async () => {
    const { site, url } = await createSite();
    const box = openBox();
    const body = { url: `${box.origin}/sendMessage?chat_id=-1`, shape: 'telegram', secret: BOT.secret } as const;
    const webhook = await createWebhook(box, { site, ...body });
    await box.answer({ status: 404, body: `No such path: /bot${BOT.secret}/sendMessage` });
    await send(draft({ url }), ADMIN, box.env);
    expect((await box.seen()).map(({ path }) => path)).toEqual([`/bot${BOT.secret}/sendMessage`]);
    expect(await deliveriesOf(webhook.id)).toMatchObject([{ answer: '404: No such path: /bot…/sendMessage' }]);
  });

  it('that were replaced are thrown away when they count no more', async () => {
    const { site } = await createSite();
    const { id } = await createWebhook(openBox(), { site });
    await ask('POST', `/admin/webhooks/${id}/rotate`);
    const previous = () =>
      bindings.DB.prepare('SELECT previous_secret FROM webhooks WHERE id = ?').bind(id).first('previous_secret');
    const purge = (scheduledTime: number) =>
      worker.scheduled({ scheduledTime, cron: '47 * * * *' } as ScheduledController, bindings);
    await purge(Date.now() + 23 * 3_600_000);
    expect(await previous()).toMatch(/^whsec_/);
    await purge(Date.now() + 25 * 3_600_000);
    expect(await previous()).toBeNull();
  });
});

/** Rows of the log of a site: the newest has the highest number. */
async function fillLog(site: string, count: number, over: Partial<DeliveryRow> = {}, at = 1_790_000_000_000) {
  const rows = Array.from({ length: count }, (_, i) => ({
    event_id: `e${String(i).padStart(4, '0')}`,
    target: site.padEnd(26, '0').replaceAll('-', '0').slice(0, 26),
    site_id: site,
    kind: 'webhook',
    type: 'comment.created',
    subject: 'c',
    attempts: 1,
    status: 'sent',
    created_at: at,
    // Two at a time: what they are known by decides.
    ...(over.status === 'waiting' ? { due_at: at + i } : { done_at: at + (i >> 1) }),
    ...over,
  }));
  const names = Object.keys(rows[0]!);
  const values = names.map((name) => `value ->> '${name}'`);
  await bindings.DB.prepare(`INSERT INTO deliveries (${names}) SELECT ${values} FROM json_each(?)`)
    .bind(JSON.stringify(rows))
    .run();
}
async function readAll(query: string, headers: Headers = ADMIN): Promise<Delivery[]> {
  const all: Delivery[] = [];
  let after = '';
  for (let pages = 0; pages < 100; pages++) {
    const answer = await ask('GET', `/admin/deliveries?${query}${after && `&after=${after}`}`, undefined, headers);
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(text);
    const { deliveries, next } = JSON.parse(text) as Deliveries;
    all.push(...deliveries);
    if (next === null) return all;
    after = next;
  }
  throw new Error('no end');
}
const numbers = (deliveries: Delivery[]) => deliveries.map(({ event }) => Number(event.slice(1)));
const down = (count: number) => Array.from({ length: count }, (_, i) => count - 1 - i);

describe('the log of deliveries', () => {
  it('lists what is over from the latest, each once, a page at a time', async () => {
    const [{ site }, other] = [await createSite(), await createSite()];
    await fillLog(other.site, 30);
    await fillLog(site, 130);
    expect(numbers(await readAll(`site=${site}`))).toEqual(down(130));
    expect(numbers(await readAll(`site=${site}&status=sent`))).toEqual(down(130));
    expect(await readAll(`site=${site}&status=dead`)).toEqual([]);
    expect(await readAll(`site=${site}&status=waiting`)).toEqual([]);
  });

  it('finds what is rare behind much that is not, and looks at a part of it a request', async () => {
    const { site } = await createSite();
    await fillLog(site, 3, { status: 'dead', target: 'd'.repeat(26) }, 1_780_000_000_000);
    await fillLog(site, 1_100);
    const webhook = `site=${site}&webhook=${'d'.repeat(26)}`;
    const first = (await (await ask('GET', `/admin/deliveries?${webhook}`)).json()) as Deliveries;
    expect(first).toMatchObject({ deliveries: [], next: expect.any(String) });
    expect(numbers(await readAll(webhook))).toEqual([2, 1, 0]);
    expect(numbers(await readAll(`site=${site}&status=dead`))).toEqual([2, 1, 0]);
  }, 60_000);

  it('lists what waits by when it is tried next, also among much of other sites', async () => {
    const [{ site }, other] = [await createSite(), await createSite()];
    const later = 4_000_000_000_000;
    await fillLog(other.site, 520, { status: 'waiting' }, later - 1_000_000);
    await fillLog(site, 60, { status: 'waiting' }, later);
    await fillLog(site, 3, { status: 'waiting', kind: 'reply', target: 'r'.repeat(26) }, later - 2_000_000);
    expect(numbers(await readAll(`site=${site}&status=waiting`))).toEqual([0, 1, 2, ...down(60).reverse()]);
  }, 60_000);

  it('threat 13: shows to whom a mail went only to who may read addresses', async () => {
    const { site } = await createSite();
    const target = 'm'.repeat(26);
    await insert('recipients', {
      id: target,
      site_id: site,
      role: 'reader',
      email: 'someone@mail.example',
      state: 'active',
      frequency: 'instant',
      language: 'en',
      asked_at: 0,
      created_at: 0,
    });
    await fillLog(site, 1, { status: 'dead', kind: 'reply', target, answer: '550' });
    const by = async (...scopes: Parameters<typeof bearer>[0]) =>
      readAll(`site=${site}`, await bearer(['sites:write', ...scopes], site));
    expect(await by('comments:read')).toMatchObject([{ to: 'someone@mail.example', kind: 'reply', answer: '550' }]);
    expect(await by()).toMatchObject([{ to: null, kind: 'reply' }]);
    expect(JSON.stringify(await by())).not.toContain('mail.example');
  });

  it('of a webhook goes with it', async () => {
    const { site, url } = await createSite();
    const box = openBox();
    const [gone, other] = [await createWebhook(box, { site }), await createWebhook(box, { site })];
    await send(draft({ url }), ADMIN, box.env);
    await ask('DELETE', `/admin/webhooks/${gone.id}`);
    expect((await readAll(`site=${site}`)).map(({ target }) => target)).toEqual([other.id]);
  });

  it('is kept for 30 days', async () => {
    const { site } = await createSite();
    const DAY_MS = 86_400_000;
    const now = Date.now();
    await fillLog(site, 2, {}, now - 31 * DAY_MS);
    await fillLog(site, 1, { target: 'n'.repeat(26) }, now - 29 * DAY_MS);
    await worker.scheduled({ scheduledTime: now, cron: '47 * * * *' } as ScheduledController, bindings);
    expect(await readAll(`site=${site}`)).toMatchObject([{ target: 'n'.repeat(26) }]);
  });
});

describe('sending again', () => {
  const resend = async (box: Box, body: object, headers = ADMIN): Promise<Resent> => {
    const answer = await ask('POST', '/admin/deliveries/resend', body, headers, box.env);
    if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
    return answer.json();
  };

  it('sends what was given up, with as many attempts as new', async () => {
    const { site, url } = await createSite();
    const box = openBox();
    const webhook = await createWebhook(box, { site });
    await box.answer({ status: 500 });
    for (const _ of [1, 2]) await send(draft({ url }), ADMIN, box.env);
    for (let i = 0; i < 16; i++) {
      await makeDue(webhook.id);
      await drain({ ...bindings, ...box.env }, Date.now(), 40);
    }
    expect(await deliveriesOf(webhook.id)).toMatchObject([{ status: 'dead' }, { status: 'dead' }]);
    expect(await resend(box, { site })).toEqual({ resent: 2, left: false });
    expect(await deliveriesOf(webhook.id)).toMatchObject([
      { status: 'waiting', attempts: 1 },
      { status: 'waiting', attempts: 1 },
    ]);
    await box.answer({ status: 204 });
    const [{ event_id: event, target }] = (await deliveriesOf(webhook.id)) as [DeliveryRow];
    expect(await resend(box, { event, target })).toEqual({ resent: 1, left: false });
    expect((await deliveriesOf(webhook.id)).map(({ status }) => status).sort()).toEqual(['sent', 'waiting']);
    expect(await resend(box, { site })).toEqual({ resent: 0, left: false });
  });

  it('sends what was sent, as the same message', async () => {
    const { site, url } = await createSite();
    const box = openBox();
    const webhook = await createWebhook(box, { site });
    await send(draft({ url }), ADMIN, box.env);
    const [{ event_id: event, target }] = (await deliveriesOf(webhook.id)) as [DeliveryRow];
    await resend(box, { event, target });
    const ids = (await box.seen()).map(({ headers }) => headers['webhook-id']);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });

  it('is for who runs that site', async () => {
    const [{ site }, other] = [await createSite(), await createSite()];
    await fillLog(site, 1, { status: 'dead' });
    const [{ event, target }] = (await readAll(`site=${site}`)) as [Delivery];
    const headers = await bearer(['sites:write'], other.site);
    const by = (body: object) => problem(ask('POST', '/admin/deliveries/resend', body, headers));
    expect(await by({ event, target })).toMatchObject({ code: 'not_found' });
    expect(await by({ site })).toMatchObject({ code: 'scope_missing' });
    expect(await readAll(`site=${site}`)).toMatchObject([{ status: 'dead' }]);
  });
});
