/** An export restored into an empty database: the same export again, and everything in it goes on as it was. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ask, bearer } from './admin';
import { ADMIN, bindings, call, createSite, post, problem, thread } from './api';
import { expectCounted } from './counted';
import { createEverything, type Everything, PNG } from './everything';
import { readExport, recordsOf } from './exported';
import { createSession } from './person';
import { beginRestore, emptyDatabase, restore, sendRecords } from './restored';

let all: Everything;
let exported = '';
let before: object;
const threads = async ({ url }: Everything) =>
  Promise.all([url, `${url}/into`, `${url}/from`, `${url}/moved`].map((address) => thread({ url: address })));

beforeAll(async () => {
  all = await createEverything();
  exported = await readExport();
  before = await threads(all);
}, 60_000);
beforeEach(emptyDatabase);

/** Line by line, so that a difference is one line long. */
const expectSame = (text: string) => expect(text.split('\n')).toEqual(exported.split('\n'));

describe('what was exported and restored', () => {
  it.each([500, 7, 1])('is the same export, byte by byte, in requests of %i records', async (size) => {
    const { added, present } = await restore(exported, size);
    expect([added, present]).toEqual([exported.split('\n').length - 3, 0]);
    expectSame(await readExport());
  });

  it('is the same when every request was sent twice, and two at the same time', async () => {
    const records = recordsOf(exported).slice(1, -1);
    const id = await beginRestore(records.length);
    for (let at = 0; at < records.length; at += 40) {
      const some = records.slice(at, at + 40);
      const answers = await Promise.all([sendRecords(id, at, some), sendRecords(id, at, some)]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      expect((await sendRecords(id, at, some)).status).toBe(200);
    }
    await ask('POST', `/admin/imports/${id}/finish`);
    expectSame(await readExport());
  });

  it('reads as it did, and all counters are right', async () => {
    await restore(exported);
    expect(await threads(all)).toEqual(before);
    const decided = recordsOf(exported).filter(({ type }) => type === 'vote');
    expect(decided.length).toBeGreaterThan(3);
    await expectCounted();
  });

  it('a guest’s key still edits their comment, another does not', async () => {
    await restore(exported);
    const edited = await all.guest.ask('PATCH', `/comments/${all.own}`, { body: 'Edited after all that.' });
    expect([edited.status, ((await edited.json()) as { html: string }).html]).toEqual([
      200,
      '<p>Edited after all that.</p>\n',
    ]);
    expect((await all.reader.ask('PATCH', `/comments/${all.own}`, { body: 'x' })).status).toBe(403);
  });

  it('a person is themselves when they log in again: role, picture, account and votes', async () => {
    await restore(exported);
    const { token } = await createSession(all.reader, all.site, all.person);
    const me = await (await all.reader.ask('GET', '/me', undefined, { token })).json();
    expect(me).toMatchObject({ email: 'robin@mail.example', accounts: [{ provider: 'github' }] });
    expect((await all.reader.ask('GET', `/admin/comments?site=${all.site}`, undefined, { token })).status).toBe(200);
    const { avatar } = (await bindings.DB.prepare('SELECT avatar FROM people WHERE id = ?')
      .bind(all.person)
      .first()) as {
      avatar: string;
    };
    const picture = await call(`/avatars/${avatar}`);
    expect(new Uint8Array(await picture.arrayBuffer())).toEqual(PNG);
  });

  it('an old decision can be undone', async () => {
    await restore(exported);
    const undone = await ask('POST', `/admin/log/${all.decision.batch}/undo`);
    expect(undone.status).toBe(200);
    expect((await call(`/comments/${all.decision.comment}`)).status).toBe(200);
    await expectCounted();
  });

  it('what was held, spam and trash waits there, with its reason', async () => {
    await restore(exported);
    for (const status of ['pending', 'spam', 'trash']) {
      const answer = await ask('GET', `/admin/comments?site=${all.site}&status=${status}`);
      expect(((await answer.json()) as { comments: object[] }).comments.length).toBeGreaterThan(0);
    }
  });
});

describe('a restore is refused', () => {
  it('where there are comments', async () => {
    const { url } = await createSite();
    await post({ url }, ADMIN);
    expect(
      await problem(
        ask('POST', '/admin/imports', { site: null, format: 'afterword', name: 'x', digest: 'd'.repeat(64), total: 1 }),
      ),
    ).toMatchObject({ code: 'conflict' });
  });

  it('when an origin belongs to another site that is there; a site that is there becomes what the record says', async () => {
    const { site } = await createSite({ hold: true }, 'taken.example');
    const id = await beginRestore();
    const record = {
      type: 'site',
      id: 'another',
      name: 'x',
      origins: ['free.example', 'taken.example'],
      settings: {},
      createdAt: '2020-01-01T00:00:00Z',
    };
    expect(await problem(sendRecords(id, 0, [record]))).toMatchObject({
      code: 'conflict',
      field: 'records.0.origins.1',
    });
    const mine = {
      ...record,
      id: site,
      name: 'Renamed',
      origins: ['taken.example', 'more.example'],
      settings: { hold: false },
    };
    expect((await sendRecords(id, 0, [mine])).status).toBe(200);
    expect(recordsOf(await readExport())[1]).toEqual({
      ...mine,
      origins: ['more.example', 'taken.example'],
      createdAt: '2020-01-01T00:00:00.000Z',
    });
  });

  it('where a record refers to what is not there, which is named', async () => {
    const { site } = await createSite();
    const id = await beginRestore();
    const nobody = '0'.repeat(26);
    const createdAt = '2020-01-01T00:00:00Z';
    const cases: [string, object][] = [
      ['comment', { type: 'vote', comment: nobody, voter: 'x', value: 1, createdAt }],
      ['page', { type: 'reaction', page: nobody, person: 'x', value: '👍', createdAt }],
      ['comment', { type: 'flag', comment: nobody, reporter: 'x', reason: 'spam', note: null, createdAt }],
      ['person', { type: 'account', site, provider: 'github', subject: '1', person: nobody, name: 'x', createdAt }],
      ['site', { type: 'alias', site: 'nowhere', key: '#a', target: '#b' }],
    ];
    const stat = { type: 'stat', site, day: '2020-01-01', name: 'posts', value: 1 };
    for (const [field, record] of cases)
      expect(await problem(sendRecords(id, 0, [stat, record]))).toMatchObject({
        code: 'conflict',
        field: `records.1.${field}`,
      });
    const all = cases.map(([, record]) => record);
    expect(await problem(sendRecords(id, 0, all))).toMatchObject({ code: 'conflict', field: 'records.0.comment' });
    expect(recordsOf(await readExport()).map(({ type }) => type)).toEqual(['afterword', 'site', 'end']);
  });

  it('threat 1: a picture that is none, or another than it says', async () => {
    const id = await beginRestore();
    const png = btoa(String.fromCharCode(...PNG));
    const svg = btoa('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>');
    const avatar = (media: string, data: string) => ({
      type: 'avatar',
      id: 'x',
      owner: 'y',
      media,
      data,
      fetchedAt: '2020-01-01T00:00:00Z',
    });
    for (const [media, data] of [
      ['image/png', svg],
      ['image/webp', png],
      ['image/png', `${png.slice(0, -8)}AAAA`],
      ['image/png', 'not base64!'],
      ['image/png', png.slice(0, 6)],
      ['none', png],
    ] as const)
      expect(await problem(sendRecords(id, 0, [avatar(media, data)]))).toMatchObject({
        code: 'invalid_request',
        field: 'records.0.data',
      });
    expect((await sendRecords(id, 0, [avatar('image/png', png)])).status).toBe(200);
  });
});

it('threat 4, 7: hostile text of a file is harmless where it is shown', async () => {
  const hostile = exported
    .replaceAll('Mine to edit.', '<img src=x onerror=alert(1)> [x](javascript:alert(1))')
    .replaceAll(/"url":"https:\/\/n\.example[^"]*"/g, '"url":"javascript:alert(1)"');
  expect(hostile).not.toBe(exported);
  await restore(hostile);
  const text = JSON.stringify(await threads(all));
  expect(text).not.toMatch(/<img|"javascript:|href=\\"javascript/i);
});

it('threat 20: nothing of it is announced, and the log is what it was', async () => {
  await restore(exported);
  const log = await bindings.DB.prepare(`SELECT COUNT(*) AS n FROM decisions WHERE action = 'import'`).first<number>(
    'n',
  );
  expect(log).toBe(0);
});

it('needs a token of all sites that may change sites, because those and their team come with it', async () => {
  const record = recordsOf(exported).find(({ type }) => type === 'site');
  const wanted = { site: null, format: 'afterword', name: 'all.ndjson', digest: 'e'.repeat(64), total: 1 };
  const [narrow, site] = [await bearer(['transfer']), await bearer(['transfer', 'sites:write'])];
  expect((await problem(ask('POST', '/admin/imports', wanted, narrow))).code).toBe('scope_missing');
  const answer = await ask('POST', '/admin/imports', wanted, site);
  const { id } = (await answer.json()) as { id: string };
  const body = { position: 0, records: [record] };
  expect((await problem(ask('POST', `/admin/imports/${id}/records`, body, narrow))).code).toBe('scope_missing');
  expect((await ask('POST', `/admin/imports/${id}/records`, body, site)).status).toBe(200);
});
