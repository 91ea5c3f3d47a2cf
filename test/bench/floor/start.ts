/** Fills the floor's database and starts its worker with `wrangler dev`, as cli/server.ts starts ours. */
import { createServer } from 'node:net';
import { join } from 'node:path';
import { ROOT } from '../../../cli/root.ts';
import { spawnWrangler } from '../../../cli/wrangler.ts';
import { insertRows, withDatabase } from '../database.ts';

const CONFIG = join(ROOT, 'test/bench/floor/wrangler.toml');
const READY_WITHIN_MS = 60_000;
const POLL_MS = 100;

export interface FloorPage {
  url: string;
  /** What stands around the comments of an answer, its two parts divided by a newline; then the comments, in order. */
  texts: string[];
}

export interface Floor {
  url: string;
  kill(): Promise<void>;
}

export async function startFloor(persistDir: string, pages: FloorPage[]): Promise<Floor> {
  await withDatabase(CONFIG, persistDir, async (db) => {
    await db.batch([
      db.prepare('CREATE TABLE floor (page TEXT, n INTEGER, json TEXT, PRIMARY KEY (page, n)) WITHOUT ROWID'),
      db.prepare('CREATE TABLE posted (id TEXT PRIMARY KEY, json TEXT) WITHOUT ROWID'),
    ]);
    const rows = pages.flatMap(({ url, texts }) => texts.map((json, n) => ({ page: url, n, json })));
    await insertRows(db, 'floor', rows);
  });
  const port = await findFreePort();
  const child = spawnWrangler(
    [
      ...['dev', '--config', CONFIG, '--local', '--ip', '127.0.0.1', '--port', String(port), '--log-level', 'error'],
      ...['--persist-to', persistDir, '--show-interactive-dev-session=false'],
    ],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: true,
      env: { WRANGLER_REGISTRY_PATH: join(persistDir, 'registry') },
    },
  );
  const endWithUs = () => endGroup(child.pid!);
  process.once('exit', endWithUs);
  const exited = new Promise<void>((done) => child.once('close', () => done()));
  const floor: Floor = {
    url: `http://localhost:${port}`,
    async kill() {
      process.off('exit', endWithUs);
      endWithUs();
      await exited;
    },
  };
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!(await answers(`http://127.0.0.1:${port}/healthz`))) {
    if (child.exitCode === null && Date.now() < deadline) await new Promise((later) => setTimeout(later, POLL_MS));
    else {
      await floor.kill();
      throw new Error('The floor worker did not start.');
    }
  }
  return floor;
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

const answers = (url: string) =>
  fetch(url, { signal: AbortSignal.timeout(2000) }).then(
    (answer) => answer.ok,
    () => false,
  );

function findFreePort(): Promise<number> {
  return new Promise((done) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => done(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
