/** `afterword sites` and `afterword tokens` against a real instance. */
import { describe, expect, it } from 'vitest';
import type { AdminSite, AdminSites, CreatedToken, Tokens } from '../../worker/contract-admin.ts';
import { afterword, api, createSite } from './stage.ts';

const find = async (id: string): Promise<AdminSite> =>
  (await api<AdminSites>('GET', '/admin/sites')).sites.find((site) => site.id === id)!;
const fresh = (name: string) => `${name}-${process.pid}-${Date.now().toString(36)}`;

describe('afterword sites', () => {
  it('makes a site, shows it, and lists it', async () => {
    const id = fresh('made');
    const made = await afterword([
      'sites',
      'create',
      id,
      '--name',
      'My blog',
      '--origin',
      `https://${id}.example`,
      'hold=true',
    ]);
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(await find(id)).toMatchObject({ name: 'My blog', origins: [`${id}.example`], settings: { hold: true } });
    const shown = await afterword(['sites', 'show', id]);
    expect(shown.stdout).toMatch(/^hold +true$/m);
    expect(shown.stdout).not.toContain('editWindow');
    expect((await afterword(['sites', 'show', id, '--all'])).stdout).toMatch(/^editWindow +15$/m);
    const { stdout } = await afterword(['sites', 'list', '--json']);
    expect((JSON.parse(stdout) as AdminSites).sites.map((site) => site.id)).toContain(id);
    const again = await afterword(['sites', 'create', id]);
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining(`there is a site ${id} already`) });
  });

  it('changes what is named and leaves the rest', async () => {
    const id = await createSite();
    await afterword(['sites', 'set', id, 'votes=both', 'reactions=["👍"]']);
    const ran = await afterword(['sites', 'set', id, 'editWindow=30', '--name', 'Another', '--json']);
    expect(JSON.parse(ran.stdout)).toMatchObject({
      name: 'Another',
      settings: { votes: 'both', reactions: ['👍'], editWindow: 30 },
    });
  });

  it('adds and removes origins as people write them', async () => {
    const id = await createSite();
    await afterword(['sites', 'add-origin', id, 'http://localhost:3000', `https://www.${id}.test`]);
    expect((await find(id)).origins).toEqual(['localhost:3000', `${id}.example`, `${id}.test`]);
    await afterword(['sites', 'remove-origin', id, 'localhost:3000', `https://${id}.test`]);
    expect((await find(id)).origins).toEqual([`${id}.example`]);
    const strange = await afterword(['sites', 'remove-origin', id, 'https://elsewhere.example']);
    expect(strange).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('elsewhere.example is none of its origins'),
    });
    const last = await afterword(['sites', 'remove-origin', id, `${id}.example`]);
    expect(last).toMatchObject({ code: 0, stderr: expect.stringContaining('No page can show') });
  });

  it.each([
    [['set', 'blog', 'votes=sideways'], /^votes: must be off, up or both/],
    [['set', 'blog', 'colour=red'], /"colour=red" is no setting/],
    [['set', 'blog'], /^Nothing to change/],
    [['create', 'My Blog'], /"My Blog" is not a site id/],
    [['add-origin', 'blog', 'https://blog.example/path'], /is not an origin/],
    [['add-origin', 'blog', 'hold=true'], /"hold=true" is not an origin/],
  ])('refuses %j in words, before anything is asked', async (args, message) => {
    const ran = await afterword(['sites', ...args], { env: { AFTERWORD_SERVER: 'http://localhost:4' } });
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringMatching(message) });
  });

  it('names the sites there are when one is not', async () => {
    const id = await createSite();
    const ran = await afterword(['sites', 'show', 'nowhere']);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(new RegExp(`There is no site "nowhere"; there is .*${id}`));
  });
});

describe('afterword tokens', () => {
  it('prints a new token alone, which then does what it is for, until it is revoked', async () => {
    const site = await createSite();
    const made = await afterword([
      'tokens',
      'create',
      '--name',
      'Nightly',
      '--scope',
      'transfer',
      'comments:read',
      '--site',
      site,
      '--expires',
      '90d',
    ]);
    expect(made.code).toBe(0);
    expect(made.stdout).toMatch(/^aw_\w{26}_[\w-]{43}\n$/);
    expect(made.stderr).toContain(`“Nightly”`);
    const env = { AFTERWORD_TOKEN: made.stdout.trim() };
    expect((await afterword(['comments', 'list'], { env })).code).toBe(0);
    const { stdout } = await afterword(['tokens', 'list', '--json']);
    const token = (JSON.parse(stdout) as Tokens).tokens.find((each) => each.site === site)!;
    expect(token).toMatchObject({ name: 'Nightly', scopes: ['transfer', 'comments:read'] });
    const days = (Date.parse(token.expiresAt!) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(89.9);
    expect(days).toBeLessThanOrEqual(90);
    expect(stdout).not.toContain(made.stdout.trim().slice(-43));

    const asked = await afterword(['tokens', 'revoke', token.id]);
    expect(asked).toMatchObject({ code: 3, stderr: expect.stringContaining('Add --yes') });
    expect((await afterword(['comments', 'list'], { env })).code).toBe(0);
    expect((await afterword(['tokens', 'revoke', token.id, '--yes'])).code).toBe(0);
    expect(await afterword(['comments', 'list'], { env })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('(token_revoked)'),
    });
    expect((await afterword(['tokens', 'list'])).stdout).not.toContain(token.id);
    expect((await afterword(['tokens', 'list', '--all'])).stdout).toMatch(new RegExp(`${token.id}.*revoked`));
  });

  it('with --json prints all that is known of a new one', async () => {
    const { stdout, stderr } = await afterword(['tokens', 'create', '--name', 'CI', '--scope', 'stats:read', '--json']);
    expect(JSON.parse(stdout) as CreatedToken).toMatchObject({ name: 'CI', site: null, expiresAt: null });
    expect(stderr).toBe('');
  });

  it.each([
    [['create', '--scope', 'transfer'], /required option '--name/],
    [['create', '--name', 'x', '--scope', 'everything'], /Allowed choices are comments:read/],
    [['create', '--name', 'x', '--scope', 'transfer', '--expires', '2026-02-31'], /--expires must be a time/],
  ])('refuses %j', async (args, message) => {
    expect(await afterword(['tokens', ...args])).toMatchObject({ code: 2, stderr: expect.stringMatching(message) });
  });

  it('of one that is not there nothing is revoked', async () => {
    const made = await api<CreatedToken>('POST', '/admin/tokens', { name: 'stays', scopes: ['stats:read'] });
    const ran = await afterword(['tokens', 'revoke', made.id, '0'.repeat(26), '--yes']);
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining('nothing was revoked') });
    expect((await afterword(['whoami'], { env: { AFTERWORD_TOKEN: made.token } })).code).toBe(0);
  });
});
