/** What the classifier learns from moderators, in D1. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Db } from '../../worker/db';
import { newId } from '../../worker/ids';
import { classify, EMPTY_MODEL, type Model, parseModel } from '../../worker/moderation/classifier/bayes';
import { joinText } from '../../worker/moderation/classifier/features';
import { type Lesson, learn } from '../../worker/moderation/classifier/learn';
import { selectSiteModel } from '../../worker/moderation/classifier/learn-store';
import { ask } from './admin';
import { bindings, createSite, post } from './api';
import { watchDatabase } from './watched';

const DAY_MS = 86_400_000;
let site: string;
let url: string;
beforeEach(async () => {
  ({ site, url } = await createSite());
});

const open = (database = bindings.DB) => new Db(database, 'first-primary');
async function readModel(): Promise<Model | undefined> {
  const [row] = await open().all(selectSiteModel(site));
  return row && parseModel(row);
}
const lesson = (text: string, now: Lesson['now'], was: Lesson['was'] = null): Lesson => ({ text, was, now });

describe('learning', () => {
  it('keeps what was taught, one version more each time', async () => {
    await learn(open(), site, [lesson('one two', 'spam'), lesson('three', 'good')]);
    await learn(open(), site, [lesson('four', 'spam')]);
    expect(await readModel()).toMatchObject({ version: 2, totals: { good: 1, spam: 2 } });
  });

  it('forgets what is taken back, and turns round what is thought better of', async () => {
    await learn(open(), site, [lesson('one two', 'spam'), lesson('three', 'good')]);
    const before = await readModel();
    await learn(open(), site, [lesson('five six', 'spam')]);
    await learn(open(), site, [lesson('five six', 'good', 'spam')]);
    expect((await readModel())?.totals).toEqual({ good: 2, spam: 1 });
    await learn(open(), site, [lesson('five six', null, 'good')]);
    expect(await readModel()).toEqual({ ...before, version: 4 });
  });

  it('writes nothing when nothing changes', async () => {
    await learn(open(), site, []);
    await learn(open(), site, [lesson('one', null), lesson('two', 'good', 'good')]);
    expect(await readModel()).toBeUndefined();
  });

  it('costs two round trips and one row', async () => {
    const bill = { trips: 0, written: 0 };
    await learn(open(watchDatabase(bill)), site, [lesson('one', 'spam'), lesson('two', 'good')]);
    expect(bill).toEqual({ trips: 2, written: 1 });
  });

  it('loses nothing when somebody else teaches between look and write', async () => {
    for (const known of [false, true]) {
      const before = (await readModel())?.totals.spam ?? 0;
      const watched = watchDatabase({ trips: 0, written: 0 }, () =>
        learn(open(), site, [lesson(`other ${known}`, 'spam')]),
      );
      await learn(open(watched), site, [lesson(`mine ${known}`, 'spam')]);
      expect((await readModel())?.totals.spam).toBe(before + 2);
    }
  });

  it('is not spoilt by many at once', async () => {
    await Promise.all(Array.from({ length: 5 }, (_, i) => learn(open(), site, [lesson(`word${i}`, 'spam')])));
    const model = await readModel();
    expect(model?.totals.spam).toBe(model?.version);
    expect(model?.totals.spam).toBeGreaterThan(0);
  });

  it('begins anew where what is stored is damaged', async () => {
    await learn(open(), site, [lesson('one', 'spam')]);
    await bindings.DB.prepare("UPDATE models SET data = 'x' || data WHERE site_id = ?").bind(site).run();
    expect((await readModel())?.totals).toEqual({ good: 0, spam: 0 });
    await learn(open(), site, [lesson('two', 'good')]);
    expect(await readModel()).toMatchObject({ version: 2, totals: { good: 1, spam: 0 } });
  });

  it('does not throw when D1 is not there', async () => {
    const gone = {
      withSession: () => ({ prepare: () => ({ bind: () => ({}) }), batch: () => Promise.reject('gone') }),
    };
    await learn(open(gone as never), site, [lesson('one', 'spam')]);
  });
});

describe('the first lesson', () => {
  /** Comments put straight into D1. */
  async function fill(bodies: string[], at: number, over: { status?: string; flagged?: number } = {}): Promise<void> {
    await post({ url, body: 'The first here.' });
    const rows = bodies.map((body) => ({ id: newId(at, crypto.getRandomValues(new Uint8Array(16))), body }));
    await bindings.DB.prepare(
      `INSERT INTO comments (id, site_id, page_id, root_id, depth, status, shown, inline, author_name, body, html, html_version,
         flagged, created_at)
       SELECT j.value ->> 'id', p.site_id, p.id, j.value ->> 'id', 0, ?1, 0, 1, 'Mika', j.value ->> 'body', '', 1, ?2, ?3
       FROM json_each(?4) j, pages p WHERE p.site_id = ?5`,
    )
      .bind(over.status ?? 'approved', over.flagged ?? 0, at, JSON.stringify(rows), site)
      .run();
  }
  const old = Date.now() - 2 * DAY_MS;

  it('comes with the comments that nobody objected to for a day, once', async () => {
    await fill(['egy', 'kettő', 'három'], old);
    await fill(['spam'], old, { status: 'spam' });
    await fill(['flagged'], old, { flagged: 1 });
    await fill(['fresh'], Date.now());
    await learn(open(), site, [lesson('one', 'spam')]);
    expect((await readModel())?.totals).toEqual({ good: 3, spam: 1 });
    await learn(open(), site, [lesson('two', 'spam')]);
    expect((await readModel())?.totals).toEqual({ good: 3, spam: 2 });
  });

  it('does not take for good what it is told is spam', async () => {
    await fill(['egy', 'kettő'], old);
    await learn(open(), site, [lesson(joinText('egy', 'Mika'), 'spam')]);
    expect((await readModel())?.totals).toEqual({ good: 1, spam: 1 });
  });

  it('does not make a language the sign of spam', async () => {
    const good = ['ez egy nagyon jó cikk', 'nem ez a baj, és nem is volt az', 'és ha ez nem igaz?', 'ez nagyon szép'];
    await fill(
      Array.from({ length: 40 }, (_, i) => `${good[i % 4]} ${i}`),
      old,
    );
    const spam = Array.from({ length: 30 }, (_, i) => lesson(`ez egy nagyon olcsó bolt és nem vicc ${i}`, 'spam'));
    await learn(open(), site, spam);
    const model = (await readModel())!;
    expect(classify(model, 'ez nem egy nagyon jó ötlet').spamminess).toBeLessThan(0.5);
    expect(classify(model, 'nagyon olcsó bolt').spamminess).toBeGreaterThan(
      classify(EMPTY_MODEL, 'nagyon olcsó bolt').spamminess,
    );
  });
});

describe('a decision', () => {
  it('teaches, and its undo takes the lesson back', async () => {
    const { id } = await post({ url, body: 'A comment like any other.' });
    const decided = await ask('POST', '/admin/decisions', { action: 'spam', ids: [id] });
    const { batch } = await decided.json<{ batch: string }>();
    expect((await readModel())?.totals).toEqual({ good: 0, spam: 1 });
    expect((await ask('POST', `/admin/log/${batch}/undo`)).status).toBe(200);
    expect((await readModel())?.totals).toEqual({ good: 0, spam: 0 });
  });

  it('is heeded in the next post', async () => {
    const spam = Array.from({ length: 25 }, (_, i) => lesson(`zeppelin rides every noon ${i}`, 'spam'));
    const good = Array.from({ length: 25 }, (_, i) => lesson(`the ferry was late again ${i}`, 'good'));
    expect((await post({ url, body: 'The last zeppelin rides, at noon.' })).status).toBe('approved');
    await learn(open(), site, [...spam, ...good]);
    expect((await post({ url, body: 'The zeppelin rides, every noon!' })).status).toBe('pending');
  });
});
