/**
 * Emoticons to emoji: `:)`, `;)`, `:D`, `:(`, with or without a nose. Owns which are known and what must surround one;
 * which pieces of a comment are prose, and not code or addresses, is for markdown-inlines.ts to know.
 */
const EMOJI: Readonly<Record<string, string>> = {
  ':)': '🙂',
  ':-)': '🙂',
  ';)': '😉',
  ';-)': '😉',
  ':D': '😃',
  ':-D': '😃',
  ':(': '🙁',
  ':-(': '🙁',
};

// Behind whitespace or the end of a sentence, before whitespace or closing punctuation. `:))` is left alone: nobody can
// tell a broad smile from a smile in brackets.
const EMOTICON = /(^|[\s.,!?…])([:;]-?(?:[()](?!\))|D))(?=$|[\s.,!?…"'”’»\])])/g;

/**
 * Replaces the emoticons of one run of prose.
 * @param opens whether the start of `text` may stand before an emoticon (nothing is glued to it)
 * @param closes whether the end of `text` may stand behind one
 */
export function replaceEmoticons(text: string, opens: boolean, closes: boolean): string {
  return text.replace(EMOTICON, (match: string, lead: string, emoticon: string, at: number) => {
    const glued = (at === 0 && lead === '' && !opens) || (at + match.length === text.length && !closes);
    return glued ? match : lead + (EMOJI[emoticon] ?? emoticon);
  });
}
