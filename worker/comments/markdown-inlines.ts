/**
 * Inlines of a comment: links, images, emoticons. Owns what the inline tokens of markdown-it become; blocks are
 * markdown.ts's.
 */
import type { Env, StateCore, Token } from 'markdown-it';
import { replaceEmoticons } from './emoticons';
import { type Budget, MAX_INLINE_LEVEL } from './markdown-limits';
import { isImageUrl, LINK_REL } from './safe-html';

/** What rendering one comment carries through markdown-it. */
export interface RenderEnv extends Env {
  images: boolean;
  budget: Budget;
}

/** Core rule: emoticons in prose. Runs while escaped characters are still tokens of their own, so `\:)` stays. */
export function markEmoticons(state: StateCore): void {
  for (const { children } of state.tokens) {
    children?.forEach((token, i) => {
      const before = children[i - 1];
      const after = children[i + 1];
      if (token.type !== 'text' || (before?.type === 'link_open' && before.info === 'auto')) return;
      const opens = !before || before.nesting === 1 || isBreak(before);
      const closes = !after || after.nesting === -1 || isBreak(after);
      token.content = replaceEmoticons(token.content, opens, closes);
    });
  }
}

function isBreak(token: Token): boolean {
  return token.type === 'softbreak' || token.type === 'hardbreak';
}

/** The inline tokens as a comment shows them. */
export function finishInlines(tokens: Token[], state: StateCore): Token[] {
  const { budget } = state.env as RenderEnv;
  const out: Token[] = [];
  let link: Token | undefined; // the open one
  let blank = true; // nothing of it can be seen yet
  for (const token of tokens) {
    // Opening and closing tokens of a pair have the same level.
    if (token.nesting !== 0 && token.level >= MAX_INLINE_LEVEL) continue;
    switch (token.type) {
      case 'link_open':
        if (!payReference(token, budget)) continue;
        link = token;
        blank = true;
        token.attrs?.push(['rel', LINK_REL]);
        break;
      case 'link_close':
        if (!link) continue;
        // Nobody can see or name a link without text: it shows its address.
        if (blank) out.push(textToken(state, String(link.attrGet('href'))));
        link = undefined;
        break;
      case 'image':
        for (const shown of finishImage(token, state, link !== undefined)) {
          out.push(shown);
          blank &&= (shown.attrGet('alt') ?? shown.content) === '';
        }
        continue;
      case 's_open':
      case 's_close':
        token.tag = 'del';
        break;
      default:
        if (token.content.trim() !== '') blank = false;
    }
    out.push(token);
  }
  return out;
}

/** An image where the site shows them, else a link to it; the mere alt text where there can be neither. */
function finishImage(image: Token, state: StateCore, inLink: boolean): Token[] {
  const { images, budget } = state.env as RenderEnv;
  const { md } = state;
  const alt = md.renderer.renderInlineAsText(image.children ?? [], md.options, state.env);
  const src = String(image.attrGet('src'));
  const title = image.attrGet('title');
  const titled: [string, string][] = title === null ? [] : [['title', String(title)]];
  const paid = payReference(image, budget);
  if (images && paid && isImageUrl(src)) {
    image.attrs = [['src', src], ['alt', alt], ...titled, ['loading', 'lazy'], ['referrerpolicy', 'no-referrer']];
    return [image];
  }
  if (inLink || !paid) return [textToken(state, alt)];
  const open = new state.Token('link_open', 'a', 1);
  open.attrs = [['href', src], ...titled, ['rel', LINK_REL]];
  return [open, textToken(state, alt.trim() === '' ? src : alt), new state.Token('link_close', 'a', -1)];
}

/** Whether the budget allows one more use of a reference; a link that brings its own address costs nothing. */
function payReference(token: Token, budget: Budget): boolean {
  if (!token.meta?.label) return true;
  let chars = 0;
  for (const [, value] of token.attrs ?? []) chars += String(value).length;
  if (chars > budget.referenceChars) return false;
  budget.referenceChars -= chars;
  return true;
}

function textToken(state: StateCore, content: string): Token {
  const token = new state.Token('text', '', 0);
  token.content = content;
  return token;
}
