/** Who asks, as rooms and policies see it. How it is told from a request, read-identity.ts knows. */
import type { Proof } from './proof';
import type { TokenClaims } from './token';

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

/** How the public may tell people apart: short, and the same everywhere on a site. @param id as comments.author_id */
export const handleOf = (id: string): string => (id.length === 26 ? id.slice(-12) : id.slice(0, 12));
