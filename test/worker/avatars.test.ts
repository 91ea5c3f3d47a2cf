/** Pictures of people: what is served as one, and what Gravatar is asked. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { newId } from '../../worker/ids';
import { ADMIN, bindings, call, createSite, post, problem, query, thread } from './api';
import { createKey, type Key } from './key';

/** One transparent pixel. */
const PNG = Uint8Array.from(
  atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='),
  (c) => c.charCodeAt(0),
);

async function keep(type: string, bytes: Uint8Array): Promise<string> {
  const id = newId(Date.now(), crypto.getRandomValues(new Uint8Array(16)));
  await bindings.DB.prepare('INSERT INTO avatars VALUES (?, ?, ?, ?, 0)').bind(id, 'somebody', type, bytes).run();
  return id;
}

describe('GET /avatars/{id}', () => {
  it.each(['image/png', 'image/jpeg', 'image/gif', 'image/webp'])('serves what is kept as %s', async (type) => {
    const id = await keep(type, PNG);
    // From the database, then from the cache.
    for (let i = 0; i < 2; i++) {
      const answer = await call(`/avatars/${id}`);
      expect(answer.status).toBe(200);
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        'content-type': type,
        'cache-control': 'public, max-age=86400',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
        'cross-origin-resource-policy': 'cross-origin',
        'x-content-type-options': 'nosniff',
        'access-control-allow-origin': '*',
      });
      expect(new Uint8Array(await answer.arrayBuffer())).toEqual(PNG);
    }
  });

  it('answers from the cache without a look at the database, whatever is put behind the address', async () => {
    const id = await keep('image/png', PNG);
    await (await call(`/avatars/${id}`)).arrayBuffer();
    await bindings.DB.prepare('DELETE FROM avatars WHERE id = ?').bind(id).run();
    expect((await call(`/avatars/${id}?x=${crypto.randomUUID()}`)).status).toBe(200);
  });

  it('threat 1: serves nothing that is no picture, whatever got into the database', async () => {
    const script = new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
    for (const type of ['image/svg+xml', 'text/html', 'image/png\r\nX: y', 'none', '', 'IMAGE/SVG+XML'])
      expect((await problem(call(`/avatars/${await keep(type, script)}`))).code).toBe('not_found');
    const disguised = await call(`/avatars/${await keep('image/png', script)}`);
    expect(disguised.headers.get('Content-Type')).toBe('image/png');
    expect(disguised.headers.get('X-Content-Type-Options')).toBe('nosniff');
    expect(disguised.headers.get('Content-Security-Policy')).toContain('sandbox');
  });

  it('does not know what is not there, nor what is no id', async () => {
    for (const id of ['0'.repeat(26), 'x', '%2e%2e', "'%20OR%201=1"])
      expect((await problem(call(`/avatars/${id}`))).code).toBe('not_found');
  });
});

describe('a guest’s picture', () => {
  let me: Key;
  let asked: { url: string; headers: Headers }[];
  let gravatar: () => Response;
  beforeEach(async () => {
    me = await createKey();
    asked = [];
    gravatar = () => new Response(PNG, { headers: { 'Content-Type': 'image/png' } });
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
      const request = new Request(input as string, init as RequestInit);
      asked.push({ url: request.url, headers: request.headers });
      return gravatar();
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  const author = { name: 'Mika', email: 'Mika@Example.org' };
  const avatars = async (url: string) => (await thread({ url })).comments.map((c) => c.author.avatar);
  const etag = async (url: string) => (await call(`/thread${query({ url })}`, { headers: ADMIN })).headers.get('ETag');

  it('is asked for once, kept, and served from here', async () => {
    const { url } = await createSite({ gravatar: true });
    const first = await me.post({ url, author });
    expect(first.author.avatar).toBeNull();
    await me.post({ url, author: { ...author, email: 'mika@example.org' } });
    const [one, two] = await avatars(url);
    expect(one).toMatch(/^https:\/\/comments\.test\/api\/v1\/avatars\/[0-9a-z]{26}$/);
    expect(two).toBe(one);
    expect(asked).toHaveLength(1);
    const answer = await call(new URL(one!).pathname);
    expect(answer.headers.get('Content-Type')).toBe('image/png');
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(PNG);
  });

  it('changes the page when it is there, so that readers get it', async () => {
    const { url } = await createSite({ gravatar: true });
    await me.post({ url, author: { name: 'Mika' } });
    const version = async () => Number(/(\d+)"$/.exec((await etag(url))!)![1]);
    const before = await version();
    await me.post({ url, author });
    expect(await version()).toBe(before + 2);
  });

  it('threat 25: of somebody who waits for approval changes nothing that is public', async () => {
    const { url } = await createSite({ gravatar: true, hold: true });
    await me.post({ url, author });
    expect(await etag(url)).toMatch(/\.0\.0"$/);
    expect(asked).toHaveLength(1);
  });

  it('is asked of nobody but Gravatar, and tells it nothing of the reader or the page', async () => {
    const { url } = await createSite({ gravatar: true });
    await me.post({ url, author });
    expect(asked).toHaveLength(1);
    const { url: address, headers } = asked[0]!;
    expect(address).toMatch(/^https:\/\/gravatar\.com\/avatar\/[0-9a-f]{64}\?d=404&s=96$/);
    expect([...headers.keys()].sort()).toEqual(['accept', 'user-agent']);
  });

  it('threat 13: its address says nothing of the e-mail address, nor that two guests gave the same', async () => {
    const { url } = await createSite({ gravatar: true });
    const elsewhere = await createSite({ gravatar: true });
    await me.post({ url, author });
    await me.post({ url: elsewhere.url, author });
    await (await createKey()).post({ url, author });
    const all = [...(await avatars(url)), ...(await avatars(elsewhere.url))];
    expect(new Set(all).size).toBe(3);
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode('mika@example.org')));
    const hash = [...digest].map((b) => b.toString(16).padStart(2, '0')).join('');
    expect(JSON.stringify(await thread({ url }))).not.toContain(hash.slice(0, 26));
  });

  it('is not asked for when the site does not want it, without an address, without a key, or for people', async () => {
    const off = await createSite();
    const on = await createSite({ gravatar: true });
    await me.post({ url: off.url, author });
    await me.post({ url: on.url, author: { name: 'Mika' } });
    await post({ url: on.url, author });
    expect(asked).toEqual([]);
  });

  it('that is not there leaves the comment without one, and is not asked for again that day', async () => {
    const { url } = await createSite({ gravatar: true });
    gravatar = () => new Response('404 Not Found', { status: 404 });
    await me.post({ url, author });
    await me.post({ url, author });
    expect(asked).toHaveLength(1);
    expect(await avatars(url)).toEqual([null, null]);
  });

  it('threat 1: that is no picture is not kept', async () => {
    const { url } = await createSite({ gravatar: true });
    gravatar = () =>
      new Response('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', {
        headers: { 'Content-Type': 'image/png' },
      });
    await me.post({ url, author });
    expect(await avatars(url)).toEqual([null]);
  });

  it('is asked for again after a day; when there is none then, the one that was there stays', async () => {
    const { url } = await createSite({ gravatar: true });
    await me.post({ url, author });
    const yesterday = () => bindings.DB.prepare('UPDATE avatars SET fetched_at = fetched_at - 86400000').run();
    await yesterday();
    gravatar = () => new Response(null, { status: 503 });
    await me.post({ url, author });
    expect(asked).toHaveLength(2);
    const [one, two] = await avatars(url);
    expect(two).toBe(one);
    expect((await call(new URL(one!).pathname)).status).toBe(200);
  });

  it('comes too late for a comment that was deleted meanwhile', async () => {
    const { url } = await createSite({ gravatar: true });
    vi.mocked(globalThis.fetch).mockImplementation(async () => {
      await bindings.DB.prepare("UPDATE comments SET author_id = NULL, status = 'deleted' WHERE author_id = ?")
        .bind(me.jkt)
        .run();
      return gravatar();
    });
    const { id } = await me.post({ url, author });
    const row = await bindings.DB.prepare('SELECT author_avatar FROM comments WHERE id = ?').bind(id).first();
    expect(row).toEqual({ author_avatar: null });
  });
});
