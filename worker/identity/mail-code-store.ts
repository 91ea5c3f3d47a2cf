/** SQL of table `codes`: logins by a code that was mailed. How many there may be, mail-code.ts says. */
import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import { type CodeRow, query } from '../db';
import { timePrefix } from '../ids';

/** What is asked too often: so many, of those that have these values, since then. */
export interface Cap {
  of: Partial<Pick<CodeRow, 'email' | 'jkt' | 'network'>>;
  most: number;
  /** Epoch ms. */
  since: number;
}

/** A row unless there may be one more: the one whose time must pass. */
function fullBy({ of, most, since }: Cap): RawBuilder<{ id: string }> {
  const same = Object.entries(of).map(([name, value]) => sql`${sql.ref(name)} = ${value}`);
  return sql`
    SELECT id FROM codes WHERE ${sql.join(same, sql` AND `)} AND id >= ${timePrefix(since)}
    ORDER BY id DESC LIMIT 1 OFFSET ${most - 1}`;
}
export const selectFull = (cap: Cap): CompiledQuery<{ id: string }> => fullBy(cap).compile(query);

/**
 * A new code, in place of one that the same key has for the same address. Fails the whole batch when there were too many, because
 * NULL is no address.
 */
export function insertCode(code: Omit<CodeRow, 'tries'>, caps: Cap[], now: number): CompiledQuery[] {
  const { id, site_id, email, jkt, network, language, expires_at } = code;
  const free = caps.map((cap) => sql`NOT EXISTS (${fullBy(cap)})`);
  return [
    sql`
      UPDATE codes SET expires_at = ${now} WHERE email = ${email} AND jkt = ${jkt} AND expires_at > ${now}`.compile(
      query,
    ),
    sql`
      INSERT INTO codes (id, site_id, email, jkt, network, language, expires_at)
      VALUES (${id}, ${site_id}, (SELECT ${email} WHERE ${sql.join(free, sql` AND `)}), ${jkt}, ${network}, ${language},
        ${expires_at})`.compile(query),
  ];
}
/** Of insertCode: too many. */
export const IS_FULL = /constraint failed: codes\.email/;

export type TriedRow = CodeRow & { settings: string };

/** Counts a try before it is looked at, so that many at once are no more than few. No row: there is no such code any more. */
export function takeTry(id: string, jkt: string, most: number, now: number): CompiledQuery<TriedRow> {
  return sql<TriedRow>`
    UPDATE codes SET tries = tries + 1 WHERE id = ${id} AND jkt = ${jkt} AND expires_at > ${now} AND tries < ${most}
    RETURNING *, (SELECT settings FROM sites WHERE sites.id = site_id) AS settings`.compile(query);
}

/** Uses a code up. Fails the whole batch when it was used before, because NULL is no site. */
export const spendCode = (id: string): CompiledQuery[] => [
  sql`
    INSERT INTO codes (id, site_id, email, jkt, network, language, expires_at)
    SELECT ${id}, NULL, '', '', '', '', 0 WHERE NOT EXISTS (SELECT 1 FROM codes WHERE id = ${id})`.compile(query),
  sql`DELETE FROM codes WHERE id = ${id}`.compile(query),
];
/** Of spendCode: it is gone. */
export const IS_SPENT = /constraint failed: codes\.site_id/;

export type MailedRow = CodeRow & { site_name: string; host: string | null };

/** What the mails of codes say that are still good. */
export function selectMailed(ids: string[], now: number): CompiledQuery<MailedRow> {
  return sql<MailedRow>`
    SELECT c.*, s.name AS site_name, (SELECT host FROM origins WHERE site_id = s.id ORDER BY host LIMIT 1) AS host
    FROM json_each(${JSON.stringify(ids)}) j CROSS JOIN codes c ON c.id = j.value JOIN sites s ON s.id = c.site_id
    WHERE c.expires_at > ${now}`.compile(query);
}

/** Those that count for nothing any more. @param before epoch ms */
export const purgeCodes = (before: number): CompiledQuery =>
  query.deleteFrom('codes').where('id', '<', timePrefix(before)).compile();
