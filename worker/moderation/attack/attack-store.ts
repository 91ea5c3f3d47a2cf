/** SQL of attack mode: how many strangers wrote in the last minute, and turning it on and off. */
import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import { query } from '../../db';
import { timePrefix } from '../../ids';
import { changedBy, type DecisionDraft, draftBySystem, insertDecision } from '../decisions/status-store';
import { isSettled, siteOf } from '../facts-store';
import { WINDOW_MS } from './attack';

/** No site turns it on later (contract-settings.ts, attackAfter). */
const COUNTED_ROWS = 100;

/** Comments of the last minute by people who are not settled; those who run the site do not count. */
export interface SurgeRow {
  surge: number;
}

/** Always one row; reads what was written in the last minute. @param now epoch ms */
export function selectSurge(host: string, now: number): CompiledQuery<SurgeRow> {
  const site = siteOf({ host });
  return sql<SurgeRow>`
    SELECT COUNT(*) AS surge FROM (
      SELECT 1 FROM comments c
      WHERE c.site_id = ${site} AND c.id >= ${timePrefix(now - WINDOW_MS)}
        AND c.ip_hash IS NOT NULL AND c.author_badge IS NULL AND NOT ${isSettled(sql`c.author_id`, site, now)}
      ORDER BY c.id DESC LIMIT ${COUNTED_ROWS})`.compile(query);
}

/**
 * Attack mode until then, where the site is as `holds` says; nothing is logged where it is not.
 * @param until epoch ms; 0: off
 * @param holds a condition on the site's row
 */
function changeAttack(until: number, holds: RawBuilder<unknown>, decision: DecisionDraft): CompiledQuery[] {
  const isSite = sql`id = ${decision.site_id}`;
  return [
    insertDecision(
      decision,
      sql`
        SELECT json_array(json_object('id', id, 'before', json_object('attackUntil', attack_until),
          'after', json_object('attackUntil', ${until}))) AS items, 1 AS n
        FROM sites WHERE ${isSite} AND ${holds}`,
    ),
    sql`UPDATE sites SET attack_until = ${until} WHERE ${isSite} AND EXISTS (${changedBy(decision)})`.compile(query),
  ];
}

/** By hand: off already, it is neither changed nor logged. @param until epoch ms; 0: off @param now epoch ms */
export const setAttack = (until: number, now: number, decision: DecisionDraft): CompiledQuery[] =>
  changeAttack(until, sql`(attack_until > ${now} OR ${until} > 0)`, decision);

/** As it was. Begun by itself it goes on by itself, so that it may last longer by now than the log says. */
export const restoreAttack = (before: number, after: number, decision: DecisionDraft): CompiledQuery[] =>
  changeAttack(after, sql`(attack_until = ${before} OR (${before} > 0 AND attack_until > ${before}))`, decision);

/**
 * As it begins by itself. The log has one line for that, however many comments saw it, and none for its going on.
 * @param until epoch ms
 * @param id of the line in the log
 * @param now epoch ms
 */
export function startAttack(siteId: string, until: number, surge: number, id: string, now: number): CompiledQuery[] {
  const reason = `${surge} comments of newcomers in a minute.`;
  return [
    ...changeAttack(until, sql`attack_until <= ${now}`, draftBySystem(id, siteId, 'attack.on', now, reason)),
    sql`UPDATE sites SET attack_until = ${until} WHERE id = ${siteId} AND attack_until < ${until}`.compile(query),
  ];
}
