/** Markdown around the selection of a text field, in such a way that the browser's own undo takes it back. */

/** What goes before and after the selection, and the key that does it with Ctrl or Cmd. */
export const FORMATS = {
  bold: ['**', '**', 'b'],
  italic: ['_', '_', 'i'],
  quote: ['\n> ', ''],
  code: ['`', '`', 'e'],
  link: ['[', '](https://)', 'k'],
};
export type Format = keyof typeof FORMATS;
export const FORMAT_NAMES = Object.keys(FORMATS) as Format[];

export function applyFormat(field: HTMLTextAreaElement, format: Format): void {
  const { selectionStart: start, selectionEnd, value } = field;
  const [before, after] = FORMATS[format] as [string, string];
  const chosen = value.slice(start, selectionEnd);
  const text = before + (format === 'quote' ? chosen.replace(/\n/g, '\n> ') : chosen) + after;
  field.focus();
  // Deprecated, and the one way that keeps the undo history.
  if (!field.ownerDocument.execCommand('insertText', false, text)) {
    field.setRangeText(text, start, selectionEnd, 'end');
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }
  const end = start + text.length - after.length;
  // The address is what comes next once the words are there.
  if (format === 'link' && chosen) field.setSelectionRange(end + 2, end + 10);
  else if (!chosen) field.setSelectionRange(end, end);
}
