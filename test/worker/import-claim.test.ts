/** Imported comments become theirs who wrote them: by a verified address or an account, of a person, on that site. */
import { expect, it } from 'vitest';
import type { Me } from '../../worker/contract';
import { ask } from './admin';
import { bindings, call, createSite, problem, thread } from './api';
import { expectCounted } from './counted';
import { authorRecord, commentRecord, idAt, importAll, pageRecord, START } from './importing';
import { createKey, type Key } from './key';
import { decide, rows } from './moderator';
import { createPerson } from './person';

const sha1 = async (text: string) =>
  [...new Uint8Array(await crypto.subtle.digest('SHA-1', new TextEncoder().encode(text)))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');

let salt = 2_000;
/** A site on which each of the authors has written a comment. */
async function createImported(authors: { email?: string; account?: string }[]) {
  const { site, url } = await createSite({ votes: 'both' });
  const page = pageRecord({ site, url, id: idAt(START, ++salt) });
  const records = authors.map((over, n) => authorRecord(site, salt * 100 + n, over));
  const comments = records.map(({ id, name }, n) =>
    commentRecord({ site, page: page.id, id: idAt(START + n, salt), author: { id, name } }),
  );
  await importAll(site, [...records, page, ...comments]);
  return { site, url, ids: comments.map(({ id }) => id), authors: records.map(({ id }) => id) };
}
const addAccount = (site: string, person: string, provider: string, subject: string) =>
  bindings.DB.prepare("INSERT INTO accounts VALUES (?, ?, ?, ?, 'x', 0)").bind(site, provider, subject, person).run();
const me = async (key: Key, token?: string, method = 'GET', path = '/me'): Promise<Me> =>
  (await key.ask(method, path, undefined, token === undefined ? {} : { token })).json();
const ownersOf = async (site: string) =>
  (await rows<{ author_id: string }>('SELECT author_id FROM comments WHERE site_id = ? ORDER BY id', site)).map(
    ({ author_id }) => author_id,
  );

it('takes along what was written under the person’s address and accounts, and nothing else', async () => {
  const { site, url, authors } = await createImported([
    { email: 'Robin@Mail.Example' },
    { email: 'other@mail.example' },
    { account: 'github:12345' },
    { account: `remark42:google_${await sha1('abc')}` },
    { account: 'github:1234' },
    {},
  ]);
  const key = await createKey();
  const { id, token } = await createPerson(key, site, { email: 'robin@mail.EXAMPLE', verified: 'GitHub' });
  await addAccount(site, id, 'github', '12345');
  await addAccount(site, id, 'google', 'abc');
  expect((await me(key, token)).claimable).toBe(3);
  expect((await me(key, token, 'POST', '/me/claim')).claimable).toBe(0);
  expect(await ownersOf(site)).toEqual([id, authors[1], id, id, authors[4], authors[5]]);
  const { comments } = await thread({ url });
  expect(comments.map(({ author }) => [author.name, author.verified]).slice(0, 2)).toEqual([
    [`Author ${Number(authors[0]!.slice(2))}`, 'GitHub'],
    [`Author ${Number(authors[1]!.slice(2))}`, null],
  ]);
  // Who they were is not kept.
  expect(await rows('SELECT id FROM authors WHERE site_id = ? ORDER BY id', site)).toEqual(
    [authors[1], authors[4], authors[5]].map((one) => ({ id: one })),
  );
  await expectCounted();
});

it('threat 17: a guest, somebody of another site, and who only says an address claim nothing', async () => {
  const email = 'robin@mail.example';
  const { site, url, ids, authors } = await createImported([{ email }]);
  const other = await createSite();
  const [guest, stranger, nobody] = [await createKey(), await createKey(), await createKey()];
  await guest.post({ url, author: { name: 'Robin', email } });
  expect((await me(guest)).claimable).toBe(0);
  expect(await problem(guest.ask('POST', '/me/claim'))).toMatchObject({ code: 'login_required' });
  const elsewhere = await createPerson(stranger, other.site, { email });
  const unproven = await createPerson(nobody, site, { email: null });
  for (const [key, { token }] of [
    [stranger, elsewhere],
    [nobody, unproven],
  ] as const) {
    expect((await me(key, token)).claimable).toBe(0);
    await me(key, token, 'POST', '/me/claim');
  }
  expect(await rows('SELECT author_id FROM comments WHERE id = ?', ids[0])).toEqual([{ author_id: authors[0] }]);
  expect(await rows('SELECT email FROM authors WHERE site_id = ?', site)).toEqual([{ email }]);
});

it('a ban follows, a vote for what is now one’s own goes, and forgetting covers it', async () => {
  const { site, ids, authors } = await createImported([{ email: 'robin@mail.example' }]);
  const key = await createKey();
  const { id, token } = await createPerson(key, site, { email: 'robin@mail.example' });
  expect((await key.ask('PUT', `/comments/${ids[0]}/vote`, { value: 1 }, { token })).status).toBe(200);
  expect((await ask('POST', '/admin/bans', { site, kind: 'author', comment: ids[0] })).status).toBe(201);
  await me(key, token, 'POST', '/me/claim');
  expect(await rows('SELECT value FROM bans WHERE site_id = ?', site)).toEqual([{ value: id }]);
  expect(await rows('SELECT up, score FROM comments WHERE id = ?', ids[0])).toEqual([{ up: 0, score: 0 }]);
  expect((await ask('GET', `/admin/comments?site=${site}&author=${authors[0]}`)).status).toBe(200);
  expect((await key.ask('DELETE', `/comments/${ids[0]}`, undefined, { token })).status).toBe(200);
  await expectCounted();
});

it('an address goes with the last comment that it was written under', async () => {
  const { site, url, ids, authors } = await createImported([{ email: 'robin@mail.example' }]);
  const second = commentRecord({
    site,
    page: idAt(START, salt),
    id: idAt(START + 50, salt),
    author: { id: authors[0]! },
  });
  await importAll(site, [second]);
  const count = () => rows('SELECT email FROM authors WHERE site_id = ?', site);
  await decide({ action: 'delete', ids: [ids[0]!] });
  expect(await count()).toHaveLength(1);
  await decide({ action: 'delete', ids: [second.id] });
  expect(await count()).toEqual([]);
  expect((await call(`/thread?url=${url}`)).status).toBe(200);
});

it('moderators are told what was imported, and whence', async () => {
  const { site, url } = await createSite();
  const page = pageRecord({ site, url, id: idAt(START, 3_000) });
  const id = idAt(START + 1, 3_000);
  const done = await importAll(site, [
    page,
    commentRecord({ site, page: page.id, id, source: '42', orphan: true, kind: 'trackback' }),
  ]);
  const answer = await (await ask('GET', `/admin/comments/${id}`)).json();
  expect(answer).toMatchObject({
    comment: { imported: { import: done.id, source: '42', kind: 'trackback', orphan: true } },
  });
});
