/** Who holds the root API token. Who else asks, identity/ knows. */
import type { Config } from '../env';
import { Problem } from '../problem';

/**
 * @param header what Authorization says
 * @returns whether that is the root token; false when it is nothing
 * @throws Problem unauthorized when it carries a wrong one
 */
export async function holdsRootToken(header: string | null, getConfig: () => Config): Promise<boolean> {
  if (header === null) return false;
  const token = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(header)?.[1] ?? '';
  // Digests have one length, which makes the comparison's time say nothing about the token.
  const [given, real] = await Promise.all([token, getConfig().adminToken].map(digest));
  if (crypto.subtle.timingSafeEqual(given!, real!)) return true;
  throw new Problem('unauthorized');
}

const digest = (text: string) => crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
