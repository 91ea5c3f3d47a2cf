/** Artalk: an .artrans file, a list of comments that each name their page. All its values are texts, also `"true"` and `"0"`. */
import { type Foreign, flag, has, id, isForeign, line, number, text, time } from '../read/fields.ts';
import { readJson } from '../read/json.ts';
import { peekRecord } from '../read/json-peek.ts';
import { PagesOnce } from '../read/once.ts';
import type { FormatReader, SourceComment, SourceFile, SourceItem } from '../source.ts';
import { freeOfTags, markupOf } from '../text/markup.ts';

export const artalk: FormatReader = {
  format: 'artalk',
  recognise({ head }) {
    const found = peekRecord(head);
    return found !== null && has(found.record, 'page_key', 'content', 'nick');
  },
  read,
};

async function* read(file: SourceFile): AsyncGenerator<SourceItem> {
  const pages = new PagesOnce();
  for await (const { value } of readJson(file, [peekRecord(file.head)?.path ?? '$[]'])) {
    if (!isForeign(value)) continue;
    const url = addressOf(value);
    yield* pages.say({
      ref: url,
      url,
      title: line(value, 'page_title'),
      locked: flag(value, 'page_admin_only'),
      createdAt: null,
    });
    yield readComment(value, url);
  }
}

/** A page is called by its address, or by its path on the one site that the file names. */
function addressOf(value: Foreign): string {
  const key = text(value, 'page_key');
  const sites = text(value, 'site_urls')
    .split(',')
    .map((url) => url.trim())
    .filter(Boolean);
  if (!/^https?:/i.test(key) && sites.length === 1 && URL.canParse(key, sites[0])) return new URL(key, sites[0]).href;
  return key;
}

function readComment(value: Foreign, page: string): SourceComment {
  const body = text(value, 'content');
  const markup = markupOf(body);
  return {
    kind: 'comment',
    id: text(value, 'id'),
    page,
    parent: id(value, 'rid'),
    author: { id: null, name: line(value, 'nick') ?? '', email: line(value, 'email'), url: line(value, 'link') },
    body: markup === 'markdown' ? freeOfTags(body) : body,
    markup,
    status: flag(value, 'is_pending') ? 'pending' : 'approved',
    // `updated_at` is no edit: votes touch it as well.
    createdAt: time(value, ['created_at', 'date']),
    up: number(value, 'vote_up'),
    down: number(value, 'vote_down'),
  };
}
