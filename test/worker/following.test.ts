/** Readers who follow: asking, agreeing, being told, choosing, stopping; and whoever would use that against others. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { RecipientRow } from '../../worker/db';
import { getConfig } from '../../worker/env';
import { signLink } from '../../worker/notify/links';
import { KINDS } from '../../worker/notify/outbox/kinds';
import { ADMIN, bindings, call, createSite, post, problem, setRow } from './api';
import { createKey } from './key';
import { type KeptMail, keepMails, linkIn, MAIL, open, press, server } from './mails';
import { decide } from './moderator';
import { pageOf, rows, runCron } from './outbox';
import { createPerson } from './person';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const real = { ...KINDS };
Object.assign(bindings, MAIL);
let mails: KeptMail[];
let site: string;
let url: string;
let email: string;
beforeEach(async () => {
  Object.assign(KINDS, real);
  server.down = false;
  mails = keepMails('opt_in', 'reply', 'digest');
  for (const table of ['events', 'deliveries', 'digest_items', 'subscriptions', 'recipients'])
    await bindings.DB.prepare(`DELETE FROM ${table}`).run();
  ({ site, url } = await createSite());
  email = `mika@${site}.example`;
});

const follow = (over: object = {}, headers: Record<string, string> = {}) =>
  call(
    '/subscriptions',
    {
      method: 'POST',
      body: JSON.stringify({ url, email, ...over }),
      headers: { 'Content-Type': 'application/json', ...headers },
    },
    MAIL,
  );
const followed = async (over: object = {}) => {
  const answer = await follow(over);
  expect(answer.status, await answer.clone().text()).toBe(200);
  return answer.json();
};
const recipients = () => rows<RecipientRow>('SELECT * FROM recipients WHERE site_id = ? ORDER BY id', site);
const state = async () => (await recipients())[0]?.state;
const topics = async () =>
  (await rows<{ topic: string }>('SELECT topic FROM subscriptions ORDER BY topic')).map(({ topic }) => topic);
/** As if so much time had gone by since the last mail that asked. */
const waitSinceAsked = (ms: number) =>
  bindings.DB.prepare('UPDATE recipients SET asked_at = asked_at - ?').bind(ms).run();
/** Somebody who has agreed. */
async function follower(over: object = {}): Promise<string> {
  await followed(over);
  const path = linkIn(mails.at(-1)!, 'confirm');
  expect((await press(path)).status).toBe(200);
  mails.length = 0;
  return path;
}
const cron = (now = Date.now()) => runCron(now, MAIL);

describe('asking', () => {
  it('threat 8: for twenty addresses from one network is enough for a while, and tells nothing of others', async () => {
    const headers = { 'CF-Connecting-IP': '198.51.100.7' };
    for (let n = 0; n < 20; n++) expect((await follow({ email: `${n}@mail.example` }, headers)).status).toBe(200);
    const answer = await follow({ email: 'one-more@mail.example' }, headers);
    expect([answer.status, (await problem(answer)).code]).toEqual([429, 'rate_limited']);
    expect((await follow({ email: 'one-more@mail.example' }, { 'CF-Connecting-IP': '203.0.113.7' })).status).toBe(200);
    const [first] = await recipients();
    expect((await press(linkIn(mails[0]!, 'confirm'))).status).toBe(200);
    expect((await recipients()).find(({ id }) => id === first!.id)).toMatchObject({ state: 'active', network: null });
    expect((await follow({ email: 'one-more-again@mail.example' }, headers)).status).toBe(200);
  });

  it('mails one question, and nothing else before its button was pressed', async () => {
    const top = await post({ url });
    expect(await followed()).toEqual({ confirm: true });
    expect(mails).toMatchObject([{ kind: 'opt_in', to: email }]);
    expect(mails[0]!.unsubscribeUrl).toBeUndefined();
    await post({ url, body: 'News', parent: top.id });
    await cron();
    expect(mails).toHaveLength(1);
    const page = await (await open(linkIn(mails[0]!, 'confirm'))).text();
    expect(page).toContain('Would you like mail from');
    expect(await state()).toBe('asked');
    const done = await press(linkIn(mails[0]!, 'confirm'));
    expect(await done.text()).toContain('You will get mail from now on');
    expect(await state()).toBe('active');
    const news = await post({ url, body: 'More *news*' });
    await cron();
    expect(mails.slice(1)).toMatchObject([{ kind: 'reply', to: email, thread: `page.${await pageOf(top.id)}` }]);
    expect(mails[1]!.text).toContain('More *news*');
    expect(mails[1]!.html).toContain(`#comment-${news.id}`);
  });

  it('asks once for whatever is followed before and after', async () => {
    await followed();
    await followed({ url: `${url}/another` });
    expect(mails).toHaveLength(1);
    await press(linkIn(mails[0]!, 'confirm'));
    await followed({ url: `${url}/third` });
    expect(mails).toHaveLength(1);
    expect(await topics()).toHaveLength(3);
    expect(await recipients()).toHaveLength(1);
  });

  it('follows replies to a comment, not the page, and one that waits as well', async () => {
    const key = await createKey();
    const top = await key.post({ url });
    await setRow(top.id, { status: 'pending', shown: 0 });
    await follower({ comment: top.id });
    await setRow(top.id, { status: 'approved', shown: 1 });
    await post({ url, body: 'Elsewhere' });
    const reply = await post({ url, parent: top.id, body: 'Here' });
    await cron();
    expect(mails.map(({ text }) => /Elsewhere|Here/.exec(text)?.[0])).toEqual(['Here']);
    await post({ url, parent: reply.id, body: 'Deeper' });
    await cron();
    expect(mails).toHaveLength(1);
    expect(await problem(follow({ comment: '0'.repeat(26) }))).toEqual({
      status: 404,
      code: 'not_found',
      field: 'comment',
    });
  });

  it('a page is born by its first follower, and counts nothing before its first comment', async () => {
    await follower({ title: 'A post' });
    const [page] = await rows<{ title: string; count: number; version: number }>(
      'SELECT * FROM pages WHERE site_id = ?',
      site,
    );
    expect(page).toMatchObject({ title: 'A post', count: 0, version: 0 });
    await post({ url });
    await cron();
    expect(mails).toMatchObject([{ subject: 'New comment on “A post”' }]);
  });

  it('whoever is logged in with that address need not confirm it, in whatever letters it is written', async () => {
    const key = await createKey();
    const { token } = await createPerson(key, site, { email: email.toUpperCase() });
    const ask = (body: object) => {
      const text = JSON.stringify({ url, ...body });
      return key.prove('POST', '/subscriptions', { body: text, token }).then((DPoP) =>
        call(
          '/subscriptions',
          {
            method: 'POST',
            body: text,
            headers: { 'Content-Type': 'application/json', DPoP, Authorization: `DPoP ${token}` },
          },
          MAIL,
        ),
      );
    };
    expect(await (await ask({ email })).json()).toEqual({ confirm: false });
    expect(await state()).toBe('active');
    expect(mails).toEqual([]);
    expect(await (await ask({ email: 'someone@else.example' })).json()).toEqual({ confirm: true });
    expect(mails).toMatchObject([{ to: 'someone@else.example' }]);
  });

  it('is refused where no mail goes out, from another origin, and by a proof of before', async () => {
    const body = JSON.stringify({ url, email });
    const headers = { 'Content-Type': 'application/json' };
    expect(await problem(call('/subscriptions', { method: 'POST', body, headers }, { MAIL_URL: '' }))).toMatchObject({
      code: 'switched_off',
    });
    expect(await problem(follow({}, { Origin: 'https://elsewhere.example' }))).toMatchObject({
      code: 'origin_not_allowed',
    });
    expect(await problem(follow({ site: 'another' }))).toMatchObject({ code: 'origin_not_allowed' });
    const key = await createKey();
    const DPoP = await key.prove('POST', '/subscriptions', { body });
    const send = () => call('/subscriptions', { method: 'POST', body, headers: { ...headers, DPoP } }, MAIL);
    expect((await send()).status).toBe(200);
    expect(await problem(send())).toMatchObject({ code: 'proof_replayed' });
  });
});

describe('threat 8: nobody is bombed with mail they did not ask for', () => {
  it('one question a day, three in all, however the address is written and whoever asks', async () => {
    for (let day = 0; day < 6; day++) {
      for (const spelt of [email, email.toUpperCase(), email.replace('mika', 'Mika')])
        for (const path of ['', '/b', '/c']) await followed({ url: url + path, email: spelt });
      await waitSinceAsked(DAY_MS);
    }
    expect(mails).toHaveLength(3);
    expect(await recipients()).toMatchObject([{ state: 'asked', asks: 3 }]);
  });

  it('at once as well', async () => {
    await Promise.all(Array.from({ length: 8 }, (_, n) => followed({ url: `${url}/${n}` })));
    await cron();
    expect(mails).toHaveLength(1);
    expect(await topics()).toHaveLength(8);
  });

  it('what a stranger typed is not in the question: neither a title nor an address nobody has read', async () => {
    await followed({ url: `${url}/you-have-won`, title: 'You have won\r\nBcc: x@y.example https://evil.example' });
    expect(JSON.stringify(mails[0])).not.toMatch(/won|evil|Bcc/);
  });

  it('an address that is confirmed is not asked again, nor changed by who did not prove it', async () => {
    await follower({ frequency: 'daily', language: 'de' });
    expect(await followed({ url: `${url}/b`, frequency: 'instant', language: 'fr' })).toEqual({ confirm: true });
    expect(mails).toEqual([]);
    expect(await recipients()).toMatchObject([{ state: 'active', frequency: 'daily', language: 'de' }]);
  });

  it('what came back or was called spam is never asked again', async () => {
    for (const ended of ['bounced', 'complained']) {
      await followed();
      await bindings.DB.prepare('UPDATE recipients SET state = ?, asked_at = 0').bind(ended).run();
      mails.length = 0;
      expect(await followed({ url: `${url}/b` })).toEqual({ confirm: true });
      expect(mails).toEqual([]);
      expect(await state()).toBe(ended);
    }
  });

  it('an address that nobody confirmed follows no more than a few', async () => {
    await followed();
    const [row] = await recipients();
    await bindings.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
       INSERT INTO subscriptions SELECT 'x' || i, ?, 0 FROM n`,
    )
      .bind(row!.id)
      .run();
    await followed({ url: `${url}/b` });
    expect(await topics()).toHaveLength(61);
  });

  it('whoever asks for many addresses is limited as whoever writes many comments', async () => {
    const asked: string[] = [];
    const POST_LIMIT = { limit: async ({ key }: { key: string }) => ({ success: asked.push(key) <= 2 }) };
    const ask = (n: number) =>
      call(
        '/subscriptions',
        {
          method: 'POST',
          body: JSON.stringify({ url, email: `${n}@${site}.example` }),
          headers: { 'Content-Type': 'application/json', 'CF-Connecting-IP': '203.0.113.7' },
        },
        { POST_LIMIT: POST_LIMIT as never },
      );
    const answers = [await ask(1), await ask(2), await ask(3)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(mails).toHaveLength(2);
  });

  it('a line break in an address is no address', async () => {
    for (const bad of [
      'a@b.example\r\nBcc: c@d.example',
      'a\n@b.example',
      'a@b.example\0',
      '"a b"@c.example,d@e.example',
    ])
      expect(await problem(follow({ email: bad }))).toEqual({ status: 400, code: 'invalid_request', field: 'email' });
  });
});

describe('threat 13: nobody learns by asking whether an address is known', () => {
  it('answers the same, whatever is known of it', async () => {
    const answers: string[] = [];
    const ask = async () => answers.push(await (await follow()).text());
    await ask();
    await ask();
    for (const known of ['active', 'unsubscribed', 'bounced', 'complained']) {
      await bindings.DB.prepare('UPDATE recipients SET state = ?').bind(known).run();
      await ask();
    }
    expect(new Set(answers)).toEqual(new Set(['{"confirm":true}']));
  });
});

describe('threat 11: opening a link changes nothing', () => {
  it('GET and HEAD of every link leave everything as it was', async () => {
    const top = await post({ url });
    await followed();
    const confirm = linkIn(mails[0]!, 'confirm');
    const before = await recipients();
    for (const method of ['GET', 'HEAD']) expect((await open(confirm, method)).status).toBe(200);
    expect(await recipients()).toEqual(before);
    await press(confirm);
    await post({ url, parent: top.id });
    await cron();
    const active = await recipients();
    const followedTopics = await topics();
    for (const name of ['preferences', 'unsubscribe'] as const)
      for (const method of ['GET', 'HEAD']) {
        const answer = await open(linkIn(mails.at(-1)!, name), method);
        expect(answer.status).toBe(200);
        expect(answer.headers.get('Content-Security-Policy')).toContain("default-src 'none'");
        expect(answer.headers.get('Referrer-Policy')).toBe('no-referrer');
      }
    for (const query of ['?do=stop_all', '?do=start', '?List-Unsubscribe=One-Click'])
      await open(linkIn(mails.at(-1)!, 'preferences') + query);
    expect(await recipients()).toEqual(active);
    expect(await topics()).toEqual(followedTopics);
  });

  it('a link somebody made up, of another purpose, of another person, or too old leads nowhere', async () => {
    await followed();
    const [{ id }] = (await recipients()) as [RecipientRow];
    const config = getConfig(bindings);
    const confirm = linkIn(mails[0]!, 'confirm');
    const preferences = await signLink(config, 'preferences', id);
    const old = await signLink(config, 'confirm', id, (Date.now() - 8 * DAY_MS).toString(36));
    const wrong = [
      confirm.replace(/.$/, (char) => (char === 'A' ? 'B' : 'A')),
      confirm.replace('/confirm/', '/preferences/'),
      confirm.replace('/confirm/', '/unsubscribe/'),
      `/mail/confirm/${preferences}`,
      `/mail/confirm/${old}`,
      `/mail/confirm/${id}`,
      `/mail/unsubscribe/${id}.`,
      `/mail/preferences/${await signLink(config, 'preferences', '0'.repeat(26))}`,
    ];
    for (const path of wrong)
      for (const answer of [await open(path), await press(path, { do: 'start' })]) {
        expect(answer.status, path).toBe(404);
        expect(answer.headers.get('Content-Type')).toContain('text/html');
      }
    expect(await state()).toBe('asked');
    expect(await problem(call(confirm.replace(/.$/, '-'), { method: 'POST' }, MAIL))).toMatchObject({
      code: 'not_found',
    });
  });
});

describe('stopping', () => {
  async function told(): Promise<KeptMail> {
    await follower();
    await post({ url, body: 'First' });
    await cron();
    return mails.pop()!;
  }

  it('by one POST of the mail client, as often as it comes, without being asked anything (RFC 8058)', async () => {
    const mail = await told();
    expect(mail.unsubscribeUrl).toMatch(/^https:\/\/comments\.test\/api\/v1\/mail\/unsubscribe\//);
    const path = new URL(mail.unsubscribeUrl!).pathname;
    for (let time = 0; time < 2; time++) {
      const answer = await call(
        path,
        {
          method: 'POST',
          body: 'List-Unsubscribe=One-Click',
          headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
          redirect: 'manual',
        },
        MAIL,
      );
      expect(answer.status).toBe(200);
      expect(await state()).toBe('unsubscribed');
    }
    await post({ url, body: 'Second' });
    await cron();
    expect(mails).toEqual([]);
  });

  it('also ends what is under way', async () => {
    const mail = await told();
    server.down = true;
    await post({ url, body: 'Second' });
    await press(linkIn(mail, 'unsubscribe'));
    server.down = false;
    await cron(Date.now() + HOUR_MS);
    expect(mails).toEqual([]);
    expect(await rows('SELECT * FROM deliveries')).toEqual([]);
  });

  it('one of it, all of it, and starts again with what there was', async () => {
    const mail = await told();
    const other = await post({ url: `${url}/other` });
    await followed({ url: `${url}/other` });
    const path = linkIn(mail, 'preferences');
    const page = await (await open(path)).text();
    expect(page.match(/name="topic"/g)).toHaveLength(2);
    await press(path, { do: 'stop', topic: await pageOf(other.id) });
    expect(await topics()).toHaveLength(1);
    expect(await (await press(path, { do: 'stop_all' })).text()).toContain('You get no more mail');
    expect(await state()).toBe('unsubscribed');
    await press(path, { do: 'start' });
    expect(await state()).toBe('active');
    await post({ url, body: 'Again' });
    await cron();
    expect(mails).toHaveLength(1);
  });

  it('asked for anew it is asked again, and goes on with what was followed before', async () => {
    const mail = await told();
    await press(linkIn(mail, 'unsubscribe'));
    await waitSinceAsked(DAY_MS);
    await followed({ url: `${url}/other` });
    expect(mails).toMatchObject([{ kind: 'opt_in' }]);
    expect(await state()).toBe('asked');
    expect(await topics()).toHaveLength(2);
  });

  it('says how often and in which language, and takes no others', async () => {
    const path = linkIn(await told(), 'preferences');
    const page = await (await press(path, { do: 'save', frequency: 'daily', language: 'ar' })).text();
    expect(page).toContain('dir="rtl"');
    expect(await recipients()).toMatchObject([{ frequency: 'daily', language: 'ar' }]);
    const wrong: Record<string, string>[] = [
      {},
      { do: 'save' },
      { do: 'save', frequency: 'yearly', language: 'en' },
      { do: '__proto__' },
    ];
    for (const fields of wrong) expect((await press(path, fields)).status).toBe(400);
    expect((await call(path, { method: 'POST', body: 'x'.repeat(70_000) }, MAIL)).status).toBe(413);
  });

  it('a person’s mail that was called spam stays stopped, whatever they press', async () => {
    const path = linkIn(await told(), 'preferences');
    await bindings.DB.prepare("UPDATE recipients SET state = 'complained'").run();
    expect(await (await press(path, { do: 'start' })).text()).not.toContain('value="start"');
    expect(await state()).toBe('complained');
  });
});

describe('threat 16: text that waits leaks through no notice', () => {
  it('approved, queued, then held: nobody is told', async () => {
    await follower();
    server.down = true;
    const secret = await post({ url, body: 'A secret' });
    expect(await rows('SELECT * FROM deliveries')).toHaveLength(1);
    await decide({ action: 'hold', ids: [secret.id] });
    server.down = false;
    await cron(Date.now() + HOUR_MS);
    expect(mails).toEqual([]);
    expect(await rows('SELECT * FROM deliveries')).toEqual([]);
  });

  it('what a reply answers is not quoted when it is not public any more', async () => {
    const top = await post({ url, body: 'Quoted words' });
    await follower();
    server.down = true;
    await post({ url, parent: top.id, body: 'Answer' });
    await setRow(top.id, { status: 'spam' });
    server.down = false;
    await cron(Date.now() + HOUR_MS);
    expect(mails).toHaveLength(1);
    expect(mails[0]!.text + mails[0]!.html).toContain('Answer');
    expect(mails[0]!.text + mails[0]!.html).not.toContain('Quoted');
  });

  it('nor in the list of what somebody follows, nor in a digest', async () => {
    const top = await post({ url, body: 'Words that were public' });
    await follower({ comment: top.id, frequency: 'hourly' });
    const shown = await post({ url, parent: top.id, body: 'Shown' });
    const held = await post({ url, parent: top.id, body: 'Held' });
    await cron();
    await decide({ action: 'hold', ids: [held.id] });
    await setRow(top.id, { status: 'trash' });
    await cron(Date.now() + HOUR_MS);
    expect(mails).toMatchObject([{ kind: 'digest' }]);
    expect(mails[0]!.text).toContain('Shown');
    expect(mails[0]!.text).not.toMatch(/Held|Words/);
    expect(mails[0]!.html).toContain(shown.id);
    expect(await (await open(linkIn(mails[0]!, 'preferences'))).text()).not.toContain('Words');
    // It is told by the next digest, if it comes to be public.
    await decide({ action: 'approve', ids: [held.id] });
    expect(await rows<{ comment_id: string }>('SELECT comment_id FROM digest_items')).toEqual([
      { comment_id: held.id },
    ]);
  });
});

describe('digests', () => {
  it('tell at the hour what has come since, by page, once', async () => {
    await follower({ frequency: 'hourly' });
    await followed({ url: `${url}/b` });
    for (let n = 0; n < 3; n++) await post({ url, body: `On the first ${n}` });
    await post({ url: `${url}/b`, body: 'On the second' });
    await cron();
    await cron();
    expect(mails).toEqual([]);
    await cron(Date.now() + HOUR_MS);
    expect(mails).toHaveLength(1);
    expect(mails[0]!.text).toMatch(/On the first 0[\s\S]+On the first 2[\s\S]+On the second/);
    await cron(Date.now() + 2 * HOUR_MS);
    expect(mails).toHaveLength(1);
    expect(await rows('SELECT * FROM digest_items')).toEqual([]);
  });

  it('name twenty and count the rest', async () => {
    await follower({ frequency: 'daily' });
    for (let n = 0; n < 23; n++) await post({ url, body: `Number ${n}.` }, ADMIN);
    for (let n = 0; n < 30; n++) await cron();
    await cron(Date.now() + DAY_MS);
    expect(mails).toHaveLength(1);
    expect(mails[0]!.text.match(/Number \d+\./g)).toHaveLength(20);
    expect(mails[0]!.text).toContain('And 3 more.');
    expect(await rows('SELECT * FROM digest_items')).toEqual([]);
  });
});
