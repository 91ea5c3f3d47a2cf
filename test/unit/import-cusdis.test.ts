/** Cusdis as JSON; its database is in import-databases.test.ts. */
import { describe, expect, it } from 'vitest';
import { cusdis } from '../../cli/import/formats/cusdis.ts';
import { fixture, readAll, sourceOf } from './source-file.ts';

describe('Cusdis', () => {
  it('gives the tables of its database as JSON', async () => {
    const { pages, comments, broken } = await readAll(cusdis, sourceOf(fixture('cusdis.json')));
    expect(broken).toBeNull();
    expect(pages.map(({ ref, url, title }) => [ref, url, title])).toEqual([
      ['p1', 'https://garden.example/tulips', 'Tulips'],
      ['p2', '/roses', null],
    ]);
    expect(comments.map(({ page, parent, status, author }) => [page, parent, status, author.badge])).toEqual([
      ['p1', null, 'approved', undefined],
      ['p1', 'c1', 'approved', 'moderator'],
      ['p2', null, 'pending', undefined],
      ['p2', null, 'deleted', undefined],
    ]);
    expect(comments[0]).toMatchObject({
      author: { name: 'Ada', email: 'ada@garden.example' },
      body: 'Hello **you**',
      markup: 'markdown',
    });
  });

  it('gives what its API answers, replies below their comments', async () => {
    const { pages, comments } = await readAll(cusdis, sourceOf(fixture('cusdis-api.json')));
    expect(pages.map((page) => page.url)).toEqual(['https://garden.example/tulips']);
    expect(comments.map(({ id, page, parent, author }) => [id, page, parent, author.name])).toEqual([
      ['c1', 'p1', null, 'Ada'],
      ['c2', 'p1', 'c1', 'Owner'],
    ]);
  });

  it('gives answers one behind the other', async () => {
    const answers = `${fixture('cusdis-api.json')}\n${fixture('cusdis-api.json')
      .toString()
      .replace(/"c(\d)"/g, '"d$1"')}`;
    expect((await readAll(cusdis, sourceOf(answers))).comments.map((comment) => comment.id)).toEqual([
      'c1',
      'c2',
      'd1',
      'd2',
    ]);
  });

  it('threat 20: stops where replies lie within replies without end, and says so', async () => {
    let nested: object = { id: 'last', by_nickname: 'x', content: 'x', replies: [] };
    for (let n = 0; n < 90; n++) nested = { id: `n${n}`, by_nickname: 'x', content: 'x', replies: [nested] };
    const { comments, skips, broken } = await readAll(cusdis, sourceOf(JSON.stringify([nested])));
    expect(broken).toBeNull();
    expect(comments).toHaveLength(51);
    expect(skips).toHaveLength(1);
  });
});
