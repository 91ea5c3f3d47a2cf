/** Valine and the two that come from it: Waline and Twikoo. */
import { describe, expect, it } from 'vitest';
import { twikoo } from '../../cli/import/formats/twikoo.ts';
import { valine } from '../../cli/import/formats/valine.ts';
import { waline } from '../../cli/import/formats/waline.ts';
import { fixture, readAll, sourceOf } from './source-file.ts';

describe('Valine’s comments', async () => {
  const { pages, comments, broken } = await readAll(valine, sourceOf(fixture('valine.jsonl')));

  it('are read behind the line that LeanCloud writes first', () => {
    expect(broken).toBeNull();
    expect(pages).toEqual([{ kind: 'page', ref: '/tulips/', url: '/tulips/', title: null, createdAt: null }]);
    expect(comments[0]).toEqual({
      kind: 'comment',
      id: '6177fbf9b406a312d3a6dd01',
      page: '/tulips/',
      parent: null,
      author: { id: null, name: 'Ada', email: 'ada@garden.example', url: 'https://ada.example' },
      body: '<p>Hello</p>\n',
      markup: 'html',
      status: 'approved',
      createdAt: Date.parse('2021-10-26T13:00:38.196Z'),
      up: 0,
    });
  });

  it('lose the link to what they reply to, which the thread says', () => {
    expect(comments[1]).toMatchObject({ body: '<p>me too</p>', parent: '6177fbf9b406a312d3a6dd01', status: 'spam' });
  });

  it('are the same as a list, and as results', async () => {
    const list = fixture('valine.jsonl')
      .toString()
      .split('\n')
      .slice(1)
      .filter(Boolean)
      .map((line) => JSON.parse(line));
    for (const shape of [list, { results: list }]) {
      expect((await readAll(valine, sourceOf(JSON.stringify(shape)))).comments).toEqual(comments);
    }
  });
});

describe('Waline’s export', async () => {
  const { pages, comments, broken } = await readAll(waline, sourceOf(fixture('waline.json')));

  it('gives comments with what became of them, their likes, and the badge of who runs it', () => {
    expect(broken).toBeNull();
    expect(pages.map((page) => page.url)).toEqual(['/tulips']);
    expect(
      comments.map(({ id, parent, status, markup, up, createdAt }) => [id, parent, status, markup, up, createdAt]),
    ).toEqual([
      ['10', null, 'approved', 'markdown', 7, Date.parse('2023-01-02T03:04:05Z')],
      ['11', '10', 'pending', 'markdown', 0, Date.parse('2023-01-02T03:05:05Z')],
      ['12', '11', 'spam', 'html', 0, Date.parse('2023-01-02T03:06:05Z')],
    ]);
    expect(comments[0]?.author).toEqual({
      id: '1',
      name: 'Ada',
      email: 'ada@garden.example',
      url: null,
      badge: 'author',
    });
  });

  it('loses what only says whom a reply is to, in Markdown and in HTML', () => {
    expect(comments.map((comment) => comment.body)).toEqual(['Hi **all**', 'thanks', '<p>old HTML</p>']);
  });

  it('is the same as its API answers it', async () => {
    const data = JSON.parse(fixture('waline.json').toString());
    const answer = sourceOf(JSON.stringify({ errno: 0, errmsg: '', data }));
    expect((await readAll(waline, answer)).comments).toEqual(comments);
  });
});

describe('Twikoo’s comments', async () => {
  const { pages, comments, broken } = await readAll(twikoo, sourceOf(fixture('twikoo.jsonl')));

  it('name their page by its whole address where they can', () => {
    expect(broken).toBeNull();
    expect(pages.map(({ ref, url }) => [ref, url])).toEqual([
      ['/tulips', 'https://garden.example/tulips'],
      ['/roses', '/roses'],
    ]);
  });

  it('have times, votes and ids in each of the ways that databases write them', () => {
    expect(comments[0]).toEqual({
      kind: 'comment',
      id: '100',
      page: '/tulips',
      parent: null,
      author: { id: null, name: 'Ada', email: 'ada@garden.example', url: 'https://ada.example', badge: 'author' },
      body: '<p>Hello &lt;all&gt;</p>\n',
      markup: 'html',
      status: 'approved',
      createdAt: 1612421386000,
      up: 2,
      down: 0,
    });
    expect(comments[1]).toMatchObject({
      id: '200000000000000000000001',
      parent: '100',
      status: 'spam',
      createdAt: 1612421387000,
      up: 1,
      down: 2,
    });
    expect(comments[2]).toMatchObject({ id: '300', parent: null, createdAt: 1612421388000 });
  });

  it('are the same as a list, as an answer, and in the file of its own server', async () => {
    const list = fixture('twikoo.jsonl')
      .toString()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
    const file = {
      filename: 'db.json',
      collections: [
        { name: 'config', data: [{ _id: 'x', ADMIN_PASS: 'y' }] },
        { name: 'comment', data: list },
      ],
    };
    for (const shape of [list, { code: 0, data: list }, file]) {
      expect((await readAll(twikoo, sourceOf(JSON.stringify(shape)))).comments).toEqual(comments);
    }
  });
});
