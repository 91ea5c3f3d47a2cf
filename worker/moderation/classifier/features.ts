/**
 * What the classifier sees of a comment: its words and their neighbours, what it links to, and its shape, whatever the
 * language. Leaves to bayes.ts what they are worth. Pure.
 */

/** Between the parts of a text: stands in none of them. */
const PART = '\u001f';

/** A comment as one text. @param name of its author @param url their website */
export const joinText = (body: string, name = '', url: string | null = null): string =>
  [body, name, url ?? ''].map((part) => part.replaceAll(PART, ' ')).join(PART);

/** What is longer is read at its beginning and its end, so that it costs no more. */
const READ_CHARS = { begin: 3_000, end: 1_000 };
const shorten = (text: string): string =>
  text.length <= READ_CHARS.begin + READ_CHARS.end
    ? text
    : `${text.slice(0, READ_CHARS.begin)}\n${text.slice(-READ_CHARS.end)}`;

/** A word by itself; the shape of it all; or what is in between: pairs, beginnings, addresses, names. */
export type FeatureKind = 'word' | 'shape' | 'other';
export type Features = Map<string, FeatureKind>;

const LINK = /\b(?:https?:\/\/|www\.)[^\s<>"'\])]+/giu;
const BARE_HOST =
  /(?<![\p{L}\p{N}@._/-])[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,5}\.[a-z]{2,10}(?:\/[^\s<>"'\])]*)?(?![\p{L}\p{N}_-])/giu;
const EMAIL = /(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,5}/gu;
const TAG = /<\/?[a-z][^<>]{0,2000}>|\[\/?(?:url|link|img|b|i)\b[^\][]{0,2000}\]/giu;
const FILE = /\.(?:png|jpe?g|gifv?|webp|svg|pdf|mp4)$/;
const WORD = /[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}]+)*/gu;
/** Written without spaces: their pairs of letters are their words. */
const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}ー]/u;
/** By which the forms of a word are told to be one. */
const STEM_LETTERS = 6;
const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

/** Each feature once. */
export function listFeatures(text: string): Features {
  const [body = '', name = '', url = ''] = text.split(PART);
  const found: Features = new Map();
  const { rest, links } = takeLinks(clean(shorten(body)), found);
  addShape(rest, addWords(rest, found), links, found);
  for (const [word] of clean(name).toLowerCase().matchAll(WORD)) found.set(`name: ${word}`, 'other');
  if (url !== '') for (const part of linkParts(url.toLowerCase())) found.set(`website: ${part}`, 'other');
  return found;
}

/** As people read it: no entities, no invisible characters, one way to write each letter. */
const clean = (text: string): string =>
  text
    .replace(/&(?:#(\d{1,6})|#x([\da-f]{1,5})|([a-z]{2,4}));/gi, (whole, decimal, hex, named) =>
      named
        ? (ENTITIES[named.toLowerCase()] ?? whole)
        : String.fromCodePoint(decimal ? Number(decimal) : Number.parseInt(hex, 16)),
    )
    .normalize('NFKC')
    .replace(/\p{Cf}|\p{Variation_Selector}/gu, '');

/** Takes addresses out of a text, in place of which stands a space. @returns what is left, and how many lead to pages */
function takeLinks(text: string, found: Features): { rest: string; links: number } {
  let links = 0;
  const add = (address: string) => {
    const lower = address.toLowerCase();
    if (FILE.test(lower.replace(/[?#].*/s, ''))) found.set('a file', 'shape');
    else links++;
    for (const part of linkParts(lower)) found.set(`to ${part}`, 'other');
    return ' ';
  };
  const rest = text
    .replace(EMAIL, () => {
      found.set('an e-mail address', 'shape');
      return ' ';
    })
    .replace(LINK, add)
    .replace(TAG, (tag) => {
      if (/^(?:<a|\[(?:url|link))/i.test(tag)) found.set('a link in HTML or BBCode', 'shape');
      return ' ';
    })
    .replace(BARE_HOST, (address) => {
      found.set('an address without http', 'shape');
      return add(address);
    });
  return { rest, links };
}

/** Host, the domain it belongs to, and the first words of the path. */
function linkParts(address: string): string[] {
  const [, host = '', path = ''] = /^(?:https?:\/\/)?(?:www\.)?([^/?#]*)(.*)$/s.exec(address) ?? [];
  const labels = host.split('.');
  const words = path.match(/\p{L}{3,20}/gu) ?? [];
  return [
    host,
    ...(labels.length > 2 ? [labels.slice(-2).join('.')] : []),
    ...words.slice(0, 4).map((word) => `/${word}`),
  ];
}

/** @returns how many */
function addWords(text: string, found: Features): number {
  let count = 0;
  let before = '';
  for (const [match] of text.toLowerCase().matchAll(WORD)) {
    if (UNSPACED.test(match)) {
      const letters = [...match];
      count += letters.length / 2;
      for (const [i, letter] of letters.entries()) found.set(letter + (letters[i + 1] ?? ''), 'word');
      before = '';
      continue;
    }
    count++;
    const word = addWord(match, found);
    if (count === 1) found.set(`first ${word}`, 'other');
    if (before !== '') found.set(`${before} ${word}`, 'other');
    before = word;
  }
  return count;
}

/** Numbers count by their length, and stretched words by two letters. @returns what stands for it in pairs */
function addWord(match: string, found: Features): string {
  if (/^\p{N}+$/u.test(match)) {
    const number = `number of ${Math.min(match.length, 8)}`;
    found.set(number, 'other');
    return number;
  }
  if (match.length > 24) {
    found.set('a very long word', 'shape');
    return '…';
  }
  const word = match.replace(/(\p{L})\1{2,}/gu, '$1$1').replaceAll('’', "'");
  found.set(word, 'word');
  const letters = [...word];
  if (letters.length > STEM_LETTERS + 1) found.set(`${letters.slice(0, STEM_LETTERS).join('')}…`, 'other');
  return word;
}

function addShape(text: string, words: number, links: number, found: Features): void {
  const add = (name: string) => found.set(name, 'shape');
  add(`length ${Math.min(Math.floor(Math.log2(words + 1)), 8)}`);
  if (links > 0) add(`a link ${words < 3 ? 'alone' : `in ${words < 8 ? 'few' : words < 20 ? 'some' : 'many'} words`}`);
  if (links > 1) add(`${Math.min(links, 4)} links`);
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  const capitals = text.match(/\p{Lu}/gu)?.length ?? 0;
  if (letters > 8 && capitals > letters * 0.6) add('capitals');
  const exclaims = text.match(/!/g)?.length ?? 0;
  if (exclaims > 0) add(`${Math.min(exclaims, 4)} × !`);
  if (/(\p{L})\1{3,}/u.test(text)) add('stretched letters');
  if (/\p{Extended_Pictographic}/u.test(text)) add('emoji');
  if (/[$€£¥₽₹]\s?\d|\d\s?[$€£¥₽₹]/u.test(text)) add('an amount of money');
  if (/\+?\d[\d\s().-]{7,30}\d/.test(text)) add('a phone number');
}
