/** Leaving in the format of others and coming back: what docs/leaving.md promises, through the command line and a real server. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../cli/root.ts';
import { afterword, createSite, folder } from './stage.ts';

async function run(...args: string[]) {
  const ran = await afterword(args);
  if (ran.code !== 0) throw new Error(`afterword ${args.join(' ')}: ${ran.code}\n${ran.stdout}\n${ran.stderr}`);
  return ran;
}

/** The own format without the lines and fields that name the import. */
async function exportOwn(site: string): Promise<unknown[]> {
  const { stdout } = await run('export', '--site', site);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ type }) => type === 'comment')
    .map(({ import: _import, decision: _decision, source: _source, page: _page, author, ...rest }) => ({
      ...rest,
      author: { ...author, id: author.id === null ? null : 'somebody' },
    }));
}

describe.each([
  ['disqus', 'disqus-oddities.xml', 'https://garden.example=https://'],
  ['wordpress', 'wordpress-oddities.xml', 'https://garden.example=https://'],
])('leaving as %s', (format, fixture, map) => {
  it('brings back every comment as it was', async () => {
    const site = await createSite();
    const file = join(ROOT, 'test/fixtures/import', fixture);
    const host = `${site}.example`;
    const first = await run(
      'import',
      file,
      '--site',
      site,
      '--map',
      `${map}${host}`,
      '--skip-unknown',
      '--apply',
      '--json',
    );
    const before = await exportOwn(site);
    expect(before.length).toBeGreaterThan(3);

    const out = join(folder, `${site}.xml`);
    await run('export', '--site', site, '--format', format, '--out', out);
    const again = JSON.parse((await run('import', out, '--site', site, '--apply', '--json')).stdout);
    expect(again).toMatchObject({ comments: before.length, present: before.length });

    await run('import', 'undo', JSON.parse(first.stdout).import.id, '--yes');
    expect(await exportOwn(site)).toEqual([]);
    const back = JSON.parse((await run('import', out, '--site', site, '--apply', '--json')).stdout);
    expect(back).toMatchObject({ present: 0, broken: null });
    expect(await exportOwn(site)).toEqual(before);
  });
});
