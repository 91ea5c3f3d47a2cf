/** Runs wrangler, the tool that owns local and deployed workers: quiet, without telemetry, without update checks. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ROOT } from './root.ts';

const WRANGLER = join(dirname(createRequire(import.meta.url).resolve('wrangler/package.json')), 'bin/wrangler.js');

const QUIET = {
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_SEND_ERROR_REPORTS: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  WRANGLER_WRITE_LOGS: 'false',
  WRANGLER_NO_SKILLS_UPDATE_PROMPTS: 'true',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
};

/** Ends a process group when the IPC channel to its parent breaks: whoever is killed takes the server along. */
const END_WITH_PARENT = 'data:text/javascript,process.on("disconnect",()=>process.kill(0,"SIGKILL"))';

/** @param options with an `ipc` channel in stdio (and `detached`), wrangler and all its children end with this process */
export function spawnWrangler(args: string[], options: SpawnOptions = {}): ChildProcess {
  const watch = Array.isArray(options.stdio) && options.stdio.includes('ipc') ? ['--import', END_WITH_PARENT] : [];
  return spawn(process.execPath, [...watch, WRANGLER, ...args], {
    cwd: ROOT,
    ...options,
    env: { ...process.env, ...QUIET, ...options.env },
  });
}

export interface WranglerResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs one command to its end. @param input what it reads from standard input */
export async function runWrangler(args: string[], input = ''): Promise<WranglerResult> {
  const child = spawnWrangler(args, { stdio: 'pipe', env: { NO_COLOR: '1' } });
  const result = { code: 1, stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    result.stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    result.stderr += text;
  });
  child.stdin?.end(input);
  result.code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
  return result;
}

/** As runWrangler, for commands that must succeed. @throws Error with what wrangler said */
export async function needWrangler(args: string[], input?: string): Promise<WranglerResult> {
  const result = await runWrangler(args, input);
  if (result.code === 0) return result;
  throw new Error(`wrangler ${args.slice(0, 2).join(' ')} failed:\n${(result.stderr || result.stdout).trim()}`);
}
