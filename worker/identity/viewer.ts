/**
 * Who asks: the owner (root token), somebody who proves a key, with or without a login, or nobody in particular. What can
 * be told from the request alone; whether proof and session still stand is looked up with the rest (standing.ts).
 */
import { holdsRootToken } from '../admin/token';
import type { Config } from '../env';
import { Problem } from '../problem';
import { type Proof, verifyProof } from './proof';
import { type TokenClaims, verifyToken } from './token';

export interface Viewer {
  /** Holds the root token. */
  owner: boolean;
  /** Who proved a key; null for everybody else. */
  identity: Identity | null;
}

export interface Identity {
  /** What their comments and votes belong to: people.id, or for a guest the key's thumbprint. */
  id: string;
  proof: Proof;
  /** null for a guest. */
  token: TokenClaims | null;
}

/**
 * @param now epoch ms
 * @throws Problem unauthorized, proof_required, proof_invalid, proof_expired, session_invalid
 */
export async function readViewer(request: Request, getConfig: () => Config, now: number): Promise<Viewer> {
  const authorization = request.headers.get('Authorization');
  const header = request.headers.get('DPoP');
  const token = /^DPoP ([\w.-]{1,2048})$/i.exec(authorization ?? '')?.[1];
  if (token === undefined && (await holdsRootToken(authorization, getConfig))) return { owner: true, identity: null };
  if (header === null) {
    if (token === undefined) return { owner: false, identity: null };
    throw new Problem('proof_required', 'A token counts only with the proof of its key.', { field: 'DPoP' });
  }
  const proof = await verifyProof(header, request, now);
  if (token === undefined) return { owner: false, identity: { id: proof.jkt, proof, token: null } };
  const claims = await verifyToken(token, proof, getConfig(), now);
  return { owner: false, identity: { id: claims.personId, proof, token: claims } };
}

/** How the public may tell people apart: short, and the same everywhere on a site. @param id as comments.author_id */
export const handleOf = (id: string): string => (id.length === 26 ? id.slice(-12) : id.slice(0, 12));
