/** Valine: what LeanCloud exports of the class Comment, as a list, as lines, or as `results`. */
import { flag, has, isForeign, list, text } from '../read/fields.ts';
import { readJson } from '../read/json.ts';
import { peekRecord } from '../read/json-peek.ts';
import { PagesOnce } from '../read/once.ts';
import type { FormatReader, SourceFile, SourceItem } from '../source.ts';
import { commentOf, pageOf } from './leancloud.ts';

export const valine: FormatReader = {
  format: 'valine',
  recognise: ({ head }) => placeIn(head) !== null,
  read,
};

function placeIn(head: Buffer): string | null {
  const found = peekRecord(head);
  if (!found) return null;
  const [result] = list(found.record, 'results');
  const record = result ?? found.record;
  if (!has(record, 'objectId', 'comment', 'nick', 'url') || has(record, '_id')) return null;
  return result ? `${found.path}.results[]` : found.path;
}

async function* read(file: SourceFile): AsyncGenerator<SourceItem> {
  const pages = new PagesOnce();
  for await (const { value } of readJson(file, [placeIn(file.head) ?? '$[]'])) {
    if (!isForeign(value)) continue;
    yield* pages.say(pageOf(value));
    const comment = commentOf(value, { body: text(value, 'comment'), markup: 'html' });
    yield flag(value, 'isSpam') ? { ...comment, status: 'spam' } : comment;
  }
}
