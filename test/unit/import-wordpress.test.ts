/** The reader of WordPress' export, on a file with the oddities of real ones. */
import { describe, expect, it } from 'vitest';
import { wordpress } from '../../cli/import/formats/wordpress';
import type { SourceComment } from '../../cli/import/source';
import { fixture, readAll, sourceOf } from './source-file';

const comment = (rest: Partial<SourceComment>) => ({
  ...{ kind: 'comment', page: '5', parent: null, author: { id: null, name: '', email: null, url: null } },
  ...{ body: '', markup: 'markdown', status: 'approved', createdAt: null },
  ...rest,
});

describe('WordPress', () => {
  it('reads items and comments, and says what it leaves out', async () => {
    const file = sourceOf(fixture('wordpress-oddities.xml'), 7);
    expect(wordpress.recognise(file)).toBe(true);
    const { items, broken } = await readAll(wordpress, file);
    expect(broken).toBeNull();
    expect(items).toEqual([
      comment({
        ...{ id: '5/2', parent: '5/1', createdAt: Date.UTC(2020, 1, 3, 4, 5, 6) },
        author: { id: '7', name: 'Rosa', email: 'rosa@example.org', url: null, badge: 'author' },
        body: 'A reply before its parent.\\\nWith a line, & **bold**.\n\n5 < 6, \\* not a list',
      }),
      comment({
        ...{ id: '5/1', status: 'pending', createdAt: Date.UTC(2020, 1, 3, 6, 5, 6) },
        author: { id: null, name: 'Rosa', email: null, url: null },
        body: 'A guest who calls themself the author',
      }),
      comment({ id: '5/3', type: 'pingback', body: '\\[...\\] ferns \\[...\\]' }),
      { kind: 'skip', reason: 'comment of another type', what: 'order_note 4' },
      comment({ id: '5/8', status: 'spam' }),
      comment({ id: '5/9', status: 'trash' }),
      { kind: 'skip', reason: 'comment without an id', what: 'by Without an id' },
      {
        ...{ kind: 'page', ref: '5', url: 'https://garden.example/blog/ferns/', title: 'Ferns & more', locked: true },
        createdAt: Date.UTC(2020, 0, 1, 10),
      },
      comment({
        ...{ id: '6/1', page: '6', status: 'pending' },
        body: 'of a private post, and a number that was there',
      }),
      {
        ...{ kind: 'page', ref: '6', url: 'https://garden.example/blog/?p=6', title: 'A draft', locked: false },
        createdAt: null,
      },
      {
        ...{ kind: 'page', ref: '8', url: 'https://garden.example/blog/?p=8', title: 'By its number', locked: false },
        createdAt: null,
      },
      { kind: 'skip', reason: 'post without an address', what: 'Nowhere' },
    ]);
  });

  it('names and titles are kept as HTML there, and are what a reader sees of it', async () => {
    const file = `<rss><channel><item><title><![CDATA[Tea &amp; <em>cake</em> &#8211; I <3 it, &lt;b&gt;]]></title><link>/a</link>
      <wp:comment><wp:comment_id>1</wp:comment_id><wp:comment_author><![CDATA[Ann &amp; Bo&#8217;s]]></wp:comment_author></wp:comment></item></channel></rss>`;
    const { items } = await readAll(wordpress, sourceOf(file));
    expect(items).toMatchObject([
      { kind: 'comment', author: { name: 'Ann & Bo’s' } },
      { kind: 'page', title: 'Tea & cake – I <3 it, <b>' },
    ]);
  });

  it('reads files that forgot to declare their prefixes, and nothing under a prefix that means something else', async () => {
    const file = (declared: string) =>
      `<rss${declared}><channel><item><title>t</title><link>/a</link><wp:comment><wp:comment_id>1</wp:comment_id></wp:comment></item></channel></rss>`;
    const kinds = async (declared: string) =>
      (await readAll(wordpress, sourceOf(file(declared)))).items.map(({ kind }) => kind);
    expect(await kinds('')).toEqual(['comment', 'page']);
    expect(await kinds(' xmlns:wp="http://wordpress.org/export/1.7/"')).toEqual(['comment', 'page']);
    expect(await kinds(' xmlns:wp="https://other.example/"')).toEqual(['page']);
  });
});
