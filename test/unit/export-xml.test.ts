/** Exports in the XML of WordPress and Disqus, read back by the readers of those: what is lost is what is counted as lost. */
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeDisqus } from '../../cli/export/disqus';
import { writeHtml } from '../../cli/export/html';
import type { ExportLosses } from '../../cli/export/losses';
import { writeWordpress } from '../../cli/export/wordpress';
import { disqus } from '../../cli/import/formats/disqus';
import { wordpress } from '../../cli/import/formats/wordpress';
import type { FormatReader, SourceComment, SourceFile, SourceItem, SourcePage } from '../../cli/import/source';
import type { AnyRecord, CommentRecord, PageRecord } from '../../worker/contract-transfer';

type Write = (records: AsyncIterable<AnyRecord>, out: (text: string) => Promise<void>) => Promise<ExportLosses>;
const FORMATS: [string, Write, FormatReader][] = [
  ['WordPress', writeWordpress, wordpress],
  ['Disqus', writeDisqus, disqus],
];

const id = (n: number) => `01j${String(n).padStart(23, '0')}`;
const at = (n: number) => new Date(Date.UTC(2024, 0, 1, 12, 0, n, 123)).toISOString();

function page(n: number, rest: Partial<PageRecord> = {}): PageRecord {
  const url = `https://blog.example/${n}?a=1&b=<2>`;
  return {
    ...{ type: 'page', site: 'blog', id: id(n), key: null, url, title: `Page ${n}`, locked: false, pinned: null },
    ...{ mergedInto: null, reactions: {}, createdAt: at(n) },
    ...rest,
  };
}

function comment(n: number, rest: Partial<CommentRecord> = {}): CommentRecord {
  const author = { id: null, name: 'Ada', email: null, url: null, badge: null, verified: null, avatar: null };
  return {
    ...{ type: 'comment', site: 'blog', page: id(1), id: id(n), parent: null, status: 'approved', kind: null },
    ...{ orphan: false, author, body: 'Hello', up: 0, down: 0, locked: false, import: null, source: null },
    ...{ verdict: null, decision: null, createdAt: at(n), editedAt: null },
    ...rest,
  };
}

async function write(format: Write, records: AnyRecord[]): Promise<{ xml: string; losses: ExportLosses }> {
  let xml = '';
  const losses = await format(Readable.from(records), async (text) => {
    xml += text;
  });
  return { xml, losses };
}

async function readBack(reader: FormatReader, xml: string): Promise<SourceItem[]> {
  const bytes = Buffer.from(xml);
  const file = {
    path: 'x',
    head: bytes.subarray(0, 65_536),
    open: () => Readable.from([bytes]),
  } as unknown as SourceFile;
  expect(reader.recognise(file)).toBe(true);
  const items: SourceItem[] = [];
  for await (const item of reader.read(file)) items.push(item);
  return items;
}

/** What a reader must tell of our own comment, whatever the file calls it. */
function told(record: CommentRecord, account?: string): Partial<SourceComment> {
  const { name, email, url, badge } = record.author;
  return {
    ownId: record.id,
    author: { id: record.author.id, name, email, url, ...(account && { account }), ...(badge && { badge }) },
    ...{ body: record.body, markup: 'markdown', status: record.status, up: record.up, down: record.down },
    ...(record.kind && { type: record.kind }),
    locked: record.locked,
    createdAt: Date.parse(record.createdAt),
    ...(record.editedAt && { editedAt: Date.parse(record.editedAt) }),
  };
}

async function roundTrip([, format, reader]: (typeof FORMATS)[number], records: AnyRecord[]) {
  const { xml, losses } = await write(format, records);
  const items = await readBack(reader, xml);
  const pages = items.filter((item): item is SourcePage => item.kind === 'page');
  const comments = items.filter((item): item is SourceComment => item.kind === 'comment');
  const ownIds = new Map(comments.map((item) => [item.id, item.ownId]));
  const urls = new Map(pages.map(({ ref, url }) => [ref, url]));
  return {
    ...{ items, losses, pages, xml },
    comments: comments.map(({ kind, id: _id, page: ref, parent, ...rest }) => ({
      kind,
      pageUrl: urls.get(ref),
      parent: parent === null ? null : (ownIds.get(parent) ?? parent),
      ...rest,
    })),
  };
}

describe.each(FORMATS)('%s, written and read again', (...format) => {
  it('gives every comment back as it was: ids, replies, statuses, Markdown, votes, times to the millisecond', async () => {
    const author = {
      id: 'i_abcdefghijklmnopqrstuv',
      name: 'Bo',
      email: 'bo@example.org',
      url: 'https://bo.example/?a&b',
    };
    const records: CommentRecord[] = [
      comment(10, { body: '**a** <b>b</b>\r\n\r\n- x ]]> y &amp; & \ufffe\u0007z', up: 3, down: 1, locked: true }),
      comment(11, {
        parent: id(10),
        status: 'pending',
        author: { ...author, badge: 'author', verified: null, avatar: null },
      }),
      comment(12, { parent: id(11), status: 'spam', editedAt: at(99) }),
      comment(13, { parent: id(11), status: 'trash', page: id(1) }),
      comment(14, { status: 'deleted', body: '', author: { ...comment(0).author, name: '' } }),
      comment(15, { page: id(2), kind: 'pingback' }),
      comment(16, { page: id(2), kind: 'trackback', parent: id(15) }),
    ];
    const account: AnyRecord = { type: 'author', site: 'blog', ...author, account: 'github:1' } as never;
    const pages = [page(1, { locked: true }), page(2, { title: null })];
    const back = await roundTrip(format, [account, ...pages, ...records]);
    expect(back.comments).toEqual(
      records.map((record) => ({
        kind: 'comment',
        pageUrl: pages.find((one) => one.id === record.page)?.url,
        parent: record.parent,
        ...told(record, record.id === id(11) ? 'github:1' : undefined),
      })),
    );
    expect(back.pages.map(({ url, title, locked }) => ({ url, title, locked }))).toEqual(
      pages.map(({ url, title, locked }) => ({ url, title, locked })),
    );
    expect(back.losses).toEqual({ lost: {} });
  });

  it('keeps that a reply had lost what it replied to', async () => {
    const back = await roundTrip(format, [page(1), comment(10, { orphan: true })]);
    expect(back.comments[0]?.parent).toBe(`gone:${id(10)}`);
  });

  it('carries any text in any field, in well-formed XML', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .array(
          fc.constantFrom(']]>', '<![CDATA[', '&', '<', '"', '\0', '\ud800', '\ufffe', '\r', '\n', '</item>', 'é'),
          { maxLength: 6 },
        )
        .map((parts) => parts.join('')),
    );
    await fc.assert(
      fc.asyncProperty(text, text, text, async (title, name, body) => {
        const record = comment(10, {
          body: body.toWellFormed(),
          author: { ...comment(0).author, name, url: body, email: title },
        });
        const back = await roundTrip(format, [page(1, { title, url: `https://blog.example/${name}` }), record]);
        expect(back.comments).toHaveLength(1);
        expect(back.comments[0]).toMatchObject({ body: record.body, ownId: record.id });
        expect(back.comments[0]?.author.name.toWellFormed()).toBe(name.toWellFormed());
      }),
      { numRuns: 60 },
    );
  }, 30_000);

  it('counts what it leaves out, all of which docs/leaving.md names', async () => {
    const lossy: AnyRecord[] = [
      {
        type: 'site',
        id: 'blog',
        name: 'Blog',
        origins: ['blog.example'],
        settings: { votes: 'up' },
        createdAt: at(0),
      },
      ...([
        'import',
        'person',
        'avatar',
        'alias',
        'vote',
        'reaction',
        'flag',
        'decision',
        'ban',
        'deletion',
        'model',
        'stat',
      ].map((type) => ({ type }) as never) as AnyRecord[]),
      page(1, { key: '#one', pinned: id(10), reactions: { '👍': 2 } }),
      page(2, { mergedInto: id(1) }),
      comment(10, { verdict: [], import: id(5), author: { ...comment(0).author, verified: 'github' } }),
    ];
    const { losses } = await write(format[1], lossy);
    const names = Object.keys(losses.lost);
    expect(names).toHaveLength(20);
    const leaving = readFileSync(new URL('../../docs/leaving.md', import.meta.url), 'utf8');
    for (const name of names) expect(leaving, name).toMatch(new RegExp(`^\\| ${name} +\\|`, 'm'));
  });
});

describe('an export for others', () => {
  it('shows WordPress numbers, its statuses and HTML', async () => {
    const records = [
      comment(10, { body: 'a **b**' }),
      comment(11, { parent: id(10), status: 'spam' }),
      comment(12, { status: 'trash' }),
    ];
    const { xml } = await write(writeWordpress, [page(7), page(1), ...records]);
    expect(xml).not.toContain('/7?');
    expect(
      xml.match(/<wp:comment_(?:id|parent|approved)>[^<]*/g)?.map((tag) => tag.replace('<wp:comment_', '')),
    ).toEqual([
      'id>1',
      'approved>1',
      'parent>0',
      'id>2',
      'approved>spam',
      'parent>1',
      'id>3',
      'approved>trash',
      'parent>0',
    ]);
    expect(xml).toContain('<wp:comment_content><![CDATA[<p>a <strong>b</strong></p>]]></wp:comment_content>');
    expect(xml).toContain('<wp:comment_date_gmt>2024-01-01 12:00:10</wp:comment_date_gmt>');
  });

  it('gives WordPress the address of the blog', async () => {
    const origins = ['blog.example', 'old.example'];
    const records = [{ type: 'site' as const, id: 'blog', name: 'A & B', origins, settings: {}, createdAt: at(0) }];
    const { xml } = await write(writeWordpress, records);
    expect(xml).toContain('<title>A &amp; B</title>');
    expect(xml).toContain('<wp:base_blog_url>https://blog.example</wp:base_blog_url>');
  });

  it('threat 4: gives WordPress names and titles as HTML, in which nothing is markup', async () => {
    const evil = '<img src=x onerror=alert(1)> & &amp; ]]>';
    const records = [page(1, { title: evil }), comment(10, { author: { ...comment(0).author, name: evil } })];
    const { xml } = await write(writeWordpress, records);
    const shown = '<![CDATA[&lt;img src=x onerror=alert(1)&gt; &amp; &amp;amp; ]]&gt;]]>';
    expect(xml).toContain(`<title>${shown}</title>`);
    expect(xml).toContain(`<wp:comment_author>${shown}</wp:comment_author>`);
    const items = await readBack(wordpress, xml);
    expect(items.find(({ kind }) => kind === 'page')).toMatchObject({ title: evil });
    expect(items.find(({ kind }) => kind === 'comment')).toMatchObject({ author: { name: evil } });
  });

  it('gives the text of nothing that readers could not see to systems that know no queue', async () => {
    const hidden = (['pending', 'trash', 'deleted'] as const).map((status, i) =>
      comment(10 + i, { status, body: 'secret' }),
    );
    const { xml } = await write(writeDisqus, [page(1), ...hidden]);
    expect(xml.replace(/<aw:comment>.*?<\/aw:comment>/g, '')).not.toContain('secret');
    expect(xml.match(/<post[\s\S]*?<isDeleted>true/g)).toHaveLength(3);
  });

  it('threat 4: is HTML that runs nothing and asks for nothing', () => {
    const hostile =
      '<script>x</script> [a](javascript:x) [b](JaVaScRiPt&colon;x) [c](data:text/html,x) ![d](https://x.example/p.png) <img src=x onerror=x>\n\n# e\n\n```js" onx\nf\n```';
    const html = writeHtml(hostile);
    expect(html).not.toMatch(/<(?!\/?(?:p|a|strong|pre|code)\b)/);
    expect([...html.matchAll(/<\w+ ([^>]*)>/g)].map(([, attributes]) => attributes)).toEqual([
      'href="https://x.example/p.png"',
    ]);
  });
});
