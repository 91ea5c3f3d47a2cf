/** giscus and utterances: conversations at GitHub. */
import { describe, expect, it } from 'vitest';
import { giscus } from '../../cli/import/formats/giscus.ts';
import { pageOf } from '../../cli/import/formats/github.ts';
import { utterances } from '../../cli/import/formats/utterances.ts';
import { fixture, readAll, sourceOf } from './source-file.ts';

describe('giscus', async () => {
  const { pages, comments, skips, broken } = await readAll(giscus, sourceOf(fixture('giscus.json')));

  it('finds the address of the page in the discussion, else in its title', () => {
    expect(broken).toBeNull();
    expect(pages.map(({ ref, url, title, locked }) => [ref, url, title, locked])).toEqual([
      ['7', 'https://garden.example/posts/tulips.html', null, true],
      ['8', '/', null, false],
      ['9', 'title:How to grow roses', 'How to grow roses', false],
    ]);
  });

  it('gives comments with the account that wrote them, and images that are HTML', () => {
    expect(comments[0]).toEqual({
      kind: 'comment',
      id: 'DC_1',
      page: '7',
      parent: null,
      author: {
        id: '4711',
        name: 'ada',
        email: null,
        url: 'https://github.com/ada',
        account: 'github:4711',
        badge: 'author',
      },
      body: 'Nice [bulb](<https://pics.example/b.png>) and `<img>`',
      markup: 'markdown',
      status: 'approved',
      createdAt: Date.parse('2023-03-02T00:00:00Z'),
      editedAt: Date.parse('2023-03-02T01:00:00Z'),
      up: 3,
      down: 1,
    });
  });

  it('gives replies, what was hidden or deleted, and who is gone', () => {
    expect(comments.map(({ id, parent, status, author }) => [id, parent, status, author.name, author.account])).toEqual(
      [
        ['DC_1', null, 'approved', 'ada', 'github:4711'],
        ['DC_2', 'DC_1', 'spam', 'ghost', undefined],
        ['DC_3', null, 'trash', 'bot', undefined],
        ['DC_4', null, 'deleted', 'ghost', undefined],
      ],
    );
  });

  it('says what an answer left out', async () => {
    expect(skips.map((skip) => skip.what)).toEqual(['1 of the comments of 7']);
    const first = fixture('giscus.json').toString().split('\n{"data"')[0] as string;
    expect((await readAll(giscus, sourceOf(first))).skips.at(-1)?.what).toMatch(/--paginate/);
  });

  it('reads answers as a list, and discussions alone', async () => {
    const answers = fixture('giscus.json').toString().replace('\n{"data"', ',{"data"');
    expect((await readAll(giscus, sourceOf(`[${answers}]`))).comments).toEqual(comments);
    const parsed: { data: { repository: { discussions: { nodes: unknown[] } } } }[] = JSON.parse(`[${answers}]`);
    const nodes = parsed.flatMap((answer) => answer.data.repository.discussions.nodes);
    expect((await readAll(giscus, sourceOf(JSON.stringify(nodes)))).comments).toEqual(comments);
  });

  it('says what GitHub says when it answers with an error', async () => {
    const answer =
      '{"data":{"repository":null},"errors":[{"type":"NOT_FOUND","path":["repository"],"message":"No such repository"}]}';
    expect(giscus.recognise({ head: Buffer.from(answer) })).toBe(true);
    expect((await readAll(giscus, sourceOf(answer))).broken?.message).toMatch(/No such repository/);
  });
});

describe('utterances', async () => {
  const { pages, comments, skips, broken } = await readAll(utterances, sourceOf(fixture('utterances.json')));

  it('gives issues as pages, and leaves pull requests out', () => {
    expect(broken).toBeNull();
    expect(pages.map(({ ref, url, locked }) => [ref, url, locked])).toEqual([
      ['1', 'https://garden.example/posts/tulips.html', false],
      ['3', 'https://garden.example/roses/', true],
    ]);
    expect(skips.map((skip) => skip.reason)).toEqual(['pull request']);
  });

  it('gives comments with the account that wrote them', () => {
    expect(comments[0]).toEqual({
      kind: 'comment',
      id: '9001',
      page: '1',
      parent: null,
      author: {
        id: '4711',
        name: 'ada',
        email: null,
        url: 'https://github.com/ada',
        account: 'github:4711',
        badge: 'author',
      },
      body: 'Hello\r\n\r\n> world',
      markup: 'markdown',
      status: 'approved',
      createdAt: Date.parse('2020-01-03T00:00:00Z'),
      editedAt: Date.parse('2020-01-04T00:00:00Z'),
      up: 2,
      down: 1,
    });
    expect(comments[1]).toMatchObject({ page: '3', author: { id: null, name: 'ghost' }, editedAt: null });
  });

  it('reads lists within a list, one list, and lines', async () => {
    const [issues, replies] = JSON.parse(
      `[${fixture('utterances.json')
        .toString()
        .replace(/\]\s*\[/, '],[')}]`,
    ) as object[][];
    const all = [...(issues ?? []), ...(replies ?? [])];
    for (const shape of [
      JSON.stringify([issues, replies]),
      JSON.stringify(all),
      all.map((one) => JSON.stringify(one)).join('\n'),
    ]) {
      expect((await readAll(utterances, sourceOf(shape))).comments).toEqual(comments);
    }
  });
});

describe('the address in a conversation', () => {
  it.each([
    ['posts/tulips', '', '/posts/tulips'],
    ['/posts/tulips/', '', '/posts/tulips/'],
    ['index', '', '/'],
    ['https://garden.example/a?b=1', '', 'https://garden.example/a?b=1'],
    ['My tulips', 'Words', 'title:My tulips'],
    ['', '', 'title:'],
    ['posts/tulips', '# x\n\nhttps://garden.example/t.html\n', 'https://garden.example/t.html'],
    ['posts/tulips', '[here](https://garden.example/t)', 'https://garden.example/t'],
    ['posts/tulips', '<https://garden.example/t>', 'https://garden.example/t'],
    ['posts/tulips', 'see https://elsewhere.example/', '/posts/tulips'],
    ['posts/tulips', '[x](javascript:alert(1))', '/posts/tulips'],
  ])('of %j and %j is %j', (title, body, address) => {
    expect(pageOf(title, body).url).toBe(address);
  });
});
