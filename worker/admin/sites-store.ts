/** SQL of sites and their origins. A change is made to the version that was looked at, or not at all. */
import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import { query, type SiteRow } from '../db';
import { type DecisionDraft, insertDecision } from '../moderation/decisions/status-store';
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
    ...(JSON.stringify(before.settings.team) === JSON.stringify(after.settings.team)
      ? []
      : [endRoles(id, isThat, after)]),
    query
      .updateTable('sites')
      .set({ name: after.name, settings: JSON.stringify(after.settings), version: version + 1 })
      .where('id', '=', id)
      .where('version', '=', version)
      .compile(),
  ];
}

/** Whoever is on the team no more loses the role at once. The site's own accounts have theirs from the site. */
function endRoles(siteId: string, isThat: RawBuilder<unknown>, { settings }: SiteState): CompiledQuery {
  return sql`
    UPDATE people SET role = NULL WHERE site_id = ${siteId} AND role IS NOT NULL AND ${isThat}
      AND COALESCE(lower(email), '') NOT IN (
        SELECT COALESCE(lower(t.value ->> 'email'), '?') FROM json_each(${JSON.stringify(settings)}, '$.team') t)
      AND NOT EXISTS (SELECT 1 FROM accounts a WHERE a.person_id = people.id AND a.provider = 'sso')`.compile(query);
}

function insertHosts(siteId: string, version: number, hosts: string[]): CompiledQuery {
  return sql`
    INSERT INTO origins (host, site_id) SELECT j.value, s.id FROM json_each(${JSON.stringify(hosts)}) j
    JOIN sites s ON s.id = ${siteId} AND s.version = ${version}`.compile(query);
}
