/** Text within XML 1.0, whatever is in it. */

// What XML 1.0 cannot hold, not even escaped: most controls, and two characters that are none.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const FORBIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g;
const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\r': '&#13;' };

/** For an element or an attribute in double quotes. */
export function escapeXml(text: string): string {
  return toXmlChars(text).replace(/[&<>"\r]/g, (char) => ESCAPES[char]!);
}

/** As a CDATA section, or two where its end is in the text. */
export function writeCdata(text: string): string {
  return `<![CDATA[${toXmlChars(text).replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
}

function toXmlChars(text: string): string {
  return text.toWellFormed().replace(FORBIDDEN, '');
}
