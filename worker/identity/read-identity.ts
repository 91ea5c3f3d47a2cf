/**
 * Tells from the request alone who speaks: somebody who proves a key, with or without a login, or nobody in particular.
 * Whether proof and session still stand is looked up with the rest (standing.ts).
 */
import type { Config } from '../env';
import { Problem } from '../problem';
import { verifyProof } from './proof';
import { verifyToken } from './token';
import type { Identity } from './viewer';

/** A token of ours in the Authorization header (RFC 9449 section 7.1); other schemes are not for us. */
const TOKEN = /^DPoP ([\w.-]{1,2048})$/i;

/**
 * @param now epoch ms
 * @throws Problem proof_required, proof_invalid, proof_expired, session_invalid
 */
export async function readIdentity(request: Request, getConfig: () => Config, now: number): Promise<Identity | null> {
  const header = request.headers.get('DPoP');
  const token = TOKEN.exec(request.headers.get('Authorization') ?? '')?.[1];
  if (header === null) {
    if (token === undefined) return null;
    throw new Problem('proof_required', 'A token counts only with the proof of its key.', { field: 'DPoP' });
  }
  const proof = await verifyProof(header, request, now);
  if (token === undefined) return { id: proof.jkt, proof, token: null };
  const claims = await verifyToken(token, proof, getConfig(), now);
  return { id: claims.personId, proof, token: claims };
}

/** Whether an Authorization header is for readIdentity. */
export const isToken = (authorization: string | null): boolean => TOKEN.test(authorization ?? '');
