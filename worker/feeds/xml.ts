/**
 * XML 1.0 as text: whatever a name, a title or a comment holds, what is written here is well-formed and reads back as what it
 * was, less the characters that XML has no way to say. The one place where anything is escaped for XML. Pure.
 */

export interface XmlElement {
  name: string;
  attributes: Record<string, string | null>;
  children: (XmlElement | string)[];
}

/** @param attributes null: left out */
export const element = (
  name: string,
  attributes: XmlElement['attributes'] = {},
  ...children: XmlElement['children']
): XmlElement => ({ name, attributes, children });

export const writeXml = (root: XmlElement): string => `<?xml version="1.0" encoding="utf-8"?>\n${write(root)}\n`;

function write({ name, attributes, children }: XmlElement): string {
  const written = Object.entries(attributes).map(([key, value]) =>
    value === null ? '' : ` ${key}="${escapeXml(value, IN_ATTRIBUTE)}"`,
  );
  const inner = children
    .map((child) => (typeof child === 'string' ? escapeXml(child, IN_TEXT) : write(child)))
    .join('');
  return `<${name}${written.join('')}${inner === '' ? '/>' : `>${inner}</${name}>`}`;
}

// What XML 1.0 cannot hold, not even escaped: most controls, and two that are no characters.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const FORBIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g;
// A parser makes a line feed of a carriage return, and in attributes a space of either, unless they are spelt out.
const IN_TEXT = /[&<>\r]/g;
const IN_ATTRIBUTE = /[&<>"\t\n\r]/g;
const NAMED: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escapeXml = (text: string, special: RegExp): string =>
  text
    .toWellFormed()
    .replace(FORBIDDEN, '')
    .replace(special, (char) => NAMED[char] ?? `&#${char.charCodeAt(0)};`);
