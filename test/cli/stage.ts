/** What tests of the command line share: running it, asking the API, and a folder and a site of a test's own. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, inject } from 'vitest';
import { ROOT } from '../../cli/root.ts';

export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  env?: Record<string, string>;
  cwd?: string;
  input?: string;
  /** Kills it (SIGKILL) when it is aborted. */
  signal?: AbortSignal;
}

/** Runs `afterword …` as a person without a terminal would, against the shared server unless `env` says otherwise. */
export function afterword(args: string[], { env = {}, cwd = ROOT, input = '', signal }: RunOptions = {}): Promise<Ran> {
  const { url, adminToken } = inject('instance');
  const child = spawn(process.execPath, [join(ROOT, 'cli/afterword.cjs'), ...args], {
    cwd,
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      TMPDIR: tmpdir(),
      AFTERWORD_SERVER: url,
      AFTERWORD_TOKEN: adminToken,
      ...env,
    },
    stdio: 'pipe',
    killSignal: 'SIGKILL',
    ...(signal && { signal }),
  });
  const ran: Ran = { code: null, stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    ran.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    ran.stderr += text;
  });
  child.stdin.on('error', () => undefined).end(input);
  return new Promise((done, fail) => {
    child.once('error', (error) => (error.name === 'AbortError' ? undefined : fail(error)));
    child.once('close', (code) => done({ ...ran, code }));
  });
}

/** A folder of this test file's own; HOME of what it runs. */
export const folder = mkdtempSync(join(tmpdir(), 'afterword-cli-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Asks the shared server's API as its owner. @param path below /api/v1 */
export async function api<T>(method: string, path: string, body?: unknown): Promise<T> {
  const { url, adminToken } = inject('instance');
  const answer = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

let sites = 0;
/** A new site. @returns its id; its pages are below https://{id}.example */
export async function createSite(origins?: string[]): Promise<string> {
  const id = `s${process.pid}-${Date.now().toString(36)}-${++sites}`;
  await api('POST', '/admin/sites', {
    id,
    name: id,
    origins: origins ?? [`https://${id}.example`],
    settings: { attackAfter: 0, challenge: 'never', classifier: false },
  });
  return id;
}
