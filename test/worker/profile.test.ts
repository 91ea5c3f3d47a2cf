/** A new name or website goes beside all that somebody has written: what moderation says of it. */
import { describe, expect, it } from 'vitest';
import { ask } from './admin';
import { bindings, createSite, key as newKey, problem, thread } from './api';
import { createKey } from './key';
import { createPerson } from './person';

const banned = async (body: object) => expect((await ask('POST', '/admin/bans', body)).status).toBe(201);

async function arrive(settings: object, over: object = {}) {
  const { site, url } = await createSite(settings);
  const me = await createKey();
  const { id, token } = await createPerson(me, site, over);
  const write = (body: string) =>
    me.ask('POST', '/comments', { url, body }, { token, headers: { 'Idempotency-Key': newKey() } });
  const rename = (change: object) => me.ask('PATCH', '/me', change, { token });
  const beside = async () => (await thread({ url })).comments.map(({ author }) => [author.name, author.url]);
  const me_ = async () =>
    bindings.DB.prepare('SELECT name, url FROM people WHERE id = ?').bind(id).first<{ name: string; url: string }>();
  return { site, url, id, write, rename, beside, stored: me_ };
}

describe('a new name or website', () => {
  it('stands beside what was written before, unless something is said against it', async () => {
    const { write, rename, beside } = await arrive({});
    await write('Hello.');
    expect((await rename({ name: 'Robin', url: 'https://robin.example' })).status).toBe(200);
    expect(await beside()).toEqual([['Robin', 'https://robin.example/']]);
  });

  it('that would make a comment wait comes with the next comments only, and those wait', async () => {
    const rules = [{ match: 'text', pattern: 'casino', says: 'hold' }];
    const { write, rename, beside, stored } = await arrive({ rules });
    await write('Hello.');
    for (const [name, url] of [
      ['Best casino', null],
      ['Robin', 'https://casino.example/'],
      ['Moderator', null],
    ]) {
      expect((await rename({ name, url })).status).toBe(200);
      expect(await stored()).toEqual({ name, url });
      expect(await beside()).toEqual([['Robin Ferreira', null]]);
      expect(((await (await write(`As ${name}.`)).json()) as { status: string }).status).toBe('pending');
    }
  });

  it('that a rule about texts would find in none is let pass', async () => {
    const rules = [{ match: 'regex', pattern: '^.{0,20}$', in: 'body', says: 'refuse' }];
    const { rename } = await arrive({ rules });
    expect((await rename({ name: 'Robin' })).status).toBe(200);
  });

  it('is refused where a comment would be', async () => {
    const rules = [{ match: 'word', pattern: 'casino', says: 'refuse' }];
    const { site, id, write, rename, beside, stored } = await arrive({ rules });
    await write('Hello.');
    expect(await problem(rename({ name: 'A casino' }))).toEqual({ status: 403, code: 'comment_refused' });
    await banned({ site, kind: 'domain', value: 'spam.example' });
    expect(await problem(rename({ url: 'https://www.spam.example/x' }))).toEqual({ status: 403, code: 'banned' });
    await banned({ site, kind: 'author', value: id });
    expect((await problem(rename({ name: 'Robin' }))).code).toBe('banned');
    expect([await beside(), await stored()]).toEqual([
      [['Robin Ferreira', null]],
      { name: 'Robin Ferreira', url: null },
    ]);
  });

  it('of somebody who is banned silently changes nothing that others see, and they are not told', async () => {
    const { site, id, write, rename, beside } = await arrive({});
    await write('Hello.');
    await banned({ site, kind: 'author', value: id, silent: true });
    const answer = await rename({ name: 'Robin' });
    expect([answer.status, ((await answer.json()) as { person: { name: string } }).person.name]).toEqual([
      200,
      'Robin',
    ]);
    expect(await beside()).toEqual([['Robin Ferreira', null]]);
  });
});
