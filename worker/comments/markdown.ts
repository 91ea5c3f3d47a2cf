/**
 * Markdown to HTML: CommonMark with autolinks, tables, strikethrough and task lists, for text that strangers write. Owns
 * the dialect: which rules of markdown-it are on, and what blocks become. Links, images and emoticons are
 * markdown-inlines.ts's, what pathological input may cost is markdown-limits.ts's, and safe-html.ts checks the result
 * again whenever it is read.
 *
 * Raw HTML is shown as text, and no class, id or style is ever written.
 */
import markdownIt, { type StateCore, type Token } from 'markdown-it';
import { finishInlines, markEmoticons, type RenderEnv } from './markdown-inlines';
import { limitAltTexts, limitBlocks, MAX_INLINE_LEVEL, newBudget } from './markdown-limits';
import { isLinkUrl } from './safe-html';

/** Stored with the HTML. Raise it when the same source renders differently, so that rows can be rendered again. */
export const RENDERER_VERSION = 1;

const md = markdownIt({ html: false, linkify: true, maxNesting: MAX_INLINE_LEVEL });
md.validateLink = isLinkUrl;
md.linkify.set({ maxLength: 2048 });
md.linkify.add('ftp:', null).add('//', null);
md.linkify.add('www.', {
  validate(text, pos, self) {
    const before = text[pos - 'www.'.length - 1];
    if (before !== undefined && /[/@:.\\=&?#%+-]/.test(before)) return 0;
    const host = text.slice(pos, pos + 2048);
    return Math.max(0, self.testSchemaAt(`//${host}`, 'http:', 0) - 2);
  },
  normalize(match) {
    match.url = `http://${match.url}`;
  },
});
limitBlocks(md);
limitAltTexts(md);
md.core.ruler.before('inline', 'task_lists', markTasks);
md.core.ruler.before('text_join', 'emoticons', markEmoticons);
md.core.ruler.push('finish', finish);
md.renderer.rules.fence = renderCode;
md.renderer.rules.code_block = renderCode;

/**
 * Renders a comment.
 * @param source Markdown; its length is the caller's to limit (contract.ts)
 * @param options.images whether images are shown; by default they are links
 */
export function renderMarkdown(source: string, options: { images: boolean }): string {
  const env: RenderEnv = { images: options.images, budget: newBudget() };
  return md.render(source, env);
}

// A block of code scrolls, so the keyboard must reach it. Its language would be a class.
function renderCode(tokens: Token[], index: number): string {
  return `<pre tabindex="0"><code>${md.utils.escapeHtml(tokens[index]!.content)}</code></pre>\n`;
}

/** `[ ] ` and `[x] ` at the start of a list item, before inline parsing takes the brackets for a link. */
function markTasks(state: StateCore): void {
  state.tokens.forEach((token, i) => {
    if (token.type !== 'inline' || state.tokens[i - 2]?.type !== 'list_item_open') return;
    const marker = /^\[([ xX])\][ \t]+(?=\S)/.exec(token.content);
    if (!marker) return;
    token.content = token.content.slice(marker[0].length);
    token.meta = { checked: marker[1] !== ' ' };
  });
}

/** Turns what markdown-it parsed into what a comment may hold. */
function finish(state: StateCore): void {
  state.tokens.forEach((token, i) => {
    switch (token.type) {
      case 'inline': {
        let children = finishInlines(token.children ?? [], state);
        if (state.tokens[i - 1]?.type === 'heading_open') children = wrapChildren(state, children, 'strong');
        if (token.meta)
          children = wrapChildren(state, [...checkbox(state, token.meta.checked === true), ...children], 'label');
        token.children = children;
        break;
      }
      // A heading would enter the outline of the page around the comment.
      case 'heading_open':
      case 'heading_close':
        token.tag = 'p';
        break;
      case 'th_open':
        // An empty header cell heads nothing: to a screen reader it is a cell.
        if (state.tokens[i + 1]?.content === '') token.tag = state.tokens[i + 2]!.tag = 'td';
        alignCell(token);
        break;
      case 'td_open':
        alignCell(token);
        break;
    }
  });
}

function wrapChildren(state: StateCore, children: Token[], tag: string): Token[] {
  return [new state.Token(`${tag}_open`, tag, 1), ...children, new state.Token(`${tag}_close`, tag, -1)];
}

function checkbox(state: StateCore, checked: boolean): Token[] {
  const input = new state.Token('task', 'input', 0);
  input.attrs = [['type', 'checkbox'], ...(checked ? [['checked', ''] as [string, string]] : []), ['disabled', '']];
  const space = new state.Token('text', '', 0);
  space.content = ' ';
  return [input, space];
}

/** markdown-it aligns with a style. */
function alignCell(cell: Token): void {
  const style = cell.attrGet('style');
  if (style !== null) cell.attrs = [['align', String(style).replace('text-align:', '')]];
}
