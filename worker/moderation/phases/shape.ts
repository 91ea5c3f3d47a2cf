/** What a text looks like before one has read a word of it. Pure. */
import { isStranger, type Phase } from '../verdict';

const SHOUTED_LETTERS = 60;
const SHOUTED_SHARE = 0.8;
/** Capitals throughout, in scripts that have them. */
export const shouting: Phase = {
  name: 'shouting',
  onEdit: true,
  judge({ text }, facts) {
    const capitals = text.match(/\p{Lu}/gu)?.length ?? 0;
    const all = capitals + (text.match(/\p{Ll}/gu)?.length ?? 0);
    if (capitals < SHOUTED_LETTERS || capitals < all * SHOUTED_SHARE || !isStranger(facts)) return null;
    return { says: 'hold', reason: `${capitals} of ${all} letters are capitals.` };
  },
};

const REPEATED = 60;
/** Different letters that a text of many letters has at least. */
const DIFFERENT = 4;
/** The same over and over: what is no ruler (punctuation) and no number. */
export const repetition: Phase = {
  name: 'repetition',
  onEdit: true,
  judge({ text }) {
    const letters = text.match(/[\p{L}\p{Extended_Pictographic}]/gu) ?? [];
    if (letters.length < REPEATED) return null;
    if (new Set(letters).size < DIFFERENT)
      return { says: 'hold', reason: `${letters.length} letters, and hardly two different ones.` };
    const longest = longestRun(text);
    return longest < REPEATED ? null : { says: 'hold', reason: `The same letter ${longest} times in a row.` };
  },
};

function longestRun(text: string): number {
  let longest = 0;
  let run = 0;
  let last = '';
  for (const character of text) {
    run = character === last ? run + 1 : 1;
    last = character;
    if (run > longest && /[\p{L}\p{Extended_Pictographic}]/u.test(character)) longest = run;
  }
  return longest;
}

/** Marks on one letter. Vowel signs, accents and cantillation make four at most, in any language. */
const STACKED = /\p{M}{6,}/gu;
/** Marks heaped upon letters, which cover the lines above and below. */
export const stackedMarks: Phase = {
  name: 'stacked_marks',
  onEdit: true,
  judge({ text, name }) {
    const heaps = `${name}\n${text}`.normalize('NFD').match(STACKED)?.length ?? 0;
    return heaps === 0 ? null : { says: 'hold', reason: `${heaps} letters with six marks or more on them.` };
  },
};

const HIDDEN_WORDS = 3;
/** What is not seen inside words of Latin and Cyrillic letters, where no language has it but for hyphenation. */
const HIDDEN =
  /(?<=[\p{Script=Latin}\p{Script=Cyrillic}])[\u034f\u200b-\u200d\u2060-\u2064\ufeff\u{e0000}-\u{e007f}]+(?=[\p{Script=Latin}\p{Script=Cyrillic}])/gu;
/** Words taken apart by characters that nobody sees, so that filters do not find them. */
export const hiddenCharacters: Phase = {
  name: 'hidden_characters',
  onEdit: true,
  judge({ body }) {
    const hidden = body.match(HIDDEN)?.length ?? 0;
    return hidden < HIDDEN_WORDS
      ? null
      : { says: 'hold', reason: `Invisible characters inside words, ${hidden} times.` };
  },
};
