/**
 * HTML written by hand that cannot be wrong by forgetting: in `markup` whatever is put in is text and is escaped, unless it is markup
 * itself. For letters and for the small pages behind their links. Pure.
 */

/** HTML that was written here. */
export class Markup {
  readonly html: string;
  constructor(html: string) {
    this.html = html;
  }
}

export type Part = string | number | Markup | null | undefined | false | readonly Part[];

/** A tagged template. Attributes must be quoted; an address goes through `webAddress` first. */
export function markup(strings: TemplateStringsArray, ...parts: Part[]): Markup {
  let html = strings[0]!;
  for (let i = 0; i < parts.length; i++) html += show(parts[i]!) + strings[i + 1]!;
  return new Markup(html);
}

function show(part: Part): string {
  if (part instanceof Markup) return part.html;
  if (typeof part === 'string') return escapeHtml(part);
  if (typeof part === 'number') return `${part}`;
  return Array.isArray(part) ? part.map(show).join('') : '';
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => ESCAPES[char]!);
