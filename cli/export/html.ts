/** A comment's Markdown as plain HTML, for systems that know nothing else. What strangers wrote as HTML stays text. */
import markdownIt, { type Token } from 'markdown-it';

const md = markdownIt({ html: false, linkify: true, maxNesting: 40 });
// As worker/comments/safe-html.ts has it: nothing before a colon but these.
md.validateLink = (url) => /^(?:https?:|mailto:|[^:/?#]*(?:[/?#]|$))/i.test(url);
// A picture would be asked for by everybody who reads it; headings would stand among those of the page.
md.renderer.rules.image = (tokens, at, options, env, self) => {
  const image = tokens[at]!;
  const alt = self.renderInlineAsText(image.children ?? [], options, env);
  const { escapeHtml } = md.utils;
  const src = String(image.attrGet('src') ?? '');
  return `<a href="${escapeHtml(src)}">${escapeHtml(alt || src)}</a>`;
};
md.renderer.rules.heading_open = () => '<p><strong>';
md.renderer.rules.heading_close = () => '</strong></p>\n';
// The language of code would be a class.
md.renderer.rules.fence = writeCode;
md.renderer.rules.code_block = writeCode;

function writeCode(tokens: Token[], at: number): string {
  return `<pre><code>${md.utils.escapeHtml(tokens[at]!.content)}</code></pre>\n`;
}

export function writeHtml(markdown: string): string {
  return md.render(markdown).trim();
}
