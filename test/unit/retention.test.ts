/** Which backups are kept. */
import { describe, expect, it } from 'vitest';
import type { Backup } from '../../worker/contract-transfer';
import { chooseKept, chooseOver, OVER } from '../../worker/transfer/backups/retention';

const DAY_MS = 86_400_000;
const START = Date.parse('2026-01-01T00:10:00.000Z');

const backup = (startedAt: string, over: Partial<Backup> = {}): Backup => ({
  id: `${startedAt.slice(0, 19).replace(/[-:]/g, '')}Z`,
  status: 'done',
  parts: 1,
  records: 1,
  bytes: 1,
  verified: 1,
  error: null,
  startedAt,
  finishedAt: startedAt,
  ...over,
});
/** Days from START on, as many backups on each as there are hours. */
const daily = (days: number, hours = [0]): string[] =>
  Array.from({ length: days }, (_, day) =>
    hours.map((hour) => new Date(START + day * DAY_MS + hour * 3_600_000).toISOString()),
  ).flat();

/** What a bucket has after years of days, each with its backups and its retention. */
function liveThrough(times: string[]): string[] {
  let there: Backup[] = [];
  for (const time of times) {
    there.push(backup(time));
    const over = new Set(chooseOver(there, Date.parse(time)));
    there = there.filter(({ id }) => !over.has(id));
  }
  return there.map(({ startedAt }) => startedAt);
}

describe('after two years of days', () => {
  const kept = liveThrough(daily(730)).reverse();
  const last = Date.parse(kept[0]!);
  const age = (time: string) => Math.round((last - Date.parse(time)) / DAY_MS);

  it('the last seven days are there', () => expect(kept.slice(0, 7).map(age)).toEqual([0, 1, 2, 3, 4, 5, 6]));

  it('the last day of each of the last four weeks is there', () => {
    // 31 December 2027 is a Friday.
    expect(kept.filter((time) => age(time) < 33 && new Date(time).getUTCDay() === 0).map(age)).toEqual([5, 12, 19]);
  });

  it('the last day of each of the last twelve months is there', () => {
    const lasts = kept.filter((time) => new Date(Date.parse(time) + DAY_MS).getUTCDate() === 1);
    expect(lasts.map((time) => time.slice(0, 10))).toEqual([
      '2027-12-31',
      '2027-11-30',
      '2027-10-31',
      '2027-09-30',
      '2027-08-31',
      '2027-07-31',
      '2027-06-30',
      '2027-05-31',
      '2027-04-30',
      '2027-03-31',
      '2027-02-28',
      '2027-01-31',
    ]);
  });

  it('nothing else is', () => expect(kept).toHaveLength(7 + 2 + 11));
});

describe('retention', () => {
  it('lives from day to day as well as it would choose of all there ever were', () => {
    for (const days of [1, 6, 8, 27, 40, 100, 364, 500]) {
      const times = daily(days, [0, 9, 20]);
      expect(liveThrough(times)).toEqual([...chooseKept(times)].sort());
    }
  });

  it('keeps the newest of a day', () =>
    expect(liveThrough(daily(1, [0, 9, 20]))).toEqual(['2026-01-01T20:10:00.000Z']));

  it('keeps all that are left after a pause of years', () => {
    const times = liveThrough(daily(100));
    const over = chooseOver(
      times.map((time) => backup(time)),
      START + 5000 * DAY_MS,
    );
    expect(over).toEqual([]);
  });

  it('counts a week from Monday, also across the new year', () => {
    const week = ['2026-12-28', '2026-12-31', '2027-01-03'].map((day) => `${day}T12:00:00.000Z`);
    const later = Array.from({ length: 7 }, (_, i) =>
      new Date(Date.parse('2027-01-18T12:00:00Z') + i * DAY_MS).toISOString(),
    );
    const kept = chooseKept([...week, ...later]);
    // Of the week the 3rd; of December the 31st.
    expect(week.map((time) => kept.has(time))).toEqual([false, true, true]);
  });

  it('counts no failed one, and never takes the only good one for it', () => {
    const good = backup('2026-01-01T00:10:00.000Z');
    const bad = daily(40)
      .slice(1)
      .map((time) => backup(time, { status: 'failed', error: 'Part 1 is not there.' }));
    const over = chooseOver([good, ...bad], START + 40 * DAY_MS);
    expect(over).not.toContain(good.id);
    // A week long somebody may read why.
    expect(over).toEqual(
      bad.filter(({ startedAt }) => Date.parse(startedAt) < START + 33 * DAY_MS).map(({ id }) => id),
    );
  });

  it('goes on with what it was interrupted at, and leaves alone what is being written', () => {
    const half = backup('2026-01-03T00:10:00.000Z', { status: 'failed', error: OVER });
    const open = backup('2026-01-04T00:10:00.000Z', { status: 'writing', finishedAt: null });
    expect(chooseOver([half, open], START + 3 * DAY_MS)).toEqual([half.id]);
  });
});
