/**
 * The file that `afterword login` keeps servers and their tokens in: ~/.config/afterword/config.json. It is the owner's alone, and
 * refused when others may read it. A token is stored under its server, and never sent to another one.
 */
import { chmodSync, closeSync, fstatSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { Failure } from '../failure.ts';

const Config = v.object({
  /** The server that commands speak to unless told otherwise. */
  server: v.nullable(v.string()),
  /** By server. */
  tokens: v.record(v.string(), v.string()),
});
export type Config = v.InferOutput<typeof Config>;

/** @param env of the process */
export function configPath(env: NodeJS.ProcessEnv): string {
  // By the XDG specification a relative path counts as none.
  const base = env.XDG_CONFIG_HOME?.startsWith('/') ? env.XDG_CONFIG_HOME : join(env.HOME || homedir(), '.config');
  return join(base, 'afterword', 'config.json');
}

/** @returns an empty one where there is no file @throws Failure when others may read it, or it is broken */
export function readConfig(path: string): Config {
  const text = readPrivate(path);
  if (text === undefined) return { server: null, tokens: {} };
  try {
    return v.parse(Config, JSON.parse(text));
  } catch {
    throw new Failure(`${path} is broken. Delete it and log in again: afterword login`, 'usage');
  }
}

/** Replaces the file as a whole; nobody else could read it at any time. */
export function writeConfig(path: string, config: Config): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const part = `${path}.${process.pid}`;
  writeFileSync(part, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600, flag: 'w' });
  chmodSync(part, 0o600);
  renameSync(part, path);
}

/** Looks at the mode of what is then read, not of what a path named before. Windows has no such modes. */
function readPrivate(path: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Failure(`${path} cannot be read: ${(error as Error).message}`, 'usage');
  }
  try {
    const { mode } = fstatSync(file);
    if (process.platform !== 'win32' && (mode & 0o077) !== 0)
      throw new Failure(`Others on this machine may read your tokens in ${path}. Type: chmod 600 ${path}`, 'usage');
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}
