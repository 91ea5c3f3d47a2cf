/** Attack mode: when it turns itself on and off, whom it asks and holds, and a flood from beginning to end. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Decided, Undone } from '../../worker/contract-admin';
import { botOf } from '../bots';
import { ask } from './admin';
import { ADMIN, bindings, createSite, draft, key as newKey, problem, send, thread } from './api';
import { createKey, type Key } from './key';
import { readChallenge, solve } from './solve';
import { askWatched } from './watched';

const MINUTE_MS = 60_000;
const REQUIRED = { status: 403, code: 'challenge_required' };

/** Moves the clock; the database's rows stay where they are. */
const setClock = (ms: number) => vi.useFakeTimers({ toFake: ['Date'], now: ms });
afterEach(() => void vi.useRealTimers());

const rows = async <T>(sql: string, ...params: unknown[]): Promise<T[]> =>
  (
    await bindings.DB.prepare(sql)
      .bind(...params)
      .all<T>()
  ).results;
const attackUntil = async (site: string) =>
  (await rows<{ attack_until: number }>('SELECT attack_until FROM sites WHERE id = ?', site))[0]!.attack_until;
const logOf = (site: string) =>
  rows<{ action: string; actor_kind: string; items: string; reason: string }>(
    'SELECT action, actor_kind, items, reason FROM decisions WHERE site_id = ? ORDER BY id',
    site,
  );

let written = 0;
/** A comment by a stranger without a key. */
const write = (url: string, headers: Record<string, string> = {}) => {
  const [body, name] = [`Thought number ${++written} of this evening.`, `Reader ${written}`];
  const address = `203.0.113.${written % 250}`;
  return send(draft({ url, body, author: { name } }), { 'CF-Connecting-IP': address, ...headers });
};
const statusOf = async (answer: Response) => [answer.status, ((await answer.json()) as { status: string }).status];

/** By the key, with work when it is asked for. */
async function writeAs(key: Key, url: string, body: string): Promise<Response> {
  const headers = { 'Idempotency-Key': newKey() };
  const input = draft({ url, body, author: { name: `Guest ${key.handle}` } });
  const first = await key.ask('POST', '/comments', input, { headers });
  if (first.status !== 403) return first;
  expect(await problem(first)).toEqual(REQUIRED);
  const solved = await solve(await readChallenge(url, headers['Idempotency-Key']));
  return key.ask('POST', '/comments', input, { headers: { ...headers, ...solved } });
}

/** Lets a key be known: with a comment that was approved so long ago. */
async function settle(key: Key, url: string, beforeMs: number): Promise<void> {
  const now = Date.now();
  setClock(now - beforeMs);
  expect((await writeAs(key, url, 'The first of many, I hope.')).status).toBe(201);
  setClock(now);
}

describe('attack mode', () => {
  it('turns itself on with the newcomer’s comment that is one too many, and holds it', async () => {
    const { url, site } = await createSite({ attackAfter: 4, challenge: 'never' });
    for (let n = 0; n < 3; n++) expect(await statusOf(await write(url))).toEqual([201, 'approved']);
    expect(await attackUntil(site)).toBe(0);
    const now = Date.now();
    expect(await statusOf(await write(url))).toEqual([201, 'pending']);
    expect(await attackUntil(site)).toBeGreaterThanOrEqual(now + 30 * MINUTE_MS);
    expect(await statusOf(await write(url))).toEqual([201, 'pending']);
    const [line, ...more] = await logOf(site);
    expect(more).toEqual([]);
    expect(line).toMatchObject({
      action: 'attack.on',
      actor_kind: 'system',
      reason: '4 comments of newcomers in a minute.',
    });
    expect(JSON.parse(line!.items)).toEqual([
      { id: site, before: { attackUntil: 0 }, after: { attackUntil: await attackUntil(site) } },
    ]);
  });

  it('counts one minute, and neither who is known nor who runs the site', async () => {
    const { url, site } = await createSite({ attackAfter: 4, challenge: 'never' });
    const known = await createKey();
    await settle(known, url, 2 * 60 * MINUTE_MS);
    const now = Date.now();
    for (let n = 0; n < 3; n++) await write(url);
    for (let n = 0; n < 4; n++) expect((await write(url, ADMIN)).status).toBe(201);
    for (let n = 0; n < 4; n++) expect((await writeAs(known, url, `Known thought ${n}, on its own.`)).status).toBe(201);
    setClock(now + MINUTE_MS + 5_000);
    for (let n = 0; n < 3; n++) await write(url);
    expect(await attackUntil(site)).toBe(0);
  });

  it('stays off where the owner wants it by hand only', async () => {
    const { url, site } = await createSite({ attackAfter: 0 });
    for (let n = 0; n < 25; n++) expect((await write(url)).status).toBe(201);
    expect(await attackUntil(site)).toBe(0);
  });

  it('goes on while the flood does, without another line in the log, and ends by itself', async () => {
    const { url, site } = await createSite({ attackAfter: 2, challenge: 'never' });
    const start = Date.now();
    const flood = async (atMs: number) => {
      setClock(start + atMs);
      await write(url);
      await write(url);
    };
    await flood(0);
    const first = await attackUntil(site);
    await flood(10 * MINUTE_MS);
    expect(await attackUntil(site)).toBe(first);
    await flood(20 * MINUTE_MS);
    expect(await attackUntil(site)).toBe(start + 50 * MINUTE_MS);
    setClock(start + 50 * MINUTE_MS + 1);
    expect(await statusOf(await write(url))).toEqual([201, 'approved']);
    expect(await logOf(site)).toHaveLength(1);
    await write(url);
    expect((await logOf(site)).map(({ action }) => action)).toEqual(['attack.on', 'attack.on']);
  });

  it('begins once, however many comments come at the same moment', async () => {
    const { url, site } = await createSite({ attackAfter: 3, challenge: 'never' });
    await write(url);
    await write(url);
    const answers = await Promise.all(Array.from({ length: 12 }, () => write(url)));
    expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(201));
    expect(await logOf(site)).toHaveLength(1);
  });

  it('costs the comment that turns it on no third round trip, and 12 rows, or 13 with a new page', async () => {
    for (const [path, most] of [
      ['', 12],
      ['/new', 13],
    ] as const) {
      const { url, site } = await createSite({ attackAfter: 2, challenge: 'never' });
      const key = await createKey();
      await write(url);
      const input = draft({ url: url + path, body: 'It gets crowded in here.' });
      const watched = await askWatched(key, 'POST', '/comments', input, undefined, { 'Idempotency-Key': newKey() });
      expect(await statusOf(watched.answer)).toEqual([201, 'pending']);
      expect(await attackUntil(site)).toBeGreaterThan(0);
      expect([watched.trips, watched.written <= most]).toEqual([2, true]);
    }
  });

  it('asks newcomers for work and holds what they write; who is known notices nothing', async () => {
    const { url, site } = await createSite();
    const [known, late, stranger] = await Promise.all([createKey(), createKey(), createKey()]);
    await settle(known, url, 2 * 60 * MINUTE_MS);
    await settle(late, url, 5 * MINUTE_MS);
    await bindings.DB.prepare('UPDATE sites SET attack_until = ? WHERE id = ?')
      .bind(Date.now() + MINUTE_MS, site)
      .run();
    expect(await problem(write(url))).toEqual(REQUIRED);
    expect(
      await statusOf(
        await known.ask('POST', '/comments', draft({ url, body: 'I come here often.' }), {
          headers: { 'Idempotency-Key': newKey() },
        }),
      ),
    ).toEqual([201, 'approved']);
    // Approved five minutes ago is what those who came with the flood are as well.
    for (const key of [late, stranger])
      expect(await statusOf(await writeAs(key, url, `And what about the rest? ${key.handle}`))).toEqual([
        201,
        'pending',
      ]);
  }, 30_000);

  it('asks nobody for work where the owner does not want it', async () => {
    const { url, site } = await createSite({ challenge: 'never' });
    await bindings.DB.prepare('UPDATE sites SET attack_until = ? WHERE id = ?')
      .bind(Date.now() + MINUTE_MS, site)
      .run();
    expect(await statusOf(await write(url))).toEqual([201, 'pending']);
  });
});

describe('a flood', () => {
  const SPAM = 1_000;
  const ADDRESSES = 500;
  /** What readers say. */
  const GOOD = [
    'The second picture is the one I keep coming back to.',
    'Does the north gate still open before seven?',
    'My grandmother planted hers in October and swore by it.',
    'I disagree about the tea, but the rest made my morning.',
    'Thank you! I had been looking for the name of that song for years.',
    'There is a typo in the third paragraph: “recieve”.',
    'We tried the longer way round with two small children, and it took us four hours.',
    'Könntest du noch schreiben, welchen Faden du genommen hast?',
    'Wunderbar erzählt, vor allem die Stelle mit dem Nachbarn.',
    'Merci pour cet article, il tombe vraiment à point.',
    'À Lyon on le prépare plutôt avec du beurre salé.',
    'Muy buena explicación; por fin entiendo lo de las mareas.',
    'この写真の場所にいつか行ってみたいです。',
    'とても参考になりました。続きを楽しみにしています。',
    'شكرًا على هذا المقال الجميل، لقد ذكّرني بمدينتي.',
    'Is the repair still holding after the winter?',
    'That is not how the valve works on the older model, I am afraid.',
    'I laughed out loud at the goose. Poor goose.',
    'You might like the museum in the next village, too; it is open on Sundays.',
    'Great to see this written down, our club has argued about it since spring.',
  ];
  const READERS = GOOD.length;

  async function sendBot(url: string, n: number): Promise<number> {
    const { body, name, address } = botOf(n, ADDRESSES);
    const input = draft({ url: `${url}/${n % 20}`, body, author: { name } });
    return (await send(input, { 'CF-Connecting-IP': address })).status;
  }

  /** Readers in between the bots. @returns what became of each */
  async function flood(url: string): Promise<{ bots: number[]; readers: { id: string; status: string }[] }> {
    const bots: number[] = [];
    const readers: { id: string; status: string }[] = [];
    for (let n = 0; n < SPAM; n++) {
      bots.push(await sendBot(url, n));
      if (n % (SPAM / READERS) !== 7) continue;
      const key = await createKey();
      const answer = await writeAs(key, url, GOOD[readers.length]!);
      expect(answer.status).toBe(201);
      readers.push((await answer.json()) as { id: string; status: string });
    }
    return { bots, readers };
  }
  const stored = async (site: string) =>
    new Map(
      (await rows<{ id: string; status: string }>('SELECT id, status FROM comments WHERE site_id = ?', site)).map(
        ({ id, status }) => [id, status],
      ),
    );

  /** Asks again until nothing is left. */
  async function repeat<T extends Decided | Undone>(
    decide: (more: { batch?: string }) => Promise<Response>,
  ): Promise<{ batch: string | undefined; requests: number }> {
    let batch: string | undefined;
    for (let requests = 1; ; requests++) {
      const answer = await decide(batch === undefined ? {} : { batch });
      expect(answer.status).toBe(200);
      const done = (await answer.json()) as T;
      if ('batch' in done) batch ??= done.batch!;
      if (!done.left) return { batch, requests };
    }
  }

  it('of bots that do not work ends within a minute’s worth of posts; no reader’s comment is lost', async () => {
    const { url, site } = await createSite({ attackAfter: 20 });
    const { bots, readers } = await flood(url);
    expect(bots.filter((status) => status === 201).length).toBeLessThanOrEqual(20);
    expect(bots.slice(20).every((status) => status === 403)).toBe(true);
    const all = await stored(site);
    expect(readers).toHaveLength(READERS);
    for (const { id, status } of readers) expect([id, all.get(id)]).toEqual([id, status]);
    expect(readers.every(({ status }) => ['approved', 'pending'].includes(status))).toBe(true);
    expect(await attackUntil(site)).toBeGreaterThan(Date.now());
  }, 180_000);

  it('of bots that work shows no more than what came before it was one, and one decision cleans up', async () => {
    const { url, site } = await createSite({ attackAfter: 20, challenge: 'never' });
    const start = new Date().toISOString();
    const { bots, readers } = await flood(url);
    expect(bots.every((status) => status === 201)).toBe(true);
    const all = await stored(site);
    expect(all.size).toBe(SPAM + READERS);
    for (const { id, status } of readers) expect([id, all.get(id)]).toEqual([id, status]);
    const seen = [...all.values()].filter((status) => status === 'approved').length;
    expect(seen).toBeLessThanOrEqual(20);
    expect((await thread({ url: `${url}/1` })).comments.length).toBeLessThanOrEqual(2);

    const filter = { site, status: 'pending', from: start, to: new Date(Date.now() + 1000).toISOString() };
    const cleaned = await repeat<Decided>((batch) =>
      ask('POST', '/admin/decisions', { action: 'spam', filter, ...batch }),
    );
    expect(cleaned.requests).toBeLessThanOrEqual(5);
    const statuses = [...(await stored(site)).values()];
    expect(statuses.filter((status) => status === 'pending')).toEqual([]);
    expect(statuses.filter((status) => status === 'spam').length).toBe(SPAM + READERS - seen);
    await repeat<Undone>(() => ask('POST', `/admin/log/${cleaned.batch}/undo`));
    expect(await stored(site)).toEqual(all);
  }, 180_000);
});
