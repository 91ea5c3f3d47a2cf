/** `npm run size`: what a reader downloads, in bytes after gzip -9, measured on the built files and beside Preact alone. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { buildAll } from './build.ts';
import { ROOT } from './root.ts';

export interface Sizes {
  /** Bytes by path below dist/: `embed.js`, `count.js`, `lazy/compose-….js`, `locales/de-….js` … */
  files: Record<string, number>;
  /** Preact's core, bundled in the same way. */
  preact: number;
}

export const gzipBytes = (data: Uint8Array) => gzipSync(data, { level: 9 }).byteLength;

/** Builds into outDir and measures. */
export async function measureSizes(outDir = join(ROOT, 'dist')): Promise<Sizes> {
  const { files } = await buildAll({ outDir });
  const measured = await Promise.all(
    files.map(async (path): Promise<[string, number]> => [path, gzipBytes(await readFile(join(outDir, path)))]),
  );
  return { files: Object.fromEntries(measured), preact: await measurePreact() };
}

async function measurePreact(): Promise<number> {
  const contents = "import { Component, h, render } from 'preact'; globalThis.used = [Component, h, render];";
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: ROOT },
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    legalComments: 'none',
  });
  return gzipBytes(outputFiles[0]!.contents);
}

if (import.meta.main) {
  const { files, preact } = await measureSizes();
  const row = (name: string, bytes: number) => console.log(`${name.padEnd(36)}${String(bytes).padStart(7)}`);
  console.log('Bytes after gzip -9');
  row('Preact alone', preact);
  for (const [path, bytes] of Object.entries(files).sort(([a], [b]) => a.localeCompare(b))) row(path, bytes);
}
