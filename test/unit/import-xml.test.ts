/** XML as a stream: encodings, where an error is, and what hostile files may cost. */
import { describe, expect, it } from 'vitest';
import { disqus } from '../../cli/import/formats/disqus';
import { wordpress } from '../../cli/import/formats/wordpress';
import { flowOf, type ReadFile, readAll, sourceOf } from './source-file';

const post = (message: string, id = 1) => `<post id="${id}"><message>${message}</message></post>`;
const file = (message: string, head = '') => `${head}<disqus>\n${post(message)}</disqus>`;
const read = (content: string | Buffer, pieces?: number) => readAll(disqus, sourceOf(content, pieces ?? 7));
const bodies = ({ comments }: ReadFile) => comments.map(({ body }) => body);

describe('XML', () => {
  it('reads the encoding that the file declares, or its byte order mark', async () => {
    const declared = (name: string) => file('né', `<?xml version="1.0" encoding="${name}"?>`);
    expect(bodies(await read(declared('UTF-8')))).toEqual(['né']);
    expect(bodies(await read(`\ufeff${declared('utf-8')}`))).toEqual(['né']);
    expect(bodies(await read(Buffer.from(declared('ISO-8859-1'), 'latin1')))).toEqual(['né']);
    expect(bodies(await read(Buffer.from(`\ufeff${declared('utf-16')}`, 'utf16le')))).toEqual(['né']);
    const unknown = await read(declared('klingon'));
    expect(unknown.broken?.message).toContain('its encoding “klingon” is not known');
  });

  it('says once that characters cannot be read, and goes on', async () => {
    const bytes = Buffer.concat([
      Buffer.from('<disqus>'),
      Buffer.from(post('a\xe9b'), 'latin1'),
      Buffer.from(`${post('c', 2)}</disqus>`),
    ]);
    const damaged = await read(bytes, 1000);
    expect(bodies(damaged)).toEqual(['a\ufffdb', 'c']);
    expect(damaged.skips).toHaveLength(1);
  });

  it('passes over controls, which XML forbids and comments contain', async () => {
    expect(bodies(await read(file('a\0b\x08c\ufffed')))).toEqual(['abcd']);
  });

  it('says where a file breaks, counted from 1, and gives what came before', async () => {
    const broken = await read(`\n\n<disqus>\n${post('one')}\n<post id="2"><message>two</post></disqus>`);
    expect(bodies(broken)).toEqual(['one']);
    expect(broken.broken?.at).toEqual({ line: 5, column: 32 });
    expect(broken.broken?.message).toMatch(/^line 5, column 32: unexpected close tag/);
    expect((await read(file('&nbsp;'))).broken?.message).toContain('undefined entity');
    expect((await read(file('a ]]> b'))).broken?.at?.line).toBe(2);
    expect((await read(`<disqus>${post('one')}`)).broken?.message).toContain('unclosed tag: disqus');
    expect((await read('')).broken).not.toBeNull();
  });

  it('joins sections of CDATA as they were written', async () => {
    const edges = [
      '<![CDATA[a]]]]><![CDATA[>b]]>',
      'a<![CDATA[ ]]>b',
      '<![CDATA[]]>',
      '<![CDATA[a ]] > b]]>',
      '<![CDATA[<![CDATA[x]]]>',
    ];
    const joined = await Promise.all(edges.map(async (edge) => bodies(await read(file(edge)))[0]));
    expect(joined).toEqual(['a]]>b', 'a b', '', 'a ]] > b', '<![CDATA[x]']);
  });
});

describe('hostile XML', () => {
  /** A file that goes on and on, made as it is read. */
  function feed(start: string, piece: string) {
    const chunk = piece.repeat(Math.ceil(65_536 / piece.length));
    return readAll(
      disqus,
      flowOf(function* () {
        yield start;
        for (let done = 0; done < 100 * 1024 * 1024; done += chunk.length) yield chunk;
      }),
    );
  }

  it('threat 20: refuses a DOCTYPE, and with it entities that grow a billionfold', async () => {
    const laughs = `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><disqus>${post('&b;')}</disqus>`;
    for (const reader of [disqus, wordpress]) {
      const root = reader === disqus ? 'disqus' : 'rss';
      const { items, broken } = await readAll(reader, sourceOf(laughs.replaceAll('disqus', root)));
      expect(items).toEqual([]);
      expect(broken?.message).toContain('DOCTYPE');
    }
    expect(disqus.recognise({ head: Buffer.from(laughs) })).toBe(true);
    expect((await read('<!DOCTYPE x SYSTEM "file:///etc/passwd"><disqus/>')).broken?.message).toContain('DOCTYPE');
  });

  it.each([
    ['elements within elements', '<disqus>', '<a>', 'deep'],
    ['one text without an end', '<disqus><post id="1"><message>', 'x', 'longer'],
    ['a text in sections', '<disqus><post id="1"><message>', `<![CDATA[${'x'.repeat(500)}]]>`, 'longer'],
    ['a section without an end', '<disqus><post id="1"><message><![CDATA[', 'x', 'longer'],
    ['a comment without an end', '<disqus><!--', 'x', 'longer'],
    ['a document type without an end', '<!DOCTYPE x [', '<!ENTITY a "b">', 'longer'],
    ['an attribute without an end', '<disqus><post id="', 'x', 'longer'],
    ['nothing but white space', '', ' ', 'longer'],
  ])(
    'threat 20: stops at %s, and memory stays flat',
    async (_, start, piece, message) => {
      const before = process.memoryUsage().rss;
      const { broken } = await feed(start, piece);
      expect(broken?.message).toContain(message);
      expect((process.memoryUsage().rss - before) / 1024 / 1024).toBeLessThan(250);
    },
    60_000,
  );

  it('threat 20: stops at a tag with ever more attributes', async () => {
    const attributes = Array.from({ length: 100_000 }, (_, i) => `a${i}="b"`).join(' ');
    expect((await read(Buffer.from(`<disqus><post ${attributes}>`), 65_536)).broken?.message).toContain('attributes');
  });

  it('threat 3: leaves long texts whole, whatever the pieces they come in', async () => {
    const text = '😀<b>é</b>'.repeat(3000);
    for (const pieces of [1, 3, 4096]) {
      expect(bodies(await read(file(`<![CDATA[${text}]]>`), pieces))).toEqual([text]);
    }
  });
});
