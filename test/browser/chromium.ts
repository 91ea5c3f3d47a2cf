/** Which Chromium the tests and the benchmark drive: the one they are told, the one that is there, else one they install. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const USUAL_PATHS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];
const DEBIAN_PACKAGES = ['chromium', 'fonts-noto-color-emoji', 'fonts-noto-cjk'];
const isRoot = process.getuid?.() === 0;

/**
 * No sandbox as root, where Chromium refuses to have one; no requests of the browser's own; and pages of made-up hosts
 * may reach the server on localhost, as real pages reach a real one.
 */
const FLAGS = [
  ...(isRoot ? ['--no-sandbox'] : []),
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-features=LocalNetworkAccessChecks',
];

/** @throws Error when there is none and none could be installed */
export function findChromium(): string {
  const told = process.env.CHROMIUM;
  if (told) {
    if (existsSync(told)) return told;
    throw new Error(`CHROMIUM names ${told}, which does not exist.`);
  }
  return lookAround() ?? installChromium();
}

function lookAround(): string | undefined {
  const playwrights = chromium.executablePath();
  return [...USUAL_PATHS, playwrights].find((path) => path && existsSync(path));
}

function installChromium(): string {
  console.log('No Chromium found: installing one (set CHROMIUM to name yours).');
  if (isRoot && existsSync('/etc/debian_version')) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    run('apt-get', ['update', '-qq'], env);
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...DEBIAN_PACKAGES], env);
  } else {
    const playwright = dirname(createRequire(import.meta.url).resolve('playwright-core/package.json'));
    run(process.execPath, [join(playwright, 'cli.js'), 'install', 'chromium'], process.env);
  }
  const installed = lookAround();
  if (installed) return installed;
  throw new Error('Chromium could not be installed: install it, or name yours with CHROMIUM=/path/to/chromium.');
}

function run(command: string, args: string[], env: NodeJS.ProcessEnv): void {
  spawnSync(command, args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** @param moreFlags further command line flags */
export function launchChromium(moreFlags: string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium(), args: [...FLAGS, ...moreFlags] });
}
