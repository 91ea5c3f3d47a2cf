/**
 * Tells who asks from the request alone: the owner (root token), somebody who proves a key, with or without a login, or
 * nobody in particular. Whether proof and session still stand is looked up with the rest (standing.ts).
 */
import { holdsRootToken } from '../admin/token';
import type { Config } from '../env';
import { Problem } from '../problem';
import { verifyProof } from './proof';
import { verifyToken } from './token';
import type { Viewer } from './viewer';

/**
 * @param now epoch ms
 * @throws Problem unauthorized, proof_required, proof_invalid, proof_expired, session_invalid
 */
export async function readViewer(request: Request, getConfig: () => Config, now: number): Promise<Viewer> {
  const authorization = request.headers.get('Authorization');
  const header = request.headers.get('DPoP');
  const token = /^DPoP ([\w.-]{1,2048})$/i.exec(authorization ?? '')?.[1];
  const owner = token === undefined && (await holdsRootToken(authorization, getConfig));
  if (header === null) {
    if (token === undefined) return { owner, identity: null };
    throw new Problem('proof_required', 'A token counts only with the proof of its key.', { field: 'DPoP' });
  }
  const proof = await verifyProof(header, request, now);
  if (token === undefined) return { owner, identity: { id: proof.jkt, proof, token: null } };
  const claims = await verifyToken(token, proof, getConfig(), now);
  return { owner: false, identity: { id: claims.personId, proof, token: claims } };
}
