/** Lists as parameters of D1, which takes two megabytes each. Pure. */

/** So many characters are never more bytes than D1 takes. */
export const PARAMETER_CHARS = 600_000;

/** JSON arrays of all items in their order, each as long as may be; an item that is longer is alone. None for none. */
export function portion(items: unknown[]): string[] {
  const portions: string[] = [];
  let texts: string[] = [];
  let chars = 0;
  for (const item of items) {
    const text = JSON.stringify(item);
    if (texts.length > 0 && chars + text.length > PARAMETER_CHARS) {
      portions.push(`[${texts.join(',')}]`);
      texts = [];
      chars = 0;
    }
    texts.push(text);
    chars += text.length + 1;
  }
  if (texts.length > 0) portions.push(`[${texts.join(',')}]`);
  return portions;
}
