/** Says in words what is wrong with a comment, before it is sent or after the server refused it. */
import type { ErrorCode } from '../../worker/contract';
import type { ApiError } from '../api';
import type { ComposeMessages } from '../i18n';
import type { Thread } from '../store';
import type { Draft } from './agreement';
import { texts } from './kit';

export const MAX_CHARS = 10_000;

/** Characters as a person counts them. */
export const countChars = (text: string): number => [...new Intl.Segmenter().segment(text)].length;

/** Every field knows by itself what it takes; here it is tidied. @returns what is wrong with the first that is */
export function findFault(form: HTMLFormElement): ApiError | undefined {
  for (const input of form.querySelectorAll('input, textarea') as NodeListOf<HTMLInputElement>) {
    const { name } = input;
    const value = input.value.trimEnd();
    input.value = name === 'author.url' && value && !value.includes(':') ? `https://${value}` : value;
    if (countChars(value) > MAX_CHARS) return { code: 'body_too_large', wait: 0 };
    if (!input.validity.valid) return { field: name, wait: 0 };
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
/** What has to do with who writes, identity/explain.tsx says. */
export function explainRefusal(s: Thread, error: ApiError): string {
  const text = error.field === 'body' ? 'body' : (CODES[error.code as ErrorCode] ?? 'refused');
  return s._identity?.explain(s, error) ?? (texts(s)[text] as string);
}

export const errorId = (draft: Draft): string => `error-${draft.id}`;

/** Ties a field to what is wrong with it. */
export const describe = (draft: Draft, name: string) =>
  draft.error && (draft.error.field || 'body') === name
    ? { 'aria-invalid': true, 'aria-describedby': errorId(draft) }
    : {};
