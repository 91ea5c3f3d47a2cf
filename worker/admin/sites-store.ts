/** SQL of sites and their origins. A change is made to the version that was looked at, or not at all. */
import { type CompiledQuery, sql } from 'kysely';
import { query, type SiteRow } from '../db';
import { type DecisionDraft, insertDecision } from '../moderation/status-store';
import type { StoredSettings } from './settings';

/** A site as it may be changed, and as the log keeps it. */
export interface SiteState {
  name: string;
  /** Hosts as in table origins. */
  origins: string[];
  settings: StoredSettings;
}
export interface SiteWithOrigins extends SiteRow {
  /** JSON, hosts. */
  origins: string;
}

/** @param siteId null: all */
export function selectSiteNames(siteId: string | null): CompiledQuery<{ id: string; name: string }> {
  return sql<{ id: string; name: string }>`
    SELECT id, name FROM sites WHERE id = COALESCE(${siteId}, id) ORDER BY id`.compile(query);
}

/** @param siteId null: all */
export function selectSites(siteId: string | null): CompiledQuery<SiteWithOrigins> {
  return sql<SiteWithOrigins>`
    SELECT s.*, (SELECT json_group_array(host) FROM (SELECT host FROM origins WHERE site_id = s.id ORDER BY host)) AS origins
    FROM sites s WHERE s.id = COALESCE(${siteId}, s.id) ORDER BY s.id`.compile(query);
}

/** A host that is another site's. */
export interface ForeignHost {
  /** In the list. */
  position: number;
  site_id: string;
}

/** The first of these hosts that is another site's, if any. */
export function selectForeignHost(hosts: string[], siteId: string): CompiledQuery<ForeignHost> {
  return sql<ForeignHost>`
    SELECT j.key AS position, o.site_id FROM json_each(${JSON.stringify(hosts)}) j JOIN origins o ON o.host = j.value
    WHERE o.site_id <> ${siteId} ORDER BY j.key LIMIT 1`.compile(query);
}

/** Fails the whole batch when there is a site of this id, or another site has one of these hosts. */
export function insertSite(row: SiteRow, state: SiteState, decision: DecisionDraft): CompiledQuery[] {
  const items = JSON.stringify([{ id: row.id, before: null, after: state }]);
  return [
    query.insertInto('sites').values(row).compile(),
    insertHosts(row.id, row.version, state.origins),
    insertDecision(decision, sql`SELECT ${items} AS items, 1 AS n`),
  ];
}

/**
 * Fails the whole batch when another site has one of the new hosts.
 * @param version the one that `before` was
 * @returns queries; the last one changes nothing when that was not the version any more, and then none has
 */
export function updateSite(
  id: string,
  version: number,
  before: SiteState,
  after: SiteState,
  decision: DecisionDraft,
): CompiledQuery[] {
  const items = JSON.stringify([{ id, before, after }]);
  const isThat = sql`EXISTS (SELECT 1 FROM sites WHERE id = ${id} AND version = ${version})`;
  return [
    insertDecision(decision, sql`SELECT ${items} AS items, 1 AS n WHERE ${isThat}`),
    sql`
      DELETE FROM origins WHERE site_id = ${id} AND ${isThat}
        AND host NOT IN (SELECT value FROM json_each(${JSON.stringify(after.origins)}))`.compile(query),
    insertHosts(
      id,
      version,
      after.origins.filter((host) => !before.origins.includes(host)),
    ),
    query
      .updateTable('sites')
      .set({ name: after.name, settings: JSON.stringify(after.settings), version: version + 1 })
      .where('id', '=', id)
      .where('version', '=', version)
      .compile(),
  ];
}

function insertHosts(siteId: string, version: number, hosts: string[]): CompiledQuery {
  return sql`
    INSERT INTO origins (host, site_id) SELECT j.value, s.id FROM json_each(${JSON.stringify(hosts)}) j
    JOIN sites s ON s.id = ${siteId} AND s.version = ${version}`.compile(query);
}

/**
 * Attack mode until then; 0: off. What is so already is neither changed nor logged.
 * @param until epoch ms
 * @param now epoch ms
 */
export function setAttack(id: string, until: number, now: number, decision: DecisionDraft): CompiledQuery[] {
  return [
    insertDecision(
      decision,
      sql`
        SELECT json_array(json_object('id', id, 'before', json_object('attackUntil', attack_until),
          'after', json_object('attackUntil', ${until}))) AS items, 1 AS n
        FROM sites WHERE id = ${id} AND (attack_until > ${now} OR ${until} > 0)`,
    ),
    query.updateTable('sites').set({ attack_until: until }).where('id', '=', id).compile(),
  ];
}
