/** A comment as the phases look at it: what was written, and all that can be read off it. Pure. */

import type { Judged } from '../verdict';
import { listLinks } from './links';
import { printOf } from './print';
import { dropQuotes, readHtml } from './reading';

/** `html` is `body` rendered by worker/comments/markdown.ts. */
export type Written = Omit<Judged, 'text' | 'ownText' | 'links' | 'print'> & { html: string };

export function describeComment({ html, ...written }: Written): Judged {
  const ownText = readHtml(dropQuotes(html));
  return { ...written, text: readHtml(html), ownText, links: listLinks(html), print: printOf(ownText) };
}
