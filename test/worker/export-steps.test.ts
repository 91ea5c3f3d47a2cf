/** An export in many small answers: the same lines however they are cut, and whole in itself while people go on writing. */
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { RECORDS, type RecordType } from '../../worker/contract-transfer';
import { Db } from '../../worker/db';
import { exportNext } from '../../worker/transfer/exports/export';
import { bindings, createSite } from './api';
import { createEverything, insert } from './everything';
import { readExport, recordsOf } from './exported';
import { createKey } from './key';
import { createPerson } from './person';
import { emptyDatabase, restore } from './restored';

const scope = { site: null, emails: true };
let exported = '';
beforeAll(async () => {
  await createEverything();
  exported = await readExport();
}, 60_000);

/** @param between done after every answer */
async function readInSteps(most: { rows: number; bytes: number }, between = async () => {}): Promise<string> {
  const all: string[] = [];
  for (let after: string | null = null, first = true; first || after !== null; first = false) {
    const answer: { lines: string[]; after: string | null } = await exportNext(
      new Db(bindings.DB as never, 'first-primary'),
      scope,
      after,
      most,
    );
    all.push(...answer.lines);
    after = answer.after;
    await between();
  }
  return `${all.join('\n')}\n`;
}

it('has the same lines, however its answers are cut', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 5_000 }), async (rows, bytes) => {
      expect(await readInSteps({ rows, bytes })).toBe(exported);
    }),
    { numRuns: 12, seed: 20_260_131 },
  );
}, 60_000);

it('has the fields of every record in the order of the contract', () => {
  const wrong = recordsOf(exported)
    .slice(1, -1)
    .filter((record) => {
      const real = Object.keys(RECORDS[record.type as RecordType].entries);
      return Object.keys(record).join() !== real.join();
    });
  expect(wrong).toEqual([]);
});

it('can be restored although people went on writing all the while, and has nothing twice', async () => {
  const { site, url } = await createSite({ votes: 'both', reactions: ['👍'] });
  const reader = await createKey();
  let last: string | null = null;
  let n = 0;
  const write = async () => {
    const key = await createKey();
    const { id: person } = await createPerson(key, site);
    const account = { site_id: site, provider: 'github', subject: person, person_id: person, name: 'x', created_at: 1 };
    await insert('accounts', account);
    const { id } = await key.post({ url: n++ % 2 ? url : `${url}/${n}` });
    if (last) await reader.ask('PUT', `/comments/${last}/vote`, { value: 1 });
    await reader.ask('PUT', `/comments/${id}/vote`, { value: -1 });
    await reader.ask('PUT', '/reaction', { url: n % 2 ? url : `${url}/${n}`, value: '👍' });
    await reader.ask('POST', `/comments/${id}/flags`, { reason: 'spam' });
    last = id;
  };
  const text = await readInSteps({ rows: 6, bytes: 100_000 }, write);
  expect(n).toBeGreaterThan(15);
  const lines = text.trimEnd().split('\n');
  expect(new Set(lines).size).toBe(lines.length);
  await emptyDatabase();
  const { added, present } = await restore(text, 20);
  expect([added, present]).toEqual([lines.length - 2, 0]);
}, 60_000);
