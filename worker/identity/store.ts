/** SQL about who is speaking: proofs that were used, sessions, the people behind them, a site's team. */
import { type CompiledQuery, sql } from 'kysely';
import { type PersonRow, query } from '../db';
import type { Identity } from './viewer';

/** What is known of an identity, looked up together with whatever else a request needs: one row, always. */
export interface StandingRow {
  /** 1: the proof was used before. */
  replayed: number;
  /** Of the token, when the session still stands and belongs to this key; person columns are null otherwise. */
  session_id: string | null;
  person_id: string | null;
  site_id: string | null;
  name: string | null;
  email: string | null;
  url: string | null;
  avatar: string | null;
  verified: string | null;
  role: PersonRow['role'];
}

/** @param now epoch ms */
export function selectStanding(identity: Identity | null, now: number): CompiledQuery<StandingRow> {
  const { iat, jkt, jti } = identity?.proof ?? { iat: 0, jkt: '', jti: '' };
  return sql<StandingRow>`
    SELECT EXISTS (SELECT 1 FROM proofs WHERE iat = ${iat} AND jkt = ${jkt} AND jti = ${jti}) AS replayed,
      s.id AS session_id, p.id AS person_id, p.site_id, p.name, p.email, p.url, p.avatar, p.verified, p.role
    FROM (SELECT 1)
    LEFT JOIN sessions s ON s.id = ${identity?.token?.sessionId ?? ''} AND s.jkt = ${jkt} AND s.expires_at > ${now}
    LEFT JOIN people p ON p.id = s.person_id`.compile(query);
}

/**
 * Fails the whole batch when the proof was used before: whatever it was to prove does not happen twice. And when the login
 * of its token has ended since it was looked at, because NULL is no `jti`.
 */
export function insertProof({ proof: { iat, jkt, jti }, token }: Identity): CompiledQuery {
  if (!token) return query.insertInto('proofs').values({ iat, jkt, jti }).compile();
  return sql`
    INSERT INTO proofs (iat, jkt, jti) VALUES (${iat}, ${jkt}, (
      SELECT ${jti} FROM sessions
      WHERE id = ${token.sessionId} AND jkt = ${jkt} AND person_id = ${token.personId}))`.compile(query);
}

/** The people who run the site of a host. */
export function selectTeam(host: string): CompiledQuery<Pick<PersonRow, 'name' | 'email'>> {
  return query
    .selectFrom('people')
    .where('role', 'is not', null)
    .where('site_id', '=', (q) => q.selectFrom('origins').where('host', '=', host).select('site_id'))
    .select(['name', 'email'])
    .compile();
}
