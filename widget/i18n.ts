/** Words, numbers and dates in the reader's language. The words are in locales/; which language it is, embed.tsx says. */
import type { compose, core } from './locales/en';

/** A text by plural category of its `{n}`. */
export type Plural = { other: string } & Partial<Record<Intl.LDMLPluralRule, string>>;
/** The shape of a locale: the same keys, any words. */
export type Texts<T> = {
  readonly [K in keyof T]: T[K] extends string ? string : keyof T[K] extends Intl.LDMLPluralRule ? Plural : Texts<T[K]>;
};
/** Texts of the first view. */
export type CoreMessages = Texts<typeof core>;
/** Texts of writing. */
export type ComposeMessages = Texts<typeof compose>;
/** What every locale file exports. */
export interface Locale {
  core: CoreMessages;
  /** Missing in the English of embed.js until lazy/en.ts is there. */
  compose?: ComposeMessages;
}

export function createLanguage(lang: string, { core }: Locale) {
  // Made when first needed: on a slow phone each takes longer than asking for the thread.
  let plurals: Intl.PluralRules | undefined;
  let relative: Intl.RelativeTimeFormat | undefined;
  let day: Intl.DateTimeFormat | undefined;
  return {
    m: core,
    /** Fills `{n}` as a number and `{it}` as it is. */
    say: (text: Plural | string, n: number, it = '') =>
      (typeof text === 'string' ? text : (text[(plurals ??= new Intl.PluralRules(lang)).select(n)] ?? text.other))
        .replace('{n}', () => (n > 999 ? n.toLocaleString(lang) : `${n}`))
        .replace('{it}', () => it),
    /** "3 hours ago"; beyond 30 days the date. */
    ago(time: number, now: number) {
      const minutes = Math.floor((now - time) / 60_000);
      relative ??= new Intl.RelativeTimeFormat(lang, { numeric: 'auto' });
      const say = (unit: 'day' | 'hour' | 'minute', size: number) =>
        relative!.format(-Math.floor(minutes / size), unit);
      return minutes > 43_200
        ? (day ??= new Intl.DateTimeFormat(lang, { dateStyle: 'medium' })).format(time)
        : minutes > 1439
          ? say('day', 1440)
          : minutes > 59
            ? say('hour', 60)
            : minutes > 0
              ? say('minute', 1)
              : relative.format(0, 'second');
    },
    date: (time: string | number) => new Date(time).toLocaleString(lang),
  };
}
export type LanguageParts = ReturnType<typeof createLanguage>;
/** What a thread has of it. */
export interface Language extends LanguageParts {}
