/** Logging in by six digits that are mailed: what they are good for, for whom, how long and how often. */
import { describe, expect, it } from 'vitest';
import type { Comment, Me, Session, Site } from '../../worker/contract';
import type { EmailLogin } from '../../worker/contract-notify';
import { Db } from '../../worker/db';
import { digitsOf } from '../../worker/identity/mail-code-digits';
import { mailCode } from '../../worker/identity/mail-code-letter';
import { timePrefix } from '../../worker/ids';
import worker from '../../worker/index';
import { bindings, call, createSite, problem, query } from './api';
import { createKey, type Key } from './key';
import { createPerson } from './person';

/** Mail is set up, and its server is not there: what is to be sent stays in the outbox. */
const MAIL = {
  PUBLIC_URL: 'https://comments.test',
  MAIL_URL: 'smtp://127.0.0.1:9',
  MAIL_FROM: 'notices@comments.test',
};

let networks = 0;
/** Somebody with a device, on a network that no other test is on. */
async function createReader(key?: Key) {
  const device = key ?? (await createKey());
  const address = `198.18.${++networks}.1`;
  const ask = async (method: string, path: string, input?: unknown, token?: string, from = address) => {
    const body = input === undefined ? undefined : JSON.stringify(input);
    const DPoP = await device.prove(method, path, { ...(body && { body }), ...(token && { token }) });
    const headers = {
      DPoP,
      'CF-Connecting-IP': from,
      ...(body && { 'Content-Type': 'application/json' }),
      ...(token && { Authorization: `DPoP ${token}` }),
    };
    return call(path, { method, headers, ...(body && { body }) }, MAIL);
  };
  const askCode = (url: string, email: string, from?: string) =>
    ask('POST', '/login/email', { url, email, language: 'de' }, undefined, from);
  const getCode = async (url: string, email: string) => (await need<EmailLogin>(askCode(url, email))).id;
  const redeem = (id: string, code: string, { name, token }: { name?: string; token?: string } = {}) =>
    ask('POST', '/session', { emailCode: { id, code, name } }, token);
  const logIn = async (url: string, email: string, more?: { name?: string; token?: string }): Promise<Session> => {
    const id = await getCode(url, email);
    return need(redeem(id, await digits(id), more));
  };
  return { key: device, ask, askCode, getCode, redeem, logIn };
}

async function need<T>(answer: Promise<Response>): Promise<T> {
  const got = await answer;
  if (!got.ok) throw new Error(`${got.status} ${await got.text()}`);
  return got.json();
}
const rowOf = (id: string) => bindings.DB.prepare('SELECT * FROM codes WHERE id = ?').bind(id).first<never>();
/** As the mail says them. */
const digits = async (id: string) => digitsOf(bindings, (await rowOf(id))!);
const wrong = (right: string) => String((Number(right) + 1) % 1_000_000).padStart(6, '0');
const setCode = (id: string, change: string) =>
  bindings.DB.prepare(`UPDATE codes SET ${change} WHERE id = ?`).bind(id).run();
const mailOf = async (id: string) => {
  const { results } = await bindings.DB.prepare('SELECT * FROM deliveries WHERE event_id = ?').bind(id).all();
  if (mailCode.by !== 'mail') throw new Error('no mail');
  const context = { env: { ...bindings, ...MAIL }, db: new Db(bindings.DB, 'first-primary'), now: Date.now() };
  return (await mailCode.compose(context, results as never))[0]?.mail;
};
const count = async (from: string) =>
  (await bindings.DB.prepare(`SELECT COUNT(*) AS n FROM ${from}`).first<number>('n'))!;

describe('a code by mail', () => {
  it('logs in whoever reads mail there, and says the address to nobody else', async () => {
    const { url } = await createSite();
    const reader = await createReader();
    const session = await reader.logIn(url, 'noor.k@mail.example', { name: '  Noor\n K ' });
    expect(session.person).toMatchObject({ name: 'Noor K', verified: 'email', badge: null });
    expect(session.hasEmail).toBe(true);
    const me = await need<Me>(reader.ask('GET', '/me', undefined, session.token));
    expect(me.email).toBe('noor.k@mail.example');
    expect(me.accounts).toMatchObject([{ provider: 'email', name: 'Noor K' }]);
    expect(JSON.stringify(session)).not.toContain('noor.k@');
    const again = await (await createReader()).logIn(url, 'Noor.K@MAIL.example', { name: 'Somebody' });
    expect(again.person).toEqual(session.person);
  });

  it('makes a reader without a name somebody without one, not an address', async () => {
    const { url } = await createSite();
    const { person } = await (await createReader()).logIn(url, 'quill@mail.example');
    expect(person.name).toBe('Reader');
  });

  it('knows an international domain in both its forms', async () => {
    const { url } = await createSite();
    const first = await (await createReader()).logIn(url, 'Ines@Bücher.example');
    const second = await (await createReader()).logIn(url, 'ines@xn--bcher-kva.example');
    expect(second.person.id).toBe(first.person.id);
  });

  it('gives those of the team their role, by their address', async () => {
    const { url } = await createSite({ team: [{ name: 'Mika Lind', email: 'Mika@Blog.example', role: 'moderator' }] });
    const { person } = await (await createReader()).logIn(url, 'mika@blog.example', { name: 'Mika Lind' });
    expect(person).toMatchObject({ name: 'Mika Lind', badge: 'moderator' });
  });

  it('is another way in for who is logged in already', async () => {
    const { site, url } = await createSite();
    const reader = await createReader();
    const { id, token } = await createPerson(reader.key, site);
    const session = await reader.logIn(url, 'robin@mail.example', { token });
    expect(session.person.id).toBe(id.slice(-12));
    const me = await need<Me>(reader.ask('GET', '/me', undefined, session.token));
    expect([me.accounts.map(({ provider }) => provider), me.email]).toEqual([['email'], 'robin@mail.example']);
  });

  it('is offered only where mail goes out', async () => {
    const { url } = await createSite();
    const reader = await createReader();
    const site = async (over: object) => need<Site>(call(`/site${query({ url })}`, {}, over));
    expect((await site(MAIL)).mail).toBe(true);
    for (const missing of Object.keys(MAIL)) {
      expect((await site({ ...MAIL, [missing]: undefined })).mail).toBe(false);
    }
    const body = JSON.stringify({ url, email: 'noor@mail.example' });
    const headers = {
      DPoP: await reader.key.prove('POST', '/login/email', { body }),
      'Content-Type': 'application/json',
    };
    const without = { ...MAIL, MAIL_URL: undefined as never };
    expect((await problem(call('/login/email', { method: 'POST', headers, body }, without))).code).toBe('switched_off');
  });

  it.each([
    'noor',
    'noor@',
    '@mail.example',
    'noor@mail',
    'noor@[::1]',
    'noor@10.0.0.1',
    'a@b@mail.example',
    'noor@mail.example/x',
  ])('is not sent to %j, which is no address', async (email) => {
    const { url } = await createSite();
    expect(await problem((await createReader()).askCode(url, email))).toMatchObject({
      code: 'invalid_request',
      field: 'email',
    });
  });

  it('goes to the database of the site it is asked for, and no other origin may ask', async () => {
    const { url } = await createSite();
    const body = JSON.stringify({ url, email: 'noor@mail.example' });
    const { prove } = await createKey();
    const headers = {
      DPoP: await prove('POST', '/login/email', { body }),
      'Content-Type': 'application/json',
      Origin: 'https://elsewhere.example',
    };
    expect((await problem(call('/login/email', { method: 'POST', headers, body }, MAIL))).code).toBe(
      'origin_not_allowed',
    );
  });
});

describe('threat 10: a mail that logs in', () => {
  it('carries six digits, and neither a session nor a link that logs in', async () => {
    const { url } = await createSite();
    const reader = await createReader();
    const id = await reader.getCode(url, 'noor@mail.example');
    const mail = (await mailOf(id))!;
    expect(mail).toMatchObject({ id: `code.${id}`, to: 'noor@mail.example' });
    expect(mail.text).toContain(await digits(id));
    expect(mail.unsubscribeUrl).toBeUndefined();
    const links = `${mail.text} ${mail.html}`.match(/https?:\/\/[^\s"<]+/g) ?? [];
    expect(links.filter((link) => link.includes(id) || /api|login|session|token/.test(link))).toEqual([]);
  });

  it('counts once', async () => {
    const { url } = await createSite();
    const reader = await createReader();
    const id = await reader.getCode(url, 'noor@mail.example');
    const code = await digits(id);
    await need(reader.redeem(id, code));
    expect((await problem(reader.redeem(id, code))).code).toBe('login_expired');
  });

  it('counts once for many who come at once', async () => {
    const { url } = await createSite();
    const reader = await createReader();
    const id = await reader.getCode(url, 'noor@mail.example');
    const code = await digits(id);
    const before = await count('sessions');
    const answers = await Promise.all([1, 2, 3, 4].map(() => reader.redeem(id, code)));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    for (const answer of answers.filter(({ ok }) => !ok)) expect((await problem(answer)).code).toBe('login_expired');
    expect(await count('sessions')).toBe(before + 1);
  });

  it('is good for ten minutes', async () => {
    const { url } = await createSite();
    const reader = await createReader();
    const { id, expiresAt } = await need<EmailLogin>(reader.askCode(url, 'noor@mail.example'));
    expect(Math.abs(Date.parse(expiresAt) - Date.now() - 600_000)).toBeLessThan(10_000);
    const code = await digits(id);
    await setCode(id, `expires_at = ${Date.now() - 1}`);
    expect(await mailOf(id)).toBeUndefined();
    expect((await problem(reader.redeem(id, code))).code).toBe('login_expired');
  });

  it('is worth nothing to another key, and another key’s tries are not counted', async () => {
    const { url } = await createSite();
    const reader = await createReader();
    const id = await reader.getCode(url, 'noor@mail.example');
    const code = await digits(id);
    const other = await createReader();
    for (let i = 0; i < 6; i++) expect((await problem(other.redeem(id, code))).code).toBe('login_expired');
    await need(reader.redeem(id, code));
  });

  it('ends with the next one that the same key asks for at the same address', async () => {
    const { url } = await createSite();
    const reader = await createReader();
    const first = await reader.getCode(url, 'noor@mail.example');
    const code = await digits(first);
    const second = await reader.getCode(url, 'NOOR@mail.example');
    expect(await mailOf(first)).toBeUndefined();
    expect((await problem(reader.redeem(first, code))).code).toBe('login_expired');
    await need(reader.redeem(second, await digits(second)));
  });

  it('is made of a secret, and in no table', async () => {
    const { url } = await createSite();
    const reader = await createReader();
    const id = await reader.getCode(url, 'noor@mail.example');
    const code = await digits(id);
    const tables = ['codes', 'deliveries', 'logins', 'proofs'];
    const rows = await bindings.DB.batch(tables.map((table) => bindings.DB.prepare(`SELECT * FROM ${table}`)));
    const values = rows.flatMap(({ results }) => results.flatMap((row) => Object.values(row as object).map(String)));
    expect(values.filter((value) => value === code || value.includes(`"${code}"`))).toEqual([]);
    const other = { ...bindings, AUTH_SECRET: 'another-auth-secret-0123456789-abcdefg' };
    expect(await digitsOf(other, (await rowOf(id))!)).not.toBe(code);
  });

  it('proof used twice asks for one code only', async () => {
    const { url } = await createSite();
    const { prove } = await createKey();
    const body = JSON.stringify({ url, email: 'noor@mail.example' });
    const headers = {
      DPoP: await prove('POST', '/login/email', { body }),
      'Content-Type': 'application/json',
      'CF-Connecting-IP': '198.19.0.1',
    };
    const answers = await Promise.all([1, 2].map(() => call('/login/email', { method: 'POST', headers, body }, MAIL)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
  });
});

describe('threat 9: guessing', () => {
  it('ends with the fifth wrong try, however many come at once', async () => {
    const { url } = await createSite();
    const reader = await createReader();
    const id = await reader.getCode(url, 'noor@mail.example');
    const code = await digits(id);
    const answers = await Promise.all(Array.from({ length: 12 }, () => reader.redeem(id, wrong(code))));
    const codes = await Promise.all(answers.map(async (answer) => (await problem(answer)).code));
    expect(codes.filter((each) => each === 'code_wrong')).toHaveLength(4);
    expect(codes.filter((each) => each === 'login_expired')).toHaveLength(8);
    expect((await problem(reader.redeem(id, code))).code).toBe('login_expired');
    expect(await bindings.DB.prepare('SELECT tries FROM codes WHERE id = ?').bind(id).first('tries')).toBe(5);
  });

  it('is told apart from nothing: a known address and an unknown one are answered alike', async () => {
    const { url } = await createSite();
    await (await createReader()).logIn(url, 'known@mail.example');
    const shape = async (email: string) => {
      const answer = await (await createReader()).askCode(url, email);
      return [answer.status, Object.keys(await answer.json()).sort()];
    };
    expect(await shape('known@mail.example')).toEqual(await shape('nobody@mail.example'));
  });

  it.each(['', '12345', '1234567', '12345a', '１２３４５６', ' 123456'])('%j is not even tried', async (code) => {
    const { url } = await createSite();
    const reader = await createReader();
    const id = await reader.getCode(url, 'noor@mail.example');
    expect((await problem(reader.redeem(id, code))).code).toBe('invalid_request');
    expect(await bindings.DB.prepare('SELECT tries FROM codes WHERE id = ?').bind(id).first('tries')).toBe(0);
  });
});

describe('threat 22: asking and trying as an attack', () => {
  it('takes no way in from the one who is attacked: they ask again, elsewhere', async () => {
    const { url } = await createSite();
    const attacker = await createReader();
    for (let i = 0; i < 3; i++) await attacker.getCode(url, 'noor@mail.example');
    expect((await problem(attacker.askCode(url, 'noor@mail.example'))).code).toBe('rate_limited');
    const { person } = await (await createReader()).logIn(url, 'noor@mail.example');
    expect(person.verified).toBe('email');
  });

  it('mails an address three times in a quarter of an hour from one network, whatever its keys, and says when there is more', async () => {
    const { url } = await createSite();
    const from = '203.0.113.7';
    const ask = async (email: string) => (await createReader()).askCode(url, email, from);
    for (let i = 0; i < 3; i++) await need(ask('ines@mail.example'));
    const refused = await ask('INES@mail.example');
    const wait = Number(refused.headers.get('Retry-After'));
    expect(wait).toBeGreaterThan(600);
    expect(wait).toBeLessThanOrEqual(900);
    expect((await problem(refused)).code).toBe('rate_limited');
    await need(ask('somebody@mail.example'));
  });

  it('holds the limit against many who ask at once, and nothing is left of those who were refused', async () => {
    const { site, url } = await createSite();
    const reader = await createReader();
    const answers = await Promise.all(Array.from({ length: 9 }, () => reader.askCode(url, 'thad@mail.example')));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(3);
    expect(await count(`codes WHERE site_id = '${site}'`)).toBe(3);
    expect(await count(`deliveries WHERE site_id = '${site}'`)).toBeLessThanOrEqual(3);
  });

  it('mails nobody more than thirty in a day, from wherever', async () => {
    const { url } = await createSite();
    const now = Date.now();
    const rows = Array.from({ length: 30 }, (_, i) =>
      bindings.DB.prepare(
        `INSERT INTO codes (id, site_id, email, jkt, network, language, expires_at) VALUES (?, 'x', ?, ?, ?, 'en', 0)`,
      ).bind(`${timePrefix(now - 20 * 3_600_000 + i)}${'0'.repeat(16)}`, 'flood@mail.example', `k${i}`, `n${i}`),
    );
    await bindings.DB.batch(rows);
    const refused = await (await createReader()).askCode(url, 'flood@mail.example');
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(3.9 * 3600);
    expect((await problem(refused)).code).toBe('rate_limited');
  });

  it('is forgotten after a day', async () => {
    const { url } = await createSite();
    const id = await (await createReader()).getCode(url, 'noor@mail.example');
    const scheduledTime = Date.now() + 25 * 3_600_000;
    await worker.scheduled({ cron: '47 * * * *', scheduledTime, noRetry() {} }, bindings);
    expect(await rowOf(id)).toBeNull();
  });
});

describe('threat 17: who one says one is', () => {
  it('does not get the name of somebody of the team, and threat 13: no address is public', async () => {
    const { url } = await createSite({ team: [{ name: 'Mika Lind', email: 'mika@blog.example', role: 'author' }] });
    const reader = await createReader();
    const session = await reader.logIn(url, 'mallory@mail.example', { name: 'Mіka Lind' });
    expect(session.person).toMatchObject({ name: 'Mіka Lind (email)', badge: null });
    const body = JSON.stringify({ url, body: 'Hello.' });
    const headers = {
      DPoP: await reader.key.prove('POST', '/comments', { body, token: session.token }),
      Authorization: `DPoP ${session.token}`,
      'Content-Type': 'application/json',
      'Idempotency-Key': crypto.randomUUID(),
    };
    const comment = await need<Comment>(call('/comments', { method: 'POST', headers, body }));
    expect(JSON.stringify(comment)).not.toContain('mallory@');
    expect(comment.author).toMatchObject({ name: 'Mіka Lind (email)', verified: 'email', badge: null });
  });

  it('an address that somebody typed as a guest gives nothing: it must be proved', async () => {
    const { site, url } = await createSite();
    const guest = await createReader();
    await createPerson(guest.key, site, { email: 'noor@mail.example' });
    const { person } = await (await createReader()).logIn(url, 'noor@mail.example');
    expect(person.name).toBe('Reader');
  });
});
