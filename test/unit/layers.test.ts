/** Who may import whom: the rules of ARCHITECTURE.md, read off the source. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

interface Import {
  file: string;
  /** A path from the project's root without extension, or a package's name. */
  target: string;
  typeOnly: boolean;
}

function listFiles(folder: string): string[] {
  return readdirSync(join(ROOT, folder)).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(join(ROOT, path)).isDirectory()) return listFiles(path);
    return /\.tsx?$/.test(name) && !name.endsWith('.d.ts') ? [path] : [];
  });
}

function readImports(file: string): Import[] {
  const source = readFileSync(join(ROOT, file), 'utf8');
  const found = source.matchAll(
    /^\s*(?:import|export)\s+(type\s)?[^;'"]*?from\s+['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|^import\s+['"]([^'"]+)['"]/gm,
  );
  return [...found].map(([, type, from, dynamic, bare]) => {
    const name = (from ?? dynamic ?? bare)!;
    const target = name.startsWith('.') ? normalize(join(dirname(file), name)).replace(/\.tsx?$/, '') : name;
    return { file, target, typeOnly: type !== undefined };
  });
}

const files = ['worker', 'widget', 'console', 'cli', 'test'].flatMap(listFiles);
const imports = files.flatMap(readImports);
const inRoom = (room: string) => imports.filter((i) => i.file.startsWith(`${room}/`));
const basename = (file: string) =>
  file
    .split('/')
    .at(-1)!
    .replace(/\.tsx?$/, '');
/** `store.ts`; where a room has several, with a word before it. */
const STORE = /[/-]store\.ts$/;
const say = (wrong: Import[]) => wrong.map((i) => `${i.file} imports ${i.target}`);

describe('layers', () => {
  it('finds the imports it judges', () => {
    expect(files.length).toBeGreaterThan(40);
    expect(imports.filter((i) => i.target === 'worker/contract').length).toBeGreaterThan(5);
  });

  it('widget imports nothing of the worker but types of the contract', () => {
    const wrong = inRoom('widget').filter(
      (i) => i.target.startsWith('worker/') && !(/^worker\/contract(-admin|-notify)?$/.test(i.target) && i.typeOnly),
    );
    expect(say(wrong)).toEqual([]);
  });

  it('console imports types of the contracts, types of the widget’s texts, and how a key proves a request', () => {
    const wrong = inRoom('console').filter(
      (i) =>
        /^(worker|widget|cli|test)\//.test(i.target) &&
        !(i.typeOnly && /^(worker\/contract(-admin|-settings|-notify)?|widget\/i18n)$/.test(i.target)) &&
        !/^widget\/identity\/(key|prove)$/.test(i.target),
    );
    expect(say(wrong)).toEqual([]);
  });

  it('the console’s pure files know no API, and only api.ts and the schema of settings ask the network', () => {
    const pure = ['console/queue/list.ts', 'console/queue/filter.ts'];
    const wrong = imports.filter((i) => pure.includes(i.file) && !i.typeOnly && i.target !== 'console/queue/list');
    expect(say(wrong)).toEqual([]);
    const asking = files.filter((f) => /^console\//.test(f) && /\bfetch\(/.test(readFileSync(join(ROOT, f), 'utf8')));
    expect(asking.sort()).toEqual(['console/api.ts', 'console/sites/schema.ts']);
  });

  it('the worker imports neither widget, console, cli nor test', () => {
    expect(say(inRoom('worker').filter((i) => /^(widget|console|cli|test)\//.test(i.target)))).toEqual([]);
  });

  it('the command line imports nothing of the worker but the contracts, and nothing of widget and console', () => {
    const contract = /^worker\/contract(-settings|-admin|-transfer)?$/;
    const wrong = inRoom('cli').filter(
      (i) => /^(worker|widget|console|test)\//.test(i.target) && !contract.test(i.target),
    );
    expect(say(wrong)).toEqual([]);
    expect(inRoom('cli').filter((i) => contract.test(i.target)).length).toBeGreaterThan(5);
  });

  it('of the command line only commands end the process and know commander, one file asks the admin API, and stages are SQLite', () => {
    // What owners type: `afterword`. What engineers run (build, start, deploy …) stands beside these folders.
    const own = files.filter((f) => /^cli\/(?:\w+\/|afterword\.ts)/.test(f));
    expect(own.length).toBeGreaterThan(60);
    const code = (f: string) => readFileSync(join(ROOT, f), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    const withWord = (word: RegExp) => own.filter((f) => word.test(code(f)));
    const users = (target: RegExp) =>
      [...new Set(imports.filter((i) => own.includes(i.file) && target.test(i.target)).map((i) => i.file))].sort();
    expect(withWord(/console\./)).toEqual([]);
    expect(withWord(/process\.exit(?:Code)?\b/).filter((f) => !/^cli\/(?:command\/|afterword\.ts)/.test(f))).toEqual(
      [],
    );
    expect(withWord(/\bprocess\.env\b/)).toEqual([
      'cli/afterword.ts',
      'cli/command/login.ts',
      'cli/output/progress.ts',
      'cli/remote/target.ts',
    ]);
    expect(withWord(/(?<![\w.])fetch\(/)).toEqual(['cli/remote/client.ts']);
    expect(users(/^node:https?$/)).toEqual(['cli/doctor/visit.ts']);
    expect(users(/^commander$/).filter((f) => !/^cli\/(?:command\/|afterword)/.test(f))).toEqual([]);
    expect(users(/^node:sqlite$/).filter((f) => !STORE.test(f))).toEqual([
      'cli/export/wordpress.ts',
      'cli/import/read/lookup.ts',
      'cli/import/read/sqlite.ts',
    ]);
  });

  it('rooms of the command line know no commands, and what reads files knows of no server', () => {
    const rooms = inRoom('cli').filter((i) => /^cli\/\w+\//.test(i.file));
    const wrong = rooms.filter((i) => {
      if (/^cli\/command\//.test(i.target)) return !/^cli\/command\//.test(i.file);
      if (/^cli\/import\/formats\//.test(i.file))
        return !/^(?:cli\/import\/(?:source|formats\/|read\/|text\/)|worker\/contract|node:)/.test(i.target);
      // What is read knows nothing of a server.
      return /^cli\/import\/(?:read|text|stage)\//.test(i.file) && /^cli\/(?:remote|output)\//.test(i.target);
    });
    expect(say(wrong)).toEqual([]);
    const formats = rooms.filter(
      (i) => /^cli\/import\/formats\//.test(i.target) && !i.file.startsWith('cli/import/formats'),
    );
    expect(say(formats)).toEqual([]);
  });

  it('the contract imports nothing but the schema library and its own parts', () => {
    const contract = (i: Import) => /^worker\/contract(-\w+)?\.ts$/.test(i.file);
    expect([...new Set(imports.filter(contract).map((i) => i.target))].sort()).toEqual([
      'valibot',
      'worker/contract',
      'worker/contract-settings',
    ]);
    expect(imports.filter((i) => i.file === 'worker/contract.ts').map((i) => i.target)).toEqual(['valibot']);
  });

  it('policy, phases, markdown and normalise know no Hono, SQL, environment or clock', () => {
    const pure = [
      'policy',
      'phases',
      'markdown',
      'markdown-inlines',
      'markdown-limits',
      'emoticons',
      'safe-html',
      'normalise',
      'clean',
      'names',
      'tracking-params',
      'ban-match',
      'ban-value',
      'describe',
      'links',
      'print',
      'reading',
      'rules',
      'verdict',
    ];
    const isPure = (file: string) =>
      file.startsWith('worker/') &&
      // Links in mails are signed: that file has the secret, and is pure only by name.
      file !== 'worker/notify/links.ts' &&
      (pure.includes(basename(file)) || file.startsWith('worker/moderation/phases/'));
    const wrong = imports.filter(
      (i) =>
        isPure(i.file) &&
        !i.typeOnly &&
        /^(hono|kysely)|worker\/(db|env|app|request)$|[/-]store$|\/routes$/.test(i.target),
    );
    expect(say(wrong)).toEqual([]);
    const clocks = files.filter(
      (f) => isPure(f) && /Date\.now|new Date\(\)|Math\.random/.test(readFileSync(join(ROOT, f), 'utf8')),
    );
    expect(clocks).toEqual([]);
  });

  it('letters are made of what they are told: they import each other and what an address is, and know no clock', () => {
    const letters = files.filter((f) => f.startsWith('worker/notify/letters/'));
    expect(letters.length).toBeGreaterThan(10);
    const wrong = imports.filter(
      (i) => letters.includes(i.file) && !i.typeOnly && !/^worker\/(notify\/letters\/|web-address$)/.test(i.target),
    );
    expect(say(wrong)).toEqual([]);
    const clock = /Date\.now|new Date\(\)|Math\.random/;
    expect(letters.filter((f) => clock.test(readFileSync(join(ROOT, f), 'utf8')))).toEqual([]);
  });

  it('store files know SQL, never Hono', () => {
    const stores = inRoom('worker').filter((i) => STORE.test(i.file));
    expect(stores.length).toBeGreaterThan(0);
    expect(say(stores.filter((i) => /^hono|worker\/(app|request|env)$|\/routes$/.test(i.target)))).toEqual([]);
  });

  it('SQL lives in store files', () => {
    const wrong = inRoom('worker').filter(
      (i) => i.target === 'kysely' && !i.typeOnly && i.file !== 'worker/db.ts' && !STORE.test(i.file),
    );
    expect(say(wrong)).toEqual([]);
  });

  it('only app.ts imports routes; only tests and the entry import app.ts, only tests index.ts', () => {
    const routes = imports.filter((i) => /^worker\/.*\/routes$/.test(i.target) && i.file !== 'worker/app.ts');
    const app = imports.filter((i) => i.target === 'worker/app' && !/^test\/|^worker\/index\.ts$/.test(i.file));
    const index = imports.filter((i) => i.target === 'worker/index' && !i.file.startsWith('test/'));
    expect(say([...routes, ...app, ...index])).toEqual([]);
  });

  it('views reach neither the network nor document and window', () => {
    const views = files.filter((f) => f.startsWith('widget/view/'));
    expect(views.length).toBeGreaterThan(3);
    expect(say(imports.filter((i) => views.includes(i.file) && i.target === 'widget/api' && !i.typeOnly))).toEqual([]);
    const code = (f: string) => readFileSync(join(ROOT, f), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    expect(
      views.filter((f) =>
        /\b(document|window|fetch|localStorage|sessionStorage|navigator|location)\s*[.(]/.test(code(f)),
      ),
    ).toEqual([]);
  });

  it('there are no barrels: a folder has no index file but the worker’s entry', () => {
    expect(
      files.filter((f) => basename(f) === 'index' && f !== 'worker/index.ts').map((f) => relative('.', f)),
    ).toEqual([]);
  });
});
