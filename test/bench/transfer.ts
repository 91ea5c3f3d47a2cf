/**
 * Importing: files of growing size through the real command line into a real server. Time beside a floor that writes the same
 * comments into SQLite with our schema and does nothing else; peak memory of both processes, which must not grow with the
 * file; what D1 writes for each comment, and what a second run adds.
 */
import { spawn } from 'node:child_process';
import { mkdir, rm, stat } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ROOT } from '../../cli/root.ts';
import { type Server, startServer } from '../../cli/server.ts';
import type { Import } from '../../worker/contract-transfer.ts';
import { findDescendants, readPeak } from './memory.ts';
import { fixed, printTable, type Report, whole } from './report.ts';
import { writeTransferFile } from './transfer-files.ts';
import { fillFloor } from './transfer-floor.ts';

const SITE = 'bench';
const HOST = 'bench.example';
const UNLIMITED = { post: 1_000_000, read: 1_000_000 };
const MB = 1_000_000;
/** What a file of a gigabyte may take. */
const MEMORY_MB = 200;
const ROWS_WRITTEN = 10;
/** How much more the largest file may take than the smallest: a cache that fills is no leak. */
const GROWTH = 1.5;
const POLL_MS = 200;

interface Run {
  seconds: number;
  /** Peak of the command line and of the worker, bytes. */
  cli: number;
  worker: number;
  added: number;
}

export async function measureTransfer(folder: string, report: Report, { sizes }: { sizes: number[] }): Promise<void> {
  const rows: string[][] = [];
  const runs: Run[] = [];
  let bill = { written: 0, comments: 0 };
  for (const [i, size] of sizes.entries()) {
    const place = join(folder, `transfer-${size}`);
    await mkdir(place);
    const file = join(place, 'comments.xml');
    await writeTransferFile(file, 'wordpress', { comments: size, origin: `https://${HOST}` });
    const floor = fillFloor(join(place, 'floor.sqlite'), size);
    const server = await startServer({
      persistDir: join(place, 'state'),
      assets: 'test/cli/assets',
      limits: UNLIMITED,
      sites: [{ id: SITE, name: 'Bench', hosts: [HOST], settings: { attackAfter: 0 } }],
    });
    try {
      const run = await runImport(server, server.url, file);
      if (run.added !== size) throw new Error(`${whole(run.added)} of ${whole(size)} comments were added.`);
      const again = await runImport(server, server.url, file);
      runs.push(run);
      rows.push([
        whole(size),
        fixed((await stat(file)).size / MB, 1),
        fixed(run.seconds, 1),
        whole(size / run.seconds),
        fixed(run.seconds / floor, 1),
        fixed(run.cli / MB, 0),
        fixed(run.worker / MB, 0),
        whole(again.added),
        fixed(again.seconds, 1),
      ]);
    } finally {
      await server.kill();
    }
    if (i === 0) bill = await countRows(place, file);
    await rm(place, { recursive: true });
  }
  const each = bill.written / bill.comments;
  printTable(
    report,
    'Importing a WordPress export',
    ['comments', 'MB', 's', 'a second', '× floor', 'CLI MB', 'worker MB', 'again: added', 's'],
    rows,
    [
      'the floor writes the same comments into SQLite with our schema, without a network, a parser or rendering',
      `D1 writes ${fixed(each, 1)} rows for each comment, pages, authors and the import itself included`,
      'MB are peaks of resident memory; the worker’s are of workerd with its D1',
    ],
  );
  judge(report, runs, each);
}

function judge({ verdicts }: Report, runs: Run[], each: number): void {
  const [first, last] = [runs[0]!, runs.at(-1)!];
  const peak = last.cli / MB;
  verdicts.push(
    {
      what: 'rows written for an imported comment',
      target: `≤ ${ROWS_WRITTEN}`,
      measured: fixed(each, 1),
      ok: each <= ROWS_WRITTEN,
      firm: true,
    },
    {
      what: 'peak memory of the command line, MB',
      target: `≤ ${MEMORY_MB}`,
      measured: fixed(peak, 0),
      ok: !(peak > MEMORY_MB),
      firm: true,
    },
    {
      what: 'worker memory, largest file against smallest',
      target: `≤ ${GROWTH}`,
      measured: fixed(last.worker / first.worker),
      ok: !(last.worker / first.worker > GROWTH),
      firm: false,
    },
  );
}

/** `afterword import` as a process of its own. @param url the server, or what stands before it */
async function runImport(server: Server, url: string, file: string): Promise<Run> {
  const started = performance.now();
  const child = spawn(
    process.execPath,
    [join(ROOT, 'cli/afterword.cjs'), 'import', file, '--site', SITE, '--apply', '--json'],
    {
      env: { ...process.env, AFTERWORD_SERVER: url, AFTERWORD_TOKEN: server.secrets.ADMIN_TOKEN },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = new Promise<number | null>((done) => child.once('close', done));
  let [cli, worker] = [0, 0];
  let code: number | null | undefined;
  void ended.then((value) => {
    code = value;
  });
  while (code === undefined) {
    cli = readPeak(child.pid!) ?? cli;
    // Asked for each time: wrangler may start another.
    worker = Math.max(worker, ...findDescendants(process.pid, 'workerd').map((pid) => readPeak(pid) ?? 0));
    await Promise.race([ended, wait(POLL_MS)]);
  }
  if (code !== 0) throw new Error(`afterword import ended with ${code}: ${said.slice(-2_000)}`);
  return {
    seconds: (performance.now() - started) / 1000,
    cli: cli || Number.NaN,
    worker: worker || Number.NaN,
    added: readAdded(said),
  };
}

/** How many comments the import says that it has added. */
function readAdded(said: string): number {
  const result = JSON.parse(said) as { import: Import | null };
  return result.import?.comments ?? 0;
}

/** Once more, through something that adds up what each answer says it has cost. */
async function countRows(place: string, file: string): Promise<{ written: number; comments: number }> {
  const server = await startServer({
    persistDir: join(place, 'counted'),
    assets: 'test/cli/assets',
    limits: UNLIMITED,
    sites: [{ id: SITE, name: 'Bench', hosts: [HOST], settings: { attackAfter: 0 } }],
  });
  let written = 0;
  const counter = createServer((asked, answer) => {
    const passed = request(server.url + asked.url, { method: asked.method, headers: asked.headers }, (got) => {
      written += Number(/written=(\d+)/.exec(String(got.headers['server-timing']))?.[1] ?? 0);
      answer.writeHead(got.statusCode!, got.headers);
      got.pipe(answer);
    });
    asked.pipe(passed);
  });
  try {
    await new Promise<void>((done) => counter.listen(0, '127.0.0.1', done));
    const { port } = counter.address() as { port: number };
    const { added } = await runImport(server, `http://127.0.0.1:${port}`, file);
    return { written, comments: added };
  } finally {
    counter.close();
    await server.kill();
  }
}
