/**
 * A real local server: `wrangler dev` with its own folder of state, the schema applied and sites registered. `npm start`,
 * the browser tests and the benchmark start it; what it serves from dist/ must have been built before.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { isAbsolute, join, resolve } from 'node:path';
import { applySchema } from './database.ts';
import { ROOT } from './root.ts';
import { ensureSecrets, type Secrets } from './secrets.ts';
import { hostOfOrigin, type SiteInput, siteSql } from './site-sql.ts';
import { spawnWrangler } from './wrangler.ts';

const READY_WITHIN_MS = 60_000;
const POLL_MS = 40;
/** The debugger takes any free port: two servers that start at once would both want the usual one. */
const QUIET_AND_LOCAL =
  '--local --ip 127.0.0.1 --inspector-port 0 --log-level error --show-interactive-dev-session=false'.split(' ');

export interface ServerOptions {
  /** Folder of the database; another start with the same one finds everything again. */
  persistDir: string;
  /** Any free one when missing. */
  port?: number;
  /** A .dev.vars file, made when missing; `persistDir/secrets` unless given. */
  secretsFile?: string;
  /** Sites to register beside `demo`, which is this server's own origin. */
  sites?: SiteInput[];
  /** Requests a minute and client, instead of wrangler.toml's. */
  limits?: { post: number; read: number };
  /** Further variables and secrets of the worker. */
  vars?: Record<string, string>;
  /** Another worker to run on the same bindings, instead of worker/index.ts. */
  main?: string;
  /** Static files, instead of dist/. */
  assets?: string;
  /** What the worker logs; by default collected into `server.log`. */
  onLog?: (text: string) => void;
}

export interface Server {
  /** `http://localhost:8787`, no slash at the end. */
  url: string;
  port: number;
  persistDir: string;
  secrets: Secrets;
  /** What the worker said on its error output so far. */
  log(): string;
  /** Ends it as Ctrl+C does. */
  stop(): Promise<void>;
  /** Ends it as a power cut does: SIGKILL to every process of it. */
  kill(): Promise<void>;
  /** Settles when it is gone, whoever ended it. */
  exited: Promise<void>;
}

/** @throws Error in one or a few clear lines when it cannot start */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { persistDir } = options;
  await mkdir(persistDir, { recursive: true });
  const port = options.port ?? (await findFreePort());
  const secretsFile = options.secretsFile ?? join(persistDir, 'secrets');
  const secrets = await ensureSecrets(secretsFile, secretsFile);
  const config = await writeConfig(options);
  await prepareDatabase(options, port);

  const varsFile = join(persistDir, 'vars');
  const lines = Object.entries(options.vars ?? {}).map(([name, value]) => `${name}='${value}'\n`);
  await writeFile(varsFile, lines.join(''), { mode: 0o600 });

  const where = [
    '--config',
    config,
    '--persist-to',
    persistDir,
    '--env-file',
    secretsFile,
    '--env-file',
    varsFile,
    '--port',
    String(port),
  ];
  const child = spawnWrangler(['dev', ...where, ...QUIET_AND_LOCAL], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true, // a process group of its own, so that a signal reaches workerd too
    env: { NO_COLOR: '1', WRANGLER_REGISTRY_PATH: join(persistDir, 'registry') },
  });
  let log = '';
  const onLog = options.onLog ?? ((text: string) => (log += text));
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', onLog);
  let gone = false;
  const endWithUs = () => signalGroup(child.pid, 'SIGKILL');
  process.once('exit', endWithUs);
  child.once('exit', endWithUs); // wrangler's own children may outlive it
  const exited = new Promise<void>((done) => {
    child.once('close', () => {
      gone = true;
      process.off('exit', endWithUs);
      done();
    });
  });
  const signal = async (name: NodeJS.Signals) => {
    if (!gone) signalGroup(child.pid, name);
    await exited;
  };
  const server: Server = {
    url: `http://localhost:${port}`,
    port,
    persistDir,
    secrets,
    log: () => log,
    stop: () => signal('SIGINT'),
    kill: () => signal('SIGKILL'),
    exited,
  };
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!(await answers(port))) {
    if (gone) throw new Error(`The worker did not start.\n${log.trim()}`);
    if (Date.now() > deadline) {
      await server.kill();
      throw new Error(`The worker did not answer within ${READY_WITHIN_MS / 1000} seconds.\n${log.trim()}`);
    }
    await new Promise((later) => setTimeout(later, POLL_MS));
  }
  return server;
}

/** Whether nobody listens on the port, on either of localhost's addresses. */
export async function isPortFree(port: number): Promise<boolean> {
  const tries = await Promise.all(['127.0.0.1', '::1'].map((host) => tryToListen(port, host)));
  return tries.every((error) => error !== 'EADDRINUSE' && error !== 'EACCES');
}

function tryToListen(port: number, host: string): Promise<string | undefined> {
  return new Promise((done) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => done(error.code ?? 'unknown'));
    probe.listen(port, host, () => probe.close(() => done(undefined)));
  });
}

function findFreePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once('error', fail);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (address && typeof address === 'object' ? done(address.port) : fail(new Error('no port'))));
    });
  });
}

async function answers(port: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(2000) });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}

/** wrangler.toml, or a variation of it in persistDir. */
async function writeConfig({ persistDir, limits, main, assets }: ServerOptions): Promise<string> {
  const original = join(ROOT, 'wrangler.toml');
  if (!limits && !main && !assets) return original;
  const fromRoot = (path: string) => JSON.stringify(isAbsolute(path) ? path : resolve(ROOT, path));
  let text = await readFile(original, 'utf8');
  text = text.replace(/^main = .*$/m, `main = ${fromRoot(main ?? 'worker/index.ts')}`);
  text = text.replace(/^directory = .*$/m, `directory = ${fromRoot(assets ?? 'dist')}`);
  const changed = { POST_LIMIT: limits?.post, ACT_LIMIT: limits?.post, READ_LIMIT: limits?.read };
  for (const [name, limit] of Object.entries(changed)) {
    if (limit === undefined) continue;
    text = text.replace(new RegExp(`(name = "${name}"[^[]*?limit = )\\d+`), `$1${limit}`);
  }
  const path = join(persistDir, 'wrangler.toml');
  await writeFile(path, text);
  return path;
}

/** Applies schema and sites, unless this very SQL was applied to this folder before. */
async function prepareDatabase({ persistDir, sites = [] }: ServerOptions, port: number): Promise<void> {
  const hosts = ['localhost', '127.0.0.1'].map((name) => hostOfOrigin(`http://${name}:${port}`));
  // Time zero: a site's age means nothing here, and the SQL must not change from start to start.
  // Everybody here is at this machine: many newcomers are no attack.
  const demo = { id: 'demo', name: 'Demo', hosts, settings: { reactions: ['👏', '💡', '❤️'], attackAfter: 0 } };
  const all = [demo, ...sites].map((site) => siteSql(site, 0)).join('\n');
  const schema = await readFile(join(ROOT, 'schema.sql'), 'utf8');
  const digest = createHash('sha256').update(schema).update(all).digest('hex').slice(0, 16);
  const marker = join(persistDir, 'v3', 'd1', `applied-${digest}`);
  if (existsSync(marker)) return;
  await applySchema({ persistDir }, all);
  await writeFile(marker, '');
}

function signalGroup(pid: number | undefined, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
