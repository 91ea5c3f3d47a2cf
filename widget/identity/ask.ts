/** Requests in somebody's name: the guest's who has the key, or who is logged in. What can be mended is asked again. */
import type { ErrorCode, NewComment } from '../../worker/contract';
import type { ApiError } from '../api';
import type { Thread } from '../store';
import type { Asking, Place } from './agreement';
import { passChallenge } from './challenged';
import { send } from './send';
import { freshLogin, loginOf, renew } from './session';

/**
 * @param path below the API's base, without a query
 * @throws ApiError
 */
export async function ask<T>(
  place: Place | Thread,
  method: string,
  path: string,
  body?: unknown,
  asking: Asking = {},
): Promise<T> {
  const { as } = asking;
  let { headers } = asking;
  const met = new Set<ErrorCode | undefined>();
  for (;;) {
    let login = as === null ? undefined : loginOf(place, as);
    if (login) login = await freshLogin(login);
    // Never in another name than it was written in.
    if (as && login?.person.id !== as) throw { code: 'session_invalid', wait: 0 } satisfies ApiError;
    try {
      return await send<T>(place, method, path, body, { ...asking, headers }, login?.token);
    } catch (thrown) {
      const { code } = thrown as ApiError;
      const again =
        !met.has(code) &&
        (/^(proof_(expired|replayed)|challenge_required)$/.test(`${code}`) || (code === 'session_invalid' && login));
      if (!again) throw thrown;
      met.add(code);
      if (code === 'session_invalid') await renew(login!);
      // Of a new comment.
      if (code === 'challenge_required') headers = await passChallenge(place, body as NewComment, headers!);
    }
  }
}
