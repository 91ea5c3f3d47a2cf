/** docs/webhooks.md says what is, and its code does what it says. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AdminComment } from '../../worker/contract-admin';
import { EVENTS, type EventType, GoneComment, WebhookShape } from '../../worker/contract-notify';
import { MAX_ATTEMPTS } from '../../worker/notify/outbox/outcome';
import { createSecret, OVERLAP_MS, signMessage } from '../../worker/notify/webhooks/sign';
import { dataOf } from '../../worker/openapi-events';

const text = readFileSync(join(import.meta.dirname, '../../docs/webhooks.md'), 'utf8');
const blocks = (language: string) =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map((m) => m[1]!);

describe('the guide to webhooks', () => {
  it('names every event and every shape', () => {
    const rows = [...text.split('## What is sent')[0]!.matchAll(/^\| `([\w.]+)` +\| (.*?) *\|$/gm)].map(
      ([, name, what]) => [name, what],
    );
    expect(rows).toEqual(Object.entries(EVENTS));
    const shapes = text.split('| `shape`')[1]!.matchAll(/^\| `(\w+)` /gm);
    expect([...shapes].map(([, name]) => name)).toEqual(WebhookShape.pipe[0].options);
  });

  it('shows what is sent, field by field', () => {
    const schemas = { AdminComment, GoneComment } as Record<string, v.ObjectSchema<v.ObjectEntries, undefined>>;
    const examples = blocks('json').map((json) => JSON.parse(json) as { type: EventType; data: object });
    expect(examples.map(({ type }) => type)).toEqual(['comment.created', 'comment.deleted']);
    for (const { type, data, ...rest } of examples) {
      expect(Object.keys(rest)).toEqual(['timestamp']);
      // A schema keeps the fields it knows, in its own order, and wants them all.
      expect(JSON.stringify(v.parse(schemas[dataOf(type)]!, data))).toBe(JSON.stringify(data));
    }
  });

  it('states how long and how often', () => {
    expect(text).toContain(`${MAX_ATTEMPTS} times in all`);
    expect(text).toContain(`For ${OVERLAP_MS / 3_600_000} hours both sign`);
  });
});

describe('its code for receivers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'afterword-webhooks-'));
  const [old, now] = [createSecret(), createSecret()];
  const body = '{"type":"test","words":"Ä 👋"}';
  let headers: Record<string, string> = {};
  let stale: Record<string, string> = {};
  beforeAll(async () => {
    headers = await signMessage([now, old], 'msg_1', Date.now(), body);
    stale = await signMessage([now], 'msg_1', Date.now() - 301_000, body);
    writeFileSync(join(folder, 'verify.mjs'), blocks('js')[0]!);
    writeFileSync(join(folder, 'verify.py'), blocks('python')[0]!);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const NODE = `import { verify } from './verify.mjs';
    for (const [secret, headers, body] of JSON.parse(process.argv[2]))
      try { console.log(verify(secret, headers, body).type); } catch (error) { console.log(error.message); }`;
  const PYTHON = `import json, sys
from verify import verify
for secret, headers, body, _ in json.loads(sys.argv[1]):
    try: print(verify(secret, headers, body.encode())["type"])
    except ValueError as error: print(error)`;
  const has = (command: string) => spawnSync(command, ['--version']).status === 0;
  it.each([['node', 'run.mjs', NODE], ...(has('python3') ? [['python3', 'run.py', PYTHON] as const] : [])] as const)(
    'in %s takes what is signed by either secret, and nothing else',
    (command, file, code) => {
      writeFileSync(join(folder, file), code);
      const cases: [secret: string, headers: object, body: string, said: string][] = [
        [now, headers, body, 'test'],
        [old, headers, body, 'test'],
        [createSecret(), headers, body, 'Not for me.'],
        [now, headers, `${body} `, 'Not for me.'],
        [now, { ...headers, 'webhook-id': 'msg_2' }, body, 'Not for me.'],
        [now, { ...headers, 'webhook-signature': '' }, body, 'Not for me.'],
        [now, stale, body, 'Too old.'],
      ];
      const said = execFileSync(command, [file, JSON.stringify(cases)], { cwd: folder, encoding: 'utf8' });
      expect(said.trim().split(/\r?\n/)).toEqual(cases.map(([, , , expected]) => expected));
    },
    30_000,
  );
});
