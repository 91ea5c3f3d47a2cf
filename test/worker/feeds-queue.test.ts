/** The queue as a feed, by a secret address: what is in it, who may make one, and when it ends. */
import { describe, expect, it, vi } from 'vitest';
import type { CreatedFeedKey, FeedKeys, JsonFeed } from '../../worker/contract-feeds';
import worker from '../../worker/index';
import { as, ask, createToken, type Headers } from './admin';
import { ADMIN, bindings, call, createSite, post, problem, setRow } from './api';
import { all, bodies, linkOf, parseXml, textOf } from './feeds-read';
import { createKey } from './key';
import { createPerson } from './person';

async function createFeedKey(body: object = {}, headers: Headers = ADMIN): Promise<CreatedFeedKey> {
  const answer = await ask('POST', '/admin/feed-keys', { name: 'Reader', ...body }, headers);
  if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
  return answer.json();
}
const read = async (url: string): Promise<JsonFeed> => {
  const answer = await call(url);
  if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
  return answer.json();
};
const hold = async (url: string, body: string, over: object = {}) => {
  const { id } = await post({ url, body, ...over });
  await setRow(id, { status: 'pending', shown: 0 });
  return id;
};

describe('the feed of a queue', () => {
  it('tells what is held on its site, newest first, as it was written, and leads to where it is decided', async () => {
    const { site, url } = await createSite();
    const { url: elsewhere } = await createSite();
    const markdown = '**bold** ![x](https://evil.example/pixel.gif) <script>';
    const top = await post({ url, body: 'approved', title: 'Mending' });
    await hold(url, markdown);
    await hold(elsewhere, 'of another site');
    const id = await hold(url, 'second', { parent: top.id });
    await setRow((await post({ url, body: 'spam' })).id, { status: 'spam', shown: 0 });
    const key = await createFeedKey({ site });
    const feed = await read(key.json);
    expect(bodies(feed)).toEqual(['second', markdown]);
    expect(feed.items[0]).toMatchObject({ title: 'Mika · Mending', content_text: 'second' });
    expect(feed.items[0]!.url).toContain(`/console#/queue?page=`);
    expect(feed.items[0]!.url).toContain(id);
    const atom = parseXml(await (await call(key.atom)).text());
    expect(all(atom, 'entry').map((entry) => textOf(entry, 'content'))).toEqual(['second', markdown]);
    expect(all(all(atom, 'entry')[1]!, 'content')[0]!.attributes).toEqual({ type: 'text' });
    expect(linkOf(all(atom, 'entry')[0]!, 'replies')).toBeUndefined();
    await ask('POST', '/admin/decisions', { action: 'approve', ids: [id] });
    expect(bodies(await read(key.json))).toEqual([markdown]);
  });

  it('is of all sites when the key is for all', async () => {
    const places = [await createSite(), await createSite()];
    const names = await Promise.all(
      places.map(async ({ url }) => `held on ${url} ${await hold(url, `held on ${url}`)}`),
    );
    const text = JSON.stringify(await read((await createFeedKey()).json));
    for (const name of names) expect(text).toContain(name.split(' ').slice(0, 3).join(' '));
  });

  it('threat 13: names neither addresses of writers nor its own', async () => {
    const { site, url } = await createSite();
    const id = await hold(url, 'x', { author: { name: 'Robin', email: 'robin@private.example' } });
    await setRow(id, { ip_hash: 'f'.repeat(32), net_hash: 'e'.repeat(32) });
    const key = await createFeedKey({ site });
    for (const address of [key.atom, key.json]) {
      const secret = /queue\/([0-9a-f]{64})\//.exec(address)![1]!;
      const answer = await call(address);
      const text = await answer.text();
      expect(text).not.toMatch(/private\.example|f{32}|e{32}/);
      expect(text).not.toContain(secret);
      expect(answer.headers.get('Cache-Control')).toBe('private, no-store');
      expect(answer.headers.get('Referrer-Policy')).toBe('no-referrer');
      expect([...answer.headers.values()].join()).not.toContain(secret);
    }
  });

  it('answers a key there is not as if nothing were there, and says nothing of it in the log', async () => {
    const said: unknown[] = [];
    const spies = (['error', 'log', 'warn', 'info', 'debug'] as const).map((name) =>
      vi.spyOn(console, name).mockImplementation((...args) => void said.push(...args)),
    );
    const key = '0123456789abcdef'.repeat(4);
    for (const [wrong, format] of [
      [key, 'atom'],
      [key, 'json'],
      [key.toUpperCase(), 'atom'],
      ['x', 'json'],
      ['%00', 'atom'],
      ["' OR 1=1 --", 'json'],
    ])
      for (const method of ['GET', 'HEAD']) {
        const answer = await call(`/feed/queue/${encodeURIComponent(wrong!)}/feed.${format}`, { method });
        expect(answer.status).toBe(404);
        expect(answer.headers.get('Cache-Control')).toMatch(/no-store/);
        if (method === 'GET') expect((await problem(answer)).code).toBe('not_found');
      }
    const real = await createFeedKey();
    await call(
      real.json,
      {},
      {
        DB: {
          withSession: () => {
            throw new Error('no database');
          },
        } as never,
      },
    );
    for (const spy of spies) spy.mockRestore();
    const secret = /queue\/([0-9a-f]{64})\//.exec(real.json)![1]!;
    expect(said.map(String).join()).not.toMatch(new RegExp(`${secret}|${key}`));
  });
});

describe('a key', () => {
  it('is 32 random bytes, of which only a hash is kept', async () => {
    const keys = [await createFeedKey(), await createFeedKey()];
    const secrets = keys.map((key) => /\/feed\/queue\/([0-9a-f]{64})\/feed\.atom$/.exec(key.atom)![1]!);
    expect(new Set(secrets).size).toBe(2);
    expect(keys[0]!.json).toBe(keys[0]!.atom.replace(/atom$/, 'json'));
    const { results } = await bindings.DB.prepare('SELECT * FROM feed_keys').all();
    expect(JSON.stringify(results)).not.toMatch(new RegExp(secrets.join('|')));
    const listed = (await (await ask('GET', '/admin/feed-keys')).json()) as FeedKeys;
    expect(JSON.stringify(listed)).not.toMatch(new RegExp(secrets.join('|')));
    expect(listed.keys.find(({ id }) => id === keys[0]!.id)).toMatchObject({
      name: 'Reader',
      site: null,
      usedAt: null,
    });
  });

  it('tells when it was used, to the hour', async () => {
    const { site } = await createSite();
    const key = await createFeedKey({ site });
    const usedAt = async () =>
      ((await (await ask('GET', '/admin/feed-keys')).json()) as FeedKeys).keys.find(({ id }) => id === key.id)!.usedAt;
    expect(await usedAt()).toBeNull();
    await read(key.json);
    const first = await usedAt();
    expect(first).not.toBeNull();
    await read(key.json);
    expect(await usedAt()).toBe(first);
  });

  it('ends at once when it is revoked, by those whose site it is', async () => {
    const [{ site }, { site: other }] = [await createSite(), await createSite()];
    const key = await createFeedKey({ site });
    const stranger = as((await createToken({ scopes: ['comments:read'], site: other })).token);
    expect((await problem(ask('DELETE', `/admin/feed-keys/${key.id}`, undefined, stranger))).code).toBe('not_found');
    expect(((await (await ask('GET', '/admin/feed-keys', undefined, stranger)).json()) as FeedKeys).keys).toEqual([]);
    await read(key.json);
    expect((await ask('DELETE', `/admin/feed-keys/${key.id}`)).status).toBe(200);
    for (const url of [key.json, key.atom]) expect((await call(url)).status).toBe(404);
    expect((await problem(ask('DELETE', `/admin/feed-keys/${key.id}`))).code).toBe('not_found');
  });

  it('is worth no more than who made it: a token that is revoked or over, somebody who left the team', async () => {
    const { site } = await createSite();
    const [revoked, over] = [await createToken({ site }), await createToken({ site })];
    const byToken = await createFeedKey({}, as(revoked.token));
    const byOther = await createFeedKey({}, as(over.token));
    expect([byToken.site, byOther.site]).toEqual([site, site]);
    for (const key of [byToken, byOther]) await read(key.json);
    await ask('DELETE', `/admin/tokens/${revoked.id}`);
    await bindings.DB.prepare('UPDATE tokens SET expires_at = 1 WHERE id = ?').bind(over.id).run();
    for (const key of [byToken, byOther]) expect((await call(key.json)).status).toBe(404);

    const reader = await createKey();
    const { token, id: personId } = await createPerson(reader, site, { role: 'moderator' });
    const made = (await (
      await reader.ask('POST', '/admin/feed-keys', { name: 'Mine' }, { token })
    ).json()) as CreatedFeedKey;
    expect(made.site).toBe(site);
    await read(made.json);
    await bindings.DB.prepare('UPDATE people SET role = NULL WHERE id = ?').bind(personId).run();
    expect((await call(made.json)).status).toBe(404);

    // By the cron they go, and no other.
    const owners = await createFeedKey({ site });
    await worker.scheduled({ scheduledTime: Date.now(), cron: '47 * * * *' } as ScheduledController, bindings);
    const { results } = await bindings.DB.prepare('SELECT id FROM feed_keys WHERE site_id = ?').bind(site).all();
    expect(results).toEqual([{ id: owners.id }]);
  });

  it('is made for a site there is, by who may read its comments', async () => {
    const { site } = await createSite();
    expect(await problem(ask('POST', '/admin/feed-keys', { name: 'x', site: 'nowhere' }))).toEqual({
      ...{ status: 400, code: 'invalid_request', field: 'site' },
    });
    const other = as((await createToken({ scopes: ['stats:read'], site })).token);
    expect((await problem(ask('POST', '/admin/feed-keys', { name: 'x' }, other))).code).toBe('scope_missing');
    const own = as((await createToken({ scopes: ['comments:read'], site })).token);
    expect((await problem(ask('POST', '/admin/feed-keys', { name: 'x', site: null }, own))).code).toBe('scope_missing');
  });
});
