/** What moderation throws away when its time is over, and what it keeps. */
import { beforeEach, describe, expect, it } from 'vitest';
import { newId, timePrefix } from '../../worker/ids';
import worker from '../../worker/index';
import { ADMIN, bindings, call, createSite, post, query, thread } from './api';
import { expectCounted } from './counted';
import { createKey } from './key';
import { decide, edit, rows, undo } from './moderator';

const DAY_MS = 86_400_000;
const runCron = (laterDays: number) =>
  worker.scheduled(
    { cron: '47 * * * *', scheduledTime: Date.now() + laterDays * DAY_MS } as ScheduledController,
    bindings,
  );

let site: string;
let url: string;
beforeEach(async () => {
  ({ site, url } = await createSite({ retention: 7 }));
});
const write = (body: string, over: object = {}) => post({ url, body, ...over }, ADMIN);
const kept = async () =>
  (await rows<{ id: string }>('SELECT id FROM comments WHERE site_id = ? ORDER BY id', site)).map(({ id }) => id);

describe('the purge', () => {
  it('throws spam and trash away after the days that the site keeps them, from the decision on', async () => {
    const [spam, trash, held, fine] = [await write('A.'), await write('B.'), await write('C.'), await write('D.')];
    await decide({ action: 'spam', ids: [spam.id] });
    await decide({ action: 'trash', ids: [trash.id] });
    await decide({ action: 'hold', ids: [held.id] });
    await runCron(6.9);
    expect(await kept()).toEqual([spam.id, trash.id, held.id, fine.id].sort());
    await runCron(7.1);
    expect(await kept()).toEqual([held.id, fine.id].sort());
    await runCron(400);
    expect(await kept()).toEqual([held.id, fine.id].sort());
    await expectCounted();
  });

  it('counts from the last decision, however old the comment is', async () => {
    const old = await write('Old.', { createdAt: new Date(Date.now() - 100 * DAY_MS).toISOString() });
    await decide({ action: 'trash', ids: [old.id] });
    await runCron(6);
    expect(await kept()).toEqual([old.id]);
    await runCron(8);
    expect(await kept()).toEqual([]);
  });

  it('leaves a place without text where there are replies', async () => {
    const top = await write('SECRET', { author: { name: 'SECRET' } });
    const reply = await write('Reply.', { parent: top.id });
    const held = await write('Held.', { parent: reply.id });
    await edit(top.id, { body: 'SECRET still' });
    await decide({ action: 'hold', ids: [held.id] });
    await decide({ action: 'spam', ids: [top.id] });
    const before = await thread({ url });
    await runCron(8);
    expect(await thread({ url })).toEqual(before);
    await decide({ action: 'trash', ids: [reply.id] });
    await runCron(16);
    expect(await kept()).toEqual([top.id, reply.id, held.id].sort());
    expect(await rows('SELECT status, body FROM comments WHERE id IN (?, ?)', top.id, reply.id)).toEqual([
      { status: 'deleted', body: '' },
      { status: 'deleted', body: '' },
    ]);
    expect(await rows("SELECT 1 FROM decisions WHERE site_id = ? AND instr(items, 'SECRET')", site)).toEqual([]);
    await expectCounted();
  });

  it('takes votes, reports and words of the search along', async () => {
    const { id } = await write('An elephant.');
    const reader = await createKey();
    await reader.ask('PUT', `/comments/${id}/vote`, { value: 1 });
    await call(`/admin/comments${query({ site, q: 'elephant' })}`, { headers: ADMIN });
    const [{ rowid }] = (await rows<{ rowid: number }>('SELECT rowid FROM comments WHERE id = ?', id)) as [
      { rowid: number },
    ];
    await decide({ action: 'spam', ids: [id] });
    await runCron(8);
    expect(await rows('SELECT 1 FROM votes WHERE comment_id = ?', id)).toEqual([]);
    expect(await rows('SELECT 1 FROM search_docsize WHERE id = ?', rowid)).toEqual([]);
  });

  it('keeps what was restored, and what an undo brought back', async () => {
    const [one, two] = [await write('One.'), await write('Two.')];
    const { batch } = await decide({ action: 'spam', ids: [one.id, two.id] });
    await decide({ action: 'restore', ids: [one.id] });
    await undo(batch!);
    await runCron(29);
    expect(await kept()).toEqual([one.id, two.id].sort());
  });

  it('takes a portion at a time', async () => {
    await write('Born.');
    await bindings.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <= 700)
       INSERT INTO comments (id, site_id, page_id, root_id, depth, status, shown, inline, author_name, body, html, html_version, created_at)
       SELECT ?1 || printf('%016d', i), site_id, id, ?1 || printf('%016d', i), 0, 'spam', 0, 1, 'x', 'x', 'x', 1, 0
       FROM n, pages WHERE site_id = ?2`,
    )
      .bind(timePrefix(Date.now()), site)
      .run();
    const counts = [];
    for (let run = 0; run < 3; run++) {
      await runCron(8);
      counts.push((await kept()).length);
    }
    expect(counts[0]! > 1 && counts[0]! < 701).toBe(true);
    expect(counts.at(-1)).toBe(1);
  });

  it('forgets decisions after 30 days, of every site and of none, and bans 30 days after their end', async () => {
    const { id } = await write('Hm.');
    await decide({ action: 'hold', ids: [id] });
    await bindings.DB.prepare(
      `INSERT INTO decisions (site_id, id, batch, actor_kind, actor_name, action, items, count, created_at)
       VALUES ('', ?1, ?1, 'root', 'owner', 'token.create', '[]', 1, 0)`,
    )
      .bind(newId(Date.now(), crypto.getRandomValues(new Uint8Array(16))))
      .run();
    const insertBan = (value: string, expiresAt: number | null) =>
      bindings.DB.prepare(
        `INSERT INTO bans (id, site_id, kind, value, label, silent, created_by, created_at, expires_at)
         VALUES (?1, ?4, 'domain', ?2, ?2, 0, 'owner', 0, ?3)`,
      )
        .bind(crypto.randomUUID(), value, expiresAt, site)
        .run();
    await insertBan('over.example', Date.now());
    await insertBan('longer.example', Date.now() + 2 * DAY_MS);
    await insertBan('ever.example', null);
    const left = async () => [
      (await rows("SELECT 1 FROM decisions WHERE site_id IN (?, '')", site)).length,
      (await rows('SELECT value FROM bans WHERE site_id = ? ORDER BY value', site)).map(({ value }) => value),
    ];
    await runCron(29.9);
    expect(await left()).toEqual([2, ['ever.example', 'longer.example', 'over.example']]);
    await runCron(30.1);
    expect(await left()).toEqual([0, ['ever.example', 'longer.example']]);
    expect(await kept()).toEqual([id]);
  });
});
