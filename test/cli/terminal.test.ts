/** What only a terminal shows: colours, cut lines, questions, and a token that is typed without being seen. */
import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { ROOT } from '../../cli/root.ts';
import { afterword, api, createSite, folder } from './stage.ts';

const ESC = '\u001b';
const { url, adminToken } = inject('instance');
/** The pseudo-terminal is made by `script` of util-linux; other systems have another one. */
const hasScript = (() => {
  try {
    return execFileSync('script', ['--version'], { encoding: 'utf8' }).includes('util-linux');
  } catch {
    return false;
  }
})();

interface Typed {
  /** Typed once this is on the screen. */
  after: string;
  keys: string;
}

/** Runs it in a terminal of so many columns. @returns everything that was on the screen */
async function onTerminal(
  args: string,
  { columns = 80, typed, env = {} }: { columns?: number; typed?: Typed; env?: Record<string, string> } = {},
) {
  const command = `stty cols ${columns}; exec ${process.execPath} ${join(ROOT, 'cli/afterword.cjs')} ${args}`;
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      TERM: 'xterm',
      AFTERWORD_SERVER: url,
      AFTERWORD_TOKEN: adminToken,
      ...env,
    },
  });
  let screen = '';
  let isTyped = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    if (!typed || isTyped || !screen.includes(typed.after)) return;
    isTyped = true;
    child.stdin.write(typed.keys);
  });
  const code = await new Promise<number | null>((done) => child.once('close', done));
  return { code, screen: screen.replaceAll('\r\n', '\n') };
}

describe.skipIf(!hasScript)('on a terminal', () => {
  it('tables end where it ends, and are coloured unless NO_COLOR says otherwise', async () => {
    const site = await createSite([`https://${'long.'.repeat(12)}example`]);
    const { code, screen } = await onTerminal('sites list', { columns: 100 });
    expect(code).toBe(0);
    expect(screen).toContain(`${ESC}[2mSITE`);
    const row = screen.split('\n').find((line) => line.startsWith(site))!;
    expect(row).toMatch(/…/);
    expect(row.length).toBeLessThanOrEqual(100);
    const plain = await onTerminal('sites list', { env: { NO_COLOR: '1' } });
    expect(plain.screen).not.toContain(ESC);
    expect((await afterword(['sites', 'list'])).stdout).toContain(`${'long.'.repeat(12)}example`);
  });

  it.each([
    ['y\r', 0, 'revoked'],
    ['n\r', 3, 'Nothing was revoked'],
    ['\r', 3, 'Nothing was revoked'],
    ['\u0004', 3, 'Nothing was revoked'],
    ['\u0003', 130, ''],
  ])('a question answered with %j', async (keys, code, said) => {
    const { id } = await api<{ id: string }>('POST', '/admin/tokens', { name: 'asked about', scopes: ['stats:read'] });
    const ran = await onTerminal(`tokens revoke ${id}`, { typed: { after: '[y/N]', keys } });
    expect(ran.code).toBe(code);
    expect(ran.screen.toLowerCase()).toContain(said.toLowerCase());
    const { tokens } = await api<{ tokens: { id: string; revokedAt: string | null }[] }>('GET', '/admin/tokens');
    expect(tokens.find((token) => token.id === id)!.revokedAt !== null).toBe(code === 0);
  });

  it('a token is typed without being seen', async () => {
    const env = { AFTERWORD_TOKEN: '', HOME: join(folder, 'typing') };
    const ran = await onTerminal('login', { env, typed: { after: 'API token for', keys: `${adminToken}\r` } });
    expect(ran).toMatchObject({ code: 0, screen: expect.stringContaining('Logged in') });
    expect(ran.screen).not.toContain(adminToken.slice(0, 8));
    const left = await onTerminal('login', { env, typed: { after: 'API token for', keys: '\u0003' } });
    expect(left.code).toBe(130);
  });
});
