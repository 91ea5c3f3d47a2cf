/** giscus: discussions of GitHub as its GraphQL answers, one answer behind the other; docs/importing.md has the question. */
import { type Foreign, flag, has, isForeign, list, number, object, text, time } from '../read/fields.ts';
import { readJson } from '../read/json.ts';
import { peekRecord } from '../read/json-peek.ts';
import { type FormatReader, SourceError, type SourceFile, type SourceItem } from '../source.ts';
import { freeOfTags } from '../text/markup.ts';
import { authorOf, hiddenAs, pageOf } from './github.ts';

export const giscus: FormatReader = {
  format: 'giscus',
  recognise: ({ head }) => placeIn(head) !== null,
  read,
};

/** Answers, or the discussions themselves. */
function placeIn(head: Buffer): { discussions: string; more: string; errors: string } | null {
  const found = peekRecord(head);
  if (!found) return null;
  const { record, path } = found;
  const isAnswer = has(object(object(record, 'data'), 'repository'), 'discussions') || isError(record);
  const isDiscussion = has(record, 'title') && has(object(record, 'comments'), 'nodes');
  if (!isAnswer && !isDiscussion) return null;
  const place = `${path}.data.repository.discussions`;
  return {
    discussions: isAnswer ? `${place}.nodes[]` : path,
    more: `${place}.pageInfo`,
    errors: `${path}.errors[]`,
  };
}

const isError = (record: Foreign) =>
  has(record, 'data', 'errors') && list(record, 'errors').some((error) => has(error, 'message', 'type'));

async function* read(file: SourceFile): AsyncGenerator<SourceItem> {
  const place = placeIn(file.head) ?? { discussions: '$[]', more: '', errors: '' };
  let isMore = false;
  for await (const { path, value } of readJson(file, Object.values(place).filter(Boolean))) {
    if (!isForeign(value)) continue;
    if (path === place.errors)
      throw new SourceError(`GitHub answered with an error: ${text(value, 'message').slice(0, 300)}`);
    if (path === place.more) isMore = flag(value, 'hasNextPage');
    else yield* readDiscussion(value);
  }
  if (isMore) yield { kind: 'skip', reason: NOT_THERE, what: 'more discussions; ask with --paginate' };
}

const NOT_THERE = 'left out by GitHub’s answer';

function* readDiscussion(value: Foreign): Generator<SourceItem> {
  const page = text(value, 'number', 'id', 'url', 'title');
  yield {
    kind: 'page',
    ref: page,
    ...pageOf(text(value, 'title'), text(value, 'body')),
    locked: flag(value, 'locked'),
    createdAt: time(value, 'createdAt'),
  };
  yield* readComments(object(value, 'comments'), page, null);
}

function* readComments(connection: Foreign, page: string, parent: string | null): Generator<SourceItem> {
  const nodes = list(connection, 'nodes');
  for (const node of nodes) {
    const id = text(node, 'id', 'databaseId', 'url');
    yield {
      kind: 'comment',
      id,
      page,
      parent,
      author: authorOf(object(node, 'author'), text(node, 'authorAssociation')),
      ...(has(node, 'body')
        ? { body: freeOfTags(text(node, 'body')), markup: 'markdown' }
        : has(node, 'bodyHTML')
          ? { body: text(node, 'bodyHTML'), markup: 'html' }
          : { body: text(node, 'bodyText'), markup: 'text' }),
      status: text(node, 'deletedAt')
        ? 'deleted'
        : flag(node, 'isMinimized')
          ? hiddenAs(text(node, 'minimizedReason'))
          : 'approved',
      createdAt: time(node, 'createdAt'),
      editedAt: time(node, 'lastEditedAt'),
      // The arrow and the thumb say the same, and one may press both.
      up: Math.max(number(node, 'upvoteCount'), thumbs(node, 'THUMBS_UP')),
      down: thumbs(node, 'THUMBS_DOWN'),
    };
    yield* readComments(object(node, 'replies'), page, id);
  }
  const missing = number(connection, 'totalCount') - nodes.length;
  if (missing > 0)
    yield {
      kind: 'skip',
      reason: NOT_THERE,
      what: `${missing} of ${parent ? 'the replies to' : 'the comments of'} ${parent ?? page}`,
    };
}

function thumbs(node: Foreign, content: string): number {
  const group = list(node, 'reactionGroups').find((reaction) => text(reaction, 'content') === content);
  return group
    ? Math.max(number(object(group, 'reactors'), 'totalCount'), number(object(group, 'users'), 'totalCount'))
    : 0;
}
