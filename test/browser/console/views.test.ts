/** Every view: axe finds nothing, nothing sticks out at 360 px, and what each is for works. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { AdminSites, Bans, Tokens } from '../../../worker/contract-admin.ts';
import { findViolations } from '../axe.ts';
import { adminToken, serverUrl, useBrowser } from '../harness.ts';
import { ask, createSite, createToken, listIds, openConsole, rowsOf, runSql, writeHeld } from './admin.ts';

const { open } = useBrowser();
const poll = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: 20_000 });
const VIEWS = ['queue', 'log', 'bans', 'pages', 'rules', 'sites', 'notices', 'tokens', 'numbers'];

async function prepare() {
  const { site, origin } = await createSite();
  await writeHeld(origin, 4);
  const [first, second] = await listIds(site, 'pending');
  await ask('POST', '/decisions', { action: 'spam', ids: [first] });
  await ask('POST', '/decisions', { action: 'approve', ids: [second] });
  await ask('POST', '/bans', { site, kind: 'domain', value: 'spam.example', reason: 'Only spam' });
  return { site, origin };
}
const settle = (page: Page) => page.waitForLoadState('networkidle');

describe('views', () => {
  it.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 360],
    ['dark', 360],
  ] as const)('%s, %i px: axe finds nothing, and nothing sticks out', async (colorScheme, width) => {
    const { site } = await prepare();
    const page = await openConsole(open, adminToken(), { site, colorScheme, viewport: { width, height: 740 } });
    const look = async (where: string) => {
      await settle(page);
      expect(await findViolations(page, 'body'), where).toEqual([]);
      const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(beyond, `${where} is too wide`).toBeLessThanOrEqual(0);
    };
    for (const view of VIEWS) {
      await page.goto(`${serverUrl()}/console/#/${view}`);
      await page.locator('main h1, .rows li').first().waitFor();
      await look(view);
    }
    await page.goto(`${serverUrl()}/console/#/queue`);
    await rowsOf(page).first().getByRole('button').click();
    await page.locator('.detail .text').first().waitFor();
    await look('a comment');
    for (const key of ['?', 'e', 'b', 'm']) {
      await page.keyboard.press(key);
      await page.getByRole('dialog').waitFor();
      await look(`dialog ${key}`);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
    }
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('API token').waitFor();
    await look('signing in');
  });

  it('opens the next dialog when the key comes at the moment in which the one before closes', async () => {
    const { site } = await prepare();
    const page = await openConsole(open, adminToken(), { site });
    await page.goto(`${serverUrl()}/console/#/queue`);
    await rowsOf(page).first().getByRole('button').click();
    await page.locator('.detail .text').first().waitFor();
    await page.keyboard.press('e');
    await page.getByRole('dialog').waitFor();
    // The browser tells of a dialog's end in a task of its own, behind this one.
    await page.evaluate(() => {
      document.querySelector('dialog')!.close();
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'm', code: 'KeyM', bubbles: true }));
    });
    await page.getByRole('dialog', { name: 'Move' }).waitFor();
    await page.getByLabel('Address').waitFor();
  });

  it('has targets of 24 px at least', async () => {
    const { site } = await prepare();
    const page = await openConsole(open, adminToken(), { site });
    for (const view of VIEWS) {
      await page.goto(`${serverUrl()}/console/#/${view}`);
      await page.locator('main h1, .rows li').first().waitFor();
      await settle(page);
      const small = await page.evaluate(() =>
        [...document.querySelectorAll('button, select, input:not([type=checkbox]), .menu a, .tabs a, summary')]
          .filter((each) => each.checkVisibility() && !each.matches('.skip'))
          .filter((each) => each.getBoundingClientRect().height < 24 || each.getBoundingClientRect().width < 24)
          .map((each) => each.outerHTML.slice(0, 100)),
      );
      expect(small, view).toEqual([]);
    }
  });

  it('threat 7: hostile rows put straight into the database execute nothing', async () => {
    const { site, origin } = await createSite();
    const [id] = await writeHeld(origin, 2);
    const evil =
      '<img src=x onerror=boom()><script>boom()</script><a href="javascript:boom()">x</a><svg onload=boom()>';
    runSql(
      `UPDATE comments SET html = ?, body = ?, author_name = ?, author_url = 'javascript:boom()', author_email = ?,
         verdict = ?, author_verified = ? WHERE site_id = ?`,
      ...[evil, evil, evil, evil, JSON.stringify([{ phase: evil, says: 'hold', reason: evil }]), evil, site],
    );
    runSql("UPDATE pages SET title = ?, url = 'javascript:boom()' WHERE site_id = ?", evil, site);
    runSql('UPDATE sites SET name = ? WHERE id = ?', evil, site);
    await ask('POST', '/bans', { site, kind: 'email', value: 'a@b.example', reason: evil });
    await ask('POST', '/decisions', { action: 'hold', ids: [id], reason: evil }).catch(() => {});
    runSql('UPDATE bans SET label = ?, created_by = ? WHERE site_id = ?', evil, evil, site);
    const items = JSON.stringify([{ id: evil, before: evil, after: { [evil]: evil, url: 'javascript:boom()' } }]);
    runSql('UPDATE decisions SET actor_name = ?, reason = ?, items = ? WHERE site_id = ?', evil, evil, items, site);
    runSql('INSERT INTO flags VALUES (?, ?, ?, ?, 0)', id!, 'somebody', evil, evil);
    const { id: token } = await createToken(site);
    runSql('UPDATE tokens SET name = ? WHERE id = ?', evil, token);
    runSql(
      `INSERT INTO recipients (id, site_id, role, email, state, frequency, language, about, asked_at, created_at)
        VALUES (?, ?, 'moderator', ?, 'bounced', 'daily', ?, '["new"]', 0, 0)`,
      ...[`${id}r`, site, evil, evil],
    );
    runSql(
      `INSERT INTO webhooks (id, site_id, url, shape, events, secret, created_at)
        VALUES (?, ?, ?, 'standard', '["comment.created"]', 'x', 0)`,
      ...[`${id}w`, site, evil],
    );
    runSql(
      `INSERT INTO deliveries (event_id, target, site_id, kind, type, subject, attempts, status, answer, created_at, done_at)
        VALUES (?, ?, ?, 'moderator', ?, ?, 1, 'dead', ?, 0, 1)`,
      ...[evil, `${id}r`, site, evil, evil, evil],
    );
    const page = await openConsole(open, adminToken(), { site });
    await page.addInitScript(() =>
      Object.assign(window, { boom: () => document.documentElement.setAttribute('boom', '') }),
    );
    await page.reload();
    await poll(() => rowsOf(page).count()).toBe(2);
    await rowsOf(page).first().getByRole('button').click();
    await page.locator('.detail .text').first().waitFor();
    for (const view of [...VIEWS, `queue?tab=all&page=${id}`, `notices?webhook=${id}`]) {
      await page.goto(`${serverUrl()}/console/#/${view}`);
      await settle(page);
      for (const summary of await page.locator('main summary').all()) await summary.click();
      expect(
        await page.evaluate(() => ({
          boom: document.documentElement.hasAttribute('boom'),
          odd: [
            ...document.querySelectorAll('#console :is(script, svg, [onerror], [onload], a[href^="javascript:"])'),
          ].map((each) => each.outerHTML),
        })),
      ).toEqual({ boom: false, odd: [] });
    }
    await page.goto(`${serverUrl()}/console/#/notices`);
    await poll(() => page.locator('.cards li', { hasText: '<script>boom()' }).count()).toBe(3);
    runSql("UPDATE sites SET name = 'x' WHERE id = ?", site);
    runSql("UPDATE tokens SET name = 'x' WHERE id = ?", token);
  });
});

describe('pages and the log', () => {
  it('merges a page into another one, and takes that back from the log', async () => {
    const { site, origin } = await createSite();
    await writeHeld(origin, 2, '/old');
    await writeHeld(origin, 1, '/new');
    await ask('POST', '/decisions', { action: 'approve', filter: { site, status: 'pending' } });
    const page = await openConsole(open, (await createToken(site)).token, { hash: '#/pages' });
    const card = (path: string) => page.locator('.cards li', { hasText: origin + path });
    await card('/old').getByRole('button', { name: 'Merge' }).click();
    const dialog = page.getByRole('dialog');
    // Nothing is merged into a page that nobody named.
    await dialog.getByRole('button', { name: 'Merge' }).click();
    expect(await dialog.getByLabel('Into').evaluate((each) => (each as HTMLSelectElement).value)).toBe('');
    await dialog.getByLabel('Search pages').fill('/new');
    await poll(() => dialog.getByLabel('Into').evaluate((each) => (each as HTMLSelectElement).value)).not.toBe('');
    await dialog.getByRole('button', { name: 'Merge' }).click();
    await poll(() => card('/new').textContent()).toContain('3 comments');
    expect(await card('/old').count()).toBe(0);
    await page.getByRole('link', { name: 'Log' }).click();
    const merged = page.locator('.log li', { hasText: 'Pages merged' });
    await merged.getByRole('button', { name: 'Undo' }).click();
    await poll(() => merged.textContent()).toContain('taken back');
    await page.getByRole('link', { name: 'Pages' }).click();
    await poll(() => card('/old').textContent()).toContain('2 comments');
    await poll(() => card('/new').textContent()).toContain('1 comment');
  });

  it('closes and renames a page, and undo opens it again', async () => {
    const { site, origin } = await createSite();
    await writeHeld(origin, 1);
    const page = await openConsole(open, (await createToken(site)).token, { hash: '#/pages' });
    const card = page.locator('.cards li').first();
    await card.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
    await poll(() => card.textContent()).toContain('Open again');
    await page.getByRole('button', { name: 'Undo' }).click();
    await poll(() => card.textContent()).not.toContain('Open again');
    await card.getByRole('button', { name: 'Rename' }).click();
    await page.getByLabel('Title').fill('Another title');
    await page.getByRole('button', { name: 'Save' }).click();
    await poll(() => card.textContent()).toContain('Another title');
  });
});

describe('tokens, bans, sites', () => {
  it('makes a token that is shown once, and revokes it', async () => {
    const page = await openConsole(open, adminToken(), { hash: '#/tokens' });
    await page.getByRole('button', { name: 'New token' }).click();
    const name = `For a test ${crypto.randomUUID()}`;
    await page.getByLabel('Name').fill(name);
    await page.getByLabel('read comments and the log').check();
    await page.getByRole('button', { name: 'Create' }).click();
    const token = (await page.locator('.secret').textContent())!.trim();
    expect(token).toMatch(/^aw_/);
    const me = await fetch(`${serverUrl()}/api/v1/admin/me`, { headers: { Authorization: `Bearer ${token}` } });
    expect(await me.json()).toMatchObject({ name, scopes: ['comments:read'] });
    await page.getByRole('button', { name: 'Close' }).click();
    const card = page.locator('li', { hasText: name });
    await card.getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await poll(() => card.textContent()).toContain('Revoked');
    const { tokens } = await ask<Tokens>('GET', '/tokens');
    expect(tokens.find((each) => each.name === name)?.revokedAt).toBeTruthy();
  });

  it('bans by hand, and ends a ban', async () => {
    const { site } = await createSite();
    const page = await openConsole(open, (await createToken(site)).token, { hash: '#/bans' });
    await page.getByRole('button', { name: 'New ban' }).click();
    await page.getByLabel('What', { exact: true }).selectOption('domain');
    await page.getByLabel('Value').fill('not a domain');
    await page.getByRole('dialog').getByRole('button', { name: 'Ban' }).click();
    await poll(() => page.getByRole('dialog').getByRole('alert').textContent()).toContain('value');
    await page.getByLabel('Value').fill('spam.example');
    await page.getByRole('dialog').getByRole('button', { name: 'Ban' }).click();
    await page.locator('.cards li').getByText('spam.example').waitFor();
    await page.getByRole('button', { name: 'End' }).click();
    await poll(() => page.locator('.cards li').count()).toBe(0);
    expect((await ask<Bans>('GET', `/bans?site=${site}`)).bans).toEqual([]);
  });

  it('changes settings in a form made of the API’s description', async () => {
    const { site } = await createSite();
    const page = await openConsole(open, adminToken(), { hash: '#/sites', site });
    await page.getByLabel('Hold every comment').uncheck();
    await page.getByLabel('Links that are allowed').fill('7');
    await page.getByLabel('Votes').selectOption('both');
    await page.getByLabel('Languages that are written').fill('en de');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    const { sites } = await ask<AdminSites>('GET', '/sites');
    const settings = sites.find((each) => each.id === site)?.settings;
    expect(settings).toMatchObject({ hold: false, maxLinks: 7, votes: 'both', languages: ['en', 'de'], guests: true });
  });

  it('tries rules out before they are saved', async () => {
    const { site, origin } = await createSite();
    const ids = await writeHeld(origin, 4);
    await ask('POST', '/decisions', { action: 'approve', ids: ids.slice(0, 2) });
    await ask('POST', '/decisions', { action: 'spam', ids: ids.slice(2) });
    const page = await openConsole(open, adminToken(), { hash: '#/rules', site });
    await page.getByRole('button', { name: 'Add' }).click();
    await page.getByLabel('Finds').selectOption('text');
    await page.getByLabel('Pattern').fill('Thought 3');
    await page.getByLabel('Then').selectOption('spam');
    await page.getByRole('button', { name: 'Try out' }).click();
    await poll(() => page.locator('.outcome').textContent()).toContain('4 decided comments looked at');
    const before = (await ask<AdminSites>('GET', '/sites')).sites.find((each) => each.id === site)!;
    expect(before.settings.rules).toEqual([]);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    const after = (await ask<AdminSites>('GET', '/sites')).sites.find((each) => each.id === site)!;
    expect(after.settings.rules).toEqual([{ match: 'text', pattern: 'Thought 3', in: 'any', says: 'spam' }]);
  });

  it('turns attack mode on for a while, and off', async () => {
    const { site } = await createSite();
    const page = await openConsole(open, (await createToken(site)).token);
    await page.getByRole('button', { name: 'Attack mode' }).click();
    await page.getByRole('button', { name: 'Turn on' }).click();
    await page.getByRole('button', { name: /left/ }).click();
    await page.getByText('Attack mode is off.').waitFor();
  });
});
