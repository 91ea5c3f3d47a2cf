/**
 * Strangers' text in a terminal: what would move the cursor, recolour, retitle, or turn the direction of what follows is made
 * visible and harmless. Whatever is printed passes through here; how it is laid out is table.ts.
 */

/** Control characters of both sets, except the newline. */
const CONTROL = /[^\P{Cc}\n]/gu;
/** Marks and turns of direction, line and paragraph separators, and what is not shown at all but splits words. */
const INVISIBLE = /[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;
/** Towers of marks that would cover the lines above. */
const TOWER = /(\p{M}{6})\p{M}+/gu;
/** Colours, as styleText makes them: all the escape sequences that we print ourselves. */
const COLOUR = new RegExp(`${String.fromCharCode(27)}\\[[\\d;]*m`, 'g');

/** One line of somebody else's text: without line breaks, escape sequences or anything that turns its direction. */
export const harmlessLine = (text: string): string => calm(text.replace(/\s+/gu, ' ')).replaceAll('\n', ' ').trim();

/** The same for a text of several lines. */
export const harmlessText = (text: string): string => calm(text.replace(/\r\n?/g, '\n').replaceAll('\t', '    '));

/** The last guard of everything that is printed: our own colours stay, nothing else of the kind does. */
export function guard(text: string): string {
  const colours = text.match(COLOUR) ?? [];
  return text
    .split(COLOUR)
    .map((part, n) => `${harmlessText(part)}${colours[n] ?? ''}`)
    .join('');
}

/** JSON that is harmless on a terminal, too, and means the same. */
export const toJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent).replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const calm = (text: string): string =>
  text.toWellFormed().replace(CONTROL, picture).replace(INVISIBLE, '').replace(TOWER, '$1');

/** The picture that Unicode has for a control character: ESC is ␛. */
function picture(control: string): string {
  const code = control.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '\u2421' : '\ufffd';
}
