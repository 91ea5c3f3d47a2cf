/** Reading: order, cursors, cuts, what is not there. */
import { describe, expect, it } from 'vitest';
import type { Comment, CommentInContext, Thread } from '../../worker/contract';
import { ADMIN, bindings, call, createSite, post, problem, query, replies, setRow, thread } from './api';

const bodies = (comments: Comment[]) => comments.map((c) => c.html.replace(/<\/?p>|\n/g, ''));

describe('thread', () => {
  it('answers an unborn page as empty, and does not give birth to it by reading', async () => {
    const { url } = await createSite();
    expect(await thread({ url })).toEqual({
      page: { id: null, url, title: null, count: 0, locked: false, reactions: [] },
      sort: 'oldest',
      votes: 'up',
      required: [],
      comments: [],
      next: null,
    });
    expect(await bindings.DB.prepare('SELECT 1 FROM pages WHERE url = ?').bind(url).first()).toBeNull();
  });

  it('returns comments flat and depth-first, with parent and depth', async () => {
    const { url } = await createSite();
    const a = await post({ url, body: 'a' });
    const b = await post({ url, body: 'b' });
    const a1 = await post({ url, body: 'a1', parent: a.id });
    await post({ url, body: 'b1', parent: b.id });
    const a2 = await post({ url, body: 'a2', parent: a.id });
    const a11 = await post({ url, body: 'a11', parent: a1.id });
    const { comments, page } = await thread({ url });
    expect(bodies(comments)).toEqual(['a', 'a1', 'a11', 'a2', 'b', 'b1']);
    expect(comments.map((c) => c.depth)).toEqual([0, 1, 2, 1, 0, 1]);
    expect(comments.find((c) => c.id === a11.id)?.parent).toBe(a1.id);
    expect(comments.find((c) => c.id === a2.id)?.parent).toBe(a.id);
    expect(page.count).toBe(6);
  });

  it('marks what no person wrote: pingbacks and trackbacks, and nothing else that stands there', async () => {
    const { url } = await createSite();
    for (const [body, kind] of [
      ['a', 'pingback'],
      ['b', 'trackback'],
      ['c', 'hostile'],
    ])
      await setRow((await post({ url, body: body! })).id, { kind: kind as 'pingback' });
    expect((await thread({ url })).comments.map((c) => c.author.badge)).toEqual(['pingback', 'trackback', null]);
  });

  it('sorts by oldest, newest and best, replies always oldest first', async () => {
    const { url } = await createSite();
    const [a, b, c] = [await post({ url, body: 'a' }), await post({ url, body: 'b' }), await post({ url, body: 'c' })];
    await post({ url, body: 'b1', parent: b!.id });
    await post({ url, body: 'b2', parent: b!.id });
    await setRow(b!.id, { score: 0.5 });
    await setRow(a!.id, { score: 0.9 });
    const read = async (sort: string) => bodies((await thread({ url, sort })).comments);
    expect(await read('oldest')).toEqual(['a', 'b', 'b1', 'b2', 'c']);
    expect(await read('newest')).toEqual(['c', 'b', 'b1', 'b2', 'a']);
    expect(await read('best')).toEqual(['a', 'b', 'b1', 'b2', 'c']);
    await setRow(c!.id, { score: 1 });
    expect(await read('best')).toEqual(['c', 'a', 'b', 'b1', 'b2']);
  });

  it('uses the order of the site when none is asked for', async () => {
    const { url } = await createSite({ sort: 'newest' });
    await post({ url, body: 'a' });
    await post({ url, body: 'b' });
    for (let again = 0; again < 2; again++) {
      const read = await thread({ url });
      expect([read.sort, ...bodies(read.comments)]).toEqual(['newest', 'b', 'a']);
    }
  });

  it.each(['newest', 'best'])('takes a cursor without a sort where the site’s own order is %s', async (sort) => {
    const { site, url } = await createSite({ sort, attackAfter: 0 });
    for (let i = 0; i < 12; i++) await post({ url, body: `${i}` });
    const first = await thread({ url, sort, limit: 10 });
    // The first read without a sort: nothing has told the worker this host's order yet.
    const second = await thread({ url, limit: 10, after: first.next! });
    expect([second.sort, ...bodies(second.comments)]).toEqual([sort, '1', '0']);
    await bindings.DB.prepare(`UPDATE sites SET settings = '{"sort":"oldest"}' WHERE id = ?`).bind(site).run();
    const changed = await thread({ url, limit: 10 });
    expect(bodies((await thread({ url, limit: 10, after: changed.next! })).comments)).toEqual(['10', '11']);
  });

  it.each(['oldest', 'newest', 'best'])(
    'pages through %s without losing or repeating while others post',
    async (sort) => {
      const { url } = await createSite({ attackAfter: 0 });
      const written = new Set<string>();
      for (let i = 0; i < 9; i++) {
        const root = await post({ url, body: `root ${i}` });
        written.add(root.id);
        if (sort === 'best') await setRow(root.id, { score: (i % 3) / 10 });
        for (let j = 0; j < i % 4; j++) written.add((await post({ url, body: `reply ${j}`, parent: root.id })).id);
      }
      const seen: string[] = [];
      let after: string | null = '';
      let pages = 0;
      while (after !== null) {
        const read: Thread = await thread({ url, sort, limit: 10, ...(after && { after }) });
        expect(read.comments.length).toBeLessThanOrEqual(10);
        seen.push(...read.comments.map((c) => c.id));
        after = read.next;
        if (pages++ === 0) await post({ url, body: 'meanwhile', parent: seen[0]! });
      }
      expect(pages).toBeGreaterThan(2);
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen.filter((id) => written.has(id)).length).toBe(written.size);
    },
  );

  it('cuts a long branch, says how much is left, and gives the rest by cursor, a parent before its replies', async () => {
    const { url } = await createSite({ attackAfter: 0 });
    const root = await post({ url, body: 'root' });
    const ids: string[] = [];
    for (let i = 0; i < 17; i++)
      ids.push((await post({ url, body: `${i}`, parent: i % 3 === 2 ? ids[i - 1]! : root.id })).id);
    const { comments } = await thread({ url });
    expect(comments).toHaveLength(6);
    expect(comments[0]!.more).toEqual({ count: 12, after: ids[4] });
    const first = await replies(root.id, { after: ids[4]!, limit: 10 });
    expect(first.comments.map((c) => c.id)).toEqual(ids.slice(5, 15));
    const late = await post({ url, body: 'late', parent: ids[0]! });
    const rest = await replies(root.id, { after: first.next!, limit: 10 });
    expect(rest.comments.map((c) => c.id)).toEqual([...ids.slice(15), late.id]);
    expect(rest.next).toBeNull();
  });

  it('gives the replies below a comment inside a branch', async () => {
    const { url } = await createSite({ attackAfter: 0 });
    const root = await post({ url });
    const a = await post({ url, parent: root.id });
    await post({ url, body: 'elsewhere', parent: root.id });
    const a1 = await post({ url, parent: a.id });
    const a11 = await post({ url, parent: a1.id });
    const a2 = await post({ url, parent: a.id });
    expect((await replies(a.id)).comments.map((c) => c.id)).toEqual([a1.id, a11.id, a2.id]);
    expect((await replies(a.id, { after: a1.id })).comments.map((c) => c.id)).toEqual([a11.id, a2.id]);
  });

  it('keeps any depth as written', async () => {
    const { url } = await createSite({ attackAfter: 0 });
    let parent: string | undefined;
    const chain: string[] = [];
    for (let i = 0; i < 80; i++) {
      const made: Comment = await post({ url, ...(parent !== undefined && { parent }) });
      expect(made.depth).toBe(i);
      parent = made.id;
      chain.push(made.id);
    }
    const deep: CommentInContext = await (await call(`/comments/${chain[79]}`)).json();
    expect(deep.comment.parent).toBe(chain[78]);
    expect(deep.ancestors.map((c) => c.id)).toEqual(chain.slice(29, 79));
    const rest = await replies(chain[0]!, { limit: 200 });
    expect(rest.comments.map((c) => c.id)).toEqual(chain.slice(1));
  });

  it('places a removed comment that was replied to as a placeholder without its text and name', async () => {
    const { url } = await createSite();
    const root = await post({ url, body: 'regretted', author: { name: 'Sorry', url: 'https://sorry.example' } });
    await post({ url, body: 'answer', parent: root.id });
    await setRow(root.id, { status: 'deleted' });
    const { comments } = await thread({ url });
    expect(comments[0]).toMatchObject({ status: 'deleted', html: '', author: { name: '', url: null } });
    expect(JSON.stringify(comments)).not.toMatch(/regretted|Sorry/i);
  });

  it('tells what is wrong with a query, naming the parameter', async () => {
    const { url } = await createSite();
    const ask = (params: Record<string, string | string[]>) => problem(call(`/thread${query(params)}`));
    const invalid = (field: string) => ({ status: 400, code: 'invalid_request', field });
    expect(await ask({})).toEqual(invalid('url'));
    expect(await ask({ url, sort: 'worst' })).toEqual(invalid('sort'));
    expect(await ask({ url, limit: '9' })).toEqual(invalid('limit'));
    expect(await ask({ url, limit: '201' })).toEqual(invalid('limit'));
    expect(await ask({ url, limit: 'ten' })).toEqual(invalid('limit'));
    expect(await ask({ url, after: "' OR 1=1" })).toEqual(invalid('after'));
    expect(await ask({ url, after: '1_01hzzzzzzzzzzzzzzzzzzzzzzz' })).toEqual(invalid('after'));
    expect(await ask({ url, sort: 'best', after: '01hzzzzzzzzzzzzzzzzzzzzzzz' })).toEqual(invalid('after'));
    expect(await ask({ url, sorted: 'best' })).toEqual(invalid('sorted'));
    expect(await ask({ url: [url, url] })).toEqual(invalid('url'));
    expect(await ask({ url, bookmark: 'x y' })).toEqual(invalid('bookmark'));
    expect(await ask({ url: 'nonsense' })).toEqual({ status: 400, code: 'url_invalid', field: 'url' });
    expect(await ask({ url: 'ftp://blog.example/' })).toEqual({ status: 400, code: 'url_not_http', field: 'url' });
    expect(await ask({ url: `${url}/${'x'.repeat(2048)}` })).toEqual({
      status: 400,
      code: 'url_too_long',
      field: 'url',
    });
  });

  it('answers an unknown or malformed id, and an unknown path, with not_found', async () => {
    for (const path of ['/comments/01hzzzzzzzzzzzzzzzzzzzzzzz', '/comments/1', '/comments/%00/replies', '/nothing'])
      expect(await problem(call(path))).toEqual({ status: 404, code: 'not_found' });
  });

  it('takes any bookmark of the right form, even one that no database gave', async () => {
    const { url } = await createSite();
    const bookmark = 'ffffffff-ffffffff-ffffffff-ffffffffffffffffffffffffffffffff';
    expect((await call(`/thread${query({ url, bookmark })}`)).status).toBe(200);
    // Should D1 refuse it, the read begins at the primary instead.
    const DB = new Proxy(bindings.DB, {
      get: (db, name) =>
        name === 'withSession'
          ? (start: string) => {
              if (start === bookmark)
                return {
                  batch: () => Promise.reject(new Error('bad bookmark')),
                  prepare: (q: string) => db.prepare(q),
                };
              return db.withSession(start);
            }
          : Reflect.get(db, name),
    });
    expect((await call(`/thread${query({ url, bookmark })}`, {}, { DB })).status).toBe(200);
  });
});

describe('a page', () => {
  it('is one whatever variant of its address is used', async () => {
    const { url } = await createSite();
    await post({ url: `${url}/` });
    const host = new URL(url).host;
    for (const variant of [`http://www.${host}/post`, `${url}/index.html?utm_source=x#top`, `https://${host}//post`])
      expect((await thread({ url: variant })).page.count).toBe(1);
    expect((await thread({ url: `${url}?p=1` })).page.count).toBe(0);
  });

  it('may be named by an explicit id', async () => {
    const { url } = await createSite();
    await post({ url, pageId: 'post-1' });
    expect((await thread({ url: `${url}/moved`, page_id: 'post-1' })).page.count).toBe(1);
    expect((await thread({ url })).page.count).toBe(0);
  });

  it('follows an alias before the normaliser, the exact address first, born or not', async () => {
    const { site, url } = await createSite();
    const alias = (from: string, to: string) =>
      bindings.DB.prepare('INSERT INTO aliases VALUES (?, ?, ?)').bind(site, from, to).run();
    await post({ url: `${url}/new`, body: 'there' });
    await alias(`${url}/old`, `${url}/new`);
    expect((await thread({ url: `${url}/old/?utm_source=x` })).page.count).toBe(1);
    await post({ url: `${url}/old` });
    expect((await thread({ url: `${url}/new` })).page.count).toBe(2);
    await alias(`${url}/print/index.html`, `${url}/print-index`);
    await post({ url: `${url}/print/index.html` });
    expect((await thread({ url: `${url}/print/` })).page.count).toBe(0);
    expect((await thread({ url: `${url}/print-index` })).page.count).toBe(1);
  });

  it('is refused when no site lists its origin, or another site than named does', async () => {
    const { url } = await createSite();
    const other = await createSite();
    const refused = { status: 403, code: 'origin_not_allowed' };
    expect(await problem(call(`/thread${query({ url: 'https://stranger.example/' })}`))).toEqual(refused);
    expect(await problem(call(`/thread${query({ url, site: other.site })}`))).toEqual(refused);
  });

  it('takes its title from its first comment, and shows that only when the comment can be seen', async () => {
    const { url } = await createSite({ hold: true });
    await post({ url, title: 'Held' });
    expect((await thread({ url })).page).toMatchObject({ id: null, title: null });
    await post({ url: `${url}/2`, title: 'A\u202e title' }, ADMIN);
    expect((await thread({ url: `${url}/2` })).page.title).toBe('A title');
  });
});

describe('counts', () => {
  it('come in the order asked, by address and by page id, 0 for what is not there', async () => {
    const { site, url } = await createSite();
    await post({ url });
    await post({ url });
    await post({ url, pageId: 'x' });
    const answer = await call(
      `/counts${query({ url: [`${url}/none`, `${url}/`, 'https://stranger.example/'], page_id: ['x', 'y'], site })}`,
    );
    expect(await answer.json()).toEqual({ counts: [0, 2, 0, 1, 0] });
  });

  it('are limited to 100 addresses, and name the wrong one', async () => {
    const ask = (url: string[]) => problem(call(`/counts${query({ url })}`));
    expect(await ask(Array(101).fill('https://a.example/'))).toEqual({
      status: 400,
      code: 'invalid_request',
      field: 'url',
    });
    expect(await ask(['https://a.example/', 'mailto:a'])).toEqual({
      status: 400,
      code: 'url_not_http',
      field: 'url.1',
    });
    expect(await ask([])).toEqual({ status: 400, code: 'invalid_request', field: 'url' });
  });

  it('answers a hundred in one round trip', async () => {
    const { url } = await createSite();
    const answer = await call(`/counts${query({ url: Array.from({ length: 100 }, (_, i) => `${url}/${i}`) })}`);
    expect(((await answer.json()) as { counts: number[] }).counts).toEqual(Array(100).fill(0));
  });
});
