/** What somebody wrote into a backup by hand: threats 4, 7, 16 and 25 of records that only a restore takes. */
import { expect, it } from 'vitest';
import { ask } from './admin';
import { ADMIN, bindings, call, createSite, draft, query, send } from './api';
import { askRecords, commentRecord, createRestore, idAt, pageRecord, START } from './importing';
import { createKey } from './key';
import { createSession } from './person';

let salt = 9_100_000;
const nextId = (n = 0) => idAt(START + n, ++salt);
const createdAt = '2020-01-01T00:00:00Z';
const taken = async (id: string, ...records: object[]) => {
  const answer = await askRecords(id, records);
  expect([answer.status, await answer.text()]).toEqual([200, expect.anything()]);
};

it('threat 7: settings, counts and bans that are none count as unset, and one can write there', async () => {
  const { site, url } = await createSite();
  const id = await createRestore();
  const ban = (kind: string) => ({
    ...{ type: 'ban', site, id: nextId(), kind, value: '%_[none/999', label: '<b>', silent: false },
    ...{ reason: null, by: 'x', createdAt, expiresAt: null },
  });
  await taken(
    id,
    {
      ...{ type: 'site', id: site, name: 'x', origins: [new URL(url).host], createdAt },
      settings: {
        phaseUrl: 'http://127.0.0.1/x',
        ssoJwks: 'file:///etc/passwd',
        rules: [{ match: 'regex', pattern: '(', in: 'any', says: 'hold' }],
        ADMIN_TOKEN: 'x',
        reactions: 5,
        hold: 'yes',
        votes: null,
      },
    },
    { type: 'model', site, data: '\u0000naughty 💥', good: Number.MAX_SAFE_INTEGER, spam: 0 },
    ...['cidr', 'email', 'domain', 'author', 'ip', 'network'].map(ban),
  );
  const answer = await send(draft({ url, body: 'Is anybody here?' }), { 'CF-Connecting-IP': '203.0.113.7' });
  expect([answer.status, ((await answer.json()) as { status: string }).status]).toEqual([201, 'approved']);
  const sites = (await (await ask('GET', '/admin/sites')).json()) as { sites: { id: string; settings: object }[] };
  const { settings } = sites.sites.find((one) => one.id === site)!;
  expect(settings).toMatchObject({ phaseUrl: null, reactions: [], hold: false });
  expect(settings).not.toHaveProperty('ADMIN_TOKEN');
  expect((await ask('GET', `/admin/bans?site=${site}`)).status).toBe(200);
});

it('threat 4, 16, 25: a person’s address is no script, and what is pinned from another page or waiting is not shown', async () => {
  const { site, url } = await createSite();
  const id = await createRestore();
  const [there, waiting] = [nextId(1), nextId(2)];
  const first = pageRecord({ site, url: `${url}/a`, key: `${url}/a`, id: nextId() });
  const second = pageRecord({ site, url: `${url}/b`, key: `${url}/b`, id: nextId(), pinned: waiting });
  const person = nextId();
  await taken(
    id,
    {
      ...{ type: 'person', site, id: person, name: 'Robin', email: null, url: 'javascript:alert(1)', avatar: null },
      ...{ verified: 'github', role: null, createdAt, seenAt: createdAt },
    },
    first,
    second,
    commentRecord({ site, page: first.id, id: there }),
    commentRecord({ site, page: first.id, id: waiting, status: 'pending', body: 'SECRET', verdict: [null, 5, 'x'] }),
    commentRecord({ site, page: second.id, id: nextId(3), author: { url: 'javascript:alert(1)' } }),
    { type: 'flag', comment: there, reporter: 'x', reason: '<script>', note: '\u0001', createdAt },
  );
  for (const page of ['a', 'b']) {
    const answer = await call(`/thread${query({ url: `${url}/${page}` })}`, { headers: ADMIN });
    expect([answer.status, await answer.text()]).toEqual([200, expect.not.stringMatching(/SECRET|javascript:/)]);
  }
  for (const one of [there, waiting]) expect((await ask('GET', `/admin/comments/${one}`)).status).toBe(200);
  const key = await createKey();
  const { token } = await createSession(key, site, person);
  const me = await key.ask('GET', '/me', undefined, { token });
  expect(await me.json()).toMatchObject({ person: { name: 'Robin', url: null } });
});

const SIDES: [before: unknown, after: unknown][] = [
  [null, null],
  [{}, {}],
  [{}, null],
  [null, {}],
  [{ status: {}, decision: [] }, { status: 'approved' }],
  [
    { status: 'approved', decision: null },
    { status: 'none', decision: null },
  ],
  [{ attackUntil: 1e308 }, { attackUntil: 0 }],
  [{ attackUntil: 8_640_000_000_000_000 }, { attackUntil: 0 }],
  [{ page: [] }, { locked: 'x' }],
  [{ kind: {}, value: 1 }, null],
  [{ body: {}, editedAt: 1e300 }, { body: 'x' }],
  [{ editedAt: null }, { body: 'Hello.' }],
  [
    { into: 5, aliases: 'x' },
    { into: null, aliases: [] },
  ],
  [
    { name: 5, origins: 'x', settings: null },
    { name: 'x', origins: [], settings: {} },
  ],
];
const ACTIONS =
  'approve trash edit pin lock move ban unban page.lock page.rename page.move page.merge site.create site.change token.create attack.on import undo none'.split(
    ' ',
  );

it('threat 7: a log of any shape is listed, and taken back or refused', async () => {
  const { site, url } = await createSite();
  const id = await createRestore();
  const page = pageRecord({ site, url, key: url, id: nextId() });
  const comment = nextId(1);
  await taken(id, page, commentRecord({ site, page: page.id, id: comment }));
  const wrong: unknown[] = [null, 'x', 5, [1], {}, { id: 5 }];
  const about = [comment, page.id, site];
  const lists = [
    [],
    ...wrong.map((one) => [one]),
    ...SIDES.map(([before, after], n) => [{ id: about[n % 3], before, after }]),
    SIDES.map(([before, after]) => ({ id: comment, before, after })),
  ];
  const failed: string[] = [];
  for (const action of ACTIONS)
    for (const items of lists) {
      const decision = idAt(Date.now(), ++salt);
      await taken(id, {
        ...{ type: 'decision', site, id: decision, batch: decision, actor: { kind: 'root', id: null, name: 'x' } },
        ...{ action, reason: null, items, count: 1, createdAt: new Date().toISOString(), undoneBy: null, undoes: null },
      });
      const answers = [
        await ask('GET', `/admin/log?site=${site}`),
        await ask('POST', `/admin/log/${decision}/undo`),
        await call(`/thread${query({ url })}`, { headers: ADMIN }),
        await ask('GET', '/admin/sites'),
      ];
      if (answers.some(({ status }) => status >= 500)) failed.push(`${action} ${JSON.stringify(items)}`);
      await bindings.DB.prepare('DELETE FROM decisions WHERE site_id = ?').bind(site).run();
    }
  expect(failed).toEqual([]);
}, 120_000);
