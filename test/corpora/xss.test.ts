/** DOMPurify's payloads through the renderer and the last gate, as text. What Chromium makes of them is a browser test's. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderMarkdown } from '../../worker/comments/markdown';
import { hardenHtml } from '../../worker/comments/safe-html';
import { findForbidden } from '../allowed-html';

const DATA = new URL('../../../shared/data/xss/dompurify-expect.json', import.meta.url);
const isHere = existsSync(DATA);
if (!isHere) console.warn('XSS corpus skipped: ../shared/data/xss is not here.');

const readPayloads = (): string[] =>
  (JSON.parse(readFileSync(DATA, 'utf8')) as { payload: string }[]).map(({ payload }) => payload);

describe.skipIf(!isHere)('223 payloads', () => {
  it('threat 5: as Markdown, in every place it has, leave nothing but what a comment may hold', () => {
    const payloads = readPayloads();
    expect(payloads).toHaveLength(223);
    for (const payload of payloads) {
      const line = payload.replaceAll('\n', ' ');
      const sources = [
        payload,
        `> ${line}`,
        `- [ ] ${line}`,
        `[${line}](${line} "${line}")`,
        `[a](<${line}>)`,
        `![${line}](https://example.com/a.png '${line}')`,
        `[a]\n\n[a]: ${line}`,
        `<${line}>`,
        `| ${line} |\n|-|\n| ${line} |`,
        `\`\`\`${line}\n${payload}\n\`\`\``,
        `https://example.com/${line}`,
      ];
      for (const source of sources) {
        for (const images of [false, true]) {
          const html = renderMarkdown(source, { images });
          expect(findForbidden(html), source).toEqual([]);
          expect(hardenHtml(html)).toBe(html);
        }
      }
    }
  });

  it('threat 7: as rows put straight into the database leave nothing but what a comment may hold', () => {
    for (const payload of readPayloads()) {
      const rows = [
        payload,
        `<p>${payload}</p>`,
        `<p><a href="${payload}" rel="nofollow ugc noopener">x</a></p>`,
        `<p><a href="https://example.com" title="${payload}" rel="nofollow ugc noopener">x</a></p>`,
        `<p><a href="https://example.com" rel="${payload}">x</a></p>`,
        `<p><img src="${payload}" alt="${payload}" loading="lazy" referrerpolicy="no-referrer"></p>`,
        `<pre tabindex="0"><code>${payload}</code></pre>`,
        `<ol start="${payload}">`,
      ];
      for (const row of rows) {
        const html = hardenHtml(row);
        expect(findForbidden(html), row).toEqual([]);
        expect(hardenHtml(html)).toBe(html);
      }
    }
  });
});
