/** Moderators' addresses: who may add them, what they are, and that removing one ends what they could do. */
import { expect, it } from 'vitest';
import type { Recipient, Recipients } from '../../worker/contract-notify';
import { ask, bearer } from './admin';
import { bindings, createSite, problem } from './api';
import { addModerator } from './mailing';

const list = async (site: string): Promise<Recipients> => (await ask('GET', `/admin/recipients?site=${site}`)).json();

it('adds an address, as it is kept, and lists it with its site', async () => {
  const { site } = await createSite();
  const added = await addModerator(site, {
    email: ' Robin@MAIL.Example ',
    about: ['held', 'held'],
    frequency: 'daily',
  });
  expect(added).toMatchObject({
    site,
    email: 'Robin@mail.example',
    about: ['held'],
    frequency: 'daily',
    language: 'en',
    state: 'active',
  });
  expect(await list(site)).toEqual({ recipients: [added], mail: true });
  expect((await list((await createSite()).site)).recipients).toEqual([]);
});

it('has an address of a site once', async () => {
  const { site } = await createSite();
  await addModerator(site);
  const again = { site, email: 'robin@MAIL.example', about: ['new'] };
  expect(await problem(ask('POST', '/admin/recipients', again))).toEqual({
    status: 409,
    code: 'conflict',
    field: 'email',
  });
  await addModerator((await createSite()).site);
});

it('changes what is told, how often and in which language, and sends mail again to whoever had ended it', async () => {
  const { site } = await createSite();
  const { id } = await addModerator(site);
  await bindings.DB.prepare("UPDATE recipients SET state = 'unsubscribed' WHERE id = ?").bind(id).run();
  const change = { about: ['reported'], frequency: 'hourly', language: 'ar', state: 'active' };
  const answer = await ask('PATCH', `/admin/recipients/${id}`, change);
  expect(answer.status).toBe(200);
  expect(await answer.json<Recipient>()).toMatchObject(change);
  const unchanged = await ask('PATCH', `/admin/recipients/${id}`, {});
  expect(await unchanged.json<Recipient>()).toMatchObject(change);
});

it.each([
  ['no address', { email: 'robin' }, 'email'],
  ['a line more', { email: 'a@mail.example\r\nBcc: b@mail.example' }, 'email'],
  ['nothing to tell of', { about: [] }, 'about'],
  ['something else to tell of', { about: ['spam'] }, 'about.0'],
  ['another rhythm', { frequency: 'weekly' }, 'frequency'],
  ['no language', { language: 'English, please' }, 'language'],
])('threat 8: refuses %s', async (_, over, field) => {
  const { site } = await createSite();
  const body = { site, email: 'robin@mail.example', about: ['new'], ...over };
  expect(await problem(ask('POST', '/admin/recipients', body))).toEqual({
    status: 400,
    code: 'invalid_request',
    field,
  });
});

it('refuses a site there is not, and more addresses than are told at once', async () => {
  const body = (site: string, n: number) => ({ site, email: `m${n}@mail.example`, about: ['new'] });
  expect(await problem(ask('POST', '/admin/recipients', body('nowhere', 0)))).toMatchObject({ field: 'site' });
  const { site } = await createSite();
  for (let n = 0; n < 20; n++) expect((await ask('POST', '/admin/recipients', body(site, n))).status).toBe(201);
  expect(await problem(ask('POST', '/admin/recipients', body(site, 20)))).toMatchObject({ code: 'conflict' });
});

it('adds nobody where no mail goes out', async () => {
  const { site } = await createSite();
  const body = { site, email: 'robin@mail.example', about: ['new'] };
  const refused = await ask('POST', '/admin/recipients', body, undefined, { MAIL_URL: '' });
  expect(await problem(refused)).toMatchObject({ code: 'switched_off' });
  const listed = await ask('GET', `/admin/recipients?site=${site}`, undefined, undefined, { PUBLIC_URL: '' });
  expect(await listed.json()).toEqual({ recipients: [], mail: false });
});

it('lets nobody give away by mail what they may not do themselves', async () => {
  const { site } = await createSite();
  const { id } = await addModerator(site);
  const headers = await bearer(['sites:write', 'comments:read']);
  const body = { site, email: 'other@mail.example', about: ['new'] };
  expect(await problem(ask('POST', '/admin/recipients', body, headers))).toMatchObject({ code: 'scope_missing' });
  const resumed = ask('PATCH', `/admin/recipients/${id}`, { state: 'active' }, headers);
  expect(await problem(resumed)).toMatchObject({ code: 'scope_missing' });
});

it('removes an address for good', async () => {
  const { site } = await createSite();
  const { id } = await addModerator(site);
  expect((await ask('DELETE', `/admin/recipients/${id}`)).status).toBe(200);
  expect((await ask('DELETE', `/admin/recipients/${id}`)).status).toBe(404);
  expect((await list(site)).recipients).toEqual([]);
});
