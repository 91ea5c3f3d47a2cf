/** What went wrong, as one or two lines for a person: what, and how to mend it. */
import { ERRORS } from '../../worker/contract.ts';
import { ApiError } from '../remote/client.ts';

/** What to do about a refusal, by its code. Others explain themselves. */
const FIXES: Record<string, string> = {
  unauthorized: 'Log in with a token that this server knows: afterword login',
  token_expired: 'Make another one (afterword tokens create, or the console) and log in with it: afterword login',
  token_revoked: 'Ask whoever runs this instance for another one, and log in with it: afterword login',
  scope_missing: '`afterword whoami` tells what this one may do; `afterword tokens create` makes others.',
  not_found:
    'If what you named is there, the server may be older than this command line: npm run deploy brings it up to date.',
  setup_required: '`npm run deploy` sets it up; `afterword doctor` tells what is missing.',
  storage_unavailable: 'Try again in a moment: what was written stays.',
  rate_limited: 'Wait a minute, then try again.',
};

export function describeTrouble(error: unknown): string {
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error);
  // Its detail only adds to the title.
  const title =
    error.code === 'scope_missing' && error.message !== ERRORS.scope_missing[1] ? `${ERRORS.scope_missing[1]}. ` : '';
  const end = /[.!?]$/.test(error.message) ? '' : '.';
  const field = error.field === undefined || error.message.includes(error.field) ? '' : `, ${error.field}`;
  const fix = Object.hasOwn(FIXES, error.code) ? `\n${FIXES[error.code]}` : '';
  return `${title}${error.message}${end} (${error.code}${field})${fix}`;
}
