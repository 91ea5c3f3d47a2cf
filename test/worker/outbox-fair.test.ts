/** Sites that share an outbox: one with many conversations that many follow, and one with few. */
import { expect, it } from 'vitest';
import { createSite, post } from './api';
import { addRecipient, follow, keepSent, pageOf, rows, runCron } from './outbox';

/** A page that so many follow. */
async function createFollowed(count: number): Promise<{ url: string; readers: Set<string> }> {
  const { site, url } = await createSite({ attackAfter: 0 });
  const page = await pageOf((await post({ url })).id);
  const readers = new Set<string>();
  for (let i = 0; i < count; i++) {
    const { id } = await addRecipient(site);
    await follow(page, id);
    readers.add(id);
  }
  return { url, readers };
}

it('a site with many comments that many follow does not hold up one whose readers came later', async () => {
  const sent = keepSent(['reply']);
  const busy = await createFollowed(100);
  // Their ids sort behind all of the busy one's: nobody of theirs is ever among those that have got least far.
  const quiet = await createFollowed(20);
  for (let i = 0; i < 20; i++) await post({ url: busy.url, body: `${i}`, author: { name: `Reader ${i}` } });
  await runCron();
  const { length } = await rows('SELECT id FROM events');
  expect(length).toBeGreaterThan(8);
  const { id } = await post({ url: quiet.url });
  const told = () => sent.filter(({ subject }) => subject === id).map(({ target }) => target);
  let runs = 0;
  for (; told().length < 20 && runs < 10; runs++) await runCron();
  expect(new Set(told())).toEqual(quiet.readers);
  expect((await rows('SELECT id FROM events')).length).toBeGreaterThan(8);
  while ((await rows('SELECT id FROM events')).length > 0 && runs++ < 200) await runCron();
  const each = sent.map(({ subject, target }) => `${subject} ${target}`);
  expect([each.length, new Set(each).size]).toEqual([20 * 100 + 20, 20 * 100 + 20]);
}, 120_000);
