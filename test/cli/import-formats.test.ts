/** Every format from the file to the thread: a fixture of each, through the command line, into a site of its own. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../cli/root.ts';
import { afterword, api, createSite } from './stage.ts';

interface Listed {
  comments: { status: string; body: string; html: string; author: { name: string; badge: string | null } }[];
}

/** Pages in the site that comments are on, and comments by what became of them. */
const FIXTURES: [file: string, pages: number, statuses: string][] = [
  ['afterword.ndjson', 1, 'approved approved spam'],
  ['isso.json', 2, 'approved approved approved'],
  ['remark42.jsonl', 2, 'approved approved approved deleted'],
  ['commento.json', 2, 'approved deleted pending spam'],
  ['comentario.json', 1, 'approved deleted pending trash'],
  ['artalk.artrans', 2, 'approved approved pending'],
  ['waline.json', 1, 'approved pending spam'],
  ['twikoo.jsonl', 2, 'approved approved spam'],
  ['valine.jsonl', 1, 'approved spam'],
  ['cusdis.json', 2, 'approved approved deleted pending'],
  ['giscus.json', 1, 'approved deleted spam trash'],
  ['utterances.json', 2, 'approved approved'],
];

describe('importing', () => {
  it.each(FIXTURES)('%s brings its comments along', { timeout: 120_000 }, async (file, pages, statuses) => {
    const site = await createSite();
    const moved = ['--map', `https://garden.example=https://${site}.example`];
    const path = join(ROOT, 'test/fixtures/import', file);
    const ran = await afterword(['import', path, '--site', site, ...moved, '--apply', '--json']);
    expect(ran.stderr + ran.stdout).not.toMatch(/Error|undefined/);
    expect(ran.code).toBe(0);
    const { comments } = await api<Listed>('GET', `/admin/comments?site=${site}&limit=100`);
    expect(
      comments
        .map((comment) => comment.status)
        .sort()
        .join(' '),
    ).toBe(statuses);
    for (const { html } of comments) expect(html).not.toMatch(/<(script|img[^>]+onerror)|javascript:|&lt;p&gt;/);
    expect((await api<{ pages: unknown[] }>('GET', `/admin/pages?site=${site}`)).pages).toHaveLength(pages);
  });
});
