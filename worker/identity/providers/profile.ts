/** From what a provider answers to a person: whatever is missing or odd but the account itself is left out, never guessed. */
import * as v from 'valibot';
import { cleanLine } from '../../clean';
import { LIMITS } from '../../contract';
import { Problem } from '../../problem';

/** Somebody, as a provider tells it. */
export interface Profile {
  /** What the provider will always call this account. */
  subject: string;
  /** Empty when the provider did not say; Apple says it only the first time. */
  name: string;
  /** null unless the provider says that it belongs to them: a role may depend on it. */
  email: string | null;
  /** https address of a picture. */
  picture: string | null;
  /** http(s) address of their page there. */
  url: string | null;
}

const SUBJECT_CHARS = 255;
/** The database would keep two of these as one: halves of characters become U+FFFD. No provider has any. */
const NOT_KEPT = /[\p{Cc}\p{Cs}]/u;
const VISIBLE = /[^\p{C}\p{Z}\p{M}\p{Default_Ignorable_Code_Point}\u2800]/u;
const Email = v.pipe(v.string(), v.email(), v.maxLength(LIMITS.emailChars));
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Schema of a text that may be missing; anything else but text counts as missing. */
export const text = v.fallback(v.nullish(v.string()), null);
/** Schema of a yes; some providers write it as text or as 1. Anything else is a no. */
export const yes = v.fallback(
  v.pipe(
    v.unknown(),
    v.check((value) => value === true || value === 1 || value === 'true' || value === '1'),
    v.transform(() => true),
  ),
  false,
);

/**
 * @param service what the provider is called
 * @throws Problem login_failed when the answer does not name an account
 */
export function narrowAnswer<T extends v.GenericSchema>(service: string, schema: T, answer: unknown): v.InferOutput<T> {
  const result = v.safeParse(schema, answer);
  if (result.success) return result.output;
  throw new Problem('login_failed', `${service} did not say who this is.`);
}

/**
 * @param told `names` in order of preference; texts as the provider wrote them
 * @throws Problem login_failed when the subject is none
 */
export function makeProfile(
  service: string,
  told: {
    subject: string | number;
    names: (string | null | undefined)[];
    email?: string | null | undefined;
    picture?: string | null | undefined;
    url?: string | null | undefined;
  },
): Profile {
  const subject = String(told.subject);
  if (subject === '' || subject.length > SUBJECT_CHARS || NOT_KEPT.test(subject))
    throw new Problem('login_failed', `${service} did not say who this is.`);
  return {
    subject,
    name: told.names.map(cleanName).find((name) => name !== '') ?? '',
    email: v.is(Email, told.email) ? told.email : null,
    picture: cleanUrl(told.picture, /^https:$/),
    url: cleanUrl(told.url, /^https?:$/),
  };
}

function cleanName(told: string | null | undefined): string {
  const name = cleanLine((told ?? '').slice(0, LIMITS.urlBytes).toWellFormed());
  if (!VISIBLE.test(name)) return '';
  const letters = [...graphemes.segment(name)].slice(0, LIMITS.nameChars);
  return letters
    .map((letter) => letter.segment)
    .join('')
    .trim();
}

function cleanUrl(told: string | null | undefined, protocol: RegExp): string | null {
  const url = told ? URL.parse(told) : null;
  if (!url || !protocol.test(url.protocol) || url.username || url.password) return null;
  return url.href.length > LIMITS.urlBytes ? null : url.href;
}
