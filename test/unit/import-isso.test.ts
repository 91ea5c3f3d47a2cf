/** Isso's list of threads; its database is in import-databases.test.ts. */
import { describe, expect, it } from 'vitest';
import { isso } from '../../cli/import/formats/isso.ts';
import { fixture, readAll, sourceOf } from './source-file.ts';

describe('Isso’s list of threads', async () => {
  const { pages, comments, broken } = await readAll(isso, sourceOf(fixture('isso.json')));

  it('gives the page of comments that come before its name', () => {
    expect(broken).toBeNull();
    expect(pages.map(({ ref, url, title }) => [ref, url, title])).toEqual([
      ['/tulips/', '/tulips/', 'Tulips'],
      ['/roses/', '/roses/', null],
      ['/empty/', '/empty/', 'Nobody'],
    ]);
  });

  it('numbers comments within their page', () => {
    expect(comments.map(({ id, page, parent }) => [id, page, parent])).toEqual([
      ['/tulips/#0', '/tulips/', null],
      ['/tulips/#1', '/tulips/', null],
      ['/roses/#0', '/roses/', null],
    ]);
  });

  it('takes a time for UTC, and none for none', () => {
    expect(comments.map((comment) => comment.createdAt)).toEqual([
      Date.parse('2019-05-04T10:20:30Z'),
      Date.parse('2019-05-04T10:21:00Z'),
      null,
    ]);
  });

  it('refuses a thread that has no address, after those before it', async () => {
    const content = '[{"id":"/a","title":"A","comments":[]},{"title":"B","comments":[]}]';
    const read = await readAll(isso, sourceOf(content));
    expect(read.pages).toHaveLength(1);
    expect(read.broken?.message).toMatch(/no id/);
  });
});
