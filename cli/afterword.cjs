#!/usr/bin/env node
// `npx afterword …`: hands over to afterword.ts, on the Node that came with `npm ci` when the system's own is too old for it.
const path = require('node:path');
const found = process.versions.node.split('.').map(Number);
const enough = found[0] > 24 || (found[0] === 24 && found[1] >= 2);
const script = path.join(__dirname, 'afterword.ts');
if (enough) {
  import(require('node:url').pathToFileURL(script).href);
} else {
  const own = path.join(__dirname, '..', 'node_modules', '.bin', 'node');
  const child = require('node:child_process').spawn(own, [script, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => child.kill(name));
  child.on('error', () => {
    console.error('Afterword needs Node 24.2 or newer: run `npm ci`, which brings one along.');
    process.exit(1);
  });
  // As shells count those that a signal ended.
  const signals = require('node:os').constants.signals;
  child.on('exit', (code, signal) => process.exit(signal ? 128 + signals[signal] : code));
}
