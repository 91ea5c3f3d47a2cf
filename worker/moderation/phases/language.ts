/** Scripts and languages: which ones a site is written in, its settings say. Pure. */
import { francAll } from 'franc-min';
import { isMasked, plainText } from '../text/reading';
import type { Phase } from '../verdict';

/** A Latin stem with a short ending of the writer's own language, as in Russian `SMSа`. */
const BORROWED = /^\p{Lu}[\p{Script=Latin}]+[\p{Script=Cyrillic}\p{Script=Greek}]{1,3}$/u;
/** Words that mix alphabets so that they look like one: written for filters, not for people. */
export const maskedWords: Phase = {
  name: 'masked_words',
  onEdit: true,
  judge({ text, name }) {
    const words = plainText(`${name} ${text}`).match(/[\p{L}\p{M}]{4,}/gu) ?? [];
    const masked = [...new Set(words.filter((word) => isMasked(word) && !BORROWED.test(word)))];
    if (masked.length === 0) return null;
    const told = masked.slice(0, 3).join(', ');
    return { says: 'hold', reason: `${masked.length} words of letters that pass for others: ${told}.` };
  },
};

/** Scripts that a language is written in beside the usual one. */
const ALSO: Record<string, string> = {
  sr: 'Latn',
  bs: 'Cyrl',
  uz: 'Cyrl',
  az: 'Cyrl',
  kk: 'Latn',
  tg: 'Arab',
  pa: 'Arab',
};
/** Several that ISO 15924 has one name for. */
const TOGETHER: Record<string, string[]> = {
  Jpan: ['Hani', 'Hira', 'Kana'],
  Kore: ['Hang', 'Hani'],
  Hans: ['Hani', 'Bopo'],
  Hant: ['Hani', 'Bopo'],
};
function listScripts(language: string): string[] {
  const usual = new Intl.Locale(language).maximize().script;
  if (usual === undefined) return [];
  return [...(TOGETHER[usual] ?? [usual]), ...(ALSO[language] ? [ALSO[language]] : [])];
}
const countLetters = (text: string, scripts: string[]): number =>
  scripts.length === 0
    ? 0
    : (text.match(new RegExp(`(?=\\p{L})[${scripts.map((script) => `\\p{sc=${script}}`).join('')}]`, 'gu'))?.length ??
      0);

const FOREIGN_LETTERS = 10;
const FOREIGN_SHARE = 0.3;
/** Latin letters are in names, addresses and terms everywhere: they are foreign where they are nearly all there is. */
const LATIN_LETTERS = 60;
const LATIN_SHARE = 0.9;

/** Written in letters that none of the site's languages has. */
export const script: Phase = {
  name: 'script',
  onEdit: true,
  judge({ ownText }, { settings: { languages } }) {
    const scripts = languages.map(listScripts);
    // What is not known cannot be asked for.
    if (scripts.length === 0 || scripts.some((one) => one.length === 0)) return null;
    const own = [...new Set(scripts.flat())];
    const all = ownText.match(/\p{L}/gu)?.length ?? 0;
    const latin = own.includes('Latn') ? 0 : countLetters(ownText, ['Latn']);
    const foreign = all - latin - countLetters(ownText, own);
    const held =
      (foreign >= FOREIGN_LETTERS && foreign >= all * FOREIGN_SHARE) ||
      (latin >= LATIN_LETTERS && latin >= all * LATIN_SHARE);
    if (!held) return null;
    return {
      says: 'hold',
      reason: `${foreign + latin} of ${all} letters are of no script of ${listNames(languages)}.`,
    };
  },
};

/** Languages that are told apart by their words, ISO 639-1 and 639-3 (franc-min's), by the script they are looked for in. */
const TOLD: Record<string, string> = {
  Latn: `es:spa en:eng pt:por id:ind fr:fra de:deu jv:jav vi:vie it:ita tr:tur pl:pol sw:swh su:sun ro:ron ha:hau bs:bos
    hr:hrv nl:nld sr:srp yo:yor uz:uzn ms:zlm ig:ibo tl:tgl hu:hun az:azj cs:ces rn:run mg:plt ny:nya rw:kin zu:zul sv:swe
    ln:lin so:som`,
  Cyrl: 'ru:rus uk:ukr bs:bos sr:srp uz:uzn az:azj be:bel bg:bul kk:kaz',
  Arab: 'ar:arb ur:urd fa:pes ps:pbu',
  Deva: 'hi:hin mr:mar ne:npi',
};
const CODES = new Map(
  Object.entries(TOLD).map(([name, pairs]) => [
    name,
    new Map(pairs.split(/\s+/).map((pair) => pair.split(':') as [string, string])),
  ]),
);

/** Letters without which a language is a guess. */
const TOLD_LETTERS = 100;
/** Of what the likeliest language gets (1), a site's own one at least. */
const LIKELY = 0.75;

/** In the site's script, and still another language. */
export const language: Phase = {
  name: 'language',
  onEdit: true,
  judge({ ownText }, { settings: { languages } }) {
    if (languages.length === 0) return null;
    const letters = ownText.replace(/(?:https?:\/\/|www\.)\S+/gi, ' ').replace(/[^\p{L}\p{M}'’\s]/gu, ' ');
    const all = letters.match(/\p{L}/gu)?.length ?? 0;
    if (all < TOLD_LETTERS) return null;
    const main = [...CODES.keys()].find((name) => countLetters(letters, [name]) > all / 2);
    if (main === undefined) return null;
    const own = languages.filter((one) => listScripts(one).includes(main)).map((one) => CODES.get(main)!.get(one));
    // One that cannot be told may be what this is.
    if (own.length === 0 || own.includes(undefined)) return null;
    const guesses = francAll(letters);
    const likeness = Math.max(...own.map((code) => guesses.find(([guess]) => guess === code)?.[1] ?? 0));
    if (likeness >= LIKELY) return null;
    const guess = [...CODES.get(main)!].find(([, code]) => code === guesses[0]![0])?.[0] ?? guesses[0]![0];
    return { says: 'hold', reason: `It seems to be ${listNames([guess])}, not ${listNames(languages)}.` };
  },
};

const NAMES = new Intl.DisplayNames('en', { type: 'language' });
const listNames = (languages: string[]): string => languages.map((one) => NAMES.of(one) ?? one).join(', ');
