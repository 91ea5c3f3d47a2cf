/** Commento's export and Comentario's. */
import { describe, expect, it } from 'vitest';
import { comentario } from '../../cli/import/formats/comentario.ts';
import { commento } from '../../cli/import/formats/commento.ts';
import { fixture, readAll, sourceOf } from './source-file.ts';

describe('Commento’s export', async () => {
  const { pages, comments, broken } = await readAll(commento, sourceOf(fixture('commento.json')));

  it('makes addresses of a domain and a path, with a slash or without, under either name', () => {
    expect(broken).toBeNull();
    expect(pages.map((page) => page.url)).toEqual(['https://garden.example/tulips', 'https://garden.example/roses']);
  });

  it('finds who wrote it behind the comments, and takes "undefined" for nothing', () => {
    expect(comments[0]).toEqual({
      kind: 'comment',
      id: 'aa11',
      page: 'https://garden.example/tulips',
      parent: null,
      author: { id: 'f00d', name: 'Ada', email: 'ada@garden.example', url: 'https://ada.example', badge: 'moderator' },
      body: 'Hello **there**',
      markup: 'markdown',
      status: 'approved',
      createdAt: Date.parse('2021-03-12T11:21:56Z'),
      up: 0,
      down: 3,
    });
    expect(comments[2]?.author).toEqual({ id: 'f00e', name: '', email: null, url: null });
    expect(comments.map(({ author }) => author.id)).toEqual(['f00d', null, 'f00e', null]);
  });

  it('gives what became of comments, replies, and HTML where there is no Markdown', () => {
    expect(comments.map(({ status, parent, markup }) => [status, parent, markup])).toEqual([
      ['approved', null, 'markdown'],
      ['pending', 'aa11', 'html'],
      ['spam', null, 'markdown'],
      ['deleted', null, 'markdown'],
    ]);
  });

  it('finds who wrote it before the comments as well', async () => {
    const { version, comments: list, commenters } = JSON.parse(fixture('commento.json').toString());
    const turned = await readAll(commento, sourceOf(JSON.stringify({ commenters, comments: list, version })));
    expect(turned.comments).toEqual(comments);
  });

  it('gives the comments before a break, and says where it is', async () => {
    const content = fixture('commento.json').toString();
    const cut = await readAll(commento, sourceOf(content.slice(0, content.indexOf('"aa13"') + 3)));
    expect(cut.comments.map((comment) => comment.id)).toEqual(['aa11', 'aa12']);
    expect(cut.broken?.at?.line).toBe(6);
  });
});

describe('Comentario’s export', async () => {
  const { pages, comments, broken } = await readAll(comentario, sourceOf(fixture('comentario.json')));

  it('gives pages with their titles, locked when they are read-only', () => {
    expect(broken).toBeNull();
    expect(pages).toEqual([
      {
        kind: 'page',
        ref: '20000000-0000-4000-8000-000000000001',
        url: '/tulips',
        title: 'Tulips',
        locked: true,
        createdAt: Date.parse('2023-01-01T00:00:00Z'),
      },
    ]);
  });

  it('gives comments with who wrote them, edits, votes and what became of them', () => {
    expect(comments[0]).toMatchObject({
      author: { name: 'Ada', email: 'ada@garden.example', url: 'https://ada.example', badge: 'moderator' },
      body: 'Hi *there*',
      up: 5,
      editedAt: Date.parse('2023-02-01T11:00:00Z'),
    });
    expect(comments[1]).toMatchObject({
      author: { id: null, name: 'Bo' },
      markup: 'html',
      parent: comments[0]?.id,
      editedAt: null,
    });
    // Somebody whom the file does not list is still somebody.
    expect(comments[2]?.author).toMatchObject({ id: '40000000-0000-4000-8000-000000000009', name: '' });
    expect(comments.map((comment) => comment.status)).toEqual(['approved', 'pending', 'trash', 'deleted']);
  });

  it('refuses a version that is not known', async () => {
    expect((await readAll(comentario, sourceOf('{"version":481}'))).broken?.message).toMatch(/version 481/);
  });
});
