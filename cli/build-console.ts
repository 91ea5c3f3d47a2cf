/** Builds the console: console/ -> dist/console/ as index.html, console.js, console.css and the chunks that come later. */
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
    entryPoints: [
      { in: join(source, 'main.tsx'), out: 'console' },
      { in: join(source, 'console.css'), out: 'console' },
    ],
    outdir: target,
    bundle: true,
    splitting: true,
    format: 'esm',
    minify: true,
    charset: 'utf8',
    target: 'es2023',
    legalComments: 'none',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    chunkNames: '[name]-[hash]',
    absWorkingDir: ROOT,
    metafile: true,
    logLevel: 'silent',
  });
  const paths = Object.keys(metafile.outputs);
  // What console.js imports is asked for along with it, not after it.
  const main = metafile.outputs[paths.find((path) => basename(path) === 'console.js')!]!;
  const preload = main.imports
    .filter(({ kind }) => kind === 'import-statement')
    .map(({ path }) => `<link rel="modulepreload" href="/console/${basename(path)}">`);
  const page = await readFile(join(source, 'index.html'), 'utf8');
  await writeFile(join(target, 'index.html'), page.replace('</head>', `  ${preload.join('\n    ')}\n  </head>`));
  return paths.map((path) => relative(outDir, join(ROOT, path)));
}
