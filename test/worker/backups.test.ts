/** Backups of the whole instance, as the API and the cron make them. */
import type { ScheduledController } from '@cloudflare/workers-types';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Backup, Backups } from '../../worker/contract-transfer';
import worker from '../../worker/index';
import { ask, bearer } from './admin';
import { ADMIN, bindings, call, createSite, post, problem } from './api';
import { insertComments, insertPage } from './rows';

const bucket = bindings.BACKUPS!;
const DAY_MS = 86_400_000;
const SECRET_NAME = 'ß—private@example.com';

beforeAll(async () => {
  const { site, url } = await createSite();
  await post({ url, author: { name: 'Mika', email: 'mika@blog.example' } }, ADMIN);
  const page = await insertPage(site, 'long');
  await insertComments(
    Array.from({ length: 700 }, (_, i) => ({ site_id: site, page_id: page, body: `${i} ${'word '.repeat(40)}` })),
  );
});

const step = async (): Promise<Backup> => (await ask('POST', '/admin/backups')).json();
const list = async () => ((await (await ask('GET', '/admin/backups')).json()) as Backups).backups;
async function finish(): Promise<Backup> {
  for (;;) {
    const backup = await step();
    if (backup.status === 'done' || backup.status === 'failed') return backup;
  }
}
/** The whole file, as a client puts it together. */
async function read({ id, parts }: Backup): Promise<string> {
  const texts: string[] = [];
  for (let n = 1; n <= parts; n++) {
    const answer = await ask('GET', `/admin/backups/${id}/parts/${n}`);
    expect(answer.headers.get('Content-Type')).toBe('application/gzip');
    const bytes = await answer.arrayBuffer();
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    expect(answer.headers.get('Repr-Digest')).toBe(`sha-256=:${btoa(String.fromCharCode(...hash))}:`);
    expect(answer.headers.get('Content-Length')).toBe(String(bytes.byteLength));
    texts.push(await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).text());
  }
  return texts.join('');
}
async function exportAll(): Promise<string> {
  let text = '';
  let path: string | undefined = '/admin/export';
  while (path) {
    const answer: Response = await ask('GET', path);
    text += await answer.text();
    path = /<([^>]+)>; rel="next"/.exec(answer.headers.get('Link') ?? '')?.[1];
  }
  return text;
}
const runCron = (at: number, over = {}) =>
  worker.scheduled({ scheduledTime: at, cron: '*/10 * * * *' } as ScheduledController, { ...bindings, ...over });

describe('over the API', () => {
  it('a backup is made step by step, and is what the export is, addresses and all', async () => {
    const first = await step();
    expect(first).toMatchObject({ status: 'writing', parts: 1, verified: 0, finishedAt: null });
    const done = await finish();
    expect(done).toMatchObject({ id: first.id, status: 'done', error: null });
    expect(done.parts).toBeGreaterThan(2);
    expect(done.verified).toBe(done.parts);
    const text = await read(done);
    expect(text).toBe(await exportAll());
    expect(text).toContain('mika@blog.example');
    expect(text.trimEnd().split('\n').length).toBe(done.records + 2);
    expect((await list())[0]).toEqual(done);
  });

  it('what there is not is not found', async () => {
    const [{ id, parts } = { id: '', parts: 0 }] = await list();
    const paths = [`${id}/parts/0`, `${id}/parts/${parts + 1}`, `${id}/parts/01`, `${id}/parts/-1`, `${id}/parts/1.0`];
    paths.push('20200101T000000Z/parts/1', 'state.json/parts/1', `..%2f${id}/parts/1`, `${id}/parts/1e0`);
    for (const path of paths) {
      const answer = await ask('GET', `/admin/backups/${path}`);
      expect([path, (await problem(answer)).code]).toEqual([path, 'not_found']);
    }
  });

  it('threat 13: a token without comments:read, or of one site, learns nothing of them', async () => {
    const { site } = await createSite();
    const [{ id } = { id: '' }] = await list();
    for (const headers of [await bearer(['transfer']), await bearer(['transfer', 'comments:read'], site)])
      for (const [method, path] of [
        ['GET', '/admin/backups'],
        ['POST', '/admin/backups'],
        ['GET', `/admin/backups/${id}/parts/1`],
      ] as const)
        expect(await problem(ask(method, path, undefined, headers))).toEqual({ status: 403, code: 'scope_missing' });
    expect((await ask('GET', '/admin/backups', undefined, await bearer(['transfer', 'comments:read']))).status).toBe(
      200,
    );
  });

  it('threat 11: reading begins none', async () => {
    const before = (await bucket.list()).objects.length;
    await call('/admin/backups', { method: 'HEAD', headers: ADMIN });
    await list();
    expect((await bucket.list()).objects.length).toBe(before);
  });

  it('without a bucket it says what to do, and the instance still answers', async () => {
    const over = { BACKUPS: undefined } as never;
    const answer = await ask('POST', '/admin/backups', undefined, ADMIN, over);
    expect(answer.status).toBe(503);
    expect(((await answer.json()) as { detail: string }).detail).toMatch(/R2.*npm run deploy/);
    const instance = await ask('GET', '/admin/instance', undefined, ADMIN, over);
    expect(await instance.json()).toMatchObject({ backups: null });
    await expect(runCron(Date.now(), over)).resolves.toBeUndefined();
  });

  it('a bucket that fails is trouble that passes', async () => {
    const broken = new Proxy(bucket, {
      get: () => async () => {
        throw new Error('R2 is down');
      },
    });
    for (const method of ['GET', 'POST']) {
      const answer = await ask(method, '/admin/backups', undefined, ADMIN, { BACKUPS: broken });
      expect(answer.headers.get('Retry-After')).toBe('5');
      expect((await problem(answer)).code).toBe('storage_unavailable');
    }
  });

  it('what fails says why, also where the reason is no ASCII', async () => {
    const { id } = await step();
    const key = `backups/${id}/state.json`;
    const state = JSON.parse(await (await bucket.get(key))!.text());
    const failed = { ...state, status: 'failed', error: SECRET_NAME, finishedAt: state.startedAt };
    await bucket.put(key, JSON.stringify(failed));
    expect((await list()).find((one) => one.id === id)).toMatchObject({ status: 'failed', error: SECRET_NAME });
  });
});

describe('the cron', () => {
  const START = Math.floor(Date.now() / DAY_MS) * DAY_MS + 5 * DAY_MS;
  const isOf = (day: number) => (id: string) =>
    id.startsWith(new Date(day).toISOString().slice(0, 10).replaceAll('-', ''));
  const of = async (day: number) => (await list()).filter(({ id }) => isOf(day)(id));

  it('makes one a day, within the queries of a run, and remembers when it ran', async () => {
    for (let run = 0; run < 12; run++) await runCron(START + run * 600_000);
    expect(await of(START)).toEqual([expect.objectContaining({ status: 'done', error: null })]);
    const ranAt = await bindings.DB.prepare(`SELECT ran_at FROM jobs WHERE name = 'backup'`).first('ran_at');
    expect(ranAt).toBe(START + 11 * 600_000);
    await runCron(START + DAY_MS);
    await runCron(START + DAY_MS + 600_000);
    expect((await of(START + DAY_MS)).map(({ status }) => status)).toEqual(['done']);
  });

  it('stays within 50 queries and 1,000 other requests a run', async () => {
    let [queries, requests] = [0, 0];
    const count =
      <T extends object>(add: (args: unknown[]) => void, names: string[]) =>
      (target: T): T =>
        new Proxy(target, {
          get: (from, name: string) => {
            const method = Reflect.get(from, name) as (...args: unknown[]) => unknown;
            return (...args: unknown[]) => {
              if (names.length === 0 || names.includes(name)) add(args);
              const answer = method.apply(from, args);
              return name === 'withSession' ? counted(answer as D1DatabaseSession) : answer;
            };
          },
        });
    const counted: (session: D1DatabaseSession) => D1DatabaseSession = count(
      (args) => {
        queries += (args[0] as unknown[]).length;
      },
      ['batch'],
    );
    const DB = count<D1Database>(() => undefined, ['withSession'])(bindings.DB as never);
    const BACKUPS = count<typeof bucket>(() => requests++, [])(bucket);
    await runCron(START + 2 * DAY_MS, { DB, BACKUPS });
    expect(queries).toBeGreaterThan(1);
    expect(queries).toBeLessThanOrEqual(50);
    expect(requests).toBeGreaterThan(5);
    expect(requests).toBeLessThanOrEqual(150);
  });

  it('goes on after a run in which the database failed', async () => {
    const DB = new Proxy(bindings.DB, {
      get: () => () => {
        throw new Error('D1 is down');
      },
    });
    await expect(runCron(START + 3 * DAY_MS, { DB })).rejects.toThrow();
    await runCron(START + 3 * DAY_MS + 600_000);
    expect((await of(START + 3 * DAY_MS)).map(({ status }) => status)).toEqual(['done']);
  });
});
