/**
 * Builds what readers load: widget/ -> dist/ as embed.js, count.js and the lazy modules that embed.js names by their
 * hash; plus the API's /docs, the headers and, with `--demo`, the demo. The worker itself is bundled by wrangler.
 */
import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type BuildOptions, build, type OutputFile, type Plugin, transform } from 'esbuild';
import { minify } from 'terser';
import { buildDocs } from './build-docs.ts';
import { HASHED_FILES, writeHeaders } from './build-headers.ts';
import { ROOT } from './root.ts';

const TARGET = 'es2022';

export interface BuildResult {
  outDir: string;
  /** Built files below outDir that are ours, e.g. `lazy/compose-AB12CD34.js`. */
  files: string[];
}

/** Styles are text in the bundle: one CSSStyleSheet adopts them in every shadow root. */
const minifiedCss: Plugin = {
  name: 'minified-css',
  setup(context) {
    context.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const { code } = await transform(source, { loader: 'css', minify: true, target: TARGET, sourcefile: path });
      return { contents: code.trim(), loader: 'text' };
    });
  },
};

const shared = {
  bundle: true,
  minify: true,
  write: false,
  charset: 'utf8',
  target: TARGET,
  legalComments: 'none',
  jsx: 'transform',
  jsxFactory: 'h',
  jsxFragment: 'Fragment',
  mangleProps: /^_/,
  plugins: [minifiedCss],
  logLevel: 'silent',
} satisfies BuildOptions;

/** Cleans outDir and builds everything into it. @throws the esbuild failure, whose message names file and line */
export async function buildAll({ demo = false, outDir = join(ROOT, 'dist') } = {}): Promise<BuildResult> {
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  await rm(outDir, { recursive: true, force: true });
  await mkdir(outDir, { recursive: true });
  const [files] = await Promise.all([
    buildWidget(outDir, version),
    buildDocs(join(outDir, 'docs')),
    writeHeaders(outDir, { demo }),
    demo ? copyDemo(outDir) : undefined,
  ]);
  return { outDir, files };
}

/** The demo's index.html goes to `/`, the rest to `/demo/`; its conversations are posted, not served. */
async function copyDemo(outDir: string): Promise<void> {
  const source = join(ROOT, 'docs/demo');
  await cp(source, join(outDir, 'demo'), { recursive: true, filter: (path) => !path.endsWith('.json') });
  await rename(join(outDir, 'demo/index.html'), join(outDir, 'index.html'));
}

async function buildWidget(outDir: string, version: string): Promise<string[]> {
  const widget = join(ROOT, 'widget');
  const locales = (await listSources(join(widget, 'locales'))).filter((path) => basename(path) !== 'en.ts');
  const lazy = await listSources(join(widget, 'lazy'));
  // Names that begin with `_`, Preact's own among them, must be shortened alike in every bundle, hence one cache.
  const mangleCache = {};
  const define = { __VERSION__: JSON.stringify(version) };
  const modules = await build({
    ...shared,
    format: 'esm',
    entryPoints: [...lazy, ...locales],
    outbase: widget,
    outdir: outDir,
    define,
    mangleCache,
  });
  // One hash for all of them: seven different ones would cost every reader 50 bytes in embed.js.
  const hash = createHash('sha256');
  for (const file of modules.outputFiles) hash.update(file.contents);
  const stamp = hash.digest('hex').slice(0, 8);
  for (const file of modules.outputFiles) file.path = file.path.replace(/\.js$/, `-${stamp}.js`);
  const paths = modules.outputFiles.map((file) => toPath(file, outDir));
  const script = {
    ...shared,
    format: 'iife',
    outdir: outDir,
    mangleCache: modules.mangleCache ?? {},
    define: { ...define, __LAZY__: JSON.stringify(Object.fromEntries(paths.map((path) => [nameOf(path), path]))) },
  } satisfies BuildOptions;
  const scripts = await Promise.all([
    build({ ...script, entryPoints: [join(widget, 'embed.tsx')] }),
    build({ ...script, entryPoints: [join(widget, 'count.ts')] }),
  ]);
  const outputs = [...modules.outputFiles, ...scripts.flatMap((result) => result.outputFiles)];
  await Promise.all(HASHED_FILES.map((folder) => mkdir(join(outDir, folder), { recursive: true })));
  await Promise.all(outputs.map(async (file) => writeFile(file.path, await squeeze(file))));
  return outputs.map((file) => toPath(file, outDir));
}

/** A second minifier over the first one's output: about one byte in a hundred less to load. */
async function squeeze(file: OutputFile): Promise<string> {
  const { code } = await minify(file.text, {
    module: /^(?:import|export)\b|[;}]export\b/.test(file.text),
    ecma: 2020,
    compress: { passes: 3, unsafe_arrows: true, unsafe_methods: true, keep_fargs: false, pure_getters: true },
    format: { comments: false },
  });
  return code!;
}

async function listSources(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => /^[a-z-]+\.tsx?$/i.test(name)).map((name) => join(folder, name));
}

const toPath = (file: OutputFile, outDir: string) => file.path.slice(outDir.length + 1);
/** `lazy/compose-AB12CD34.js` -> `compose` */
const nameOf = (path: string) => basename(path).replace(/-[^-]+$/, '');

if (import.meta.main) {
  try {
    const { files } = await buildAll({ demo: process.argv.includes('--demo') });
    console.log(`Built ${files.length} files into dist/.`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
