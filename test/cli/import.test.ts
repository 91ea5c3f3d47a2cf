/** `afterword import`: the plan, applying it, a second time, what has to be decided first, and taking it back. */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, inject, it } from 'vitest';
import type { Plan } from '../../cli/import/plan.ts';
import type { Import } from '../../worker/contract-transfer.ts';
import { afterword, createSite, folder } from './stage.ts';

interface Post {
  id?: string;
  thread?: string;
  parent?: string;
  text?: string;
  spam?: boolean;
}

let files = 0;
/** As Disqus exports it. */
function writeDisqus(threads: Record<string, string>, posts: Post[], end = '</disqus>'): string {
  const path = join(folder, `${++files}.xml`);
  const listed = Object.entries(threads).map(
    ([id, link]) =>
      `<thread dsq:id="${id}"><link>${link}</link><title>Title ${id}</title><createdAt>2019-01-01T00:00:00Z</createdAt></thread>`,
  );
  const written = posts.map(
    ({ id, thread = 't', parent, text: said = `Text ${id}`, spam = false }, n) =>
      `<post dsq:id="${id ?? n}"><message><![CDATA[<p>${said}</p>]]></message><createdAt>2020-01-01T00:00:${String(n % 60).padStart(2, '0')}Z</createdAt>
       <isDeleted>false</isDeleted><isSpam>${spam}</isSpam><author><name>Ann</name><username>ann</username></author><thread dsq:id="${thread}"/>${parent ? `<parent dsq:id="${parent}"/>` : ''}</post>`,
  );
  writeFileSync(
    path,
    `<?xml version="1.0"?><disqus xmlns="http://disqus.com" xmlns:dsq="http://disqus.com/disqus-internals">${listed.join('')}${written.join('')}${end}`,
  );
  return path;
}

type Result = Plan & { questions: string[]; applied: boolean; import: Import | null };
async function runJson(...args: string[]): Promise<Result & { code: number | null }> {
  const ran = await afterword(['import', ...args, '--json']);
  if (ran.stdout === '') throw new Error(ran.stderr);
  return { ...(JSON.parse(ran.stdout) as Result), code: ran.code };
}
interface Read {
  page: { title: string | null; count: number };
  comments: { id: string; parent: string | null; html: string; author: { name: string } }[];
}
let reads = 0;
/** Each time with another limit: an answer of a moment ago may be cached. */
async function readThread(url: string): Promise<Read> {
  const { url: server } = inject('instance');
  const limit = 50 + ++reads;
  return (await (await fetch(`${server}/api/v1/thread?limit=${limit}&url=${encodeURIComponent(url)}`)).json()) as Read;
}

describe('afterword import', () => {
  it('shows a plan and writes nothing, then imports it, then finds nothing new', async () => {
    const site = await createSite();
    const url = `https://${site}.example/post`;
    const path = writeDisqus({ t: `${url}/`, u: `https://${site}.example/quiet` }, [
      { id: '2', parent: '1' },
      { id: '1' },
      { id: '3', spam: true },
    ]);

    const shown = await afterword(['import', path, '--site', site]);
    expect(shown.code).toBe(0);
    expect(shown.stdout).toContain('3 comments on 1 page, 3 of them new');
    expect(shown.stdout).toMatch(/approved 2, spam 1/);
    expect(shown.stdout).toContain('Nothing was written. --apply imports it.');
    expect((await readThread(url)).comments).toEqual([]);

    const applied = await runJson(path, '--site', site, '--apply');
    expect(applied).toMatchObject({
      code: 0,
      applied: true,
      comments: 3,
      present: 0,
      records: 5,
      pagesWithoutComments: 1,
    });
    expect(applied.import).toMatchObject({ site, format: 'disqus', status: 'done', comments: 3, pages: 1, total: 5 });
    const { page, comments } = await readThread(url);
    expect(page).toMatchObject({ title: 'Title t', count: 2 });
    expect(comments.map(({ html, author }) => [html.trim(), author.name])).toEqual([
      ['<p>Text 1</p>', 'Ann'],
      ['<p>Text 2</p>', 'Ann'],
    ]);
    expect(comments[1]!.parent).toBe(comments[0]!.id);

    const again = await afterword(['import', path, '--site', site, '--apply']);
    expect(again).toMatchObject({ code: 0 });
    expect(again.stdout).toContain('Nothing new');
    const more = writeDisqus({ t: url }, [{ id: '2', parent: '1' }, { id: '1' }, { id: '4' }]);
    expect(await runJson(more, '--site', site, '--apply')).toMatchObject({
      present: 2,
      import: { comments: 1, pages: 0 },
    });
  });

  it('takes an import back', async () => {
    const site = await createSite();
    const url = `https://${site}.example/post`;
    const path = writeDisqus(
      { t: url },
      Array.from({ length: 30 }, (_, n) => ({ id: `${n + 1}`, text: `Text ${n}` })),
    );
    const { id } = (await runJson(path, '--site', site, '--apply')).import!;
    const listed = await afterword(['import', 'list']);
    expect(listed.stdout).toContain(id);
    expect((await afterword(['import', 'show', id])).stdout).toMatch(/done\s+1\s+30/);

    const asked = await afterword(['import', 'undo', id]);
    expect(asked).toMatchObject({ code: 3, stderr: '' });
    expect(asked.stdout).toContain('--yes takes away 30 comments');
    expect(await afterword(['import', 'undo', id, '--yes'])).toMatchObject({ code: 0 });
    expect((await readThread(url)).comments).toEqual([]);
    expect(await runJson(path, '--site', site, '--apply')).toMatchObject({ present: 0, import: { comments: 30 } });
  });

  it('asks about hosts that the site does not have, and leaves them out or moves them when told', async () => {
    const site = await createSite();
    const path = writeDisqus({ t: `https://${site}.example/a`, u: 'https://old.example/blog/b' }, [
      { id: '1' },
      { id: '2', thread: 'u' },
    ]);
    const asked = await afterword(['import', path, '--site', site, '--apply']);
    expect(asked.code).toBe(3);
    expect(asked.stdout).toContain(`npx afterword sites add-origin ${site} https://old.example`);
    expect(asked.stdout).toContain('--map https://old.example=');
    expect(asked.stdout).toContain('Nothing was written');
    expect((await readThread(`https://${site}.example/a`)).comments).toEqual([]);

    expect(await runJson(path, '--site', site)).toMatchObject({
      ...{ code: 3, questions: ['unknown'], unknownHosts: [{ host: 'old.example', pages: 1, comments: 1 }] },
    });
    expect(await runJson(path, '--site', site, '--apply', '--skip-unknown')).toMatchObject({
      code: 0,
      import: { comments: 1 },
    });
    const map = `https://old.example/blog=https://${site}.example`;
    expect(await runJson(path, '--site', site, '--apply', '--map', map)).toMatchObject({
      present: 1,
      import: { comments: 1 },
    });
    expect((await readThread(`https://${site}.example/b`)).comments.length).toBe(1);
  });

  it('variants of an address land together, and a page that is there keeps what it has', async () => {
    const site = await createSite();
    const url = `https://${site}.example/post`;
    await runJson(writeDisqus({ t: url }, [{ id: '1' }]), '--site', site, '--apply');
    const path = writeDisqus({ u: `http://www.${site}.example/post/?utm_source=x`, v: `${url}/index.html` }, [
      { id: '2', thread: 'u' },
      { id: '3', thread: 'v' },
    ]);
    const { pages, import: done } = await runJson(path, '--site', site, '--apply');
    expect(pages).toMatchObject([{ existing: { title: 'Title t', count: 1 }, comments: 2 }]);
    expect(pages[0]!.from.length).toBe(2);
    expect(done).toMatchObject({ pages: 0, comments: 2 });
    expect((await readThread(url)).page).toMatchObject({ title: 'Title t', count: 3 });
  });

  it('a file that breaks is imported as far as it goes only when told', async () => {
    const site = await createSite();
    const path = writeDisqus(
      { t: `https://${site}.example/a` },
      [{ id: '1' }],
      '\n<post dsq:id="2"><message>oops</post>',
    );
    const asked = await runJson(path, '--site', site, '--apply');
    expect(asked).toMatchObject({ code: 3, applied: false, questions: ['broken'], broken: { line: 3 } });
    expect(await runJson(path, '--site', site, '--apply', '--partial')).toMatchObject({
      code: 0,
      import: { comments: 1 },
    });
  });

  it('addresses without a host are below the site’s only origin, or --base', async () => {
    const path = join(folder, 'generic.json');
    const dated = { created: '2020-01-01T00:00:00Z', author: 'Ann', text: 'Hello' };
    writeFileSync(path, JSON.stringify([{ id: '/post', title: 'Post', comments: [{ ...dated, id: 1 }] }]));
    const one = await createSite();
    expect((await runJson(path, '--site', one)).pages).toMatchObject([{ url: `https://${one}.example/post` }]);
    const stem = `two-${Date.now()}`;
    const two = await createSite([`https://${stem}a.example`, `https://${stem}b.example`]);
    expect(await runJson(path, '--site', two)).toMatchObject({ code: 3, pages: [{ problem: 'no_base' }] });
    const base = `${stem}b.example`;
    expect((await runJson(path, '--site', two, '--base', base)).pages).toMatchObject([{ url: `https://${base}/post` }]);
  });

  it('an export of one site comes into another, with ids of its own', async () => {
    const [from, to] = [await createSite(), await createSite()];
    const path = writeDisqus({ t: `https://${from}.example/post` }, [{ id: '1' }, { id: '2', parent: '1' }]);
    await runJson(path, '--site', from, '--apply');
    const exported = join(folder, `${from}.ndjson.gz`);
    expect(await afterword(['export', '--site', from, '--out', exported])).toMatchObject({ code: 0 });
    expect(await runJson(exported, '--site', from, '--apply')).toMatchObject({
      comments: 2,
      present: 2,
      applied: false,
    });

    const map = `https://${from}.example=https://${to}.example`;
    expect(await runJson(exported, '--site', to, '--map', map, '--apply')).toMatchObject({
      present: 0,
      import: { comments: 2 },
    });
    expect(await runJson(exported, '--site', to, '--map', map, '--apply')).toMatchObject({
      present: 2,
      applied: false,
    });
    const [first, second] = (await readThread(`https://${to}.example/post`)).comments;
    expect([first!.html.trim(), second!.html.trim()]).toEqual(['<p>Text 1</p>', '<p>Text 2</p>']);
    expect(second!.parent).toBe(first!.id);
  });

  it('an instance that cannot take much at once gets less, and what it never takes is named', async () => {
    const site = await createSite();
    const path = writeDisqus(
      { t: `https://${site}.example/post` },
      Array.from({ length: 9 }, (_, n) => ({ id: `${n + 1}` })),
    );
    const { url } = inject('instance');
    const sizes: number[] = [];
    let never = '"source":"7"';
    // Stands before the instance as a Worker does that runs out of its time.
    const gate = createServer(async (request, response) => {
      const body = await text(request);
      const records = request.url!.endsWith('/records') ? (JSON.parse(body).records as unknown[]).length : 0;
      if (records > 0) sizes.push(records);
      if (records > 2 || (records > 0 && body.includes(never))) return response.writeHead(503).end('error code: 1102');
      const headers = { Authorization: request.headers.authorization!, 'Content-Type': 'application/json' };
      const { method } = request;
      const answer = await fetch(`${url}${request.url}`, { method: method!, headers, ...(body && { body }) });
      response
        .writeHead(answer.status, { 'Content-Type': answer.headers.get('Content-Type')! })
        .end(await answer.text());
    });
    await new Promise<void>((done) => gate.listen(0, '127.0.0.1', done));
    const env = { AFTERWORD_SERVER: `http://127.0.0.1:${(gate.address() as AddressInfo).port}` };
    const refused = await afterword(['import', path, '--site', site, '--apply'], { env });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('comment "7"');
    expect(refused.stderr).toContain('it goes on where it stopped');
    expect((await readThread(`https://${site}.example/post`)).comments.length).toBe(6);
    expect(Math.max(...sizes)).toBeGreaterThan(2);

    never = 'nothing';
    const done = await afterword(['import', path, '--site', site, '--apply', '--json'], { env });
    gate.close();
    expect(JSON.parse(done.stdout)).toMatchObject({ applied: true, import: { comments: 9, pages: 1 } });
    expect((await readThread(`https://${site}.example/post`)).comments.length).toBe(9);
  });

  it('threat 4: what a stranger wrote is harmless in the plan and in the thread', async () => {
    const site = await createSite();
    const evil = '&#x1b;]0;gotcha&#x7; <img src=x onerror=alert(1)><script>alert(2)</script>[x](javascript:alert(3))';
    const path = writeDisqus({ t: `https://${site}.example/a` }, [
      { id: '1', text: evil },
      { id: '\u202e1', text: evil },
      { id: '\u202e1' },
    ]);
    const ran = await afterword(['import', path, '--site', site, '--apply']);
    expect(ran.code).toBe(0);
    expect(ran.stdout).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
    const { html } = (await readThread(`https://${site}.example/a`)).comments[0]!;
    expect(html).not.toMatch(/<script|onerror=|href="javascript/);
  });

  it('says what it lacks: a site, a file, a format', async () => {
    await createSite();
    await createSite();
    const path = writeDisqus({}, []);
    const site = await afterword(['import', path]);
    expect(site).toMatchObject({ code: 2, stdout: '' });
    expect(site.stderr).toMatch(/^Which site\? Add --site with one of /);
    expect(await afterword(['import', '/none/there.xml', '--site', 'demo'])).toMatchObject({
      code: 1,
      stderr: 'There is no file /none/there.xml.\n',
    });
    const diary = join(folder, 'diary.txt');
    writeFileSync(diary, 'Dear diary');
    expect((await afterword(['import', diary, '--site', 'demo'])).stderr).toContain('It begins with "Dear diary"');
    const nowhere = await afterword(['import', path, '--site', 'not-there', '--apply']);
    expect(nowhere).toMatchObject({ code: 1, stderr: expect.stringContaining('There is no site not-there') });
    expect(await afterword(['import', path, '--map', 'nonsense'])).toMatchObject({ code: 2 });
  });
});
