/** Webhooks from what happens to who receives them: a real server, and a receiver that knows the standard and nothing of us. */
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { AdminComment } from '../../worker/contract-admin';
import { EVENTS, type EventType, GoneComment, type WebhookWithSecret } from '../../worker/contract-notify';
import { Import } from '../../worker/contract-transfer';
import { drain } from '../../worker/notify/outbox/drain';
import { findForbidden } from '../allowed-html';
import type { Seen } from '../receiver';
import { type Message, Verifier } from '../standard-webhooks';
import { ask } from './admin';
import { ADMIN, bindings, call, createSite, draft, send, setRow } from './api';
import { commentRecord, idAt, pageRecord, START } from './importing';
import { createKey } from './key';
import { type Box, openBox } from './received';
import { createWebhook, deliveriesOf, makeDue } from './webhooks';

const ALL = Object.keys(EVENTS) as EventType[];

/** Each message for itself: what was sent again is another attempt. */
const take = ({ secret }: WebhookWithSecret, { headers, body }: Seen): Promise<Message> =>
  new Verifier(secret!).take(headers, body);
async function takeAll(webhook: WebhookWithSecret, box: Box): Promise<Message[]> {
  return Promise.all((await box.seen()).map((one) => take(webhook, one)));
}
const typesOf = (messages: Message[]) => messages.map(({ type }) => type);

async function postTo(box: Box, url: string, over = {}, headers: Record<string, string> = ADMIN): Promise<string> {
  const answer = await send(draft({ url, ...over }), headers, box.env);
  if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { id: string }).id;
}
async function act(box: Box, method: string, path: string, body?: unknown): Promise<{ id: string; batch: string }> {
  const answer = await ask(method, path, body, ADMIN, box.env);
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  return answer.json();
}
const decide = (box: Box, action: string, id: string) => act(box, 'POST', '/admin/decisions', { action, ids: [id] });
async function report(box: Box, id: string): Promise<void> {
  const [path, body] = [`/comments/${id}/flags`, JSON.stringify({ reason: 'spam' })];
  const DPoP = await (await createKey()).prove('POST', path, { body });
  const answer = await call(
    path,
    { method: 'POST', headers: { DPoP, 'Content-Type': 'application/json' }, body },
    box.env,
  );
  expect(answer.status).toBe(201);
}
const runCron = (box: Box) => drain({ ...bindings, ...box.env }, Date.now(), 40);
/** Tries again what waits. */
async function retry(box: Box, webhook: { id: string }): Promise<void> {
  await makeDue(webhook.id);
  await runCron(box);
}

describe('a webhook', () => {
  it('is told of a comment that was posted, as moderators see it', async () => {
    const { site, url } = await createSite();
    const box = openBox();
    const webhook = await createWebhook(box, { site });
    const id = await postTo(box, url, { body: 'Hello, **receiver**.' });
    const seen = await box.seen();
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ method: 'POST', path: '/hook' });
    expect(seen[0]!.headers['content-type']).toBe('application/json');
    const message = await take(webhook, seen[0]!);
    expect(Object.keys(message)).toEqual(['type', 'timestamp', 'data']);
    expect(message.type).toBe('comment.created');
    const { comment } = (await (await call(`/admin/comments/${id}`, { headers: ADMIN })).json()) as { comment: object };
    expect(message.data).toEqual(comment);
  });

  it('is told of everything that happens to a comment, in order', async () => {
    const { site, url } = await createSite({ hold: true });
    const box = openBox();
    const webhook = await createWebhook(box, { site, events: ALL });
    const id = await postTo(box, url, {}, {});
    await decide(box, 'approve', id);
    await act(box, 'PATCH', `/admin/comments/${id}`, { body: 'Hello again.' });
    await report(box, id);
    await decide(box, 'spam', id);
    await decide(box, 'trash', id);
    await decide(box, 'delete', id);
    const messages = await takeAll(webhook, box);
    expect(typesOf(messages)).toEqual([
      'comment.held',
      'comment.approved',
      'comment.edited',
      'comment.reported',
      'comment.spam',
      'comment.trashed',
      'comment.deleted',
    ]);
    const last = messages.pop()!;
    for (const { data } of messages) expect(v.parse(AdminComment, data)).toEqual(data);
    expect(messages.map(({ data }) => data.status)).toEqual([
      'pending',
      'approved',
      'approved',
      'approved',
      'spam',
      'trash',
    ]);
    expect(v.parse(v.strictObject(GoneComment.entries), last.data)).toMatchObject({ id, site, page: { url } });
    expect(new Set((await box.seen()).map(({ headers }) => headers['webhook-id'])).size).toBe(7);
  });

  it('is told when an import is finished', async () => {
    const { site, url } = await createSite();
    const box = openBox();
    const webhook = await createWebhook(box, { site, events: ['import.finished', 'comment.created'] });
    const body = { site, format: 'disqus', name: 'x.xml', digest: 'c'.repeat(64), total: 1 };
    const { id } = await act(box, 'POST', '/admin/imports', body);
    const page = pageRecord({ site, url, id: idAt(START, 99_000) });
    const records = [page, commentRecord({ site, page: page.id, id: idAt(START, 99_001) })];
    await act(box, 'POST', `/admin/imports/${id}/records`, { position: 0, records });
    await act(box, 'POST', `/admin/imports/${id}/finish`);
    const [message, ...more] = await takeAll(webhook, box);
    expect(message!.type).toBe('import.finished');
    expect(v.parse(v.strictObject(Import.entries), message!.data)).toMatchObject({ id, status: 'done', comments: 1 });
    expect(more).toEqual([]);
  });

  it('is told only what it asked for, of its own site, and while it is on', async () => {
    const [{ site, url }, other] = [await createSite(), await createSite()];
    const box = openBox();
    const webhook = await createWebhook(box, { site, events: ['comment.trashed'] });
    await createWebhook(box, { site: other.site, events: ALL });
    const id = await postTo(box, url);
    expect(await box.seen()).toEqual([]);
    await act(box, 'PATCH', `/admin/webhooks/${webhook.id}`, { active: false });
    await decide(box, 'trash', id);
    expect(await box.seen()).toEqual([]);
    await act(box, 'PATCH', `/admin/webhooks/${webhook.id}`, { active: true, events: ['comment.approved'] });
    await decide(box, 'restore', id);
    expect(typesOf(await takeAll(webhook, box))).toEqual(['comment.approved']);
  });

  it('that is deleted is told nothing more, also of what waited', async () => {
    const { site, url } = await createSite();
    const box = openBox();
    const webhook = await createWebhook(box, { site });
    await box.answer({ status: 500 });
    await postTo(box, url);
    await act(box, 'DELETE', `/admin/webhooks/${webhook.id}`);
    await retry(box, webhook);
    expect(await box.seen()).toHaveLength(1);
    expect(await deliveriesOf(webhook.id)).toEqual([]);
  });

  it('gets a test at once, and its owner what came back', async () => {
    const { site } = await createSite();
    const box = openBox();
    const webhook = await createWebhook(box, { site });
    const test = () => ask('POST', `/admin/webhooks/${webhook.id}/test`, undefined, ADMIN, box.env);
    expect(await (await test()).json()).toEqual({ ok: true, answer: '204' });
    const [message] = await takeAll(webhook, box);
    expect(message).toMatchObject({ type: 'test', data: { webhook: webhook.id, site } });
    await box.answer({ status: 503, body: '<b>Down</b>\nfor good' });
    expect(await (await test()).json()).toEqual({ ok: false, answer: '503: <b>Down</b> for good' });
    expect(await deliveriesOf(webhook.id)).toEqual([]);
  });
});

describe('threat 16: what is not public', () => {
  it('is never a comment.created, and its text goes to whoever runs the site as comment.held', async () => {
    const { site, url } = await createSite({ hold: true });
    const box = openBox();
    const [created, held] = [
      await createWebhook(box, { site, url: `${box.origin}/created` }),
      await createWebhook(box, { site, url: `${box.origin}/held`, events: ['comment.held'] }),
    ];
    await postTo(box, url, { body: 'Not yet.' }, {});
    const seen = await box.seen();
    expect(seen.map(({ path }) => path)).toEqual(['/held']);
    expect((await take(held, seen[0]!)).data).toMatchObject({ status: 'pending', body: 'Not yet.' });
    expect(await deliveriesOf(created.id)).toEqual([]);
  });

  it.each(['hold', 'spam', 'trash', 'delete'])(
    'is not told as new any more after %s, also when it waited',
    async (action) => {
      const { site, url } = await createSite();
      const box = openBox();
      const webhook = await createWebhook(box, { site });
      await box.answer({ status: 500 }, { status: 204 });
      const id = await postTo(box, url, { body: 'A secret.' });
      await decide(box, action, id);
      await retry(box, webhook);
      expect(await box.seen()).toHaveLength(1);
      expect(await deliveriesOf(webhook.id)).toEqual([]);
    },
  );

  it('has no text in comment.deleted', async () => {
    const { site, url } = await createSite();
    const box = openBox();
    await createWebhook(box, { site, events: ['comment.deleted'] });
    const id = await postTo(box, url, { body: 'A secret.', author: { name: 'Robin', email: 'robin@mail.example' } });
    await decide(box, 'delete', id);
    const [{ body }] = (await box.seen()) as [Seen];
    expect(JSON.parse(body)).toMatchObject({ type: 'comment.deleted', data: { id } });
    expect(body).not.toMatch(/secret|Robin|mail\.example/);
  });
});

it('threat 7: hostile rows are told harmless', async () => {
  const { site, url } = await createSite();
  const box = openBox();
  const webhook = await createWebhook(box, { site });
  await box.answer({ status: 500 }, { status: 204 });
  const id = await postTo(box, url);
  const html =
    '<p onclick="x()">a</p><script>x()</script><img src=x onerror=x()><a href="javascript:x()">b</a><style>*{}</style>';
  await setRow(id, { html, author_url: 'javascript:x()', verdict: '{', author_avatar: null });
  await retry(box, webhook);
  const { data } = await take(webhook, (await box.seen())[1]!);
  expect(findForbidden(String(data.html))).toEqual([]);
  expect(data).toMatchObject({ author: { url: null }, findings: [] });
});

describe('threat 12: a receiver', () => {
  async function arrange(): Promise<{ webhook: WebhookWithSecret; seen: Seen; box: Box; url: string }> {
    const { site, url } = await createSite();
    const box = openBox();
    const webhook = await createWebhook(box, { site });
    await postTo(box, url);
    return { webhook, box, url, seen: (await box.seen())[0]! };
  }

  it('refuses what was changed on its way, what is old, and what it had before', async () => {
    const { webhook, seen } = await arrange();
    const { headers, body } = seen;
    const by = (over: Record<string, string>, text = body, nowS?: number) =>
      new Verifier(webhook.secret!).take({ ...headers, ...over }, text, nowS);
    const sentAt = Number(headers['webhook-timestamp']);
    await expect(by({}, body.replace('Hello', 'Hallo'))).rejects.toThrow('nobody of mine');
    await expect(by({}, ` ${body}`)).rejects.toThrow('nobody of mine');
    await expect(by({ 'webhook-id': `${headers['webhook-id']}0` })).rejects.toThrow('nobody of mine');
    await expect(by({ 'webhook-timestamp': String(sentAt + 1) })).rejects.toThrow('nobody of mine');
    await expect(by({ 'webhook-signature': 'v1,' })).rejects.toThrow('nobody of mine');
    await expect(by({}, body, sentAt + 301)).rejects.toThrow('stale');
    await expect(by({}, body, sentAt - 301)).rejects.toThrow('stale');
    const verifier = new Verifier(webhook.secret!);
    await verifier.take(headers, body);
    await expect(verifier.take(headers, body)).rejects.toThrow('replayed');
  });

  it('knows each webhook by a secret of its own', async () => {
    const [{ webhook, seen }, other] = [await arrange(), await arrange()];
    await expect(take(other.webhook, seen)).rejects.toThrow('nobody of mine');
    expect(atob(webhook.secret!.replace('whsec_', ''))).toHaveLength(32);
  });

  it('may change its secret within a day: both sign', async () => {
    const { webhook, box, url } = await arrange();
    const rotated = await act(box, 'POST', `/admin/webhooks/${webhook.id}/rotate`);
    const after = rotated as unknown as WebhookWithSecret;
    expect(after.secret).not.toBe(webhook.secret);
    await postTo(box, url);
    const both = (await box.seen())[1]!;
    expect((await take(webhook, both)).data).toEqual((await take(after, both)).data);

    const dayAgo = Date.now() - 24 * 3_600_000 - 1;
    await bindings.DB.prepare('UPDATE webhooks SET rotated_at = ? WHERE id = ?').bind(dayAgo, webhook.id).run();
    await postTo(box, url);
    const one = (await box.seen())[2]!;
    await take(after, one);
    await expect(take(webhook, one)).rejects.toThrow('nobody of mine');
  });
});

describe('what is not taken', () => {
  it('is tried again later each time, as the same message of another time, and given up in the end', async () => {
    const { site, url } = await createSite();
    const box = openBox();
    const webhook = await createWebhook(box, { site });
    await box.answer({ status: 500, body: 'out of order' });
    await postTo(box, url);
    const waits: number[] = [];
    for (let attempt = 1; attempt < 17; attempt++) {
      const [row] = await deliveriesOf(webhook.id);
      expect(row).toMatchObject({ status: 'waiting', attempts: attempt, answer: '500: out of order' });
      waits.push(row!.due_at! - Date.now());
      await retry(box, webhook);
    }
    for (const [i, wait] of waits.entries()) {
      const expected = Math.min(60_000 * 2 ** i, 6 * 3_600_000);
      expect(wait).toBeGreaterThan(expected * 0.7);
      expect(wait).toBeLessThan(expected * 1.3);
    }
    expect(await deliveriesOf(webhook.id)).toMatchObject([{ status: 'dead', attempts: 17, due_at: null }]);
    await retry(box, webhook);
    const seen = await box.seen();
    expect(seen).toHaveLength(17);
    expect(new Set(seen.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    for (const one of seen) await take(webhook, one);
  });

  it('waits as long as the receiver asks for, a day at most', async () => {
    const { site, url } = await createSite();
    const box = openBox();
    const webhook = await createWebhook(box, { site });
    const HOUR_MS = 3_600_000;
    const date = (ms: number) => new Date(Date.now() + ms).toUTCString();
    for (const [asked, expected] of [
      ['7200', 2 * HOUR_MS],
      [date(3 * HOUR_MS), 3 * HOUR_MS],
      ['9999999999', 24 * HOUR_MS],
      [date(1e13), 24 * HOUR_MS],
      ['soon', 60_000],
      ['-5', 60_000],
    ] as const) {
      await box.answer({ status: 429, headers: { 'Retry-After': asked } });
      await bindings.DB.prepare('DELETE FROM deliveries WHERE target = ?').bind(webhook.id).run();
      await postTo(box, url);
      const wait = (await deliveriesOf(webhook.id))[0]!.due_at! - Date.now();
      expect(wait, asked).toBeGreaterThan(expected * 0.7);
      expect(wait, asked).toBeLessThan(expected * 1.3);
    }
  });

  it('410 switches the webhook off, and nothing more is sent', async () => {
    const { site, url } = await createSite();
    const box = openBox();
    const webhook = await createWebhook(box, { site });
    await box.answer({ status: 410 });
    await postTo(box, url);
    expect(await deliveriesOf(webhook.id)).toMatchObject([{ status: 'dead', attempts: 1, answer: '410' }]);
    const { webhooks } = (await (await ask('GET', `/admin/webhooks?site=${site}`)).json()) as {
      webhooks: { active: boolean }[];
    };
    expect(webhooks).toMatchObject([{ active: false }]);
    await postTo(box, url);
    expect(await box.seen()).toHaveLength(1);
  });

  it.each([
    [503, 1],
    [500, 3],
  ])('%i: of three that are due, %i are tried in a run', async (status, tried) => {
    const { site, url } = await createSite();
    const box = openBox();
    const webhook = await createWebhook(box, { site });
    await box.answer({ status });
    for (const _ of [1, 2, 3]) await postTo(box, url);
    await retry(box, webhook);
    expect(await box.seen()).toHaveLength(3 + tried);
    expect((await deliveriesOf(webhook.id)).map(({ attempts }) => attempts)).toEqual([2, 2, 2]);
  });

  it('a 2xx is success, however much comes with it', async () => {
    const { site, url } = await createSite();
    const box = openBox();
    const webhook = await createWebhook(box, { site });
    await box.answer({ status: 201, body: 'x'.repeat(1_000_000) });
    await postTo(box, url);
    expect(await deliveriesOf(webhook.id)).toMatchObject([{ status: 'sent', answer: '201' }]);
  });

  it('does not hold up other webhooks', async () => {
    const { site, url } = await createSite();
    const [slow, box] = [openBox(), openBox()];
    const both = openBox([slow, box]);
    const hooks = [await createWebhook(slow, { site })];
    for (let i = 0; i < 8; i++) hooks.push(await createWebhook(box, { site }));
    await slow.answer({ status: 204, after: { box: box.name, requests: 8 } });
    await postTo(both, url);
    for (const { id } of hooks) expect(await deliveriesOf(id)).toMatchObject([{ status: 'sent' }]);
  });

  it('is asked of six at once, and no more', async () => {
    const { site, url } = await createSite();
    const box = openBox();
    for (let i = 0; i < 9; i++) await createWebhook(box, { site });
    await box.answer({ status: 204, after: { box: box.name, requests: 6 } });
    await postTo(box, url);
    expect(Math.max(...(await box.seen()).map(({ open }) => open))).toBe(6);
  });
});
