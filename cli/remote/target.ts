/**
 * Which server a command speaks to and with which token: flags, then the environment, then what `afterword login` stored, then
 * the local server of this checkout. Each is told with where it came from.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../failure.ts';
import { ROOT } from '../root.ts';
import { parseSecrets } from '../secrets.ts';
import { configPath, readConfig } from './config.ts';

/** A value, and who said so: `--server`, `AFTERWORD_TOKEN`, a file. */
export interface Sourced {
  value: string;
  from: string;
}

export interface Target {
  /** An origin. */
  server?: Sourced;
  token?: Sourced;
}

export interface TargetFlags {
  server?: string;
  token?: string;
  /** Speak http to a server that is not on this machine. */
  insecure?: boolean;
}

const SECRETS = '.dev.vars';

/** @throws Failure `usage` for an address that will not do, and a file that others may read */
export function findTarget(flags: TargetFlags, env: NodeJS.ProcessEnv = process.env, checkout = ROOT): Target {
  const path = configPath(env);
  const given = sourced(flags.server, '--server') ?? sourced(env.AFTERWORD_SERVER, 'AFTERWORD_SERVER');
  const givenToken = sourced(flags.token, '--token') ?? sourced(env.AFTERWORD_TOKEN, 'AFTERWORD_TOKEN');
  // What was stored is not even looked at when nothing of it is wanted.
  const stored = given && givenToken ? { server: null, tokens: {} } : readConfig(path);
  const local = given || stored.server !== null ? undefined : localServer(env, checkout);
  const raw = given ?? sourced(stored.server ?? undefined, path) ?? sourced(local, `${SECRETS} of this checkout`);
  if (!raw) return givenToken ? { token: givenToken } : {};
  const server = { ...raw, value: readServer(raw, flags.insecure === true) };
  const token = givenToken ?? sourced(stored.tokens[server.value], path) ?? localToken(server.value, checkout);
  return { server, ...(token && { token: { ...token, value: readToken(token) } }) };
}

/** @returns the origin @throws Failure `usage` */
export function readServer({ value, from }: Sourced, isInsecure: boolean): string {
  const text = value.trim();
  const host = text.replace(/^[a-z][a-z0-9+.-]*:\/\//i, '');
  const url = `${host === text ? (isLocal(`http://${host}`) ? 'http' : 'https') : text.slice(0, text.length - host.length - 3)}://${host}`;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new Failure(
      `"${value}" (${from}) is no address of a server: write it like https://comments.example.com`,
      'usage',
    );
  const { origin, protocol, pathname, username, password, search } = new URL(url);
  if (username || password)
    throw new Failure(`The address of the server (${from}) must not carry a password.`, 'usage');
  if (pathname !== '/' || search)
    throw new Failure(`"${value}" (${from}) is more than the address of a server: write ${origin}`, 'usage');
  if (protocol === 'http:' && !isLocal(origin) && !isInsecure)
    throw new Failure(
      `${origin} (${from}) is http: whoever is on the way reads your token. Use https, or --insecure when that is all right.`,
      'usage',
    );
  return origin;
}

/** Whether it is on this machine. */
export function isLocal(origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  return /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(origin).hostname);
}

/** A token goes into a header: what does not belong there was pasted by mistake. */
function readToken({ value, from }: Sourced): string {
  const text = value.trim();
  if (/^[\w.~+/=-]+$/.test(text)) return text;
  throw new Failure(`The token (${from}) has characters that no token has.`, 'usage');
}

const sourced = (value: string | undefined, from: string): Sourced | undefined =>
  value === undefined || value.trim() === '' ? undefined : { value, from };

/** Where `npm start` in this checkout listens. */
const localServer = (env: NodeJS.ProcessEnv, checkout: string): string | undefined =>
  existsSync(join(checkout, SECRETS)) ? `http://localhost:${env.PORT || '8787'}` : undefined;

function localToken(server: string, checkout: string): Sourced | undefined {
  const file = join(checkout, SECRETS);
  if (!isLocal(server) || !existsSync(file)) return undefined;
  try {
    return {
      value: parseSecrets(readFileSync(file, 'utf8'), SECRETS).ADMIN_TOKEN,
      from: `${SECRETS} of this checkout`,
    };
  } catch (error) {
    throw new Failure((error as Error).message, 'usage');
  }
}
