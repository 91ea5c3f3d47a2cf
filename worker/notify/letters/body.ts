/**
 * A stranger's comment in a letter. It is the Markdown as written, shown as text: what is quoted stands back and code stands in its own
 * letters, and that is all that is made of it. Nothing can be clicked: it stands in anchors that lead nowhere, inside which mail
 * programs make no links of addresses either, and which change nothing for who reads or copies it.
 */
import { STYLE } from './look';
import { Markup, markup } from './markup';
import { directionOf } from './plain';

type Shape = 'text' | 'quote' | 'code';

/** Runs of lines of one shape, without the marks that say which. */
export function shapeLines(text: string): { shape: Shape; lines: string[] }[] {
  const runs: { shape: Shape; lines: string[] }[] = [];
  let fence: string | null = null;
  let open = false;
  for (const line of text.split('\n')) {
    const mark = /^ {0,3}(```|~~~)/.exec(line)?.[1];
    if (mark && (fence === null || fence === mark)) {
      fence = fence === null ? mark : null;
      open = false;
      continue;
    }
    const quoted = fence === null ? /^ {0,3}> ?(.*)$/.exec(line) : null;
    const shape = fence === null ? (quoted ? 'quote' : 'text') : 'code';
    const last = runs.at(-1);
    const kept = quoted ? quoted[1]! : line;
    if (open && last?.shape === shape) last.lines.push(kept);
    else runs.push({ shape, lines: [kept] });
    open = true;
  }
  return runs.filter(({ lines }) => lines.some((line) => line.trim() !== ''));
}

/** Text that cannot be clicked. */
export const inert = (text: string): Markup => markup`<a style="${STYLE.inert}">${breakLines(text.split('\n'))}</a>`;

function breakLines(lines: string[]) {
  return lines.map((line, i) => {
    const indent = /^[ \t]*/.exec(line)![0];
    const spaces = new Markup('&nbsp;'.repeat(indent.replaceAll('\t', '  ').length));
    return [i > 0 && new Markup('<br>'), spaces, line.slice(indent.length)];
  });
}

/** In its own direction. @param said of somebody else's, for context */
export function textBlock(text: string, said = false): Markup {
  const dir = directionOf(text);
  const align = dir === 'rtl' ? 'right' : 'left';
  const blocks = shapeLines(text).map(({ shape, lines }, i) => {
    const whole = inert(lines.join('\n').replace(/^\n+/, '').trimEnd());
    const gap = i > 0 && ';margin-top:10px';
    if (shape === 'code') return markup`<div dir="ltr" style="${STYLE.codeBlock}${gap};text-align:left">${whole}</div>`;
    if (shape === 'quote') {
      const side = dir === 'rtl' ? 'right' : 'left';
      return markup`<div class="d l" style="${STYLE.line};border-${side}-width:2px;padding-${side}:12px;${STYLE.said}${gap}">${whole}</div>`;
    }
    return i > 0 ? markup`<div style="margin-top:10px">${whole}</div>` : whole;
  });
  return markup`<div class="${said ? 'd' : 'i'}" dir="${dir}" style="${said && `${STYLE.said};`}text-align:${align}">${blocks}</div>`;
}
