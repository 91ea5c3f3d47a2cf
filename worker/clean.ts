/** What a line of text, a text and a website are, whoever wrote them. Pure. */
import { Problem } from './problem';

/** Invisible marks that turn the text around them or hide in it (Unicode bidi controls, C0, C1, tags, BOM). */
const HIDDEN = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\u{e0000}-\u{e007f}]/gu;

/** One line of plain text without hidden marks, in Unicode form NFC. */
export function cleanLine(text: string): string {
  return text.normalize('NFC').replace(/\s+/gu, ' ').replace(HIDDEN, '').trim();
}

/** As `cleanLine`, of several lines. */
export function cleanText(text: string): string {
  return text
    .split(/\r\n|\r|\n/)
    .map(cleanLine)
    .join('\n')
    .trim();
}

/**
 * A writer's website, as people type it: `example.com` is https.
 * @param field what to name when it is none
 * @returns an http(s) address in WHATWG form, or null for none
 * @throws Problem invalid_request
 */
export function cleanWebsite(text: string | null | undefined, field: string): string | null {
  const typed = text?.trim();
  if (!typed) return null;
  const withScheme = /^[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+([/?#:]|$)/u.test(typed) ? `https://${typed}` : typed;
  const url = URL.parse(withScheme);
  if (!url || !/^https?:$/.test(url.protocol) || !url.hostname.includes('.') || url.username || url.password)
    throw new Problem('invalid_request', `${field}: must be a web address (http or https).`, { field });
  return url.href;
}
