/** Our own format, into a site. */
import { describe, expect, it } from 'vitest';
import { afterword } from '../../cli/import/formats/afterword.ts';
import { fixture, readAll, sourceOf } from './source-file.ts';

const lines = fixture('afterword.ndjson').toString().trimEnd().split('\n');

describe('our own format', async () => {
  const { pages, comments, skips, broken } = await readAll(afterword, sourceOf(lines.join('\n')));

  it('gives pages and comments with the ids that they have', () => {
    expect(broken).toBeNull();
    expect(pages).toEqual([
      {
        kind: 'page',
        ref: '01hkn0000000000000000000p1',
        url: 'https://garden.example/tulips',
        title: 'Tulips',
        locked: true,
        createdAt: Date.parse('2024-01-02T00:00:00Z'),
      },
    ]);
    expect(comments[0]).toEqual({
      kind: 'comment',
      id: '01hkn0000000000000000000c1',
      ownId: '01hkn0000000000000000000c1',
      page: '01hkn0000000000000000000p1',
      parent: null,
      author: {
        id: 'i_AAAAAAAAAAAAAAAAAAAAAA',
        name: 'Ilse',
        email: 'ilse@garden.example',
        url: 'https://ilse.example/',
        account: 'github:4711',
        badge: 'moderator',
      },
      body: '**Lovely** <b>tulips</b>',
      markup: 'markdown',
      status: 'approved',
      createdAt: Date.parse('2024-01-02T10:00:00Z'),
      editedAt: Date.parse('2024-01-02T11:00:00Z'),
      up: 3,
      down: 1,
      locked: true,
    });
  });

  it('gives people the account they logged in with', () => {
    expect(comments[1]).toMatchObject({ status: 'spam', parent: comments[0]?.id, author: { account: 'github:99' } });
  });

  it('gives what replied to something that is gone, with something that is gone', () => {
    expect(comments[2]).toMatchObject({ type: 'pingback', author: { id: null } });
    expect(comments.map((comment) => comment.id)).not.toContain(comments[2]?.parent);
    expect(comments[2]?.parent).not.toBeNull();
  });

  it('counts the records that only a restore takes', () => {
    expect(skips.map((skip) => skip.what).sort()).toEqual(['1 × alias', '1 × person', '1 × site', '2 × vote']);
  });

  it('says that a file without its last line is cut off, after what there is', async () => {
    const cut = await readAll(afterword, sourceOf(lines.slice(0, -1).join('\n')));
    expect(cut.comments).toHaveLength(3);
    expect(cut.broken?.message).toMatch(/cut off/);
    const middle = await readAll(afterword, sourceOf(lines.join('\n').slice(0, -60)));
    expect(middle.comments).toHaveLength(3);
    expect(middle.broken?.message).toMatch(/cut off/);
  });

  it('refuses a newer version before anything is read', async () => {
    const newer = await readAll(afterword, sourceOf(lines.join('\n').replace('"version":1', '"version":2')));
    expect(newer.items).toEqual([]);
    expect(newer.broken?.message).toMatch(/version 2/);
  });

  it('takes a record that somebody has spoilt for what it is worth', async () => {
    const spoilt = lines.map((line) =>
      line.replace('"status":"approved"', '"status":["approved"]').replace('"up":3', '"up":"1e400"'),
    );
    const {
      comments: [first],
      broken: none,
    } = await readAll(afterword, sourceOf(spoilt.join('\n')));
    expect(none).toBeNull();
    expect(first).toMatchObject({ status: 'pending', up: 0 });
  });
});
