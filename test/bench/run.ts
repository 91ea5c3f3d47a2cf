/**
 * `npm run bench [-- --quick] [--only bytes,proof,rows,api,paint,moderation,flood,transfer,notify] [--json FILE]`: everything side by side in one run, as ratios to
 * floors that are measured in turns with ours. A missed time is only said; a broken budget, or anything that breaks, fails.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { hostOfOrigin } from '../../cli/site-sql.ts';
import { measureApi } from './api.ts';
import { measureBytes } from './bytes.ts';
import { measureFlood } from './flood.ts';
import { measureModeration } from './moderation.ts';
import { measureNotify } from './notify.ts';
import { measurePaint, PAINTED, startPaintHosts } from './paint.ts';
import { measureProof } from './proof.ts';
import { newReport, printVerdicts, type Report } from './report.ts';
import { measureRows } from './rows.ts';
import { setStage } from './stage.ts';
import { measureTransfer } from './transfer.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: 'bytes,proof,rows,api,paint,moderation,flood,transfer,notify' },
    json: { type: 'string' },
  },
});
const effort = values.quick
  ? {
      sizes: [100, 1_000, 10_000],
      proof: { rounds: 7, count: 200 },
      moderation: { sizes: [10_000, 100_000] as [number, number], rounds: 11 },
      flood: { posts: 2_000, readers: 20 },
      transfer: { sizes: [1_000, 10_000] },
      notify: { followers: 1_000, posts: 40 },
      api: { rounds: 7, roundMs: 600 },
      paint: { small: 5, large: 5, slow: 7 },
    }
  : {
      sizes: [100, 1_000, 10_000, 100_000],
      proof: { rounds: 11, count: 500 },
      moderation: { sizes: [10_000, 1_000_000] as [number, number], rounds: 21 },
      flood: { posts: 10_000, readers: 100 },
      transfer: { sizes: [10_000, 100_000, 1_000_000] },
      notify: { followers: 10_000, posts: 200 },
      api: { rounds: 11, roundMs: 1_200 },
      paint: { small: 11, large: 11, slow: 15 },
    };
const wants = (part: string) => values.only.split(',').includes(part);

async function bench(folder: string): Promise<boolean> {
  const report = newReport();
  const assets = join(folder, 'dist');
  mkdirSync(assets);
  let ours = '';
  const hosts = await startPaintHosts(() => ours);
  try {
    if (wants('bytes') || wants('paint')) await measureBytes(assets, report);
    if (wants('proof')) await measureProof(report, effort.proof);
    if (wants('moderation')) await measureModeration(folder, assets, report, effort.moderation);
    if (wants('flood')) await measureFlood(folder, assets, report, effort.flood);
    if (wants('transfer')) await measureTransfer(folder, report, effort.transfer);
    if (wants('notify')) await measureNotify(folder, report, effort.notify);
    if (!['rows', 'api', 'paint'].some(wants)) return finish(report);
    const stage = await setStage({
      sizes: effort.sizes,
      pages: PAINTED,
      hosts: [hostOfOrigin(hosts.pages.url)],
      assets,
      folder,
    });
    ours = stage.ours;
    try {
      if (wants('rows')) await measureRows(stage, report);
      if (wants('api')) await measureApi(stage, report, effort.api);
      if (wants('paint')) await measurePaint(stage, hosts, report, effort.paint);
    } finally {
      await stage.close();
    }
  } finally {
    await hosts.close();
  }
  return finish(report);
}

function finish(report: Report): boolean {
  if (values.json) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
  return printVerdicts(report);
}

const started = performance.now();
const folder = mkdtempSync(join(tmpdir(), 'afterword-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
// Leaving by `exit` ends the servers as well, which run in groups of their own.
for (const [name, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  process.once(name, () => process.exit(code));
const good = await bench(folder);
console.log(`\nTook ${Math.round((performance.now() - started) / 1000)} seconds.`);
process.exit(good ? 0 : 1);
