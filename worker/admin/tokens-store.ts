/** SQL of API tokens. */
import type { CompiledQuery } from 'kysely';
import { query, type TokenRow } from '../db';

export function selectToken(id: string): CompiledQuery<TokenRow> {
  return query.selectFrom('tokens').where('id', '=', id).selectAll().compile();
}

/** That it was used. */
export function touchToken(id: string, now: number): CompiledQuery {
  return query.updateTable('tokens').set({ used_at: now }).where('id', '=', id).compile();
}
