/** Names and titles that a system keeps as HTML, as the words that a reader sees. */
import { parseFragment } from 'parse5';

/** More than any name or title; what is longer is cut anyway. */
const MAX_CHARS = 20_000;

export function htmlToLine(html: string): string {
  if (!/[&<]/.test(html)) return html;
  const bare = html.slice(0, MAX_CHARS).replace(/<\/?[a-z][^<>]*>/gi, '');
  const [text] = parseFragment(bare.replaceAll('<', '&lt;')).childNodes;
  return text && 'value' in text ? text.value : '';
}
