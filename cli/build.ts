/**
 * Builds what readers load: widget/ -> dist/ as embed.js, count.js and the lazy modules that embed.js names by their
 * hash; plus the console, the API's /docs, the headers and, with `--demo`, the demo. The worker itself is bundled by wrangler.
 */
import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { type BuildOptions, build, type OutputFile, type Plugin, transform } from 'esbuild';
import { minify } from 'terser';
import { buildConsole } from './build-console.ts';
import { buildDocs } from './build-docs.ts';
import { HASHED_FILES, WORDS, writeHeaders } from './build-headers.ts';
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
      // It keeps spaces in custom properties and conditions. None of our strings has any of these.
      return { contents: code.trim().replace(/ ?([:,/<]) /g, '$1'), loader: 'text' };
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
  const [widget, console] = await Promise.all([
    buildWidget(outDir, version),
    buildConsole(outDir),
    buildDocs(join(outDir, 'docs')),
    writeHeaders(outDir, { demo }),
    demo ? copyDemo(outDir) : undefined,
  ]);
  return { outDir, files: [...widget, ...console] };
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
  const words = await Promise.all(
    WORDS.map(async (room) =>
      (await listSources(join(widget, 'locales', room))).map((path) => ({ in: path, out: `${room}/${nameOf(path)}` })),
    ),
  );
  const lazy = await listSources(join(widget, 'lazy'));
  const toEntry = (path: string) => ({ in: path, out: relative(widget, path).replace(/\.tsx?$/, '') });
  const define = { __VERSION__: JSON.stringify(version) };
  // Names that begin with `_`, Preact's own among them, must be shortened alike in every bundle, hence one cache; embed.js,
  // where bytes count most, is asked first.
  const { mangleCache = {} } = await build({
    ...shared,
    entryPoints: [join(widget, 'embed.tsx')],
    outdir: outDir,
    define,
    mangleCache: {},
  });
  const modules = await build({
    ...shared,
    format: 'esm',
    entryPoints: [...[...lazy, ...locales].map(toEntry), ...words.flat()],
    outdir: outDir,
    // They get Preact's `h` lent: views are shared with embed.js, Preact comes once.
    alias: { preact: join(widget, 'writing/kit.ts') },
    define,
    mangleCache,
  });
  // One hash for all of them: embed.js can name each without a list.
  const hash = createHash('sha256');
  for (const file of modules.outputFiles) hash.update(file.contents);
  const stamp = hash.digest('hex').slice(0, 6);
  for (const file of modules.outputFiles) file.path = file.path.replace(/\.js$/, `-${stamp}.js`);
  const script = {
    ...shared,
    format: 'iife',
    outdir: outDir,
    mangleCache: modules.mangleCache ?? {},
    define: { ...define, __STAMP__: JSON.stringify(stamp), __LOCALES__: JSON.stringify(locales.map(nameOf).join(' ')) },
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

/**
 * A second minifier over the first one's output: about two bytes in a hundred less to load. What it calls unsafe is for code
 * that redefines built-in things, or adds symbols to strings. Hoisted variables, functions
 * left where they are and arrows suit the scripts, not the modules.
 */
async function squeeze(file: OutputFile): Promise<string> {
  const module = /^(?:import|export)\b|[;}]export\b/.test(file.text);
  const { code } = await minify(file.text, {
    module,
    ecma: 2020,
    compress: {
      passes: 4,
      unsafe: true,
      hoist_vars: !module,
      reduce_funcs: module,
      unsafe_arrows: !module,
      unsafe_methods: true,
      keep_fargs: false,
      pure_getters: true,
    },
    format: { comments: false },
  });
  return code!;
}

async function listSources(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => /^[a-z-]+\.tsx?$/i.test(name)).map((name) => join(folder, name));
}

const toPath = (file: OutputFile, outDir: string) => file.path.slice(outDir.length + 1);
/** `widget/locales/de.ts` -> `de` */
const nameOf = (path: string) => basename(path, '.ts');

if (import.meta.main) {
  try {
    const { files } = await buildAll({ demo: process.argv.includes('--demo') });
    console.log(`Built ${files.length} files into dist/.`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
