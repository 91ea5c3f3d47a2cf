/** Says in words what is wrong with a comment, before it is sent or after the server refused it. */
import type { ErrorCode } from '../../worker/contract';
import type { ApiError } from '../api';
import type { ComposeMessages } from '../i18n';

export const MAX_CHARS = 10_000;

/** Characters as a person counts them. */
export const countChars = (text: string): number => [...new Intl.Segmenter().segment(text)].length;

/** Every field knows by itself what it takes (composer.tsx, tools.tsx); here it is tidied, and said in words. */
export function findFault(form: HTMLFormElement, t: ComposeMessages) {
  for (const input of form.querySelectorAll('input, textarea') as NodeListOf<HTMLInputElement>) {
    const { name } = input;
    const value = input.value.trimEnd();
    input.value = name === 'author.url' && value && !value.includes(':') ? `https://${value}` : value;
    if (countChars(value) > MAX_CHARS) return explainRefusal({ code: 'body_too_large', wait: 0 }, t);
    if (!input.validity.valid) return explainRefusal({ field: name, wait: 0 }, t);
  }
}

/** The codes that a reader can do something about; what is left is told as `refused`. */
const CODES: Partial<Record<ErrorCode, keyof ComposeMessages>> = {
  page_locked: 'locked',
  parent_unavailable: 'gone',
  body_too_large: 'body',
  rate_limited: 'busy',
  setup_required: 'busy',
  storage_unavailable: 'busy',
};
/** By the field that is wrong. */
const FIELDS: Record<string, keyof ComposeMessages> = {
  body: 'body',
  'author.name': 'nameWrong',
  'author.email': 'emailWrong',
  'author.url': 'urlWrong',
};

export function explainRefusal({ code, field = '' }: ApiError, t: ComposeMessages) {
  const text = FIELDS[field] ?? CODES[code as ErrorCode] ?? 'refused';
  return { field, text: t[text] as string };
}
