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
    value === null ? '' : ` ${key}="${escapeAttribute(value)}"`,
  );
  const inner = children.map((child) => (typeof child === 'string' ? escapeText(child) : write(child))).join('');
  return `<${name}${written.join('')}${inner === '' ? '/>' : `>${inner}</${name}>`}`;
}

// What XML 1.0 cannot hold, not even escaped: most controls, and two that are no characters.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const FORBIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g;

/** Whole strings at a time: a feed has thousands of tags, and a callback for each takes twice as long. */
const escapeText = (text: string): string =>
  text
    .toWellFormed()
    .replace(FORBIDDEN, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    // A parser makes a line feed of it unless it is spelt out.
    .replaceAll('\r', '&#13;');

/** A parser makes a space of each of these. */
const escapeAttribute = (text: string): string =>
  escapeText(text).replaceAll('"', '&quot;').replaceAll('\t', '&#9;').replaceAll('\n', '&#10;');
