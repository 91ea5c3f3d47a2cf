/** When a deploy has a bucket for backups, and when it goes without one. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { dropBucket, judgeCreation, readBucketName } from '../../cli/bucket';

const config = readFileSync(join(import.meta.dirname, '../../wrangler.toml'), 'utf8');
const failed = (stderr: string) => ({ code: 1, stdout: '', stderr });

it('the configuration without a bucket differs in the bucket and in where the worker is', () => {
  expect(readBucketName(config)).toBe('afterword-backups');
  const without = dropBucket(config, '/checkout');
  expect(readBucketName(without)).toBe(null);
  expect(without).not.toContain('r2_buckets');
  const gone = config.split('\n').filter((line) => !without.split('\n').includes(line));
  expect(gone).toEqual([
    'main = "worker/index.ts"',
    '[[r2_buckets]]',
    'binding = "BACKUPS"',
    'bucket_name = "afterword-backups"',
  ]);
  expect(without).toContain('main = "/checkout/worker/index.ts"');
});

it('a bucket that was made, or was there, is used', () => {
  expect(judgeCreation({ code: 0, stdout: 'Created bucket', stderr: '' })).toBe(null);
  expect(judgeCreation(failed('The bucket you tried to create already exists, and you own it. [code: 10004]'))).toBe(
    null,
  );
});

it('without R2 the deploy says how to get it', () => {
  expect(judgeCreation(failed('Please enable R2 through the Cloudflare Dashboard. [code: 10042]'))).toMatch(
    /enable it/,
  );
  expect(judgeCreation(failed('Authentication error [code: 10000]'))).toMatch(/Workers R2 Storage: Edit/);
});

it('any other trouble ends the deploy: an instance loses no backups by it', () => {
  for (const text of ['fetch failed', 'Internal error [code: 10001234]', 'The bucket name is taken [code: 10073]'])
    expect(() => judgeCreation(failed(text))).toThrow(text);
});
