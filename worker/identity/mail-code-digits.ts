/**
 * The six digits of a code that is mailed: made of what the row says and of AUTH_SECRET, so that whoever reads the database cannot log
 * in by it.
 */
import { type Bindings, getConfig } from '../env';

export interface CodeOf {
  id: string;
  email: string;
  jkt: string;
}

const DIGITS = 6;

/** @returns what the mail says */
export const digitsOf = (env: Bindings, code: CodeOf): Promise<string> => derive(getConfig(env).authSecret, code);

/** Whether these are the digits of the code; those made with the secret before count as long as the code does. */
export async function isCode(env: Bindings, code: CodeOf, digits: string): Promise<boolean> {
  const { authSecret, previousAuthSecret } = getConfig(env);
  const encoder = new TextEncoder();
  const given = encoder.encode(digits);
  for (const secret of [authSecret, previousAuthSecret]) {
    if (secret === null) continue;
    const right = encoder.encode(await derive(secret, code));
    if (given.length === right.length && crypto.subtle.timingSafeEqual(given, right)) return true;
  }
  return false;
}

/** 64 bits of an HMAC, modulo a million: some numbers are likelier than others by a part in ten million millions. */
async function derive(secret: string, { id, email, jkt }: CodeOf): Promise<string> {
  const encoder = new TextEncoder();
  const key = await crypto.subtle.importKey(
    'raw',
    encoder.encode(`code:${secret}`),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  );
  const mac = await crypto.subtle.sign('HMAC', key, encoder.encode(`${id} ${jkt} ${email}`));
  return (new DataView(mac).getBigUint64(0) % 10n ** BigInt(DIGITS)).toString().padStart(DIGITS, '0');
}
