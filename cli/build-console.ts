/**
 * Builds the console: console/ -> dist/console/index.html, and beside it code/ with scripts and styles. Their names change with
 * their content, so that who opens the console again waits for none of them.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { build } from 'esbuild';
import { ROOT } from './root.ts';

/** @returns scripts and styles, as paths below outDir @throws the esbuild failure */
export async function buildConsole(outDir: string): Promise<string[]> {
  const source = join(ROOT, 'console');
  const target = join(outDir, 'console');
  await mkdir(target, { recursive: true });
  const { metafile } = await build({
    entryPoints: ['main.tsx', 'console.css'].map((name) => join(source, name)),
    outdir: join(target, 'code'),
    bundle: true,
    splitting: true,
    format: 'esm',
    minify: true,
    charset: 'utf8',
    target: 'es2023',
    legalComments: 'none',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    absWorkingDir: ROOT,
    metafile: true,
    logLevel: 'silent',
  });
  const outputs = Object.entries(metafile.outputs);
  const address = (path: string) => `/console/code/${basename(path)}`;
  let page = await readFile(join(source, 'index.html'), 'utf8');
  for (const [path, { entryPoint, imports }] of outputs) {
    if (entryPoint === 'console/console.css') page = page.replace('console.css', address(path));
    if (entryPoint !== 'console/main.tsx') continue;
    // What the script imports is asked for along with it, not after it.
    const preload = imports
      .filter(({ kind }) => kind === 'import-statement')
      .map((each) => `<link rel="modulepreload" href="${address(each.path)}">\n    `);
    page = page.replace('<script', `${preload.join('')}<script`).replace('main.tsx', address(path));
  }
  await writeFile(join(target, 'index.html'), page);
  return outputs.map(([path]) => relative(outDir, join(ROOT, path)));
}
