/** `afterword comments`: the queue from a terminal, against real comments. */
import { describe, expect, inject, it } from 'vitest';
import type { AdminComment, Decided, Log } from '../../worker/contract-admin.ts';
import { afterword, api, createSite } from './stage.ts';

/** A site where everything waits, and a way to write there as its readers do. */
async function startQueue(settings: Record<string, unknown> = { hold: true }) {
  const site = await createSite();
  await api('PATCH', `/admin/sites/${site}`, { settings });
  const post = async (body: string, { path = '/', name = 'Kim' } = {}) => {
    const answer = await fetch(`${inject('instance').url}/api/v1/comments`, {
      method: 'POST',
      headers: {
        Origin: `https://${site}.example`,
        'Content-Type': 'application/json',
        'Idempotency-Key': crypto.randomUUID(),
      },
      body: JSON.stringify({ url: `https://${site}.example${path}`, body, author: { name } }),
    });
    expect(answer.status).toBe(201);
    return ((await answer.json()) as { id: string }).id;
  };
  return { site, post };
}

async function list(...args: string[]): Promise<{ comments: AdminComment[]; next: string | null }> {
  const ran = await afterword(['comments', 'list', '--json', ...args]);
  expect(ran).toMatchObject({ code: 0 });
  return JSON.parse(ran.stdout);
}
const bodies = ({ comments }: { comments: AdminComment[] }) => comments.map(({ body }) => body);
const statuses = async (site: string) =>
  Object.fromEntries((await list('--site', site)).comments.map(({ id, status }) => [id, status]));

describe('afterword comments list', () => {
  it('finds by status, text, page, time, and order', async () => {
    const { site, post } = await startQueue();
    const first = await post('Good morning to everybody', { path: '/one' });
    await post('Good evening', { path: '/two', name: 'Ada' });
    await post('Nothing of the kind', { path: '/two/', name: 'Ada' });
    await afterword(['comments', 'approve', first]);
    expect(bodies(await list('--site', site, '--status', 'approved'))).toEqual(['Good morning to everybody']);
    expect(bodies(await list('--site', site, '--search', 'good', '--sort', 'oldest'))).toEqual([
      'Good morning to everybody',
      'Good evening',
    ]);
    expect(bodies(await list('--site', site, '--page', `https://www.${site}.example/two/`))).toHaveLength(2);
    expect(bodies(await list('--site', site, '--from', '1h'))).toHaveLength(3);
    expect(bodies(await list('--site', site, '--to', '1h'))).toHaveLength(0);
    expect(bodies(await list('--site', site, '--flagged'))).toHaveLength(0);
    const { comments, next } = await list('--site', site, '--limit', '2');
    expect(comments).toHaveLength(2);
    expect(bodies(await list('--site', site, '--after', next!))).toEqual(['Good morning to everybody']);
    const none = await afterword(['comments', 'list', '--site', site, '--page', `https://${site}.example/three`]);
    expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('Nothing was written on') });
  });

  it('threat 4: strangers’ text moves no cursor, paints nothing and turns nothing round', async () => {
    const { site, post } = await startQueue();
    const id = await post('\u001b[2J\u001b]0;owned\u0007 wiped \u202edesrever\u009b31m\r', {
      name: 'Kim\u202e \u001b[31m',
    });
    for (const args of [
      ['list', '--site', site],
      ['list', '--site', site, '--json'],
      ['show', id],
      ['show', id, '--json'],
    ]) {
      const { code, stdout } = await afterword(['comments', ...args]);
      expect(code).toBe(0);
      expect(stdout).toContain('wiped');
      expect(stdout).not.toMatch(/[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069\u200e\u200f]/u);
    }
  });
});

describe('deciding', () => {
  it('goes by ids, also from standard input, and says how to undo it', async () => {
    const { site, post } = await startQueue();
    const ids = [await post('One'), await post('Two'), await post('Three')];
    const spam = await afterword(['comments', 'spam', '-', '--reason', 'just so'], {
      input: ids.slice(0, 2).join('\n'),
    });
    expect(spam).toMatchObject({ code: 0, stdout: expect.stringContaining('2 comments taken for spam.') });
    const batch = /comments undo (\w{26})/.exec(spam.stdout)![1]!;
    expect(await statuses(site)).toEqual({ [ids[0]!]: 'spam', [ids[1]!]: 'spam', [ids[2]!]: 'pending' });
    const again = await afterword(['comments', 'spam', ...ids, '--json']);
    expect(JSON.parse(again.stdout)).toMatchObject({ changed: [{ id: ids[2] }], skipped: 2 });
    const log = await afterword(['comments', 'log', '--site', site, '--json']);
    expect((JSON.parse(log.stdout) as Log).decisions).toMatchObject([
      { action: 'spam', count: 1 },
      { action: 'spam', reason: 'just so', count: 2, batch },
      {},
      {},
    ]);
    expect(await afterword(['comments', 'undo', batch])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('2 comments'),
    });
    expect(await statuses(site)).toEqual({ [ids[0]!]: 'pending', [ids[1]!]: 'pending', [ids[2]!]: 'spam' });
  });

  it('by a filter is counted and asked about first: nothing happens without a yes', async () => {
    const { site, post } = await startQueue();
    const wanted = [await post('Buy this'), await post('Buy that')];
    const other = await post('Hello');
    const asked = await afterword(['comments', 'trash', '--site', site, '--search', 'buy th']);
    expect(asked).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining(`2 comments of ${site} fit.`) });
    expect(Object.values(await statuses(site))).toEqual(['pending', 'pending', 'pending']);
    const done = await afterword(['comments', 'trash', '--site', site, '--search', 'buy th', '--yes', '--json']);
    const outcome = JSON.parse(done.stdout) as Decided;
    expect(outcome.changed.map(({ id }) => id).sort()).toEqual(wanted.sort());
    expect((await statuses(site))[other]).toBe('pending');
    const back = await afterword(['comments', 'restore', '--site', site, '--status', 'trash', '--yes']);
    expect(back.stdout).toContain('2 comments restored');
  });

  it('about more than a request takes is one decision, undone as one', async () => {
    const { site, post } = await startQueue();
    const ids: string[] = [];
    for (let at = 0; at < 320; at += 40)
      ids.push(
        ...(await Promise.all(Array.from({ length: 40 }, (_, n) => post(`Number ${at + n}`, { path: `/${at}` })))),
      );
    const done = await afterword(['comments', 'approve', '--site', site, '--status', 'pending', '--yes', '--json']);
    const outcome = JSON.parse(done.stdout) as Decided;
    expect(outcome.changed).toHaveLength(320);
    const undone = await afterword(['comments', 'undo', outcome.batch!, '--json']);
    expect(JSON.parse(undone.stdout)).toEqual({ changed: 320, skipped: 0 });
    const byId = await afterword(['comments', 'spam', '-', '--json'], { input: ids.join(' ') });
    expect((JSON.parse(byId.stdout) as Decided).changed).toHaveLength(320);
  });

  it('deleting for good is asked about even by ids', async () => {
    const { site, post } = await startQueue();
    const id = await post('Not for long');
    const asked = await afterword(['comments', 'delete', id]);
    expect(asked).toMatchObject({ code: 3, stderr: expect.stringContaining('Delete 1 comment for good?') });
    expect((await statuses(site))[id]).toBe('pending');
    const done = await afterword(['comments', 'delete', id, '--yes']);
    expect(done).toMatchObject({ code: 0, stdout: '1 comment deleted for good.\n' });
  });

  it.each([[[]], [['--site', 'blog']], [['01j0000000example000000000', '--status', 'spam']]])(
    'refuses what says neither ids nor a filter, or both: %j',
    async (args) => {
      const ran = await afterword(['comments', 'hold', ...args]);
      expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('Which comments?') });
    },
  );
});

describe('afterword comments show', () => {
  it('shows the whole text, what it answers and what was decided', async () => {
    const { post } = await startQueue();
    const id = await post('First line\n\nLast line');
    await afterword(['comments', 'spam', id, '--reason', 'looks so']);
    const { stdout } = await afterword(['comments', 'show', id]);
    for (const part of [id, 'spam', 'Kim', 'First line\n  \n  Last line', 'looks so']) expect(stdout).toContain(part);
    const missing = await afterword(['comments', 'show', '0'.repeat(26)]);
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('(not_found)') });
  });
});
