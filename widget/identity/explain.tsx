/** Refusals that have to do with who writes, or where, in words: many a text has the name of the error's code. */
import type { ApiError } from '../api';
import type { Thread } from '../store';
import { h } from '../writing/kit';
import { texts } from './texts';

export function explain(s: Thread, { code, field = '' }: ApiError): string | undefined {
  const t = texts(s) as Partial<Record<string, unknown>>;
  const cause =
    code === 'name_reserved' && field === 'author.email'
      ? 'email_reserved'
      : `${code}`.replace(/^outside_.*/, 'instanceWrong').replace(/^proof_.*/, 'proof');
  return (t[cause] ?? t[`${field.replace('author.', '')}Wrong`]) as string | undefined;
}

/** Why there is no conversation on a page: what its owner forgot. */
export const explainOrigin = (s: Thread) => [
  texts(s).origin,
  ' ',
  <code dir="ltr" key="how">{`npm run site -- add ${s.site ?? 'main'} ${location.origin} --remote`}</code>,
];
