/** API tokens: made, shown once, used, ended; what a false one can do, which is nothing. */
import { describe, expect, it } from 'vitest';
import type { Token, Tokens } from '../../worker/contract-admin';
import { as, ask, createToken, readLog } from './admin';
import { bindings, call, createSite, problem } from './api';
import { createKey } from './key';
import { createPerson } from './person';

const HOUR_MS = 3_600_000;
const tokenRow = (id: string) =>
  bindings.DB.prepare('SELECT * FROM tokens WHERE id = ?').bind(id).first<Record<string, unknown>>();
const log = (tokenId: string) => readLog("items ->> '$[0].id' = ?", tokenId);

describe('a token', () => {
  it('is shown once, and stored as a hash', async () => {
    const { token, ...shown } = await createToken({ name: ' My  tool ' });
    expect(token).toMatch(/^aw_[0-9a-z]{26}_[\w-]{43}$/);
    expect(shown).toMatchObject({ name: 'My tool', scopes: ['comments:read'], site: null, expiresAt: null });
    const { tokens } = (await (await ask('GET', '/admin/tokens')).json()) as Tokens;
    expect(tokens.find(({ id }) => id === shown.id)).toEqual(shown);
    const dump = JSON.stringify([await tokenRow(shown.id), await log(shown.id), tokens]);
    expect(dump).not.toContain(token.slice(-43));
  });

  it('says who it is, and may do what its scopes say and nothing else', async () => {
    const { site } = await createSite();
    const { token, expiresAt } = await createToken({
      name: 'Reader',
      site,
      expiresAt: new Date(Date.now() + HOUR_MS).toISOString(),
    });
    const me = await ask('GET', '/admin/me', undefined, as(token));
    expect(await me.json()).toEqual({
      kind: 'token',
      name: 'Reader',
      scopes: ['comments:read'],
      site,
      expiresAt,
      sites: [{ id: site, name: site }],
    });
    expect(me.headers.get('Cache-Control')).toBe('private, no-store');
    expect(await problem(ask('GET', '/admin/tokens', undefined, as(token)))).toEqual({
      status: 403,
      code: 'scope_missing',
    });
  });

  it('is revoked at once, keeps its row, and the log tells of both once', async () => {
    const { id, token } = await createToken();
    const answer = await ask('DELETE', `/admin/tokens/${id}`);
    const revoked = (await answer.json()) as Token;
    expect(revoked.revokedAt).toEqual(expect.any(String));
    expect((await problem(ask('GET', '/admin/me', undefined, as(token)))).code).toBe('token_revoked');
    expect(await (await ask('DELETE', `/admin/tokens/${id}`)).json()).toEqual(revoked);
    const lines = await log(id);
    expect(lines.map((line) => [line.action, line.actor_kind, line.actor_name, line.site_id])).toEqual([
      ['token.create', 'root', 'owner', ''],
      ['token.revoke', 'root', 'owner', ''],
    ]);
    const known = { name: 'Tool', scopes: ['comments:read'], site: null, expiresAt: null };
    expect(lines.map((line) => line.items)).toEqual([
      [{ id, before: null, after: known }],
      [{ id, before: known, after: null }],
    ]);
  });

  it('ends when it said', async () => {
    const { id, token } = await createToken({ expiresAt: new Date(Date.now() + HOUR_MS).toISOString() });
    expect((await ask('GET', '/admin/me', undefined, as(token))).status).toBe(200);
    await bindings.DB.prepare('UPDATE tokens SET expires_at = ? WHERE id = ?').bind(Date.now(), id).run();
    expect(await problem(ask('GET', '/admin/me', undefined, as(token)))).toEqual({
      status: 401,
      code: 'token_expired',
    });
  });

  it('remembers its last use to the hour, and writes it no oftener', async () => {
    const { id, token } = await createToken();
    expect((await tokenRow(id))!.used_at).toBeNull();
    await ask('GET', '/admin/me', undefined, as(token));
    const first = (await tokenRow(id))!.used_at as number;
    expect(Date.now() - first).toBeLessThan(HOUR_MS);
    await ask('GET', '/admin/me', undefined, as(token));
    expect((await tokenRow(id))!.used_at).toBe(first);
    await bindings.DB.prepare('UPDATE tokens SET used_at = ? WHERE id = ?')
      .bind(first - HOUR_MS - 1, id)
      .run();
    await ask('GET', '/admin/me', undefined, as(token));
    expect((await tokenRow(id))!.used_at).toBeGreaterThanOrEqual(first);
  });
});

describe('making one', () => {
  it('gives no more than one has: neither scopes, nor sites, nor time', async () => {
    const { site } = await createSite();
    const other = await createSite();
    const expiresAt = new Date(Date.now() + HOUR_MS).toISOString();
    const { token } = await createToken({ scopes: ['tokens:write', 'stats:read'], site, expiresAt });
    const child = await createToken({ scopes: ['stats:read'] }, as(token));
    expect([child.site, child.expiresAt]).toEqual([site, expiresAt]);
    const refused = (over: object) =>
      problem(ask('POST', '/admin/tokens', { name: 'x', scopes: ['stats:read'], ...over }, as(token)));
    const missing = { status: 403, code: 'scope_missing' };
    expect(await refused({ scopes: ['stats:read', 'comments:read'] })).toEqual(missing);
    expect(await refused({ site: other.site })).toEqual(missing);
    expect(await refused({ site: null })).toEqual(missing);
    expect(await refused({ expiresAt: new Date(Date.now() + 2 * HOUR_MS).toISOString() })).toEqual({
      status: 400,
      code: 'invalid_request',
      field: 'expiresAt',
    });
  });

  it('sees and revokes only tokens of its own site, with no more scopes than its own', async () => {
    const { site } = await createSite();
    const other = await createSite();
    const { id: own, token } = await createToken({ scopes: ['tokens:write'], site });
    const stronger = await createToken({ scopes: ['transfer'], site });
    const foreign = await createToken({ scopes: ['tokens:write'], site: other.site });
    const everywhere = await createToken({ scopes: ['tokens:write'] });
    const { tokens } = (await (await ask('GET', '/admin/tokens', undefined, as(token))).json()) as Tokens;
    expect(tokens.map(({ id }) => id)).toEqual([stronger.id, own]);
    for (const { id } of [foreign, everywhere])
      expect((await problem(ask('DELETE', `/admin/tokens/${id}`, undefined, as(token)))).code).toBe('not_found');
    expect((await problem(ask('DELETE', `/admin/tokens/${stronger.id}`, undefined, as(token)))).code).toBe(
      'scope_missing',
    );
    expect((await ask('DELETE', `/admin/tokens/${own}`, undefined, as(token))).status).toBe(200);
  });

  it.each([
    ['name', { name: ' \u200b' }],
    ['name', { name: 'x'.repeat(81) }],
    ['scopes', { scopes: [] }],
    ['scopes.1', { scopes: ['transfer', 'everything'] }],
    ['site', { site: 'nowhere' }],
    ['expiresAt', { expiresAt: '2020-01-01T00:00:00.000Z' }],
    ['expiresAt', { expiresAt: 'tomorrow' }],
    ['secret', { secret: 'mine' }],
  ])('refuses a wrong %s and names it', async (field, over) => {
    const answer = ask('POST', '/admin/tokens', { name: 'x', scopes: ['transfer'], ...over });
    expect(await problem(answer)).toEqual({ status: 400, code: 'invalid_request', field });
  });

  it('keeps a scope that is named twice once', async () => {
    expect((await createToken({ scopes: ['transfer', 'transfer'] })).scopes).toEqual(['transfer']);
  });
});

describe('a login of the team', () => {
  it('may read and moderate its own site, and a read uses its proof up', async () => {
    const { site } = await createSite();
    const key = await createKey();
    const { token } = await createPerson(key, site, { role: 'moderator', name: 'Noor' });
    const DPoP = await key.prove('GET', '/admin/me', { token });
    const read = () => call('/admin/me', { headers: { Authorization: `DPoP ${token}`, DPoP } });
    expect(await (await read()).json()).toEqual({
      kind: 'person',
      name: 'Noor',
      scopes: ['comments:read', 'comments:moderate', 'stats:read'],
      site,
      expiresAt: null,
      sites: [{ id: site, name: site }],
    });
    expect((await problem(read())).code).toBe('proof_replayed');
  });

  it('is worth nothing once the session or the role is gone', async () => {
    const { site } = await createSite();
    const key = await createKey();
    const { id, sessionId, token } = await createPerson(key, site, { role: 'author' });
    const code = async () => (await problem(key.ask('GET', '/admin/me', undefined, { token }))).code;
    await bindings.DB.prepare('UPDATE people SET role = NULL WHERE id = ?').bind(id).run();
    expect(await code()).toBe('scope_missing');
    await bindings.DB.prepare('DELETE FROM sessions WHERE id = ?').bind(sessionId).run();
    expect(await code()).toBe('session_invalid');
  });
});
