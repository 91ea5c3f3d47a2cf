/** SQL of API tokens. A revoked one keeps its row, so that the log can name it. */
import { type CompiledQuery, sql } from 'kysely';
import { query, type TokenRow } from '../db';
import { type DecisionDraft, insertDecision } from '../moderation/decisions/status-store';

export function selectToken(id: string): CompiledQuery<TokenRow> {
  return query.selectFrom('tokens').where('id', '=', id).selectAll().compile();
}

/** Newest first. @param siteId the site they are for; null: all there are */
export function selectTokens(siteId: string | null): CompiledQuery<TokenRow> {
  const all = query.selectFrom('tokens').selectAll().orderBy('id', 'desc');
  return (siteId === null ? all : all.where('site_id', '=', siteId)).compile();
}

/** That it was used. */
export function touchToken(id: string, now: number): CompiledQuery {
  return query.updateTable('tokens').set({ used_at: now }).where('id', '=', id).compile();
}

/** @param known what the log tells of it */
export function insertToken(row: TokenRow, known: object, decision: DecisionDraft): CompiledQuery[] {
  const items = JSON.stringify([{ id: row.id, before: null, after: known }]);
  return [
    query.insertInto('tokens').values(row).compile(),
    insertDecision(decision, sql`SELECT ${items} AS items, 1 AS n`),
  ];
}

/** Once: the moment it was revoked stays, and the log tells of it once. @param known what the log tells of it */
export function revokeToken(id: string, now: number, known: object, decision: DecisionDraft): CompiledQuery[] {
  const items = JSON.stringify([{ id, before: known, after: null }]);
  return [
    insertDecision(decision, sql`SELECT ${items} AS items, 1 AS n FROM tokens WHERE id = ${id} AND revoked_at IS NULL`),
    query.updateTable('tokens').set({ revoked_at: now }).where('id', '=', id).where('revoked_at', 'is', null).compile(),
  ];
}
