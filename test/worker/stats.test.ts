/** The dashboard's numbers: of today as they are, of days gone by as the cron kept them. */
import { describe, expect, it } from 'vitest';
import { dayOf } from '../../worker/admin/stats-store';
import type { Stats } from '../../worker/contract-admin';
import worker from '../../worker/index';
import { ask, bearer } from './admin';
import { ADMIN, bill, bindings, call, createSite, problem, query } from './api';
import { insertComments, insertPage, newRowId } from './rows';

const DAY_MS = 86_400_000;
const at = (daysAgo: number) => Date.parse(dayOf(Date.now() - daysAgo * DAY_MS)) + 60_000;

async function read(site: string, days?: number): Promise<Stats> {
  const answer = await call(`/admin/stats${query({ site, ...(days && { days }) })}`, { headers: ADMIN });
  if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
  return answer.json();
}
const runCron = (scheduledTime: number) =>
  worker.scheduled({ scheduledTime, cron: '47 * * * *' } as ScheduledController, bindings);

/** A decision about comments, as the log keeps it. */
const decide = (site: string, ids: string[], time: number, action = 'approve', from = 'pending') =>
  bindings.DB.prepare(
    `INSERT INTO decisions (site_id, id, batch, actor_kind, actor_name, action, items, count, created_at)
    VALUES (?1, ?2, ?2, 'root', 'owner', ?3, ?4, ?5, ?6)`,
  )
    .bind(
      site,
      newRowId(time),
      action,
      JSON.stringify(ids.map((id) => ({ id, before: { status: from }, after: { status: 'approved' } }))),
      ids.length,
      time,
    )
    .run();

describe('GET /admin/stats', () => {
  it('counts today as it is, and days without anything as nothing', async () => {
    const { site } = await createSite();
    const page_id = await insertPage(site, 'one');
    const today = at(0);
    const held = '[{"phase":"links","says":"hold","reason":"x"},{"phase":"links","says":"hold","reason":"y"}]';
    const rows = await insertComments([
      { site_id: site, page_id, created_at: today },
      { site_id: site, page_id, created_at: today, verdict: held },
      { site_id: site, page_id, created_at: today, verdict: held, status: 'pending' },
      { site_id: site, page_id, created_at: today, verdict: 'broken', status: 'spam' },
      { site_id: site, page_id, created_at: today, status: 'trash' },
      { site_id: site, page_id, created_at: today, status: 'deleted' },
    ]);
    const [first, second] = [rows[0]!.id, rows[1]!.id];
    await decide(site, [first, second], today + 30_000);
    // Again, taken back, about what did not wait: none of these ends a wait.
    await decide(site, [second], today + 50_000);
    await decide(site, [rows[2]!.id], today + 50_000, 'undo');
    await decide(site, [rows[4]!.id], today + 50_000, 'trash', 'approved');
    const nothing = { approved: 0, pending: 0, spam: 0, trash: 0, decided: 0, waitS: null };
    expect(await read(site, 3)).toEqual({
      days: [
        { day: dayOf(at(2)), ...nothing },
        { day: dayOf(at(1)), ...nothing },
        { day: dayOf(today), approved: 2, pending: 1, spam: 1, trash: 1, decided: 2, waitS: 30 },
      ],
      pages: [
        {
          id: page_id,
          site,
          url: `https://${site}.example/one`,
          title: 'one',
          count: 0,
          locked: false,
          createdAt: '1970-01-01T00:00:00.000Z',
        },
      ],
      phases: [{ phase: 'links', hits: 2, good: 1 }],
    });
    expect((await read(site)).days).toHaveLength(30);
  });

  it('remembers what the cron kept, also when the comments are gone', async () => {
    const [site, other] = [(await createSite()).site, (await createSite()).site];
    const [one, two] = [await insertPage(site, 'one'), await insertPage(site, 'two')];
    const verdict = '[{"phase":"bayes","says":"spam","reason":"x"}]';
    const rows = await insertComments([
      { site_id: site, page_id: one, created_at: at(2) },
      { site_id: site, page_id: two, created_at: at(1) },
      { site_id: site, page_id: two, created_at: at(1), verdict },
      { site_id: site, page_id: two, created_at: at(1), verdict, status: 'spam' },
      { site_id: site, page_id: one, created_at: at(0), verdict },
      { site_id: other, page_id: await insertPage(other, 'one'), created_at: at(1) },
    ]);
    await decide(site, [rows[1]!.id], at(1) + 10_000);
    // One run looks at two days, and whatever it kept, another one brings up to date.
    await runCron(at(1));
    await runCron(at(0));
    await bindings.DB.prepare(`UPDATE comments SET status = 'deleted', verdict = NULL WHERE site_id = ? AND id < ?`)
      .bind(site, rows[4]!.id)
      .run();
    const { days, pages, phases } = await read(site, 3);
    expect(days).toEqual([
      { day: dayOf(at(2)), approved: 1, pending: 0, spam: 0, trash: 0, decided: 0, waitS: null },
      { day: dayOf(at(1)), approved: 2, pending: 0, spam: 1, trash: 0, decided: 1, waitS: 10 },
      { day: dayOf(at(0)), approved: 1, pending: 0, spam: 0, trash: 0, decided: 0, waitS: null },
    ]);
    expect(pages.map(({ id }) => id).sort()).toEqual([one, two].sort());
    expect(phases).toEqual([{ phase: 'bayes', hits: 3, good: 2 }]);
  });

  it('names the busiest pages first, ten at most', async () => {
    const { site } = await createSite();
    const pages = await Promise.all(Array.from({ length: 12 }, (_, i) => insertPage(site, `p${i}`)));
    await insertComments(
      pages.flatMap((page_id, i) =>
        Array.from({ length: i + 1 }, () => ({ site_id: site, page_id, created_at: at(0) })),
      ),
    );
    const answer = await read(site, 1);
    expect(answer.pages.map(({ id }) => id)).toEqual(pages.slice(2).toReversed());
  });

  it('writes nothing when nothing has changed since the last run', async () => {
    const { site } = await createSite();
    await insertComments([{ site_id: site, page_id: await insertPage(site, 'one'), created_at: at(0) }]);
    await runCron(at(0));
    const before = await bindings.DB.prepare('SELECT * FROM stats ORDER BY site_id, day, name').all();
    await runCron(at(0));
    expect((await bindings.DB.prepare('SELECT * FROM stats ORDER BY site_id, day, name').all()).results).toEqual(
      before.results,
    );
    const answer = await call(`/admin/stats${query({ site })}`, { headers: ADMIN });
    expect(bill(answer)).toMatchObject({ trips: 2, written: 0 });
  });

  it('is for those who may read numbers, of their own site', async () => {
    const [{ site }, other] = [await createSite(), (await createSite()).site];
    const headers = await bearer(['stats:read'], site);
    expect((await ask('GET', `/admin/stats?site=${site}`, undefined, headers)).status).toBe(200);
    const refused = { status: 403, code: 'scope_missing' };
    expect(await problem(ask('GET', `/admin/stats?site=${other}`, undefined, headers))).toEqual(refused);
    expect(await problem(ask('GET', `/admin/stats?site=${site}`, undefined, await bearer(['comments:read'])))).toEqual(
      refused,
    );
    for (const days of ['0', '366', 'x', '-1'])
      expect(await problem(ask('GET', `/admin/stats?site=${site}&days=${days}`))).toEqual({
        status: 400,
        code: 'invalid_request',
        field: 'days',
      });
  });
});
