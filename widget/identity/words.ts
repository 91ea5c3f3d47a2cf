/** Says in words why something could not be done with a comment, or with what is known of oneself. */
import type { ApiError } from '../api';
import type { Thread } from '../store';
import { texts as writingTexts } from '../writing/kit';
import { explain } from './explain';
import { texts } from './texts';

export function sayWhy(s: Thread, error: ApiError): string {
  const { code, field } = error;
  const { offline, failed } = texts(s);
  const { body, locked } = writingTexts(s);
  if (!code) return offline;
  if (field === 'body' || code === 'body_too_large') return body;
  return code === 'page_locked' ? locked : (explain(s, error) ?? failed);
}
