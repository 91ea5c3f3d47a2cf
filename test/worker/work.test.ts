/** Proof of work: who is asked for it, and what counts as it. */
import { describe, expect, it, vi } from 'vitest';
import type { Challenge } from '../../worker/contract';
import { ADMIN, bindings, call, createSite, draft, key as newKey, post, problem, query, send, setRow } from './api';
import { createKey } from './key';
import { createPerson } from './person';
import { readChallenge, solve } from './solve';

const REQUIRED = { status: 403, code: 'challenge_required' };
const GOOD = 'The second picture shows it well; thank you for going back there.';

/** Sends a comment with this Idempotency-Key. */
const write = (url: string, key: string, headers: Record<string, string> = {}, body = GOOD) =>
  send(draft({ url, body }), { 'Idempotency-Key': key, ...headers });

const readWork = (header: string) =>
  JSON.parse(atob(header)) as {
    challenge: NonNullable<Challenge['work']>;
    solution: { counter: number; derivedKey: string };
  };
const writeWork = (work: unknown) => ({ 'Afterword-Work': btoa(JSON.stringify(work)) });

describe('a site that asks newcomers for work', () => {
  it('refuses their comment until their device has done some, then takes it once', async () => {
    const { url, site } = await createSite({ challenge: 'newcomers' });
    const key = newKey();
    expect(await problem(write(url, key))).toEqual(REQUIRED);
    const solved = await solve(await readChallenge(url, key));
    const answer = await write(url, key, solved);
    expect(answer.status).toBe(201);
    const again = await write(url, key, solved);
    expect([again.status, await again.json()]).toEqual([201, await answer.json()]);
    const { results } = await bindings.DB.prepare('SELECT id FROM comments WHERE site_id = ?').bind(site).all();
    expect(results).toHaveLength(1);
  }, 30_000);

  it('takes a solution for no other comment, site or time than it was made for', async () => {
    const { url } = await createSite({ challenge: 'newcomers' });
    const other = await createSite({ challenge: 'newcomers' });
    const key = newKey();
    const solved = await solve(await readChallenge(url, key));
    expect(await problem(write(url, newKey(), solved))).toEqual(REQUIRED);
    expect(await problem(write(other.url, key, solved))).toEqual(REQUIRED);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10 * 60_000 + 1_000 });
    try {
      expect(await problem(write(url, key, solved))).toEqual(REQUIRED);
    } finally {
      vi.useRealTimers();
    }
    expect((await write(url, key, solved)).status).toBe(201);
  }, 30_000);

  it('takes no work that was not done, or was made easier', async () => {
    const { url } = await createSite({ challenge: 'newcomers' });
    const key = newKey();
    const solved = readWork((await solve(await readChallenge(url, key)))['Afterword-Work']);
    const { challenge, solution } = solved;
    const { parameters } = challenge;
    const prefix = parameters.keyPrefix as string;
    const false_ = [
      { challenge, solution: { ...solution, derivedKey: prefix.padEnd(64, '0') } },
      { challenge: { ...challenge, parameters: { ...parameters, keyPrefix: '00' } }, solution },
      { challenge: { ...challenge, parameters: { ...parameters, cost: 1 } }, solution },
      { challenge: { ...challenge, parameters: { ...parameters, expiresAt: 4e9 } }, solution },
      { challenge: { ...challenge, signature: '' }, solution },
      { challenge: { parameters }, solution },
      { challenge, solution: { counter: 'x', derivedKey: 1 } },
      { challenge },
      null,
      [],
    ];
    for (const work of false_) expect(await problem(write(url, key, writeWork(work)))).toEqual(REQUIRED);
    for (const header of ['', 'true', '%%%', '{}', 'x'.repeat(8_000)])
      expect(await problem(write(url, key, { 'Afterword-Work': header }))).toEqual(REQUIRED);
    expect((await write(url, key, writeWork(solved))).status).toBe(201);
  }, 30_000);

  it('does not ask the owner, who logged in, or who is known here', async () => {
    const { url, site } = await createSite({ challenge: 'newcomers' });
    expect((await write(url, newKey(), ADMIN)).status).toBe(201);
    const createdAt = new Date(Date.now() - 2 * 60 * 60_000).toISOString();
    const early = await post({ url, body: 'I was here before.', createdAt }, ADMIN);
    const [guest, device] = [await createKey(), await createKey()];
    const person = await createPerson(device, site);
    const ask = (key: typeof guest, body: string, options = {}) =>
      key.ask('POST', '/comments', { url, body, ...options }, { headers: { 'Idempotency-Key': newKey() } });
    const loggedIn = await device.ask(
      'POST',
      '/comments',
      { url, body: GOOD },
      {
        token: person.token,
        headers: { 'Idempotency-Key': newKey() },
      },
    );
    expect(loggedIn.status).toBe(201);
    const author = { name: 'Noor' };
    expect(await problem(ask(guest, GOOD, { author }))).toEqual(REQUIRED);
    await setRow(early.id, { author_id: guest.jkt });
    expect((await ask(guest, 'Where was the third one taken?', { author })).status).toBe(201);
  });

  it('lets browsers send it', async () => {
    const answer = await call('/comments', { method: 'OPTIONS' });
    expect(answer.headers.get('Access-Control-Allow-Headers')).toMatch(/Afterword-Work, Afterword-Turnstile/);
  });
});

describe('a challenge', () => {
  it('is nothing where nothing is asked', async () => {
    const { url } = await createSite();
    expect(await readChallenge(url, newKey())).toEqual({ work: null, turnstile: null });
    expect((await write(url, newKey())).status).toBe(201);
  });

  it('names Turnstile only where its secret is there', async () => {
    const { url } = await createSite({ turnstile: '1x00000000000000000000AA', challenge: 'never' });
    const ask = (overrides = {}) => call(`/challenge${query({ url, key: newKey() })}`, {}, overrides);
    expect(await (await ask()).json()).toEqual({ work: null, turnstile: null });
    const answer = await ask({ TURNSTILE_SECRET: 'a-secret' });
    expect(await answer.json()).toEqual({ work: null, turnstile: '1x00000000000000000000AA' });
    expect(answer.headers.get('Cache-Control')).toBe('no-store');
  });

  it('refuses what names no page of a site or no key', async () => {
    const { url } = await createSite();
    expect(await problem(call(`/challenge${query({ url, key: 'short' })}`))).toMatchObject({
      status: 400,
      field: 'key',
    });
    expect(await problem(call(`/challenge${query({ url })}`))).toMatchObject({ status: 400, field: 'key' });
    const elsewhere = 'https://unknown.example/';
    expect((await problem(call(`/challenge${query({ url: elsewhere, key: newKey() })}`))).code).toBe(
      'origin_not_allowed',
    );
  });
});
