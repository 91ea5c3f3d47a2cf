/** Remark42's backup. */
import { describe, expect, it } from 'vitest';
import { remark42 } from '../../cli/import/formats/remark42.ts';
import { fixture, readAll, sourceOf } from './source-file.ts';

const SHA1 = '0a1b2c3d4e5f60718293a4b5c6d7e8f901234567';

describe('Remark42’s backup', async () => {
  const { pages, comments, broken } = await readAll(remark42, sourceOf(fixture('remark42.jsonl')));

  it('gives each page once, locked when it was read-only', () => {
    expect(broken).toBeNull();
    expect(pages).toEqual([
      {
        kind: 'page',
        ref: 'https://garden.example/tulips',
        url: 'https://garden.example/tulips',
        title: 'Tulips',
        locked: true,
        createdAt: null,
      },
      expect.objectContaining({ url: 'https://garden.example/roses', title: null, locked: false }),
    ]);
  });

  it('gives the Markdown as it was written, votes one by one, the edit, and the account that wrote it', () => {
    expect(comments[0]).toEqual({
      kind: 'comment',
      id: 'c1',
      page: 'https://garden.example/tulips',
      parent: null,
      author: {
        id: `github_${SHA1}`,
        name: 'Ada',
        email: null,
        url: null,
        account: `remark42:github_${SHA1}`,
        badge: 'moderator',
      },
      body: 'Some **text** & more',
      markup: 'markdown',
      status: 'approved',
      createdAt: Date.parse('2020-02-03T10:05:06.789Z'),
      editedAt: Date.parse('2020-02-03T10:10:00Z'),
      up: 2,
      down: 1,
    });
  });

  it('gives the HTML where there is no Markdown, and the sum where there are no votes', () => {
    expect(comments[1]).toMatchObject({ body: '<p>No source here</p>', markup: 'html', parent: 'c1', up: 0, down: 2 });
    expect(comments[1]?.author).not.toHaveProperty('account');
  });

  it('gives deleted comments as deleted, by nobody, and parents that are not there', () => {
    expect(comments[2]).toMatchObject({ status: 'deleted', parent: 'gone', author: { id: null } });
  });

  it('leaves Markdown alone that was never made HTML text, and counts hostile names of voters', () => {
    expect(comments[3]).toMatchObject({ body: 'a < b &amp; `&lt;`', up: 2, down: 0, createdAt: null });
  });

  it('refuses a newer version, and says what else of Remark42 is no backup', async () => {
    const newer = fixture('remark42.jsonl').toString().replace('"version":1', '"version":2');
    expect((await readAll(remark42, sourceOf(newer))).broken?.message).toMatch(/version 2/);
    const answer = '[{"id":"1","pid":"","text":"x","user":{},"locator":{"url":"u"},"time":"2020-01-01T00:00:00Z"}]';
    expect(remark42.recognise({ head: Buffer.from(answer) })).toBe(true);
    expect((await readAll(remark42, sourceOf(answer))).broken?.message).toMatch(/not a backup/);
  });

  it('reads backups that were put together', async () => {
    const second = fixture('remark42.jsonl').toString().replaceAll('"id":"c', '"id":"d');
    const both = await readAll(remark42, sourceOf(fixture('remark42.jsonl') + second));
    expect(both.comments.map((comment) => comment.id)).toEqual(['c1', 'c2', 'c3', 'c4', 'd1', 'd2', 'd3', 'd4']);
  });

  it('gives what comes before a line that is broken', async () => {
    const lines = fixture('remark42.jsonl').toString().split('\n');
    const read = await readAll(
      remark42,
      sourceOf([...lines.slice(0, 2), '{"id":"c2",,}', ...lines.slice(2)].join('\n')),
    );
    expect(read.comments.map((comment) => comment.id)).toEqual(['c1']);
    expect(read.broken?.at).toEqual({ line: 3, column: 12 });
  });
});
