/** Sites: made and changed through the API, each setting for itself, told to the log; attack mode by hand. */
import { describe, expect, it } from 'vitest';
import type { AdminSite, AdminSites, Summary } from '../../worker/contract-admin';
import { ask, bearer, changeSite, type Headers, readLog, siteChanged, siteRow } from './admin';
import { ADMIN, bill, bindings, call, createSite, draft, post, problem, query, send } from './api';
import { createKey } from './key';
import { createPerson } from './person';
import { watchDatabase } from './watched';

const log = async (site: string) => {
  const lines = await readLog('site_id = ?', site);
  return lines.map(({ action, actor_kind, items }) => ({ action, actor_kind, items }));
};

describe('a new site', () => {
  it('can be written on at once, from each of its origins', async () => {
    const origins = ['https://www.Garden.example/', 'http://garden.example:8080', 'https://garden.example'];
    const answer = await ask('POST', '/admin/sites', {
      id: 'garden',
      name: ' The  garden ',
      origins,
      settings: { votes: 'both' },
    });
    expect(answer.status).toBe(201);
    const site = (await answer.json()) as AdminSite;
    expect(site).toMatchObject({
      id: 'garden',
      name: 'The garden',
      origins: ['garden.example', 'garden.example:8080'],
      settings: { votes: 'both', sort: 'oldest', classifier: true, retention: 30 },
      attackUntil: null,
    });
    expect((await send(draft({ url: 'http://garden.example:8080/post' }))).status).toBe(201);
    expect(await log('garden')).toEqual([
      {
        action: 'site.create',
        actor_kind: 'root',
        items: [
          {
            id: 'garden',
            before: null,
            after: { name: 'The garden', origins: site.origins, settings: { votes: 'both' } },
          },
        ],
      },
    ]);
  });

  it('is refused where its id or one of its origins is taken, and nothing is half made', async () => {
    const { site, url } = await createSite();
    const make = (over: object) => ask('POST', '/admin/sites', { id: 'second', name: 'x', origins: [], ...over });
    expect(await problem(make({ id: site }))).toEqual({ status: 409, code: 'conflict', field: 'id' });
    const origins = ['https://second.example', 'https://second.example', new URL(url).origin];
    const answer = await make({ origins });
    const body = (await answer.clone().json()) as { detail: string };
    expect(await problem(answer)).toEqual({ status: 409, code: 'conflict', field: 'origins.2' });
    expect(body.detail).toContain(site);
    expect(await siteRow('second')).toBeNull();
    expect((await problem(send(draft({ url: 'https://second.example/' })))).code).toBe('origin_not_allowed');
  });

  it('of a token for one site is refused', async () => {
    const { site } = await createSite();
    const headers = await bearer(['sites:write'], site);
    const answer = ask('POST', '/admin/sites', { id: 'third', name: 'x', origins: [] }, headers);
    expect(await problem(answer)).toEqual({ status: 403, code: 'scope_missing' });
  });
});

describe('a site', () => {
  it('is listed to those who may change it', async () => {
    const { site } = await createSite({ hold: true });
    const other = await createSite();
    const list = async (headers: Headers) =>
      ((await (await ask('GET', '/admin/sites', undefined, headers)).json()) as AdminSites).sites.map(({ id }) => id);
    expect(await list(await bearer(['sites:write'], site))).toEqual([site]);
    expect(await list(ADMIN)).toEqual(expect.arrayContaining([site, other.site]));
  });

  it('changes one setting at a time, for readers as well', async () => {
    const { site, url } = await createSite({ votes: 'both' });
    await siteChanged(site, { settings: { hold: true } });
    const { settings } = await siteChanged(site, { settings: { editWindow: 5, ssoIssuer: null } });
    expect(settings).toMatchObject({ votes: 'both', hold: true, editWindow: 5, ssoIssuer: null });
    expect((await post({ url })).status).toBe('pending');
    expect((await siteRow(site))!.version).toBe(3);
  });

  it('keeps what is left out, and is not changed by what is so already', async () => {
    const { site } = await createSite({ hold: true });
    const before = await siteRow(site);
    for (const body of [{}, { settings: {} }, { settings: { hold: true } }, { name: site }])
      expect((await siteChanged(site, body)).settings.hold).toBe(true);
    expect(await siteRow(site)).toEqual(before);
    expect(await log(site)).toEqual([]);
  });

  it('tells the log what was before and after, in full', async () => {
    const { site, url } = await createSite({ hold: true });
    await siteChanged(site, { name: 'New', origins: ['https://new.example'], settings: { hold: false } });
    expect(await log(site)).toEqual([
      {
        action: 'site.change',
        actor_kind: 'root',
        items: [
          {
            id: site,
            before: { name: site, origins: [new URL(url).host], settings: { hold: true } },
            after: { name: 'New', origins: ['new.example'], settings: { hold: false } },
          },
        ],
      },
    ]);
    expect((await problem(send(draft({ url })))).code).toBe('origin_not_allowed');
    expect((await send(draft({ url: 'https://new.example/post' }))).status).toBe(201);
  });

  it('mends settings that cannot be read as JSON', async () => {
    const { site } = await createSite();
    await bindings.DB.prepare("UPDATE sites SET settings = '{broken' WHERE id = ?").bind(site).run();
    expect((await siteChanged(site, { settings: { hold: true } })).settings.hold).toBe(true);
  });

  it('is not there for a token of another one', async () => {
    const { site } = await createSite();
    const headers = await bearer(['sites:write', 'comments:moderate'], (await createSite()).site);
    for (const [method, path, body] of [
      ['PATCH', `/admin/sites/${site}`, { name: 'x' }],
      ['PATCH', '/admin/sites/nowhere', { name: 'x' }],
      ['PATCH', '/admin/sites/No%20Site', { name: 'x' }],
      ['PUT', `/admin/sites/${site}/attack`, { minutes: 5 }],
      ['PUT', '/admin/sites/nowhere/attack', { minutes: 5 }],
    ] as const)
      expect([path, await problem(ask(method, path, body, headers))]).toEqual([
        path,
        { status: 404, code: 'not_found' },
      ]);
  });

  it('is changed by one of two at once, and the other is told', async () => {
    const { site } = await createSite({ hold: false });
    const bill = { trips: 0, written: 0 };
    const DB = watchDatabase(bill, () => siteChanged(site, { settings: { votes: 'off' } }));
    const late = changeSite(site, { origins: ['https://late.example'], settings: { hold: true } }, { DB });
    expect(await problem(late)).toEqual({ status: 409, code: 'conflict' });
    expect(JSON.parse((await siteRow(site))!.settings)).toEqual({ hold: false, votes: 'off' });
    expect(await log(site)).toHaveLength(1);
    expect((await ask('GET', '/admin/sites')).status).toBe(200);
    expect(await bindings.DB.prepare("SELECT * FROM origins WHERE host = 'late.example'").first()).toBeNull();
  });

  it('loses the race for an origin without a trace', async () => {
    const { site } = await createSite();
    const DB = watchDatabase({ trips: 0, written: 0 }, () => createSite({}, 'wanted.example'));
    const late = changeSite(site, { name: 'Late', origins: ['https://wanted.example'] }, { DB });
    expect(await problem(late)).toEqual({ status: 409, code: 'conflict', field: 'origins' });
    expect((await siteRow(site))!.name).toBe(site);
    expect(await log(site)).toEqual([]);
  });
});

describe('attack mode by hand', () => {
  const set = (site: string, minutes: unknown, headers: Headers = ADMIN) =>
    ask('PUT', `/admin/sites/${site}/attack`, { minutes }, headers);

  it('is on for the time given, and off again, and the log tells of both', async () => {
    const { site } = await createSite();
    const since = Date.now();
    const on = (await (await set(site, 15)).json()) as Summary;
    const until = Date.parse(on.attackUntil!);
    expect(until).toBeGreaterThanOrEqual(since + 15 * 60_000);
    expect(until).toBeLessThanOrEqual(Date.now() + 15 * 60_000);
    expect((await siteChanged(site, {})).attackUntil).toBe(on.attackUntil);
    const off = (await (await set(site, 0)).json()) as Summary;
    expect(off.attackUntil).toBeNull();
    expect((await set(site, 0)).status).toBe(200);
    expect(await log(site)).toEqual([
      {
        action: 'attack.on',
        actor_kind: 'root',
        items: [{ id: site, before: { attackUntil: 0 }, after: { attackUntil: until } }],
      },
      {
        action: 'attack.off',
        actor_kind: 'root',
        items: [{ id: site, before: { attackUntil: until }, after: { attackUntil: 0 } }],
      },
    ]);
  });

  it('holds what newcomers write while it is on', async () => {
    const { site, url } = await createSite({ challenge: 'never' });
    expect((await post({ url })).status).toBe('approved');
    await set(site, 15);
    expect((await post({ url, body: 'Another thought about this.' })).status).toBe('pending');
  });

  it('is a moderator’s to turn on, with a proof that counts once', async () => {
    const { site } = await createSite();
    const key = await createKey();
    const { token } = await createPerson(key, site, { role: 'moderator' });
    const body = JSON.stringify({ minutes: 5 });
    const path = `/admin/sites/${site}/attack`;
    const DPoP = await key.prove('PUT', path, { token, body });
    const put = () =>
      call(path, {
        method: 'PUT',
        headers: { Authorization: `DPoP ${token}`, DPoP, 'Content-Type': 'application/json' },
        body,
      });
    expect((await put()).status).toBe(200);
    expect((await problem(put())).code).toBe('proof_replayed');
    expect((await log(site)).map(({ actor_kind }) => actor_kind)).toEqual(['person']);
  });

  it.each([-1, 1.5, 10_081, '5', null])('refuses %j minutes', async (minutes) => {
    const { site } = await createSite();
    expect(await problem(set(site, minutes))).toEqual({ status: 400, code: 'invalid_request', field: 'minutes' });
  });
});

it('reads sites in one round trip, and changes one in three', async () => {
  const { site } = await createSite();
  expect(bill(await ask('GET', `/admin/sites${query({})}`)).trips).toBe(1);
  expect(bill(await changeSite(site, { name: 'Other' })).trips).toBe(3);
});
