/**
 * CommonMark's and GFM's own examples. What a comment renders differently on purpose is mapped on the expected side;
 * what cannot be is listed by number with the reason, and a listed example that passes fails the test.
 */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderMarkdown } from '../../worker/comments/markdown';
import { hardenHtml } from '../../worker/comments/safe-html';

const DATA = new URL('../../../shared/data/markdown/', import.meta.url);
const isHere = existsSync(DATA);
if (!isHere) console.warn('Markdown corpora skipped: ../shared/data/markdown is not here.');

interface Example {
  example: number;
  section: string;
  markdown: string;
  html: string;
}

const readExamples = (name: string): Example[] => JSON.parse(readFileSync(new URL(name, DATA), 'utf8'));

/** The expected HTML as a comment's: links and images of strangers, no headings, no classes, code that scrolls. */
function toComment(html: string): string {
  return html
    .replace(/<(h[1-6])>([\s\S]*?)<\/\1>/g, '<p><strong>$2</strong></p>')
    .replace(/<a href="([^"]*)"( title="[^"]*")?>/g, '<a href="$1"$2 rel="nofollow ugc noopener">')
    .replace(/<pre><code(?: class="[^"]*")?>/g, '<pre tabindex="0"><code>')
    .replace(
      /<img (src="[^"]*" alt="[^"]*"(?: title="[^"]*")?) \/>/g,
      '<img $1 loading="lazy" referrerpolicy="no-referrer">',
    )
    .replace(/<(br|hr) \/>/g, '<$1>')
    .replace('<blockquote>\n</blockquote>', '<blockquote></blockquote>')
    .replace(
      /<li><input (checked="" )?disabled="" type="checkbox">(.*?)(?=<\/li>|\n)/g,
      '<li><label><input type="checkbox" $1disabled="">$2</label>',
    );
}

const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

const COMMONMARK_DIFFERENCES: Record<string, number[]> = {
  'raw HTML is shown as text': [
    21,
    31,
    ...range(148, 191),
    201,
    308,
    309,
    344,
    475,
    476,
    477,
    491,
    494,
    524,
    536,
    613,
    614,
    615,
    616,
    617,
    623,
    ...range(625, 631),
    642,
    643,
  ],
  'a bare address becomes a link': [602, 608, 611, 612],
  'only http, https, mailto and relative addresses become links': [596, 598, 599, 601],
  'a colon before the first slash is taken for the end of a scheme': [500],
  'a link without text shows its address': [484],
};

const GFM_DIFFERENCES: Record<string, number[]> = {
  'only http, https, mailto and relative addresses become links': [628],
  'a closing bracket that nothing opened ends an address': [625],
  'what looks like an entity at its end is part of an address': [626],
  'the host of a mail address may hold a plus': [630],
  'raw HTML is shown as text': [653],
};

describe.skipIf(!isHere)('CommonMark 0.31.2', () => {
  it('passes all 652 examples but those listed', () => {
    const examples = readExamples('commonmark-0.31.2.json');
    expect(examples).toHaveLength(652);
    expect(listFailures(examples)).toEqual(listed(COMMONMARK_DIFFERENCES));
  });
});

describe.skipIf(!isHere)('GFM 0.29', () => {
  it('passes the examples of its extensions but those listed', () => {
    const examples = readExamples('gfm-0.29.json').filter(({ section }) => section.includes('extension'));
    expect(examples).toHaveLength(24);
    expect(listFailures(examples)).toEqual(listed(GFM_DIFFERENCES));
  });
});

describe.skipIf(!isHere)('hardenHtml', () => {
  it('changes nothing of any rendered example', () => {
    for (const { markdown } of [...readExamples('commonmark-0.31.2.json'), ...readExamples('gfm-0.29.json')]) {
      for (const images of [false, true]) {
        const html = renderMarkdown(markdown, { images });
        expect(hardenHtml(html)).toBe(html);
      }
    }
  });
});

function listFailures(examples: Example[]): number[] {
  return examples
    .filter(({ markdown, html }) => renderMarkdown(markdown, { images: true }) !== toComment(html))
    .map(({ example }) => example);
}

function listed(differences: Record<string, number[]>): number[] {
  return Object.values(differences)
    .flat()
    .sort((a, b) => a - b);
}
