/** The words of letters in one language, with its numbers, dates and direction. Pure: the zone is UTC, as nobody knows the reader's. */
import { escapeHtml, Markup, markup, type Part } from './markup';
import { runsLike } from './plain';
import { ar } from './texts/ar';
import { de } from './texts/de';
import type { Plural, Texts } from './texts/en';
import { en } from './texts/en';
import { es } from './texts/es';
import { fr } from './texts/fr';
import { ja } from './texts/ja';

const TEXTS = { en, de, fr, es, ja, ar } satisfies Record<string, Texts>;
export type Language = keyof typeof TEXTS;

/** The nearest language there is. @param tag BCP 47, or several in the order of an Accept-Language */
export function toLanguage(tag: string | null | undefined): Language {
  const primary = /^\s*([a-z]+)/i.exec(tag ?? '')?.[1]?.toLowerCase();
  return primary && Object.hasOwn(TEXTS, primary) ? (primary as Language) : 'en';
}

export const isRightToLeft = (language: Language): boolean => language === 'ar';

export interface Words {
  language: Language;
  dir: 'ltr' | 'rtl';
  texts: Texts;
  /** A text by the number it is about, which it names as `{n}`. */
  count(text: Plural, n: number): string;
  /** @param ms epoch @returns such as "23 November 2026 at 13:35 UTC" */
  date(ms: number): string;
}

const known = new Map<Language, Words>();

/** @param tag BCP 47, any */
export function wordsFor(tag: string): Words {
  const language = toLanguage(tag);
  const made = known.get(language) ?? createWords(language);
  known.set(language, made);
  return made;
}

function createWords(language: Language): Words {
  // Made when first needed: each takes longer to make than a letter takes to write.
  let plurals: Intl.PluralRules | undefined;
  let dates: Intl.DateTimeFormat | undefined;
  return {
    language,
    dir: isRightToLeft(language) ? 'rtl' : 'ltr',
    texts: TEXTS[language],
    count(text, n) {
      plurals ??= new Intl.PluralRules(language);
      const number = n > 999 ? n.toLocaleString(language) : `${n}`;
      return (text[plurals.select(n)] ?? text.other).replace('{n}', number);
    },
    date(ms) {
      dates ??= new Intl.DateTimeFormat(language, DATE);
      return dates.format(ms);
    },
  };
}

const DATE: Intl.DateTimeFormatOptions = {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: 'numeric',
  minute: '2-digit',
  timeZone: 'UTC',
  timeZoneName: 'short',
};

/** Fills `{name}` of one of our texts with text; what runs the other way is isolated, so that it turns nothing around it. */
export const fillText = ({ dir }: Words, text: string, parts: Record<string, string>): string =>
  text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const part = parts[name] ?? '';
    return runsLike(part, dir) ? part : `\u2068${part}\u2069`;
  });

/** Fills `{name}` of one of our texts with markup, or with a stranger's text. */
export function fillMarkup(text: string, parts: Record<string, Part>): Markup {
  return new Markup(
    text.replace(/\{(\w+)\}|[^{]+/g, (plain, name: string | undefined) =>
      name === undefined ? escapeHtml(plain) : markup`<bdi>${parts[name]}</bdi>`.html,
    ),
  );
}
