/** The documents say what is. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { measureSizes } from '../../cli/size';
import { ERRORS, LIMITS } from '../../worker/contract';
import { SCOPES } from '../../worker/contract-admin';
import { Settings } from '../../worker/contract-settings';
import { FORMAT_VERSION, RECORDS } from '../../worker/contract-transfer';
import { OUTSIDE_PHASES } from '../../worker/moderation/outside/outside';
import { turnstile } from '../../worker/moderation/outside/turnstile';
import { PHASES } from '../../worker/moderation/phases';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

describe('documents', () => {
  it('explain every error code once, with its status, and no other', () => {
    const found = [...read('docs/errors.md').matchAll(/^## (\w+)\n\nStatus (\d{3})\./gm)].map(([, code, status]) => [
      code,
      Number(status),
    ]);
    expect(found).toEqual(Object.entries(ERRORS).map(([code, [status]]) => [code, status]));
  });

  it('name every attribute of the element, and no other', () => {
    const source = read('widget/embed.tsx');
    const watched = /const ATTRIBUTES = '([^']+)'/.exec(source)![1]!.split(' ');
    const asked = [...source.matchAll(/\bget\('([a-z-]+)'\)/g)].map((m) => m[1]!);
    const real = [...new Set([...watched, ...asked])].sort();
    const section = read('docs/embedding.md').split('## Attributes')[1]!.split('## ')[0]!;
    expect([...section.matchAll(/^\| `([\w-]+)`/gm)].map((m) => m[1]).sort()).toEqual(real);
  });

  it('name the custom properties and parts the widget has', () => {
    const source = readdirSync(join(ROOT, 'widget'), { recursive: true, encoding: 'utf8' })
      .filter((f) => /\.(css|tsx?)$/.test(f))
      .map((f) => read(join('widget', f)))
      .join('\n');
    const text = read('docs/embedding.md');
    const real = [...new Set(source.match(/--afterword-[a-z]+/g))].sort();
    expect([...new Set(text.match(/--afterword-[a-z]+/g))].sort()).toEqual(real);
    const parts = [...source.matchAll(/\bpart="([a-z-]+)"/g)].map((m) => m[1]!);
    const named = text.split('and the parts')[1]!.split(':')[0]!;
    expect([...named.matchAll(/`([a-z-]+)`/g)].map((m) => m[1]).sort()).toEqual([...new Set(parts)].sort());
  });

  it('state the limits of the contract', () => {
    const text = read('docs/deploying.md');
    expect(text).toContain(LIMITS.bodyChars.toLocaleString('en'));
    expect(text).toContain(`${LIMITS.pageSize.min} to ${LIMITS.pageSize.max}`);
    const toml = read('wrangler.toml');
    expect(/POST_LIMIT"[^[]*limit = (\d+)/.exec(toml)![1]).toBe('10');
    expect(/READ_LIMIT"[^[]*limit = (\d+)/.exec(toml)![1]).toBe('300');
    expect(/ACT_LIMIT"[^[]*limit = (\d+)/.exec(toml)![1]).toBe('60');
  });

  it('name every setting of a site, with its default', () => {
    const section = read('docs/deploying.md').split('| setting')[1]!.split('\n\n')[0]!;
    const named = [...section.matchAll(/^\|((?: *`\w+`,?)+) *\|[^|]*\| *`([^`]+)` *\|/gm)].flatMap(([, names, value]) =>
      [...names!.matchAll(/`(\w+)`/g)].map((m) => [m[1], value]),
    );
    const said = ([name, value]: (string | undefined)[]) => `${name} ${value}`;
    const defaults = Object.entries(v.parse(Settings, {}));
    expect(named.map(said).sort()).toEqual(
      defaults.map(([name, value]) => said([name, typeof value === 'string' ? value : JSON.stringify(value)])).sort(),
    );
  });

  it('name every check that comments pass, in order, and every scope', () => {
    const text = read('docs/moderation.md');
    const rows = (heading: string) =>
      [
        ...text
          .split(heading)[1]!
          .split('\n\n')[0]!
          .matchAll(/^\| `([\w:]+)` *\| (.*?) *\|$/gm),
      ].map(([, name, what]) => [name, what]);
    expect(rows('| check').map(([name]) => name)).toEqual(
      [...PHASES, turnstile, ...OUTSIDE_PHASES].map(({ name }) => name),
    );
    expect(rows('| scope')).toEqual(Object.entries(SCOPES));
  });

  it('name every record of the format and its fields, in order, and no other', () => {
    const sections = read('docs/format.md').split('\n## Records\n')[1]!.split(/^### /m).slice(1);
    const named = sections.map((section) => [
      /^`(\w+)`/.exec(section)![1],
      [...section.matchAll(/^\| `([\w.]+)`/gm)].map(([, field]) => field),
    ]);
    const real = Object.entries(RECORDS).map(([type, { entries }]) => [
      type,
      Object.entries(entries).flatMap(([name, schema]) =>
        name === 'author'
          ? Object.keys((schema as { entries: object }).entries).map((inner) => `author.${inner}`)
          : [name],
      ),
    ]);
    const withoutType = (fields: string[]) => fields.filter((field) => field !== 'type');
    expect(named).toEqual(real.map(([type, fields]) => [type, withoutType(fields as string[])]));
    expect(read('docs/format.md')).toContain(`This is version ${FORMAT_VERSION}.`);
  });

  it('state the bytes that a reader really downloads, within the budgets', async () => {
    const outDir = mkdtempSync(join(tmpdir(), 'afterword-sizes-'));
    const { files, preact } = await measureSizes(outDir);
    rmSync(outDir, { recursive: true });
    const bytesOf = (start: string) =>
      Object.entries(files).flatMap(([path, n]) => (path.startsWith(start) ? [n] : []));
    const [embed, count, compose] = ['embed.js', 'count.js', 'lazy/compose'].map((start) => bytesOf(start)[0]!);
    const languages = [...bytesOf('lazy/en'), ...bytesOf('locales/')];
    expect(languages).toHaveLength(6);
    const later = [Math.min(...languages), Math.max(...languages)].map((n) => compose! + n);
    const words = bytesOf('identity/');
    expect(words).toHaveLength(6);
    const own = [Math.min(...words), Math.max(...words)].map((n) => bytesOf('lazy/identity')[0]! + n);
    expect(embed).toBeLessThanOrEqual(10_240);
    expect(later[1]).toBeLessThanOrEqual(6_144);
    expect(own[1]).toBeLessThanOrEqual(12_800);
    expect(bytesOf('forms/')).toHaveLength(6);
    expect(bytesOf('lazy/forms')[0]! + Math.max(...bytesOf('forms/'))).toBeLessThanOrEqual(4_096);
    expect(count).toBeLessThanOrEqual(1_024);
    const readme = read('README.md').replace(/ +/g, ' ');
    const n = (bytes: number) => bytes.toLocaleString('en');
    expect(readme).toContain(`| at once | ${n(embed!)} |`);
    expect(readme).toContain(`| when they act | ${n(later[0]!)} to ${n(later[1]!)} |`);
    expect(readme).toContain(`| with that | ${n(own[0]!)} to ${n(own[1]!)} |`);
    expect(readme).toContain(`| where you use it | ${n(count!)} |`);
    expect(readme).toContain(`_${n(preact)}_`);
  }, 30_000);

  it('link to files and pictures that are there', () => {
    const guides = readdirSync(join(ROOT, 'docs')).filter((file) => file.endsWith('.md'));
    const pages = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', ...guides.map((file) => `docs/${file}`)];
    for (const page of pages)
      for (const [, target] of read(page).matchAll(/\]\((?!https?:|#|\/)([^)#\s]+)/g))
        expect([page, target, existsSync(join(ROOT, dirname(page), target!))]).toEqual([page, target, true]);
  });

  it('and comments name files that are there', () => {
    const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' });
    const files = listed.split('\n').filter((file) => existsSync(join(ROOT, file)));
    const textOf = (file: string) =>
      file.endsWith('.md') ? read(file) : (read(file).match(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm) ?? []).join('\n');
    const named = files
      .filter((file) => /\.(tsx?|md)$/.test(file))
      .flatMap((file) => (textOf(file).match(/(?<![\w/.-])[\w./-]*[\w-]\.tsx?\b/g) ?? []).map((name) => [file, name]));
    expect(named.length).toBeGreaterThan(100);
    // One in a recipe is still to be written.
    const isThere = (name: string) =>
      name === 'widget/locales/xx.ts' || files.some((file) => `/${file}`.endsWith(`/${name}`));
    expect(named.filter(([, name]) => !isThere(name!))).toEqual([]);
  });

  it('say nothing of the machine or the registry they were made with', () => {
    const lock = read('package-lock.json');
    expect(lock).not.toMatch(/"resolved": "(?!https:\/\/registry\.npmjs\.org\/)/);
    const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' });
    const names = tracked
      .split('\n')
      .filter((f) => /\.(ts|tsx|md|css|html|json|toml|sql)$/.test(f) && existsSync(join(ROOT, f)));
    expect(names.length).toBeGreaterThan(80);
    const wrong = names.filter((f) => f !== 'test/unit/docs.test.ts' && /\/work\/|\/root\//.test(read(f)));
    expect(wrong).toEqual([]);
  });
});
