/** Artalk's .artrans. */
import { describe, expect, it } from 'vitest';
import { artalk } from '../../cli/import/formats/artalk.ts';
import { fixture, readAll, sourceOf } from './source-file.ts';

describe('Artalk’s artrans', async () => {
  const { pages, comments, broken } = await readAll(artalk, sourceOf(fixture('artalk.artrans')));

  it('makes an address of a path and the one site that is named, else leaves the path', () => {
    expect(broken).toBeNull();
    expect(pages.map(({ url, title, locked }) => [url, title, locked])).toEqual([
      ['https://garden.example/tulips', 'Tulips', true],
      ['/roses', null, false],
    ]);
  });

  it('gives comments whose values are texts, as emoticons in Markdown or as HTML', () => {
    expect(comments[0]).toEqual({
      kind: 'comment',
      id: '1',
      page: 'https://garden.example/tulips',
      parent: null,
      author: { id: null, name: 'Ada', email: 'ada@garden.example', url: 'https://ada.example' },
      body: 'Hi **all** [https://pics.example/smile.png](<https://pics.example/smile.png>) `<img>`',
      markup: 'markdown',
      status: 'approved',
      createdAt: Date.parse('2022-04-29T06:44:04Z'),
      up: 4,
      down: 1,
    });
    expect(comments[1]).toMatchObject({
      parent: '1',
      markup: 'html',
      status: 'pending',
      author: { email: null, url: null },
    });
  });

  it('takes numbers and booleans where texts are usual, and the date of older versions', () => {
    expect(comments[2]).toMatchObject({
      id: '3',
      parent: null,
      status: 'approved',
      up: 2,
      createdAt: Date.parse('2022-04-28T22:51:00Z'),
      author: { name: '', email: null },
    });
  });

  it('reads lines as well as a list', async () => {
    const lines = JSON.parse(fixture('artalk.artrans').toString()).map((comment: unknown) => JSON.stringify(comment));
    expect((await readAll(artalk, sourceOf(lines.join('\n')))).items).toEqual([
      ...pages.slice(0, 1),
      ...comments.slice(0, 2),
      pages[1],
      comments[2],
    ]);
  });
});
