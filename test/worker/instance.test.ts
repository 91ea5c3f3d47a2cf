/** What an instance says of itself. */
import type { ScheduledController } from '@cloudflare/workers-types';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { readTables } from '../../cli/schema-columns';
import { Instance } from '../../worker/contract-transfer';
import type { Bindings } from '../../worker/env';
import worker from '../../worker/index';
import { judgeSecrets } from '../../worker/transfer/instance/secret-strength';
import { ask, bearer, createToken } from './admin';
import { ADMIN, bindings, problem } from './api';

const schema = (bindings.TEST_SCHEMA as string[]).join('\n');
async function read(over: Partial<Bindings> = {}): Promise<Instance> {
  const answer = await ask('GET', '/admin/instance', undefined, ADMIN, over);
  expect(answer.status).toBe(200);
  return v.parse(Instance, await answer.json());
}

it('tells the tables, columns and indexes of schema.sql, and none that SQLite made', async () => {
  const { schema: found, indexes } = await read();
  const tables = Object.fromEntries(found.map(({ table, columns }) => [table, columns]));
  const { search, ...others } = tables;
  expect(search).toEqual(expect.arrayContaining(['body', 'author']));
  expect(others).toEqual(
    Object.fromEntries([...readTables(schema)].map(([name, columns]) => [name, [...columns.keys()]])),
  );
  const named = [...schema.matchAll(/CREATE (?:UNIQUE )?INDEX IF NOT EXISTS (\w+)/g)].map(([, name]) => name);
  expect([...indexes].sort()).toEqual(named.sort());
});

it('tells a column that is missing', async () => {
  await bindings.DB.prepare('ALTER TABLE jobs ADD COLUMN extra TEXT').run();
  expect((await read()).schema.find(({ table }) => table === 'jobs')?.columns).toEqual(['name', 'ran_at', 'extra']);
  await bindings.DB.prepare('ALTER TABLE jobs DROP COLUMN extra').run();
});

it('tells when each job ran last', async () => {
  const names = ['forget', 'purge', 'stats', 'search', 'backup', 'notices'];
  expect((await read()).crons).toEqual(names.map((name) => ({ name, ranAt: null })));
  const at = Date.parse('2026-05-01T12:00:00Z');
  const run = (cron: string, later = 0) =>
    worker.scheduled({ scheduledTime: at + later, cron } as ScheduledController, bindings);
  await run('17 * * * *');
  await run('47 * * * *', 1000);
  await run('*/10 * * * *', 2000);
  await run('* * * * *', 3000);
  await run('* * * * *', 60_000);
  const [first, second, third, fourth] = [0, 1000, 2000, 3000].map((ms) => new Date(at + ms).toISOString());
  expect((await read()).crons.map(({ ranAt }) => ranAt)).toEqual([first, second, second, second, third, fourth]);
});

it('says what keeps mail from going out, without its secret', async () => {
  const good = {
    MAIL_URL: 'resend://S3CRET',
    MAIL_FROM: 'Blog <me@blog.example>',
    PUBLIC_URL: 'https://c.blog.example',
  };
  expect((await read()).mail).toBeNull();
  expect((await read(good)).mail).toBeNull();
  expect((await read({ ...good, MAIL_URL: 'resend//S3CRET' })).mail).toMatch(/^MAIL_URL must begin with(?!.*S3CRET)/);
  expect((await read({ ...good, MAIL_FROM: 'me' })).mail).toMatch(/^MAIL_FROM must be an address/);
  expect((await read({ ...good, PUBLIC_URL: '' })).mail).toMatch(/^PUBLIC_URL must say/);
});

it('knows which secrets are set and which are weak, and never says what they are', async () => {
  const over = {
    AUTH_SECRET_PREVIOUS: bindings.AUTH_SECRET,
    AKISMET_KEY: 'abc123def456',
    TURNSTILE_SECRET: 'sh0rt7',
    PHASE_SECRET: 'not-long-enough-for-ours',
    GITHUB_CLIENT_ID: 'a-client-id-is-no-secret',
    GITHUB_CLIENT_SECRET: '0123456789abcdef0123456789abcdef ',
    PROVIDER_ORIGINS: '{}',
    X_CLIENT_SECRET: '',
  } as Partial<Bindings>;
  const answer = await ask('GET', '/admin/instance', undefined, ADMIN, over);
  const text = await answer.text();
  const { secrets } = JSON.parse(text) as Instance;
  expect(Object.fromEntries(secrets.map(({ name, weakness }) => [name, weakness]))).toEqual({
    ADMIN_TOKEN: null,
    AKISMET_KEY: null,
    AUTH_SECRET: 'It is the same as AUTH_SECRET_PREVIOUS.',
    AUTH_SECRET_PREVIOUS: 'It is the same as AUTH_SECRET.',
    GITHUB_CLIENT_SECRET: 'It begins or ends with a space or a line break.',
    PHASE_SECRET: 'It is shorter than 32 characters.',
    TURNSTILE_SECRET: 'It is shorter than 8 characters.',
  });
  for (const value of [bindings.ADMIN_TOKEN, bindings.AUTH_SECRET, ...Object.values(over)])
    if (typeof value === 'string' && value.length > 4) expect(text).not.toContain(value.trim());
});

it('judges by length and variety', () => {
  const weaknessOf = (name: string, value: string) => judgeSecrets({ [name]: value })[0]?.weakness;
  expect(weaknessOf('PHASE_SECRET', 'ab'.repeat(20))).toBe('It has fewer than 8 different characters.');
  expect(weaknessOf('AKISMET_KEY', 'aaaaaaaaaaaa')).toBe('It has fewer than 4 different characters.');
  expect(weaknessOf('APPLE_PRIVATE_KEY', '-----BEGIN PRIVATE KEY-----\nMIGT')).toBe(null);
  expect(judgeSecrets({ DB: {}, KEYBOARD: 'qwertz', GOOGLE_CLIENT_ID: 'x' })).toEqual([]);
});

it('counts tokens that never expire, of those that still count', async () => {
  const before = (await read()).tokens;
  await createToken();
  await createToken({ expiresAt: new Date(Date.now() + 86_400_000).toISOString() });
  const { id } = await createToken();
  await ask('DELETE', `/admin/tokens/${id}`);
  expect((await read()).tokens).toBe(before + 1);
});

it('lists the backups there are', async () => {
  const backup = await (await ask('POST', '/admin/backups')).json();
  expect((await read()).backups?.[0]).toEqual(backup);
});

it('is for tokens of all sites', async () => {
  await bindings.DB.prepare(`INSERT OR IGNORE INTO sites (id, name, created_at) VALUES ('one', 'One', 0)`).run();
  const asked = async (site: string | null) =>
    ask('GET', '/admin/instance', undefined, await bearer(['sites:write'], site));
  expect(await problem(asked('one'))).toEqual({ status: 403, code: 'scope_missing' });
  expect((await asked(null)).status).toBe(200);
});
