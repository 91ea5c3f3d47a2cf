/** utterances: issues of GitHub and their comments as its REST API answers, lists one behind the other; docs/importing.md has the commands. */
import { type Foreign, flag, has, isForeign, number, object, text, time } from '../read/fields.ts';
import { readJson } from '../read/json.ts';
import { peekRecord } from '../read/json-peek.ts';
import type { FormatReader, SourceFile, SourceItem } from '../source.ts';
import { freeOfTags } from '../text/markup.ts';
import { authorOf, pageOf } from './github.ts';

export const utterances: FormatReader = {
  format: 'utterances',
  recognise({ head }) {
    const found = peekRecord(head);
    return found !== null && (isIssue(found.record) || isComment(found.record));
  },
  read,
};

const isIssue = (record: Foreign) => has(record, 'comments_url', 'number', 'title');
const isComment = (record: Foreign) => has(record, 'issue_url', 'user', 'body');

async function* read(file: SourceFile): AsyncGenerator<SourceItem> {
  for await (const { value } of readJson(file, [peekRecord(file.head)?.path ?? '$[]'])) {
    if (!isForeign(value)) continue;
    if (isComment(value)) yield readComment(value);
    else if (has(value, 'pull_request'))
      yield { kind: 'skip', reason: 'pull request', what: text(value, 'html_url', 'number') };
    else if (isIssue(value)) yield readIssue(value);
  }
}

function readIssue(value: Foreign): SourceItem {
  return {
    kind: 'page',
    ref: text(value, 'number'),
    ...pageOf(text(value, 'title'), text(value, 'body')),
    locked: flag(value, 'locked'),
    createdAt: time(value, 'created_at'),
  };
}

function readComment(value: Foreign): SourceItem {
  const createdAt = time(value, 'created_at');
  const updatedAt = time(value, 'updated_at');
  const reactions = object(value, 'reactions');
  return {
    kind: 'comment',
    id: text(value, 'id', 'node_id', 'html_url'),
    page: text(value, 'issue_url').split('/').at(-1) ?? '',
    parent: null,
    author: authorOf(object(value, 'user'), text(value, 'author_association')),
    body: freeOfTags(text(value, 'body')),
    markup: 'markdown',
    status: 'approved',
    createdAt,
    editedAt: updatedAt !== createdAt ? updatedAt : null,
    up: number(reactions, '+1'),
    down: number(reactions, '-1'),
  };
}
