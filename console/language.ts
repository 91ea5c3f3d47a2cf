/** Words, numbers and dates in the moderator's language. The words are in locales/; English comes with the bundle. */
import type { Plural, Texts } from '../widget/i18n';
import type { Action } from '../worker/contract-admin';
import { Refused } from './api';
import { en } from './locales/en';

export type Words = Texts<typeof en>;

export const LANGUAGES = {
  en: 'English',
  de: 'Deutsch',
  fr: 'Français',
  es: 'Español',
  ja: '日本語',
  ar: 'العربية',
} as const;
const KEY = 'afterword:console:language';

/** The texts; another language is loaded before anything is drawn. */
export let t: Words = en;
export let language = 'en';

/** How numbers and times are written: as where the browser is at home, if that is where the language is spoken. */
export let region = 'en';

/** The one that was chosen here, else the first of the browser's that there is. */
export async function loadLanguage(): Promise<void> {
  const wanted = [localStorage.getItem(KEY) ?? '', ...navigator.languages].map((tag) => tag.slice(0, 2).toLowerCase());
  const found = wanted.find((tag) => tag in LANGUAGES) ?? 'en';
  if (found !== 'en') {
    try {
      ({ words: t } = (await import(`./locales/${found}.ts`)) as { words: Words });
      language = found;
    } catch {
      // It could not come: English is there.
    }
  }
  region = navigator.languages.find((tag) => tag.slice(0, 2).toLowerCase() === language) ?? language;
  document.documentElement.lang = language;
  document.documentElement.dir = language === 'ar' ? 'rtl' : 'ltr';
}

export function chooseLanguage(tag: string): void {
  localStorage.setItem(KEY, tag);
  location.reload();
}

/** Fills `{n}` as a number, by whose plural category the text is chosen, and `{it}` as it is. */
export function say(text: Plural | string, n: number, it = ''): string {
  const chosen = typeof text === 'string' ? text : (text[new Intl.PluralRules(language).select(n)] ?? text.other);
  return chosen.replaceAll('{n}', () => formatNumber(n)).replaceAll('{it}', () => it);
}

export const formatNumber = (n: number): string => n.toLocaleString(region);
/** "1,000+": the API counts no further. */
export const countUp = (n: number): string => (n >= 1000 ? `${formatNumber(1000)}+` : formatNumber(n));
export const formatShare = (share: number): string =>
  share.toLocaleString(region, { style: 'percent', maximumFractionDigits: 0 });
export const formatTime = (iso: string): string =>
  new Date(iso).toLocaleString(region, { dateStyle: 'medium', timeStyle: 'short' });

let relative: Intl.RelativeTimeFormat | undefined;
/** "3 hours ago"; beyond 30 days the date. */
export function formatAgo(iso: string, now: number): string {
  const minutes = Math.round((Date.parse(iso) - now) / 60_000);
  relative ??= new Intl.RelativeTimeFormat(region, { numeric: 'auto', style: 'short' });
  if (Math.abs(minutes) < 60) return relative.format(minutes, 'minute');
  if (Math.abs(minutes) < 1440) return relative.format(Math.trunc(minutes / 60), 'hour');
  if (Math.abs(minutes) < 43_200) return relative.format(Math.trunc(minutes / 1440), 'day');
  return new Date(iso).toLocaleDateString(region, { dateStyle: 'medium' });
}

/** "2 h", "35 min": how long something took. */
export function formatSpan(seconds: number): string {
  const [unit, size] =
    seconds < 90
      ? ['second', 1]
      : seconds < 5400
        ? ['minute', 60]
        : seconds < 129_600
          ? ['hour', 3600]
          : ['day', 86_400];
  return Math.round(seconds / (size as number)).toLocaleString(region, {
    style: 'unit',
    unit: unit as string,
    unitDisplay: 'short',
  });
}

/** One sentence about what went wrong; what the server knows more exactly, it says in English. */
export function explain(error: unknown): string {
  if (!(error instanceof Refused)) return t.errors.internal;
  const words: Record<string, string> = t.errors;
  const known = words[error.code];
  const telling = ['invalid_request', 'conflict', 'scope_missing', 'setup_required'].includes(error.code);
  return known === undefined || telling ? [known, error.message].filter(Boolean).join(' ') : known;
}

export const nameAction = (action: Action): string => t.actions[action.replace('.', '_') as keyof Words['actions']];
