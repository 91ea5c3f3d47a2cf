/** What a false credential, a borrowed one, or none can do to those who run a site: nothing. */
import { describe, expect, it } from 'vitest';
import { as, ask, createToken, type Headers } from './admin';
import { ADMIN, bindings, call, createSite, problem } from './api';

const isRevoked = (id: string) =>
  bindings.DB.prepare('SELECT revoked_at FROM tokens WHERE id = ?').bind(id).first('revoked_at');

describe('threats', () => {
  const setup = (over: object) => call('/admin/me', { headers: ADMIN }, over);

  it.each([
    ['missing', {}],
    ['empty', { ADMIN_TOKEN: '' }],
    ['short', { ADMIN_TOKEN: 'k3yk3yk3yk3y-31-characters-long' }],
    ['of few letters', { ADMIN_TOKEN: 'aaaaaaaabbbbbbbbaaaaaaaabbbbbbbbaaaa' }],
  ])('threat 21: an ADMIN_TOKEN that is %s opens nothing, and the answer says how to set one', async (_, over) => {
    const answer = await setup({ ADMIN_TOKEN: undefined, ...over });
    const body = (await answer.json()) as { code: string; detail: string };
    expect([answer.status, body.code]).toEqual([503, 'setup_required']);
    expect(body.detail).toMatch(/^ADMIN_TOKEN is (missing|too weak): .*npx wrangler secret put ADMIN_TOKEN/);
  });

  it('threat 21: without a root token no other token, and no empty one, is let in', async () => {
    const { token } = await createToken({ scopes: ['tokens:write'] });
    const over = { ADMIN_TOKEN: undefined } as never;
    for (const headers of [as(token), as('undefined'), { Authorization: 'Bearer ' }, {}] as Headers[])
      expect((await problem(call('/admin/tokens', { headers }, over))).code).toBe('setup_required');
  });

  it('threat 18: no ambient credential counts: neither cookies nor Basic authentication nor a token in the address', async () => {
    const root = bindings.ADMIN_TOKEN!;
    const tries: [string, Headers][] = [
      ['', { Cookie: `token=${root}; session=${root}; Authorization=Bearer ${root}` }],
      ['', { Authorization: `Basic ${btoa(`admin:${root}`)}` }],
      ['', { Authorization: root }],
      ['', { 'X-Api-Key': root, 'Proxy-Authorization': `Bearer ${root}` }],
      [`?access_token=${root}&token=${root}`, {}],
    ];
    for (const [search, headers] of tries)
      expect([headers, (await problem(call(`/admin/tokens${search}`, { headers }))).code]).toEqual([
        headers,
        'unauthorized',
      ]);
  });

  it('threat 18: a form cannot be a request: bodies that need no preflight are refused', async () => {
    const body = JSON.stringify({ name: 'x', scopes: ['transfer'] });
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', '']) {
      const answer = call('/admin/tokens', { method: 'POST', headers: { ...ADMIN, 'Content-Type': type }, body });
      expect(await problem(answer)).toEqual({ status: 415, code: 'unsupported_media_type' });
    }
  });

  it('threat 22: false tokens are throttled like any request and lock nobody out', async () => {
    const { id, token } = await createToken();
    const wrong = `${token.slice(0, -43)}${'x'.repeat(43)}`;
    for (let i = 0; i < 30; i++)
      expect((await problem(ask('GET', '/admin/me', undefined, as(wrong)))).code).toBe('unauthorized');
    expect((await ask('GET', '/admin/me', undefined, as(token))).status).toBe(200);
    expect((await ask('GET', '/admin/me')).status).toBe(200);
    expect(await isRevoked(id)).toBeNull();
    const READ_LIMIT = { limit: async () => ({ success: false }) } as unknown as RateLimit;
    const limited = (headers: Headers) => call('/admin/me', { headers }, { READ_LIMIT });
    expect((await problem(limited(as(wrong)))).code).toBe('rate_limited');
    expect((await limited(ADMIN)).status).toBe(200);
  });

  it('threat 14: whose guesses are counted, no header but Cloudflare’s own says', async () => {
    const keys: string[] = [];
    const READ_LIMIT = {
      limit: async ({ key }: { key: string }) => ({ success: keys.push(key) > 0 }),
    } as unknown as RateLimit;
    for (const header of ['X-Forwarded-For', 'X-Real-IP', 'True-Client-IP', 'Forwarded'])
      await call(
        '/admin/me',
        { headers: { ...as('wrong'), 'CF-Connecting-IP': '203.0.113.7', [header]: '198.51.100.1' } },
        { READ_LIMIT },
      );
    expect(keys).toEqual(Array(4).fill('203.0.113.7'));
  });

  it('threat 11: reading tokens and sites changes nothing but when a token was used last', async () => {
    const { token } = await createToken({ scopes: ['tokens:write', 'sites:write'] });
    await ask('GET', '/admin/me', undefined, as(token));
    const dump = async () => {
      const tables = ['tokens', 'sites', 'origins', 'decisions'];
      const all = await bindings.DB.batch(tables.map((table) => bindings.DB.prepare(`SELECT * FROM ${table}`)));
      return all.map(({ results }) => results);
    };
    const before = await dump();
    for (const path of ['/admin/me', '/admin/tokens', '/admin/sites'])
      for (const method of ['GET', 'HEAD']) expect((await call(path, { method, headers: as(token) })).status).toBe(200);
    expect(await dump()).toEqual(before);
  });

  it('threat 25: what a token may not know of and what is not there are answered alike', async () => {
    const { site } = await createSite();
    const { token } = await createToken({ scopes: ['tokens:write'], site });
    const { id } = await createToken();
    const answers = await Promise.all(
      [id, '0'.repeat(26), 'no id at all'].map(async (one) => {
        const answer = await ask('DELETE', `/admin/tokens/${encodeURIComponent(one)}`, undefined, as(token));
        return [answer.status, await answer.text()];
      }),
    );
    expect(new Set(answers.map(String)).size).toBe(1);
  });
});
