/** `afterword backup` and restoring from one, on a real instance with a bucket: also when its database is lost, or a disk lies. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Server, startServer } from '../../cli/server.ts';
import type { Backup, Backups } from '../../worker/contract-transfer.ts';
import { afterword, folder, type RunOptions } from './stage.ts';

const COMMENTS = 300;
let persistDir: string;
let server: Server;
beforeAll(async () => {
  persistDir = await mkdtemp(join(tmpdir(), 'afterword-backup-'));
  await start();
  const post = async (n: number) => {
    const answer = await fetch(`${server.url}/api/v1/comments`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${server.secrets.ADMIN_TOKEN}`,
        'Content-Type': 'application/json',
        'Idempotency-Key': `backup-test-${String(n).padStart(8, '0')}`,
      },
      body: JSON.stringify({
        url: `${server.url}/demo/${n % 7}`,
        body: `${n} ${createHash('sha512').update(String(n)).digest('hex').repeat(8)}`,
        author: { name: 'Mika', email: `mika${n}@blog.example` },
      }),
    });
    expect(answer.status).toBe(201);
  };
  for (let n = 0; n < COMMENTS; n += 10) await Promise.all(Array.from({ length: 10 }, (_, i) => post(n + i)));
});
afterAll(async () => {
  await server.kill();
  await rm(persistDir, { recursive: true, force: true });
});
async function start(): Promise<void> {
  server = await startServer({ persistDir, assets: 'test/cli/assets', limits: { post: 100_000, read: 100_000 } });
}

const run = (args: string[], options: RunOptions = {}) =>
  afterword(args, {
    ...options,
    env: { AFTERWORD_SERVER: server.url, AFTERWORD_TOKEN: server.secrets.ADMIN_TOKEN },
  });
/** Faster than a process, where the command is not what is tested. */
async function list(): Promise<Backup[]> {
  const headers = { Authorization: `Bearer ${server.secrets.ADMIN_TOKEN}` };
  return ((await (await fetch(`${server.url}/api/v1/admin/backups`, { headers })).json()) as Backups).backups;
}
const create = async () => JSON.parse((await run(['backup', 'create', '--json'])).stdout) as Backup;
const exported = async () => (await run(['export'])).stdout;

describe('afterword backup', () => {
  it('makes one, lists it, checks it, and fetches what the export is', async () => {
    expect((await run(['backup', 'list'])).stdout).toMatch(/^There are none yet/);
    const made = await run(['backup', 'create']);
    expect(made.stdout).toMatch(/^Backup \d{8}T\d{6}Z: \d+ records in [3-9] parts, .* Every part was read back\.\n$/);
    expect(made.code).toBe(0);
    const [backup] = await list();
    expect(backup).toMatchObject({ status: 'done', error: null });
    const { id } = backup!;
    expect((await run(['backup', 'list'])).stdout).toMatch(new RegExp(`${id} .* whole`));
    expect(JSON.parse((await run(['backup', 'list', '--json'])).stdout)).toEqual({ backups: await list() });
    expect(await run(['backup', 'verify', id])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('It is whole.'),
    });
    const file = join(folder, 'backup.ndjson.gz');
    const got = await run(['backup', 'download', id, '--out', file]);
    expect(got).toMatchObject({ code: 0, stdout: expect.stringContaining(file) });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(gunzipSync(readFileSync(file)).toString()).toBe(await exported());
    expect(await run(['backup', 'download', id, '--out', file])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--force'),
    });
  });

  it('goes on with what a killed one had begun', async () => {
    const before = (await list()).length;
    const killer = new AbortController();
    const killed = run(['backup', 'create'], { signal: killer.signal });
    while ((await list()).length === before);
    killer.abort();
    await killed;
    const [open] = await list();
    const made = await create();
    expect(made).toMatchObject({ id: open!.id, status: 'done', parts: made.verified });
    // Of a day the newest is kept.
    expect((await list()).map((one) => one.id)).toEqual([made.id]);
  });

  it('says what is wrong with an id', async () => {
    for (const [command, id] of [
      ['verify', '20200101T000000Z'],
      ['download', '../state'],
    ] as const)
      expect(await run(['backup', command, id])).toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringContaining(`There is no backup ${id}`),
      });
  });

  it('finds a byte that the disk has changed since, and restores nothing of it', async () => {
    const { id } = await create();
    const blobs = join(persistDir, 'v3/r2/afterword-backups/blobs');
    const parts = readdirSync(blobs).filter((name) => readFileSync(join(blobs, name)).subarray(0, 2).equals(GZIP));
    const saved = parts.map((name) => [join(blobs, name), readFileSync(join(blobs, name))] as const);
    for (const [path, bytes] of saved) {
      const broken = Buffer.from(bytes);
      broken[Math.floor(broken.length / 2)]! ^= 1;
      writeFileSync(path, broken);
    }
    try {
      for (const args of [
        ['backup', 'verify', id],
        ['restore', id],
        ['backup', 'download', id, '--out', '-'],
      ])
        expect(await run(args)).toMatchObject({
          code: 1,
          stdout: '',
          stderr: expect.stringMatching(/Part 1 of the backup .* is not what was written/),
        });
    } finally {
      for (const [path, bytes] of saved) writeFileSync(path, bytes);
    }
    expect((await run(['backup', 'verify', id])).code).toBe(0);
  });

  it('brings everything back when the database is lost', async () => {
    const { id } = await create();
    const before = await exported();
    expect(before.split('\n').filter((line) => line.includes('"type":"comment"'))).toHaveLength(COMMENTS);
    await server.stop();
    rmSync(join(persistDir, 'v3/d1'), { recursive: true });
    await start();
    expect((await exported()).includes('"type":"comment"')).toBe(false);
    expect((await list())[0]).toMatchObject({ id, status: 'done' });
    const restored = await run(['restore', id, '--json']);
    expect(restored.stderr).not.toContain('Left out');
    expect(restored.code).toBe(0);
    expect(JSON.parse(restored.stdout)).toMatchObject({ comments: COMMENTS, leftOut: 0 });
    // The server's own site has another port now.
    const comments = (text: string) => text.split('\n').filter((line) => !line.startsWith('{"type":"site"'));
    expect(comments(await exported())).toEqual(comments(before));
  }, 120_000);
});
const GZIP = Buffer.from([0x1f, 0x8b]);
