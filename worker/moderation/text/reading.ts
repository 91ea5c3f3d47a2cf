/** A text as people read it, whatever it is made of: what phases look at, so that nothing hides in it. Pure. */
import lookAlike from 'unhomoglyph';

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"' };

/** What is read of HTML that worker/comments/markdown.ts wrote: a line a block, and nothing of where links lead. */
export function readHtml(html: string): string {
  return html
    .replace(/<\/?(?:p|[uo]l|li|blockquote|pre|h[1-6]|table|t[a-z]+|br|hr)\b[^<>]*>/g, '\n')
    .replace(/<[^<>]*>/g, '')
    .replace(/&(amp|lt|gt|quot);/g, (_, name: string) => ENTITIES[name]!)
    .replace(/\n\s*/g, '\n')
    .trim();
}

/** HTML without what it quotes and without code: what the writer has to say, in the writer's language. */
export function dropQuotes(html: string): string {
  let depth = 0;
  const kept: string[] = [];
  for (const part of html.split(/(<\/?(?:blockquote|pre|code)\b[^<>]*>)/)) {
    if (/^<(?:blockquote|pre|code)\b/.test(part)) depth++;
    else if (/^<\/(?:blockquote|pre|code)/.test(part)) depth = Math.max(0, depth - 1);
    else if (depth === 0) kept.push(part);
  }
  return kept.join('\n');
}

/** In the plain forms of its characters (Unicode's NFKC), without those that are not seen. */
export function plainText(text: string): string {
  return text.normalize('NFKC').replace(/\p{Default_Ignorable_Code_Point}/gu, '');
}

/**
 * Plain text whose words are all of one alphabet where they look so: what a word of Latin letters has of others that look
 * like Latin ones (UTS #39) is read as these. Words of another alphabet altogether stay what they are.
 */
export function unmaskText(plain: string): string {
  return plain.replace(/[\p{L}\p{M}\p{N}]+/gu, (word) => (isMasked(word) ? unmaskWord(word) : word));
}

/** Latin letters together with others that pass for Latin ones, and nothing else: no word of any language. */
export function isMasked(word: string): boolean {
  if (!/[a-z]/i.test(word)) return false;
  const others = word.replace(/[\p{Script=Latin}\p{M}\p{N}]/gu, '');
  return others !== '' && /^[\p{ASCII}\p{M}]*$/u.test(unmaskWord(others));
}
const unmaskWord = (word: string): string =>
  word.replace(/[^\p{ASCII}\p{Script=Latin}]/gu, (letter) => lookAlike(letter));

/** Letters of scripts in which a letter is a syllable or a word say as much as several of an alphabet. */
const DENSE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu;
const DENSITY = 3;
/** How much is said, in letters of an alphabet. */
export const weighLetters = (text: string): number =>
  (text.match(/[\p{L}\p{N}]/gu)?.length ?? 0) + (DENSITY - 1) * (text.match(DENSE)?.length ?? 0);
