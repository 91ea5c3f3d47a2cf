/** Addresses in a comment's HTML, made absolute: in a feed reader they are relative to nothing. Pure. */

/** As safe-html.ts lets them through: text and attributes hold no `<`, so this is always a tag. */
const ADDRESS = /(<a href="|<img src=")([^"]*)"/g;
const CHARS: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"' };
const REFERENCES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** @param html hardened @param base http(s) address of the page it stands on */
export const resolveAddresses = (html: string, base: string): string =>
  html.replace(ADDRESS, (tag, start: string, written: string) => {
    if (/^(?:https?|mailto):/i.test(written)) return tag;
    const address = URL.parse(
      written.replace(/&(?:amp|lt|gt|quot);/g, (reference) => CHARS[reference]!),
      base,
    );
    if (!address || !/^https?:$/.test(address.protocol)) return tag;
    return `${start}${address.href.replace(/[&<>"]/g, (char) => REFERENCES[char]!)}"`;
  });
