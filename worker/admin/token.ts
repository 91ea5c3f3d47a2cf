/** Who holds the root API token. Scoped tokens and people with roles are for later rooms. */
import type { Config } from '../env';
import { Problem } from '../problem';

/**
 * @returns whether the request carries the root token; false when it carries none
 * @throws Problem unauthorized when it carries a wrong one
 */
export async function holdsRootToken(request: Request, getConfig: () => Config): Promise<boolean> {
  const header = request.headers.get('Authorization');
  if (header === null) return false;
  const token = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(header)?.[1] ?? '';
  // Digests have one length, which makes the comparison's time say nothing about the token.
  const [given, real] = await Promise.all([token, getConfig().adminToken].map(digest));
  if (crypto.subtle.timingSafeEqual(given!, real!)) return true;
  throw new Problem('unauthorized');
}

const digest = (text: string) => crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
