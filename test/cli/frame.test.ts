/** The command line's frame: where server and token come from, errors, exit codes, how it ends. */
import { execFile, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { describe, expect, inject, it } from 'vitest';
import { ROOT } from '../../cli/root.ts';
import { afterword, api, createSite, folder } from './stage.ts';

/** Nothing known: no environment, a home of its own. */
function stranger(): { HOME: string; AFTERWORD_SERVER: string; AFTERWORD_TOKEN: string; XDG_CONFIG_HOME: string } {
  return { HOME: mkdtempSync(join(folder, 'home-')), AFTERWORD_SERVER: '', AFTERWORD_TOKEN: '', XDG_CONFIG_HOME: '' };
}
const configOf = (home: string) => join(home, '.config/afterword/config.json');
const { url, adminToken } = inject('instance');

/** A web server of the test's own. */
async function listen(answer: RequestListener): Promise<{ url: string; close(): void }> {
  const server = createServer(answer);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

/** Begun, and left to the test. */
const start = (args: string[], server: string) =>
  spawn(process.execPath, ['cli/afterword.cjs', ...args], {
    cwd: ROOT,
    env: { HOME: folder, AFTERWORD_SERVER: server, AFTERWORD_TOKEN: adminToken },
  });

async function ended(child: ReturnType<typeof start>): Promise<{ code: unknown; stderr: string }> {
  const closed = new Promise((done) => child.once('close', done));
  const stderr = await text(child.stderr);
  return { code: await closed, stderr };
}

describe('logging in', () => {
  it('stores server and token for the owner alone, and later commands use them', async () => {
    const env = stranger();
    const login = await afterword(['login', '--server', url], { env, input: `${adminToken}\n` });
    expect(login).toMatchObject({ code: 0 });
    expect(login.stdout).toContain('Logged in');
    expect(login.stdout + login.stderr).not.toContain(adminToken);
    expect(statSync(configOf(env.HOME)).mode & 0o777).toBe(0o600);
    expect(statSync(join(env.HOME, '.config/afterword')).mode & 0o777).toBe(0o700);
    const who = await afterword(['whoami', '--json'], { env });
    expect(JSON.parse(who.stdout)).toMatchObject({ kind: 'root', server: { value: url, from: configOf(env.HOME) } });
  });

  it('stores nothing that the server does not know', async () => {
    const env = stranger();
    const login = await afterword(['login', '--server', url], { env, input: 'wrong-token' });
    expect(login).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('(unauthorized)') });
    expect(existsSync(configOf(env.HOME))).toBe(false);
  });

  it('ends with logging out', async () => {
    const env = stranger();
    await afterword(['login', '--server', url], { env, input: adminToken });
    expect(await afterword(['logout'], { env })).toMatchObject({ code: 0 });
    expect(readFileSync(configOf(env.HOME), 'utf8')).not.toContain(adminToken);
    expect(await afterword(['logout', '--server', url], { env })).toMatchObject({ code: 2 });
  });

  it('a file that others may read is refused with the command that mends it', async () => {
    const env = stranger();
    await afterword(['login', '--server', url], { env, input: adminToken });
    chmodSync(configOf(env.HOME), 0o640);
    const ran = await afterword(['sites', 'list'], { env });
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toContain(`chmod 600 ${configOf(env.HOME)}`);
  });

  it('threat 9: a stored token is sent to no other server than its own', async () => {
    const env = stranger();
    await afterword(['login', '--server', url], { env, input: adminToken });
    const heard: string[] = [];
    const other = await listen((request, answer) => {
      heard.push(request.headers.authorization ?? '');
      answer.end('{}');
    });
    await afterword(['sites', 'list'], { env: { ...env, AFTERWORD_SERVER: other.url } });
    await afterword(['sites', 'list', '--server', other.url], { env });
    other.close();
    expect(heard.filter((header) => header.includes(adminToken))).toEqual([]);
  });
});

describe('what is wrong is said in a line or two', () => {
  it.each([
    [['sitse'], 2, /unknown command 'sitse'[\s\S]*Did you mean sites/],
    [['sites', 'lits'], 2, /unknown command 'lits'[\s\S]*Did you mean list/],
    [['sites', 'list', '--jsno'], 2, /unknown option '--jsno'[\s\S]*Did you mean --json/],
    [['sites', 'show'], 2, /missing required argument 'site'/],
    [['sites', 'list', '--server', 'ftp://x.example'], 2, /is no address of a server/],
    [['sites', 'list', '--server', 'http://comments.example.com'], 2, /is http: .*--insecure/],
    [['sites', 'list', '--server', 'https://a:b@comments.example.com'], 2, /must not carry a password/],
    [
      ['sites', 'list', '--server', 'https://comments.example.com/console'],
      2,
      /write https:\/\/comments\.example\.com$/m,
    ],
    [['sites', 'list', '--server', 'http://localhost:4'], 1, /nothing listens there/],
    [['sites', 'list', '--token', 'a b'], 2, /has characters that no token has/],
    [['sites', 'list', '--token', 'nonsense'], 1, /\(unauthorized\)\nLog in with/],
    [['comments', 'list', '--status', 'liked'], 2, /Allowed choices are approved/],
    [['comments', 'list', '--from', 'soon'], 2, /--from must be a time/],
  ])('%j', async (args, code, message) => {
    const ran = await afterword(args);
    expect(ran).toMatchObject({ code, stdout: '' });
    expect(ran.stderr).toMatch(message);
    expect(ran.stderr).not.toMatch(/\n\s+at |node:internal/);
  });

  it('a token that may not do it, one that was revoked', async () => {
    const site = await createSite();
    const made = await api<{ id: string; token: string }>('POST', '/admin/tokens', {
      name: 'reader',
      scopes: ['stats:read'],
      site,
    });
    const env = { AFTERWORD_TOKEN: made.token };
    const missing = await afterword(['sites', 'list'], { env });
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('It must be for sites:write') });
    await api('DELETE', `/admin/tokens/${made.id}`);
    const revoked = await afterword(['sites', 'list'], { env });
    expect(revoked).toMatchObject({ code: 1, stderr: expect.stringMatching(/was revoked.*\(token_revoked\)/) });
  });

  it('what answers without being an Afterword is told from one, and no token follows a redirect', async () => {
    const heard: string[] = [];
    const web = await listen((request, answer) => {
      heard.push(request.url!);
      answer.writeHead(200, { 'Content-Type': 'text/html' }).end('<h1>Welcome</h1>');
    });
    const mover = await listen((_request, answer) => answer.writeHead(302, { Location: `${web.url}/moved` }).end());
    const page = await afterword(['whoami'], { env: { AFTERWORD_SERVER: web.url } });
    expect(page).toMatchObject({ code: 1, stderr: expect.stringContaining('does not answer like an Afterword') });
    const moved = await afterword(['whoami'], { env: { AFTERWORD_SERVER: mover.url } });
    expect(moved).toMatchObject({ code: 1, stderr: expect.stringContaining(`redirects to ${web.url}`) });
    expect(heard).toEqual(['/api/v1/admin/me']);
    web.close();
    mover.close();
  });
});

describe('how it ends', () => {
  it('explains every command with its examples and global options, and ends well', async () => {
    const help = await afterword(['tokens', 'create', '--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    for (const part of ['Examples:', 'Scopes:', 'Global Options:', '--json']) expect(help.stdout).toContain(part);
    expect((await afterword(['--version'])).stdout.trim()).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it('is silent when its reader has had enough', async () => {
    const child = start(['sites', 'list', '--json'], url);
    child.stdout.destroy();
    expect(await ended(child)).toEqual({ code: 0, stderr: '' });
  });

  it('leaves with 130 when it is interrupted', async () => {
    const asked = Promise.withResolvers<void>();
    const silent = await listen(() => asked.resolve());
    const child = start(['whoami'], silent.url);
    await asked.promise;
    child.kill('SIGINT');
    expect(await ended(child)).toEqual({ code: 130, stderr: '' });
    silent.close();
  });

  it('starts on an older Node and in a subfolder, as npx does', async () => {
    const { stdout } = await promisify(execFile)('npx', ['--no-install', 'afterword', 'whoami', '--json'], {
      cwd: join(ROOT, 'docs'),
      env: { ...process.env, AFTERWORD_SERVER: url, AFTERWORD_TOKEN: adminToken },
    });
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'root' });
  });
});

describe('a broken configuration', () => {
  it('is said to be broken, with its path', async () => {
    const env = stranger();
    mkdirSync(join(env.HOME, '.config/afterword'), { recursive: true });
    writeFileSync(configOf(env.HOME), '{"server"', { mode: 0o600 });
    const ran = await afterword(['sites', 'list'], { env });
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining(`${configOf(env.HOME)} is broken`) });
  });
});
