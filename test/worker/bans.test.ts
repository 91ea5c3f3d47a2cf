/** Bans: making and ending them, and what becomes of what the banned write. */
import { describe, expect, it } from 'vitest';
import type { Ban } from '../../worker/contract-admin';
import type { BanRow } from '../../worker/db';
import { ask, bearer, readLog } from './admin';
import { bindings, createSite, draft, key as newKey, post, problem, send } from './api';
import { createKey, type Key } from './key';
import { createPerson } from './person';

const from = (address: string) => ({ 'CF-Connecting-IP': address });
const ban = (body: object, headers?: Record<string, string>) => ask('POST', '/admin/bans', body, headers);
async function banned(body: object): Promise<Ban> {
  const answer = await ban(body);
  if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
  return answer.json();
}
const list = async (site: string): Promise<Ban[]> =>
  ((await (await ask('GET', `/admin/bans?site=${site}`)).json()) as { bans: Ban[] }).bans;
const codeOf = async (answer: Promise<Response>) => {
  const response = await answer;
  return response.status === 201 ? 'written' : (await problem(response)).code;
};
const statuses = async (site: string) =>
  (await bindings.DB.prepare('SELECT status FROM comments WHERE site_id = ? ORDER BY id').bind(site).all()).results.map(
    ({ status }) => status,
  );
const say = (me: Key, url: string, over: object = {}, options: object = {}) =>
  me.ask('POST', '/comments', { ...draft({ url }), ...over }, { headers: { 'Idempotency-Key': newKey() }, ...options });
const hour = () => new Date(Date.now() + 3_600_000).toISOString();

describe('a ban', () => {
  it('of an author is made of a comment, listed, kept, logged and ended', async () => {
    const { site, url } = await createSite();
    const me = await createKey();
    const { id: comment } = await me.post({ url, author: { name: 'Basil' } });
    const made = await banned({ site, kind: 'author', comment, reason: ' Rude\nto all ' });
    expect(made).toEqual({
      id: expect.stringMatching(/^[0-9a-z]{26}$/),
      site,
      kind: 'author',
      value: me.jkt,
      label: 'Basil',
      silent: false,
      reason: 'Rude to all',
      by: 'owner',
      createdAt: expect.stringMatching(/Z$/),
      expiresAt: null,
    });
    expect(await list(site)).toEqual([made]);
    expect(await problem(say(me, url))).toEqual({ status: 403, code: 'banned' });
    expect(await codeOf(say(await createKey(), url))).toBe('written');
    expect((await ask('DELETE', `/admin/bans/${made.id}`)).status).toBe(200);
    expect(await codeOf(say(me, url))).toBe('written');
    expect(await problem(ask('DELETE', `/admin/bans/${made.id}`))).toEqual({ status: 404, code: 'not_found' });
    const log = await readLog('site_id = ?', site);
    const row: Partial<BanRow> = {
      id: made.id,
      kind: 'author',
      value: me.jkt,
      label: 'Basil',
      silent: 0,
      expires_at: null,
    };
    expect(log.map(({ action, items }) => [action, items])).toEqual([
      ['ban', [{ id: made.id, before: null, after: expect.objectContaining(row) }]],
      ['unban', [{ id: made.id, before: expect.objectContaining(row), after: null }]],
    ]);
  });

  it('made again is changed, and keeps its id', async () => {
    const { site } = await createSite();
    const first = await banned({ site, kind: 'domain', value: 'spam.example' });
    const again = await banned({ site, kind: 'domain', value: '*.Spam.Example', silent: true, expiresAt: hour() });
    expect([again.id, again.silent, again.expiresAt !== null]).toEqual([first.id, true, true]);
    expect(await list(site)).toEqual([again]);
    const [, second] = await readLog('site_id = ?', site);
    expect(second!.items).toMatchObject([{ id: first.id, before: { silent: 0 }, after: { id: first.id, silent: 1 } }]);
  });

  it('holds for a time, if it is told to, and is listed behind it', async () => {
    const { site, url } = await createSite();
    const me = await createKey();
    const made = await banned({ site, kind: 'author', value: me.jkt, expiresAt: hour() });
    expect(await codeOf(say(me, url))).toBe('banned');
    await bindings.DB.prepare('UPDATE bans SET expires_at = 1 WHERE id = ?').bind(made.id).run();
    expect(await codeOf(say(me, url))).toBe('written');
    expect(await list(site)).toHaveLength(1);
  });

  it('that is silent tells nothing: what they write is spam, and answered as if it waited', async () => {
    const { site, url } = await createSite({ hold: true });
    const [me, other] = [await createKey(), await createKey()];
    await banned({ site, kind: 'author', value: me.jkt, silent: true });
    const shape = async (answer: Response) => {
      const { id, createdAt, author, ...rest } = (await answer.json()) as Record<string, unknown>;
      return [answer.status, rest];
    };
    expect(await shape(await say(me, url))).toEqual(await shape(await say(other, url)));
    expect(await statuses(site)).toEqual(['spam', 'pending']);
  });

  it('of an address, a network or a range is made of a comment, or given', async () => {
    const { site, url } = await createSite();
    const write = (address: string) => codeOf(send(draft({ url }), from(address)));
    const { id: comment } = await post({ url }, from('203.0.113.7'));
    const ip = await banned({ site, kind: 'ip', comment });
    expect(ip.label).toMatch(/^an address, [0-9a-f]{4}…$/);
    expect([await write('203.0.113.7'), await write('203.0.113.8')]).toEqual(['banned', 'written']);
    const network = await banned({ site, kind: 'network', comment });
    expect(network.label).toMatch(/^a network, /);
    expect([await write('203.0.113.8'), await write('203.0.114.8')]).toEqual(['banned', 'written']);
    const range = await banned({ site, kind: 'cidr', value: '2001:DB8:0:1::5/48' });
    expect([range.value, range.label]).toEqual(['2001:db8::/48', '2001:db8::/48']);
    expect([await write('2001:db8::9'), await write('2001:db8:1::9')]).toEqual(['banned', 'written']);
    await banned({ site, kind: 'cidr', value: '198.51.100.4' });
    expect([await write('198.51.100.4'), await write('::ffff:198.51.100.4')]).toEqual(['banned', 'banned']);
    expect(await write('198.51.100.5')).toBe('written');
  });

  it('threat 14: of an address is by the one that Cloudflare tells, whatever else is claimed', async () => {
    const { site, url } = await createSite();
    await banned({ site, kind: 'cidr', value: '203.0.113.0/24' });
    const claims = { 'X-Forwarded-For': '198.51.100.1', 'X-Real-IP': '198.51.100.1', Forwarded: 'for=198.51.100.1' };
    expect(await codeOf(send(draft({ url }), { ...from('203.0.113.7'), ...claims }))).toBe('banned');
    const lies = { 'X-Forwarded-For': '203.0.113.7', 'X-Real-IP': '203.0.113.7' };
    expect(await codeOf(send(draft({ url }), { ...from('198.51.100.1'), ...lies }))).toBe('written');
  });

  it('of an e-mail address means the mailbox, of a guest and of who logged in with it', async () => {
    const { site, url } = await createSite();
    const author = { name: 'Basil', email: 'Basil+news@Mail.example' };
    const { id: comment } = await post({ url, author });
    expect((await banned({ site, kind: 'email', comment })).value).toBe('basil@mail.example');
    expect(await codeOf(send(draft({ url, author: { name: 'B', email: 'basil+x@mail.example' } })))).toBe('banned');
    expect(await codeOf(send(draft({ url, author: { name: 'B', email: 'b@mail.example' } })))).toBe('written');
    const me = await createKey();
    const { token } = await createPerson(me, site, { email: 'basil@mail.example' });
    expect(await codeOf(say(me, url, { author: undefined }, { token }))).toBe('banned');
  });

  it('of a domain means what is below it, wherever it is named', async () => {
    const { site, url } = await createSite();
    const { id: comment } = await post({ url, author: { name: 'Basil', url: 'https://www.spam.example/shop' } });
    expect((await banned({ site, kind: 'domain', comment })).value).toBe('spam.example');
    const write = (over: object) => codeOf(send(draft({ url, ...over })));
    expect(await write({ body: 'See https://a.b.spam.example/x' })).toBe('banned');
    expect(await write({ body: 'See [it](https://spam&#46;example)' })).toBe('banned');
    expect(await write({ author: { name: 'B', url: 'spam.example' } })).toBe('banned');
    expect(await write({ author: { name: 'B', email: 'b@spam.example' } })).toBe('banned');
    expect(await write({ body: 'See https://notspam.example/x' })).toBe('written');
  });

  it('keeps an edit out, too', async () => {
    const { site, url } = await createSite();
    const me = await createKey();
    const { id } = await me.post({ url });
    await banned({ site, kind: 'domain', value: 'spam.example' });
    const answer = me.ask('PATCH', `/comments/${id}`, { body: 'https://spam.example' });
    expect(await problem(answer)).toEqual({ status: 403, code: 'banned' });
  });

  it('is of one site', async () => {
    const [here, there] = [await createSite(), await createSite()];
    const me = await createKey();
    await banned({ site: here.site, kind: 'author', value: me.jkt });
    expect(await codeOf(say(me, there.url))).toBe('written');
    const mine = await bearer(['comments:read', 'comments:moderate'], there.site);
    const { bans } = (await (await ask('GET', '/admin/bans', undefined, mine)).json()) as { bans: Ban[] };
    expect(bans).toEqual([]);
    expect((await problem(ban({ site: here.site, kind: 'author', value: me.jkt }, mine))).code).toBe('scope_missing');
    const [{ id }] = (await list(here.site)) as [Ban];
    expect((await problem(ask('DELETE', `/admin/bans/${id}`, undefined, mine))).code).toBe('not_found');
  });

  it('is refused for what it cannot name, with the field', async () => {
    const { site, url } = await createSite();
    const { id: comment } = await post({ url }, from('203.0.113.7'));
    await bindings.DB.prepare('UPDATE comments SET ip_hash = NULL WHERE id = ?').bind(comment).run();
    const cases: [object, string | undefined][] = [
      [{ kind: 'author' }, 'value'],
      [{ kind: 'author', value: 'x', comment }, 'value'],
      [{ kind: 'author', value: 'x' }, 'value'],
      [{ kind: 'ip', value: '203.0.113.7' }, 'value'],
      [{ kind: 'network', value: 'z'.repeat(32) }, 'value'],
      ...[
        '',
        'x',
        '10.0.0.0/7',
        '::/0',
        '2001::/15',
        '1.2.3.4/33',
        '1.2.3.4/',
        '1.2.3',
        '01.2.3.4',
        '::ffff:1.2.3.4',
        '1.2.3.4/8/8',
      ].map((value): [object, string] => [{ kind: 'cidr', value }, 'value']),
      ...['', 'x', 'a@b', '<a@b.example>', 'a b@c.example'].map((value): [object, string] => [
        { kind: 'email', value },
        'value',
      ]),
      ...['', 'com', 'https://a.example', 'a.example/x', 'a b.example', 'x@a.example', 'a.example:80'].map(
        (value): [object, string] => [{ kind: 'domain', value }, 'value'],
      ),
      [{ kind: 'domain', value: new URL(url).host }, 'value'],
      [{ kind: 'author', comment }, 'comment'],
      [{ kind: 'ip', comment }, 'comment'],
      [{ kind: 'email', comment }, 'comment'],
      [{ kind: 'domain', comment }, 'comment'],
      [{ kind: 'cidr', comment }, 'comment'],
      [{ kind: 'domain', value: 'a.example', expiresAt: '2001-01-01T00:00:00.000Z' }, 'expiresAt'],
      [{ kind: 'domain', value: 'a.example', note: 'x' }, 'note'],
    ];
    for (const [body, field] of cases)
      expect(await problem(ban({ site, ...body })), JSON.stringify(body)).toEqual({
        status: 400,
        code: 'invalid_request',
        field,
      });
    expect((await problem(ban({ site, kind: 'author', comment: '0'.repeat(26) }))).code).toBe('not_found');
    expect((await problem(ban({ site: 'none', kind: 'domain', value: 'a.example' }))).code).toBe('not_found');
    expect(await list(site)).toEqual([]);
  });

  it('threat 22: locks out neither the site’s team nor who asks', async () => {
    const { site, url } = await createSite({ team: [{ name: 'Marigold', email: 'marigold@blog.example' }] });
    const me = await createKey();
    const { id, token } = await createPerson(me, site, { role: 'moderator', email: 'noor@mail.example' });
    const { id: comment } = (await (await say(me, url, { author: undefined }, { token })).json()) as { id: string };
    const cases: [object, string][] = [
      [{ kind: 'author', value: id }, 'value'],
      [{ kind: 'email', value: 'Marigold+x@Blog.example' }, 'value'],
      [{ kind: 'email', value: 'noor@mail.example' }, 'value'],
      ...['author', 'network', 'ip'].map((kind): [object, string] => [{ kind, comment }, 'comment']),
    ];
    for (const [body, field] of cases)
      expect(await problem(ban({ site, ...body })), JSON.stringify(body)).toEqual({
        status: 400,
        code: 'invalid_request',
        field,
      });
    const headers = { ...(await bearer(['comments:moderate'])), ...from('198.51.100.7') };
    const { id: mine } = await post({ url }, from('198.51.100.7'));
    for (const body of [
      { kind: 'cidr', value: '198.51.0.0/16' },
      { kind: 'ip', comment: mine },
      { kind: 'network', comment: mine },
    ])
      expect((await problem(ban({ site, ...body }, headers))).code, JSON.stringify(body)).toBe('invalid_request');
    expect(await list(site)).toEqual([]);
  });

  it('is made by a moderator with a login, under their name', async () => {
    const { site } = await createSite();
    const me = await createKey();
    const { token } = await createPerson(me, site, { role: 'moderator' });
    const answer = await me.ask('POST', '/admin/bans', { site, kind: 'domain', value: 'spam.example' }, { token });
    expect(await answer.json()).toMatchObject({ by: 'Robin Ferreira' });
  });
});
