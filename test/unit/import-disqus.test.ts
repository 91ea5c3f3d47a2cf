/** The reader of Disqus' export, on a file with the oddities of real ones. */
import { describe, expect, it } from 'vitest';
import { disqus } from '../../cli/import/formats/disqus';
import type { SourceComment } from '../../cli/import/source';
import { htmlToMarkdown } from '../../cli/import/text/markdown';
import { fixture, readAll, sourceOf } from './source-file';

const comment = (rest: Partial<SourceComment>) => ({
  ...{ kind: 'comment', page: '4', parent: null, author: { id: null, name: '', email: null, url: null } },
  ...{ markup: 'html', status: 'approved', createdAt: null },
  ...rest,
});

describe('Disqus', () => {
  it('reads threads and posts in any order, and says what it leaves out', async () => {
    const file = sourceOf(fixture('disqus-oddities.xml'), 7);
    expect(disqus.recognise(file)).toBe(true);
    const { items, broken } = await readAll(disqus, file);
    expect(broken).toBeNull();
    const page = {
      kind: 'page',
      ref: '4',
      url: 'https://garden.example/moss/',
      title: null,
      locked: false,
      createdAt: null,
    };
    expect(items).toEqual([
      { kind: 'skip', reason: 'a stray character before the XML was passed over', what: '"`"' },
      comment({
        ...{ id: '12', page: '2', parent: '11', createdAt: Date.UTC(2020, 1, 3, 4, 5, 7) },
        author: { id: null, name: 'Milo', email: 'milo@example.org', url: null },
        body: '<p>@rosa I see. <a href="https://plants.example/fern?a=1&amp;b=2">plants.example/fern</a></p>',
      }),
      comment({
        ...{ id: '11', page: '2', createdAt: Date.UTC(2020, 1, 3, 4, 5, 6) },
        author: { id: 'rosa', name: 'Rosa & Co', email: null, url: null },
        body: '<p>Ends with ]]> and 5 &lt; 6<br>second line</p>',
      }),
      {
        ...{ ...page, ref: '2', url: 'https://garden.example/ferns/?page=1&x=2', title: 'Ferns', locked: true },
        createdAt: Date.UTC(2020, 0, 1),
      },
      { kind: 'skip', reason: 'thread without an address', what: '3' },
      page,
      { kind: 'skip', reason: 'deleted thread', what: 'https://garden.example/gone/' },
      comment({ id: '13', body: 'spam', status: 'spam', author: { id: null, name: 'S', email: null, url: null } }),
      comment({ id: '14', body: 'gone', status: 'deleted' }),
      comment({ id: '15', body: 'waits', status: 'pending' }),
      comment({ id: '16', body: 'of a thread that is not here', page: '99' }),
      comment({ id: 'named', body: 'by its name' }),
      { kind: 'skip', reason: 'post without an id', what: 'by Nobody' },
    ]);
    const body = (id: string) => items.find((item): item is SourceComment => 'id' in item && item.id === id)!.body;
    expect(htmlToMarkdown(body('11'))).toBe('Ends with \\]\\]> and 5 < 6\\\nsecond line');
  });

  it('knows its own by the root, whatever the file is called', async () => {
    const is = (text: string) => disqus.recognise({ head: Buffer.from(text) });
    expect(is('<?xml version="1.0"?>\n<!-- <rss> -->\n<disqus xmlns="http://disqus.com">')).toBe(true);
    expect(is('\ufeff<disqus/>')).toBe(true);
    expect(is('<rss><disqus>')).toBe(false);
    expect(is('{"disqus": "<disqus>"}')).toBe(false);
  });

  it('takes what our own export says only when it is fit to be taken', async () => {
    const own = (json: string) =>
      `<disqus xmlns:aw="urn:afterword:export:1"><post id="1"><message>theirs</message><aw:comment><![CDATA[${json}]]></aw:comment></post></disqus>`;
    const bodyOf = async (json: string) => (await readAll(disqus, sourceOf(own(json)))).items[0] as SourceComment;
    const id = '0123456789abcdefghjkmnpqrs';
    expect(await bodyOf(JSON.stringify({ id, body: 'ours', up: -1, status: 'x', author: 7 }))).toMatchObject({
      ...{ ownId: id, body: 'ours', up: 0, status: 'approved' },
    });
    for (const json of ['{', 'null', '7', '[]', '{"id":"../x","body":"ours"}', '{"body":"ours"}'])
      expect(await bodyOf(json)).toMatchObject({ body: 'theirs' });
  });
});
