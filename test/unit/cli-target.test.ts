/** Which server and token a command uses, and what it refuses to use; times as people type them; errors as lines. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readTime } from '../../cli/command/time-option.ts';
import { describeTrouble } from '../../cli/output/trouble.ts';
import { ApiError } from '../../cli/remote/client.ts';
import { configPath, readConfig, writeConfig } from '../../cli/remote/config.ts';
import { findTarget, readServer } from '../../cli/remote/target.ts';

const folder = mkdtempSync(join(tmpdir(), 'afterword-target-'));
afterAll(() => rmSync(folder, { recursive: true }));
let homes = 0;
const newHome = () => ({ HOME: join(folder, `home${++homes}`) });
const ROOT_TOKEN = 'root-token-0123456789-0123456789-abc';
const nowhere = join(folder, 'no-checkout');
const A = 'https://a.example';
const B = 'https://b.example';

describe('server and token', () => {
  it('come from flags, then the environment, then what was stored, then this checkout', () => {
    const env = { ...newHome(), AFTERWORD_SERVER: A, AFTERWORD_TOKEN: 'from-env' };
    writeConfig(configPath(env), { server: B, tokens: { [A]: 'stored-a', [B]: 'stored-b' } });
    expect(findTarget({ server: B, token: 'flag' }, env, nowhere)).toEqual({
      server: { value: B, from: '--server' },
      token: { value: 'flag', from: '--token' },
    });
    expect(findTarget({}, env, nowhere)).toEqual({
      server: { value: A, from: 'AFTERWORD_SERVER' },
      token: { value: 'from-env', from: 'AFTERWORD_TOKEN' },
    });
    const from = configPath(env);
    const { HOME } = env;
    expect(findTarget({}, { HOME }, nowhere)).toEqual({
      server: { value: B, from },
      token: { value: 'stored-b', from },
    });
    expect(findTarget({ server: A }, { HOME }, nowhere).token).toEqual({ value: 'stored-a', from });
    expect(findTarget({}, newHome(), nowhere)).toEqual({});
  });

  it('threat 9: a stored token goes to its own server alone', () => {
    const env = newHome();
    writeConfig(configPath(env), { server: A, tokens: { [A]: 'stored-a' } });
    for (const server of [B, 'https://a.example:8443', 'https://A.example.evil.example', 'http://localhost:8787'])
      expect(findTarget({ server }, env, nowhere).token).toBeUndefined();
    expect(findTarget({ server: 'HTTPS://A.EXAMPLE/' }, env, nowhere).token?.value).toBe('stored-a');
  });

  it('of a checkout are used for this machine only', () => {
    const checkout = join(folder, 'checkout');
    mkdirSync(checkout);
    writeFileSync(join(checkout, '.dev.vars'), `ADMIN_TOKEN=${ROOT_TOKEN}\nAUTH_SECRET=${'abcdefgh'.repeat(5)}\n`);
    const { server, token } = findTarget({}, { ...newHome(), PORT: '9000' }, checkout);
    expect([server?.value, token?.value]).toEqual(['http://localhost:9000', ROOT_TOKEN]);
    expect(findTarget({ server: A }, newHome(), checkout).token).toBeUndefined();
  });

  it.each([
    ['comments.example.com', 'https://comments.example.com'],
    ['https://comments.example.com/', 'https://comments.example.com'],
    [' https://Comments.Example.com:443 ', 'https://comments.example.com'],
    ['localhost:8787', 'http://localhost:8787'],
    ['http://127.0.0.1:8787', 'http://127.0.0.1:8787'],
    ['[::1]:8787', 'http://[::1]:8787'],
    ['https://bücher.example', 'https://xn--bcher-kva.example'],
  ])('%j is %s', (value, origin) => {
    expect(readServer({ value, from: '--server' }, false)).toBe(origin);
  });

  it.each([
    'http://comments.example.com',
    'http://127.0.0.1.example.com',
    'http://localhost.example.com',
    'http://10.0.0.1',
    'http://0x7f.1.example',
    'ftp://comments.example.com',
    'javascript:alert(1)',
    'https://user:password@comments.example.com',
    'https://comments.example.com/api',
    'https://comments.example.com/?x',
    'https://',
    'not a server',
  ])('%j is refused', (value) => {
    expect(() => readServer({ value, from: '--server' }, false)).toThrow(/--server/);
  });

  it('--insecure allows http, nothing else', () => {
    expect(readServer({ value: 'http://10.0.0.1', from: '--server' }, true)).toBe('http://10.0.0.1');
    expect(() => readServer({ value: 'ftp://10.0.0.1', from: '--server' }, true)).toThrow('is no address');
  });

  it('the file is refused when others may read it, and never was readable to them', () => {
    const path = configPath(newHome());
    writeConfig(path, { server: A, tokens: {} });
    for (const mode of [0o604, 0o640, 0o666, 0o620]) {
      chmodSync(path, mode);
      expect(() => readConfig(path)).toThrow(`chmod 600 ${path}`);
    }
    writeConfig(path, { server: B, tokens: {} });
    expect(readConfig(path)).toEqual({ server: B, tokens: {} });
  });

  it('XDG_CONFIG_HOME counts when it is absolute', () => {
    expect(configPath({ HOME: '/home/kim', XDG_CONFIG_HOME: '/config' })).toBe('/config/afterword/config.json');
    expect(configPath({ HOME: '/home/kim', XDG_CONFIG_HOME: 'config' })).toBe(
      '/home/kim/.config/afterword/config.json',
    );
  });
});

describe('times', () => {
  const now = Date.parse('2026-03-10T12:00:00Z');
  it.each([
    ['2026-01-31', '2026-01-31T00:00:00.000Z'],
    ['2026-01-31T08:30', '2026-01-31T08:30:00.000Z'],
    ['2026-01-31 08:30:15+02:00', '2026-01-31T06:30:15.000Z'],
    ['7d', '2026-03-03T12:00:00.000Z'],
    ['12h', '2026-03-10T00:00:00.000Z'],
    ['2w', '2026-02-24T12:00:00.000Z'],
  ])('%s', (text, iso) => {
    expect(readTime(text, -1, '--from', now)).toBe(iso);
  });
  it.each(['', 'soon', '2026-02-30', '2026-13-01', '7', '-7d', '31.1.2026', '99999w', '2026-01-31T25:00'])(
    'not %j',
    (text) => {
      expect(() => readTime(text, -1, '--from', now)).toThrow('--from must be a time');
    },
  );
});

describe('errors', () => {
  it('say what, the code, the field, and what to do', () => {
    expect(describeTrouble(new ApiError(403, 'scope_missing', 'It must be for transfer.', undefined))).toMatch(
      /^This needs an API token that may do it\. It must be for transfer\. \(scope_missing\)\n.*afterword whoami/,
    );
    expect(describeTrouble(new ApiError(400, 'invalid_request', 'must not be blank', 'name'))).toBe(
      'must not be blank. (invalid_request, name)',
    );
    expect(describeTrouble(new ApiError(400, 'toString', 'Odd.', undefined))).toBe('Odd. (toString)');
    expect(describeTrouble('just text')).toBe('just text');
  });
});
