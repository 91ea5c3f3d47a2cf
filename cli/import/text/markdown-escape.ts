/** Text and addresses as Markdown that means just them: what would be read as markup is escaped, and no more. */

/** A web address in running text, without the punctuation behind it. */
const URL_IN_TEXT = /\bhttps?:\/\/[^\s<>"'`\u0080-\uffff]*[^\s<>"'`\u0080-\uffff.,;:!?()[\]*_~]/gi;
/** Of a paragraph's or a broken line's first characters, those that begin a block. */
const LINE_START = /^(?:>|#{1,6}(?=\s|$)|[-+](?=\s|$)|-(?=-)|=(?=[= ]*$)|[|:](?=[-:| ]*$)|(\d{1,9})[.)](?=\s|$))/;
const INLINE = /\\(?=[!-/:-@[-`{-~]|$)|[*`[\]]|_+|~+|<|&(?=#?\w+;)/gi;
const WORD = /[\p{L}\p{N}]/u;

export interface Surroundings {
  /** It begins a line. */
  starts: boolean;
  /** A link comes right behind it: with an exclamation mark before, it would be an image. */
  beforeLink: boolean;
}

/** @param text with no line breaks in it */
export function escapeText(text: string, { starts, beforeLink }: Surroundings): string {
  let out = '';
  let done = 0;
  for (const { 0: url, index } of text.matchAll(URL_IN_TEXT)) {
    out += escapeInline(text, done, index) + writeUrl(url);
    done = index + url.length;
  }
  out += escapeInline(text, done, text.length);
  if (beforeLink && out.endsWith('!')) out = `${out.slice(0, -1)}\\!`;
  if (!starts) return out;
  return out.replace(LINE_START, (marker, digits: string | undefined) =>
    digits === undefined ? `\\${marker}` : `${digits}\\${marker.slice(digits.length)}`,
  );
}

/** The piece of `text` that goes from one index to another; what stands around it counts. */
function escapeInline(text: string, from: number, to: number): string {
  return text.slice(from, to).replace(INLINE, (found, offset: number) => {
    const at = from + offset;
    const before = text[at - 1] ?? '';
    const after = text[at + found.length] ?? '';
    // Within a word an underscore is one, and a single tilde is nothing unless another delimiter stands beside it.
    if (found[0] === '_' && WORD.test(before) && WORD.test(after)) return found;
    if (found === '<' && (after === '' || /[\s\d=<-]/.test(after))) return found;
    if (found === '~' && before !== '' && after !== '') return found;
    return found[0] === '_' || found[0] === '~' ? found.replace(/./g, '\\$&') : `\\${found}`;
  });
}

/** A bare address becomes a link wherever it stands; one that holds markup must be told to be an address. */
function writeUrl(url: string): string {
  if (!/[*`~[\]\\]|_(?![a-z0-9])|[^a-z0-9]_|&#?\w+;/i.test(url)) return url;
  if (!/[%\\`]/.test(url)) return `<${url}>`;
  return `[${escapeInline(url, 0, url.length)}](${writeDestination(url)})`;
}

/** Where a link goes, as it stands between the parentheses. */
export function writeDestination(url: string): string {
  const safe = url
    .replace(/[\s<>\\"]/g, (char) => encodeURIComponent(char))
    .replace(/[()]/g, (char) => (char === '(' ? '%28' : '%29'))
    .replace(/&(?=#?\w+;)/g, '\\&');
  return safe;
}

/**
 * An address that a comment may link to, or null: as worker/comments/safe-html.ts judges them, which sees it again.
 * Browsers take tabs, newlines and leading controls out of an address before they look at its scheme.
 */
export function linkableUrl(url: string): string | null {
  const clean = url.replace(/[\t\n\r]/g, '').replace(/^[\0-\x20]+|[\0-\x20]+$/g, '');
  return clean !== '' && /^(?:https?:\/\/|mailto:|[^:/?#]*(?:[/?#]|$))/i.test(clean) ? clean : null;
}
