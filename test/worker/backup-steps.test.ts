/** Backups step by step, in a real bucket: many parts, crashes in between, two at once, what is broken, what is thrown away. */
import type { R2Bucket } from '@cloudflare/workers-types';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { chooseKept } from '../../worker/transfer/backups/retention';
import { formatId, listIds, partKey, readState, readSummaries, type State } from '../../worker/transfer/backups/state';
import { beginBackup, findOpen, isOpen, type NextLines, takeStep } from '../../worker/transfer/backups/step';
import { bindings } from './api';

const bucket = bindings.BACKUPS!;
const DAY_MS = 86_400_000;
const NOW = Date.parse('2026-03-01T00:10:00Z');

beforeEach(async () => {
  for (;;) {
    const { objects, truncated } = await bucket.list();
    if (objects.length > 0) await bucket.delete(objects.map(({ key }) => key));
    if (!truncated) return;
  }
});

/** A file of so many records, two lines a part. */
function source(records: number): NextLines {
  const lines = [
    '{"type":"afterword","version":1}',
    ...Array.from({ length: records }, (_, i) => `{"type":"comment","n":${i},"body":"naïve 👋 \\n"}`),
    '{"type":"end"}',
  ];
  return async (after) => {
    const from = Number(after ?? 0);
    return { lines: lines.slice(from, from + 2), after: from + 2 < lines.length ? String(from + 2) : null };
  };
}
async function linesOf(next: NextLines): Promise<string> {
  let text = '';
  for (let after: string | null = null, first = true; first || after !== null; first = false) {
    const got = await next(after);
    text += got.lines.map((line) => `${line}\n`).join('');
    after = got.after;
  }
  return text;
}

async function runToEnd(next: NextLines, now = NOW, through: R2Bucket = bucket): Promise<State> {
  let held = (await findOpen(through, await listIds(through), now)) ?? (await beginBackup(through, now));
  while (held && isOpen(held.state)) held = await takeStep(through, next, held, now);
  return held!.state;
}

const keys = async () => (await bucket.list()).objects.map(({ key }) => key);

/** All parts one behind the other, as one who has nothing but the bucket would put them together. */
async function unpack(id: string): Promise<string> {
  const parts = (await keys()).filter((key) => key.startsWith(`backups/${id}/0`));
  const texts = parts.map(async (key) => {
    const body = (await bucket.get(key))!.body as unknown as ReadableStream;
    return new Response(body.pipeThrough(new DecompressionStream('gzip'))).text();
  });
  return (await Promise.all(texts)).join('');
}

/** A bucket in which the nth change does not happen, or happens and is not told of: as when the worker is killed. */
function killAt(n: number, when: 'before' | 'after'): R2Bucket {
  let changes = 0;
  return new Proxy(bucket, {
    get(target, name: keyof R2Bucket) {
      const method = target[name].bind(target) as (...args: unknown[]) => Promise<unknown>;
      if (name !== 'put' && name !== 'delete') return method;
      return async (...args: unknown[]) => {
        changes++;
        if (changes === n && when === 'before') throw new Error('killed');
        const answer = await method(...args);
        if (changes === n) throw new Error('killed');
        return answer;
      };
    },
  });
}

it('writes parts, reads them back, and is done; together they are the file', async () => {
  const next = source(9);
  const state = await runToEnd(next);
  expect(state).toMatchObject({
    id: '20260301T001000Z',
    status: 'done',
    parts: 6,
    records: 9,
    verified: 6,
    error: null,
    startedAt: '2026-03-01T00:10:00.000Z',
  });
  expect(await unpack(state.id)).toBe(await linesOf(next));
  expect(await readSummaries(bucket, await listIds(bucket))).toEqual([
    expect.objectContaining({ id: state.id, status: 'done', parts: 6 }),
  ]);
  const sizes = (await bucket.list({ prefix: `backups/${state.id}/0` })).objects.map(({ size }) => size);
  expect(sizes.reduce((sum, size) => sum + size)).toBe(state.bytes);
});

it('is known without the list’s metadata too, as after a copy to another bucket', async () => {
  const { id } = await runToEnd(source(3));
  const key = `backups/${id}/state.json`;
  await bucket.put(key, await (await bucket.get(key))!.text());
  expect(await readSummaries(bucket, [id])).toEqual([expect.objectContaining({ id, status: 'done', records: 3 })]);
});

describe('killed', () => {
  it.each(['before', 'after'] as const)('%s any change, it goes on and ends the same', async (when) => {
    const next = source(5);
    const whole = await linesOf(next);
    // 4 parts: begin, 4 × (part, state), 4 × state, end.
    for (let n = 1; n <= 14; n++) {
      const now = NOW + n * 3 * DAY_MS;
      await runToEnd(next, now, killAt(n, when)).then(
        () => expect.unreachable(),
        () => undefined,
      );
      const state = await runToEnd(next, now);
      expect([n, state.status, state.parts, state.error]).toEqual([n, 'done', 4, null]);
      expect(await unpack(state.id)).toBe(whole);
    }
  });

  it('between a part and its state, what was written meanwhile is in it once', async () => {
    let held = (await beginBackup(bucket, NOW))!;
    held = (await takeStep(bucket, source(5), held, NOW))!;
    const changed: NextLines = async (after) => {
      const got = await source(5)(after);
      return { ...got, lines: got.lines.map((line) => line.replace('naïve', 'changed')) };
    };
    await takeStep(killAt(2, 'before'), source(5), held, NOW).catch(() => undefined);
    expect((await keys()).filter((key) => /\/000002-/.test(key))).toHaveLength(1);
    const state = await runToEnd(changed);
    expect(state.status).toBe('done');
    // The part that no state speaks of is gone.
    expect((await keys()).filter((key) => /\/000002-/.test(key))).toHaveLength(1);
    expect(await unpack(state.id)).toMatch(/^\{"type":"afterword".*\n.*naïve.*\n(.*changed.*\n){4}\{"type":"end"\}\n$/);
  });

  it('while old ones are thrown away, it goes on with that at the end of the next', async () => {
    const next = source(1);
    const first = await runToEnd(next, NOW);
    // The second of a day takes the first away: begin, twice part and state, 2 states, done; then it says so, and deletes.
    const broken = killAt(10, 'before');
    await runToEnd(next, NOW + 1000, broken).catch(() => undefined);
    const left = await readState(bucket, first.id);
    expect(left?.state).toMatchObject({ status: 'failed', error: 'Its time was over.' });
    await runToEnd(next, NOW + DAY_MS);
    expect(await listIds(bucket)).toEqual(['20260302T001000Z', '20260301T001001Z']);
  });
});

it('two at the same time make one whole backup, whoever is faster', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.integer({ min: 0, max: 7 }), async (scheduler, records) => {
      await bucket.delete(await keys());
      const slow = new Proxy(bucket, {
        get: (target, name: keyof R2Bucket) =>
          scheduler.scheduleFunction(target[name].bind(target) as (...args: unknown[]) => Promise<unknown>),
      });
      // What they write differs: comments come in while they do.
      const runner = (mark: string): NextLines => {
        let n = 0;
        return async (after) => {
          const got = await source(records)(after);
          return { ...got, lines: got.lines.map((line) => line.replace('"body"', `"by":"${mark}${n++}","body"`)) };
        };
      };
      const run = async (mark: string) => {
        const held = (await findOpen(slow, await listIds(slow), NOW)) ?? (await beginBackup(slow, NOW));
        for (let h = held; h && isOpen(h.state); ) h = await takeStep(slow, runner(mark), h, NOW);
      };
      await scheduler.waitFor(Promise.all([run('a'), run('b')]));
      await runToEnd(runner('c'));
      for (const { id, status, error } of await readSummaries(bucket, await listIds(bucket))) {
        expect([id, status, error]).toEqual([id, 'done', null]);
        const text = await unpack(id);
        expect(text.match(/"type":"comment"/g)?.length ?? 0).toBe(records);
        expect(text.endsWith('{"type":"end"}\n')).toBe(true);
      }
    }),
    { numRuns: 25 },
  );
});

describe('reading back finds', () => {
  /** Written, not read back yet. */
  async function written(records: number): Promise<State> {
    let held = (await beginBackup(bucket, NOW))!;
    while (held.state.status === 'writing') held = (await takeStep(bucket, source(records), held, NOW))!;
    return held.state;
  }
  const keyOf = ({ id, files }: State, n: number) => partKey(id, n, files[n - 1]!);

  it('a flipped byte, wherever it is', async () => {
    for (const place of [0, 0.3, 0.7, 0.999]) {
      const state = await written(4);
      const bytes = new Uint8Array(await (await bucket.get(keyOf(state, 2)))!.arrayBuffer());
      bytes[Math.floor(bytes.length * place)]! ^= 1;
      await bucket.put(keyOf(state, 2), bytes);
      const { status, error, verified } = await runToEnd(source(4));
      expect([status, verified, error]).toEqual(['failed', 1, 'Part 2 is not what was written: its SHA-256 differs.']);
    }
  });

  it('a part that is missing', async () => {
    const state = await written(4);
    await bucket.delete(keyOf(state, 3));
    expect(await runToEnd(source(4))).toMatchObject({ status: 'failed', error: 'Part 3 is not there.' });
  });

  it('what is no JSON, or is not a whole file', async () => {
    const broken = (lines: string[]): NextLines => {
      return async () => ({ lines, after: null });
    };
    const [head, end] = ['{"type":"afterword"}', '{"type":"end"}'];
    let now = NOW;
    const errorOf = async (lines: string[]) => {
      now += 1000;
      return (await runToEnd(broken(lines), now)).error;
    };
    expect(await errorOf([head, '{"type":', end])).toBe('Part 1 cannot be read: it is no gzip, or no JSON.');
    expect(await errorOf([head, '{"type":"comment","body":"x\ny"}', end])).toMatch(/Part 1 has not the 3 lines/);
    expect(await errorOf([head, '{"kind":"comment"}', end])).toBe('Part 1 has a line that is no record.');
    expect(await errorOf([head, '{"type":"comment"}'])).toBe('Part 1 ends as another part should.');
    expect(await errorOf(['{"type":"comment"}', end])).toBe('Part 1 begins as another part should.');
    expect(await errorOf([head, end])).toBe(null);
  });
});

it('one that is not done within a day fails, and another one begins', async () => {
  const held = (await beginBackup(bucket, NOW))!;
  await takeStep(bucket, source(9), held, NOW);
  expect(await findOpen(bucket, await listIds(bucket), NOW + DAY_MS)).toBeDefined();
  const state = await runToEnd(source(9), NOW + DAY_MS + 1000);
  expect(state).toMatchObject({ id: '20260302T001001Z', status: 'done' });
  expect(await readState(bucket, '20260301T001000Z')).toMatchObject({
    state: { status: 'failed', error: 'It was not done within a day.' },
  });
});

it('day after day leaves what retention keeps, and nothing of the others', async () => {
  const days = Array.from({ length: 75 }, (_, day) => NOW + day * DAY_MS);
  for (const now of days) await runToEnd(source(0), now);
  const kept = chooseKept(days.map((now) => new Date(now).toISOString()));
  expect(kept.size).toBeLessThan(20);
  const ids = await listIds(bucket);
  expect(ids).toEqual(
    [...kept]
      .map((time) => formatId(Date.parse(time)))
      .sort()
      .reverse(),
  );
  // Of each its part and its state.
  expect(new Set((await keys()).map((key) => key.split('/')[1]))).toEqual(new Set(ids));
  expect(await keys()).toHaveLength(ids.length * 2);
}, 60_000);

it('a folder that was copied to another name is none, and nothing of the one it speaks of is thrown away', async () => {
  const { id } = await runToEnd(source(3));
  const copy = formatId(NOW - 400 * DAY_MS);
  for (const key of await keys()) {
    const object = (await bucket.get(key))!;
    await bucket.put(key.replace(id, copy), await object.arrayBuffer(), { customMetadata: object.customMetadata! });
  }
  expect(await readState(bucket, copy)).toBeUndefined();
  expect((await readSummaries(bucket, [copy, id])).map((one) => one.id)).toEqual([id]);
  for (let day = 1; day <= 3; day++) await runToEnd(source(1), NOW + day * DAY_MS);
  expect((await unpack(id)).split('\n')).toHaveLength(6);
});
