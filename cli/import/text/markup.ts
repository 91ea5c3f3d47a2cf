/**
 * What the text of systems that keep Markdown is written in: most of them also keep what they were given as HTML when comments came
 * from another system, and let HTML stand within Markdown.
 */
import type { SourceComment } from '../source.ts';

const BLOCK = /^\s*<(?:p|div|blockquote|pre|ul|ol|h[1-6]|table|figure)\b[^>]*>/i;

export function markupOf(body: string): SourceComment['markup'] {
  return BLOCK.test(body) ? 'html' : 'markdown';
}

/** Code stands first in it: it is passed over as it is. */
const PARTS =
  /(?<code>^(?:```|~~~)[\s\S]*?^(?:```|~~~)|(?<!`)(?<ticks>`+)(?!`)[\s\S]{0,200}?(?<!`)\k<ticks>(?!`))|<img\b(?<image>[^<>]{0,4000})>|<a\b(?<link>[^<>]{0,4000})>(?<label>[^<>]{0,1000})<\/a\s*>|(?<line><br\s*\/?>\n?)/gim;

/** Links and line breaks that are HTML in a Markdown text as Markdown, and pictures as links to them: ours leaves no tag in it. */
export function freeOfTags(markdown: string): string {
  if (!markdown.includes('<')) return markdown;
  return markdown.replace(PARTS, (all, ...rest) => {
    const { code, image, link, label, line } = rest.at(-1) as Record<string, string | undefined>;
    if (code !== undefined) return all;
    if (line !== undefined) return '\n';
    const said = image === undefined ? (label ?? '') : attribute(image, 'alt');
    const address = image === undefined ? attribute(link ?? '', 'href') : attribute(image, 'src');
    if (!/^https?:\/\/[^\s<>]+$/i.test(address)) return said;
    return `[${said.replace(/[[\]\\\n]/g, ' ').trim() || address}](<${address}>)`;
  });
}

function attribute(attributes: string, name: string): string {
  const found = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`, 'i').exec(` ${attributes}`);
  return (found?.[1] ?? found?.[2] ?? found?.[3] ?? '').replaceAll('&amp;', '&').trim();
}
