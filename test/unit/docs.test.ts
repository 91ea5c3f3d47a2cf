/** The documents say what is. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { measureSizes } from '../../cli/size';
import { ERRORS, LIMITS } from '../../worker/contract';

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
    const real = /const ATTRIBUTES = '([^']+)'/.exec(read('widget/embed.tsx'))![1]!.split(' ').sort();
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
    expect(embed).toBeLessThanOrEqual(10_240);
    expect(later[1]).toBeLessThanOrEqual(6_144);
    expect(count).toBeLessThanOrEqual(1_024);
    const readme = read('README.md').replace(/ +/g, ' ');
    const n = (bytes: number) => bytes.toLocaleString('en');
    expect(readme).toContain(`| at once | ${n(embed!)} |`);
    expect(readme).toContain(`| when they act | ${n(later[0]!)} to ${n(later[1]!)} |`);
    expect(readme).toContain(`| where you use it | ${n(count!)} |`);
    expect(readme).toContain(`_${n(preact)}_`);
  });

  it('link to files and pictures that are there', () => {
    const pages = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'docs/embedding.md', 'docs/deploying.md'];
    for (const page of pages)
      for (const [, target] of read(page).matchAll(/\]\((?!https?:|#|\/)([^)#\s]+)/g))
        expect([page, target, existsSync(join(ROOT, dirname(page), target!))]).toEqual([page, target, true]);
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
