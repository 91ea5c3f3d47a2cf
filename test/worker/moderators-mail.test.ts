/** Mails to moderators: who is told of what, that it is as it is when it is sent, and that nothing else is told. */
import { describe, expect, it } from 'vitest';
import worker from '../../worker/index';
import { ask } from './admin';
import { ADMIN, bindings, createSite, post, setRow } from './api';
import { createKey } from './key';
import { addModerator, compose, deliveriesTo, linkIn, mailsTo } from './mailing';
import { decide, edit, rows } from './moderator';
import { createPerson } from './person';
import { insertComments } from './rows';

const HOLD = { hold: true, challenge: 'never' };
const OPEN = { challenge: 'never' };
const write = (url: string, body = 'Hello.') => post({ url, title: 'A post', body });

describe('at once', () => {
  it('tells of a held comment, with its text, why it waits, and links to decide', async () => {
    const { site, url } = await createSite(HOLD);
    const { id } = await addModerator(site);
    const comment = await write(url, 'Read *this* at https://spam.example');
    const [mail] = await mailsTo(id);
    expect(mail).toMatchObject({ to: 'robin@mail.example', list: new URL(url).host });
    expect(mail!.subject).toContain('A post');
    expect(mail!.text).toContain('Read *this* at https://spam.example');
    expect(mail!.html).toContain('Mika');
    expect(mail!.html).not.toContain('href="https://spam.example');
    expect(mail!.unsubscribeUrl).toMatch(/^https:\/\/comments\.test\/api\/v1\/mail\/unsubscribe\//);
    for (const verb of ['approve', 'spam', 'trash'])
      expect(mail!.text).toMatch(new RegExp(`/mail/decide/${id}\\.${comment.id}\\.\\S+\\?verb=${verb}`));
    expect(mail!.text).toContain('https://comments.test/console#/queue?tab=held');
  });

  it('tells of a new comment whoever wants that, and of what waits as well', async () => {
    const { site, url } = await createSite(OPEN);
    const { id: all } = await addModerator(site, { email: 'all@mail.example', about: ['new'] });
    const { id: held } = await addModerator(site, { email: 'held@mail.example', about: ['held'] });
    await write(url);
    expect(await mailsTo(all)).toHaveLength(1);
    expect(await mailsTo(held)).toHaveLength(0);
    const { site: strict, url: there } = await createSite(HOLD);
    const { id: waiting } = await addModerator(strict, { about: ['new'] });
    await write(there);
    expect(await mailsTo(waiting)).toHaveLength(1);
  });

  it('offers to approve only what is not approved', async () => {
    const { site, url } = await createSite(OPEN);
    const { id } = await addModerator(site);
    await write(url);
    const [mail] = await mailsTo(id);
    expect(mail!.text).toContain('verb=spam');
    expect(mail!.text).not.toContain('verb=approve');
  });

  it('tells of a report with what readers say, once for the first and then for the third', async () => {
    const { site, url } = await createSite(OPEN);
    const comment = await write(url);
    const { id } = await addModerator(site, { about: ['reported'] });
    const report = async (note: string, key: Awaited<ReturnType<typeof createKey>>) => {
      await key.ask('POST', `/comments/${comment.id}/flags`, { reason: 'abuse', note });
      const mails = await mailsTo(id);
      await bindings.DB.prepare('DELETE FROM deliveries WHERE target = ?').bind(id).run();
      return mails;
    };
    const first = await createKey();
    const [mail, ...others] = await report('Not nice', first);
    expect(others).toEqual([]);
    expect(mail!.text).toContain('Not nice');
    expect(mail!.text).toContain('verb=approve');
    expect(await report('Not nice at all', first)).toEqual([]);
    expect(await report('Me too', await createKey())).toEqual([]);
    expect(await report('And me', await createKey())).toHaveLength(1);
  });

  it('tells nobody who is not there any more, or has ended it', async () => {
    const { site, url } = await createSite(HOLD);
    const { id: ended } = await addModerator(site, { email: 'ended@mail.example' });
    const { id: removed } = await addModerator(site, { email: 'removed@mail.example' });
    await write(url);
    await bindings.DB.prepare("UPDATE recipients SET state = 'unsubscribed' WHERE id = ?").bind(ended).run();
    await ask('DELETE', `/admin/recipients/${removed}`);
    expect(await compose(await deliveriesTo(ended))).toEqual([null]);
    expect(await compose(await deliveriesTo(removed))).toEqual([null]);
  });

  it.each(['approve', 'spam', 'trash', 'delete', 'hold'] as const)(
    'says nothing of what a person has decided about meanwhile: %s',
    async (action) => {
      const { site, url } = await createSite(action === 'hold' ? OPEN : HOLD);
      const { id } = await addModerator(site);
      const comment = await write(url);
      expect(await mailsTo(id)).toHaveLength(1);
      await decide({ action, ids: [comment.id] });
      expect(await mailsTo(id)).toEqual([]);
    },
  );

  it('says nothing of reports that were answered, and of reported comments that are gone', async () => {
    const { site, url } = await createSite(OPEN);
    const { id } = await addModerator(site, { about: ['reported'] });
    const [answered, trashed] = [await write(url), await write(url, 'Another.')];
    for (const comment of [answered, trashed])
      await (await createKey()).ask('POST', `/comments/${comment.id}/flags`, { reason: 'spam' });
    expect(await mailsTo(id)).toHaveLength(2);
    await decide({ action: 'approve', ids: [answered.id] });
    await decide({ action: 'trash', ids: [trashed.id] });
    expect(await mailsTo(id)).toEqual([]);
  });

  it('shows a comment as it is now, not as it was', async () => {
    const { site, url } = await createSite(HOLD);
    const { id } = await addModerator(site);
    const comment = await write(url, 'As it was.');
    await edit(comment.id, { body: 'As it is.' });
    const [mail] = await mailsTo(id);
    expect(mail!.text).toContain('As it is.');
    expect(mail!.text).not.toContain('As it was.');
  });

  it('tells nobody of what they wrote themselves, and believes only logins who that is', async () => {
    const { site, url } = await createSite(OPEN);
    const { id } = await addModerator(site, { about: ['new'] });
    const key = await createKey();
    const { token } = await createPerson(key, site, { email: 'Robin@mail.example' });
    await key.ask(
      'POST',
      '/comments',
      { url, body: 'Mine.' },
      { token, headers: { 'Idempotency-Key': crypto.randomUUID() } },
    );
    expect(await mailsTo(id)).toEqual([]);
    await post({ url, body: 'Hidden?', author: { name: 'Robin', email: 'robin@mail.example' } });
    expect((await mailsTo(id)).map(({ text }) => text.includes('Hidden?'))).toEqual([true]);
  });

  it('tells nobody of what the team did, and nobody of another site', async () => {
    const { site, url } = await createSite(OPEN);
    const { id } = await addModerator(site);
    const { url: elsewhere } = await createSite(HOLD);
    await write(elsewhere);
    await post({ url, body: 'From the owner.', author: { name: 'Owner', badge: 'author' } }, ADMIN);
    expect(await deliveriesTo(id)).toEqual([]);
  });
});

describe('as a digest', () => {
  const run = (now: number) =>
    worker.scheduled({ cron: '* * * * *', scheduledTime: now, noRetry() {} } as never, bindings);
  const dueAt = async (id: string) =>
    (await rows<{ digest_due_at: number | null }>('SELECT digest_due_at FROM recipients WHERE id = ?', id))[0]!
      .digest_due_at;

  it('collects what comes, and goes out once, with what needs somebody first', async () => {
    const { site, url } = await createSite(OPEN);
    const { id } = await addModerator(site, { frequency: 'hourly' });
    const [fresh, held, bad, gone] = [
      await write(url, 'A fresh one.'),
      await write(url, 'A held one.'),
      await write(url, 'A bad one.'),
      await write(url, 'A decided one.'),
    ];
    await setRow(held!.id, { status: 'pending', shown: 0 });
    await (await createKey()).ask('POST', `/comments/${bad!.id}/flags`, { reason: 'spam' });
    await decide({ action: 'trash', ids: [gone!.id] });
    expect(await deliveriesTo(id)).toEqual([]);
    const due = (await dueAt(id))!;
    expect(due % 3_600_000).toBe(0);
    await run(due);
    const waiting = await deliveriesTo(id);
    expect(waiting.map(({ kind }) => kind)).toEqual(['moderator_digest']);
    const [digest] = await compose(waiting);
    const { text } = digest!.mail;
    const places = ['A bad one.', 'A held one.', 'A fresh one.'].map((body) => text.indexOf(body));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(text).not.toContain('A decided one.');
    expect(text).toContain('https://comments.test/console#/queue?tab=reported');
    expect(fresh).toBeDefined();
  });

  it('forgets exactly what it has told of', async () => {
    const { site, url } = await createSite(HOLD);
    const { id } = await addModerator(site, { frequency: 'daily' });
    await write(url, 'Told.');
    await run((await dueAt(id))!);
    const [digest] = await compose(await deliveriesTo(id));
    const later = await write(url, 'Not told yet.');
    for (const query of digest!.after!)
      await bindings.DB.prepare(query.sql)
        .bind(...query.parameters)
        .run();
    expect(await rows('SELECT comment_id FROM digest_items WHERE recipient_id = ?', id)).toEqual([
      { comment_id: later.id },
    ]);
  });

  it('is not sent when nothing of it needs to be heard any more, and is empty then', async () => {
    const { site, url } = await createSite(HOLD);
    const { id } = await addModerator(site, { frequency: 'hourly' });
    const comment = await write(url);
    const due = (await dueAt(id))!;
    await decide({ action: 'spam', ids: [comment.id] });
    await run(due);
    expect(await mailsTo(id)).toEqual([]);
    expect(await rows('SELECT * FROM digest_items WHERE recipient_id = ?', id)).toEqual([]);
  });

  it('counts what it does not show', async () => {
    const { site, url } = await createSite({ ...HOLD, attackAfter: 0 });
    const { id } = await addModerator(site, { frequency: 'hourly' });
    for (let n = 0; n < 15; n++) await write(url, `Comment ${n}, ${crypto.randomUUID()}.`);
    await run((await dueAt(id))!);
    const [mail] = await mailsTo(id);
    expect(mail!.text).toContain('15 comments are waiting');
    expect(mail!.text).toContain('3 more');
  });

  it('takes in what comes by the dozen, also for whoever hears at once, and reports do not wait for it', async () => {
    const { site, url } = await createSite({ ...HOLD, attackAfter: 0 });
    const { page_id } = (
      await rows<{ page_id: string }>('SELECT page_id FROM comments WHERE id = ?', (await write(url)).id)
    )[0]!;
    const { id } = await addModerator(site);
    const flood = Array.from({ length: 27 }, () => ({ site_id: site, page_id, status: 'pending' as const, shown: 0 }));
    await insertComments(flood);
    await write(url, 'One that is told at once.');
    expect((await mailsTo(id)).map(({ text }) => text.includes('told at once'))).toEqual([true]);
    await insertComments([{ site_id: site, page_id, status: 'pending', shown: 0 }]);
    const late = await write(url, 'One too many.');
    expect((await mailsTo(id)).map(({ text }) => text.includes('One too many.'))).toEqual([false]);
    expect(await rows('SELECT comment_id FROM digest_items WHERE recipient_id = ?', id)).toEqual([
      { comment_id: late.id },
    ]);
    const due = (await dueAt(id))!;
    expect(due).toBeGreaterThan(Date.now());
    expect(due).toBeLessThanOrEqual(Date.now() + 3_600_000);
    await decide({ action: 'approve', ids: [late.id] });
    await (await createKey()).ask('POST', `/comments/${late.id}/flags`, { reason: 'spam' });
    expect((await mailsTo(id)).map(({ text }) => text.includes('Reported comment'))).toEqual([false, true]);
  });

  it('comes at once when somebody does not want digests any more', async () => {
    const { site, url } = await createSite(HOLD);
    const { id } = await addModerator(site, { frequency: 'daily' });
    await write(url);
    const now = Date.now();
    await ask('PATCH', `/admin/recipients/${id}`, { frequency: 'instant' });
    expect(await dueAt(id)).toBeLessThanOrEqual(Date.now());
    await run(now + 60_000);
    expect(await mailsTo(id)).toHaveLength(1);
  });
});

it('threat 13: no address of a moderator is in a mail but as its recipient', async () => {
  const { site, url } = await createSite(HOLD);
  const { id } = await addModerator(site);
  await write(url);
  const [mail] = await mailsTo(id);
  expect(`${mail!.subject}${mail!.text}${mail!.html}${linkIn(mail!, 'decide/')}`).not.toContain('robin@mail.example');
});
