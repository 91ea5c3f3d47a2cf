/**
 * Runs every test there is, in order: the checks, then the Vitest projects; ends with one line `N passed, N failed`. Each
 * check counts as one test. What a project tests, and where, is in its own vitest.config.ts.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from '../cli/root.ts';

const CHECKS = [
  { name: 'format and lint', script: 'check:lint' },
  { name: 'types', script: 'check:types' },
];
const PROJECTS = ['unit', 'worker', 'cli', 'browser'];

interface Tally {
  passed: number;
  failed: number;
}
interface Report {
  numPassedTests: number;
  numFailedTests: number;
  testResults: { status: string; assertionResults: unknown[] }[];
}

const npm = process.env.npm_execpath;
const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
const reports = mkdtempSync(join(tmpdir(), 'afterword-test-'));

function runCheck({ name, script }: (typeof CHECKS)[number]): Tally {
  console.log(`\n── check: ${name}`);
  const [command, args] = npm ? [process.execPath, [npm]] : ['npm', []];
  const ok = spawnSync(command, [...args, 'run', '--silent', script], { cwd: ROOT, stdio: 'inherit' }).status === 0;
  console.log(ok ? '   fine' : '   failed');
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1 };
}

function runProject(name: string): Tally {
  console.log(`\n── ${name}`);
  const file = join(reports, `${name}.json`);
  const config = join(ROOT, 'test', name, 'vitest.config.ts');
  const args = [
    vitest,
    'run',
    '--config',
    config,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ];
  const { status } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });
  const report = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Report) : undefined;
  const passed = report?.numPassedTests ?? 0;
  // A file that does not even load has no tests that could fail.
  const broken =
    report?.testResults.filter((r) => r.status === 'failed' && r.assertionResults.length === 0).length ?? 0;
  const failed = (report?.numFailedTests ?? 0) + broken;
  if (failed === 0 && (status !== 0 || passed === 0)) return { passed, failed: 1 };
  return { passed, failed };
}

const tallies = [...CHECKS.map(runCheck), ...PROJECTS.map(runProject)];
rmSync(reports, { recursive: true });
const passed = tallies.reduce((sum, tally) => sum + tally.passed, 0);
const failed = tallies.reduce((sum, tally) => sum + tally.failed, 0);
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
