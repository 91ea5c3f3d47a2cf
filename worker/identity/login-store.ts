/** SQL of logging in: logins on their way, accounts and the people they belong to, instances, sessions. */
import { type CompiledQuery, sql } from 'kysely';
import { type AccountRow, type InstanceRow, type LoginRow, type PersonRow, query, type SessionRow } from '../db';

/** No row: there is no such site. */
export function selectSettings(siteId: string): CompiledQuery<{ settings: string }> {
  return query.selectFrom('sites').where('id', '=', siteId).select('settings').compile();
}

/** The people who run a site. */
export function selectTeamOf(siteId: string): CompiledQuery<Pick<PersonRow, 'id' | 'name' | 'email'>> {
  return query
    .selectFrom('people')
    .where('site_id', '=', siteId)
    .where('role', 'is not', null)
    .select(['id', 'name', 'email'])
    .compile();
}

export function insertLogin(login: LoginRow): CompiledQuery {
  return query.insertInto('logins').values(login).compile();
}

/** Takes a login that waits for its provider: once, whoever asks. @param id hash of the state */
export function takeLogin(id: string, provider: string, now: number): CompiledQuery<LoginRow> {
  return query
    .deleteFrom('logins')
    .where('id', '=', id)
    .where('provider', '=', provider)
    .where('code_hash', 'is', null)
    .where('expires_at', '>', now)
    .returningAll()
    .compile();
}

/** Takes a login that waits for its key: once, whether or not the key fits. */
export function takeCode(codeHash: string, now: number): CompiledQuery<LoginRow> {
  return query
    .deleteFrom('logins')
    .where('code_hash', '=', codeHash)
    .where('expires_at', '>', now)
    .returningAll()
    .compile();
}

/** @param since epoch ms: what is older does not count */
export function selectInstance(host: string, redirectUri: string, since: number): CompiledQuery<InstanceRow> {
  return query
    .selectFrom('instances')
    .where('host', '=', host)
    .where('redirect_uri', '=', redirectUri)
    .where('created_at', '>', since)
    .selectAll()
    .compile();
}

/** In place of one that was there: a login on its way keeps what it began with. */
export function upsertInstance(instance: InstanceRow): CompiledQuery {
  const { client_id, client_secret, created_at } = instance;
  return query
    .insertInto('instances')
    .values(instance)
    .onConflict((c) => c.columns(['host', 'redirect_uri']).doUpdateSet({ client_id, client_secret, created_at }))
    .compile();
}

export function selectAccount(siteId: string, provider: string, subject: string): CompiledQuery<PersonRow> {
  return query
    .selectFrom('accounts as a')
    .innerJoin('people as p', 'p.id', 'a.person_id')
    .where('a.site_id', '=', siteId)
    .where('a.provider', '=', provider)
    .where('a.subject', '=', subject)
    .selectAll('p')
    .compile();
}

export function insertPerson(person: PersonRow): CompiledQuery {
  return query.insertInto('people').values(person).compile();
}

export function updatePerson(id: string, change: Partial<PersonRow>): CompiledQuery {
  return query.updateTable('people').set(change).where('id', '=', id).compile();
}

/** Fails the whole batch when the account is there already: two logins at once cannot make two people of one account. */
export function insertAccount(account: AccountRow): CompiledQuery {
  return query.insertInto('accounts').values(account).compile();
}

/** Keeps whose it is, and what its provider calls it now. */
export function updateAccount({ site_id, provider, subject, person_id, name }: AccountRow): CompiledQuery {
  return query
    .updateTable('accounts')
    .set({ person_id, name })
    .where('site_id', '=', site_id)
    .where('provider', '=', provider)
    .where('subject', '=', subject)
    .compile();
}

export function insertSession(session: SessionRow): CompiledQuery {
  return query.insertInto('sessions').values(session).compile();
}

/** `sso` 1: the site's own accounts vouch for them, and say what role they have. */
export type SessionPersonRow = PersonRow & { settings: string; sso: number };

/** The person of a session that still stands and belongs to this key, and the settings of their site. */
export function selectSession(id: string, jkt: string, now: number): CompiledQuery<SessionPersonRow> {
  return sql<SessionPersonRow>`
    SELECT p.*, t.settings, EXISTS (SELECT 1 FROM accounts WHERE person_id = p.id AND provider = 'sso') AS sso
    FROM sessions s JOIN people p ON p.id = s.person_id JOIN sites t ON t.id = s.site_id
    WHERE s.id = ${id} AND s.jkt = ${jkt} AND s.expires_at > ${now}`.compile(query);
}

export function extendSession(id: string, usedAt: number, expiresAt: number): CompiledQuery {
  return query.updateTable('sessions').set({ used_at: usedAt, expires_at: expiresAt }).where('id', '=', id).compile();
}

export function deleteSession(id: string): CompiledQuery {
  return query.deleteFrom('sessions').where('id', '=', id).compile();
}

/** What joining two people leaves of one of them: its accounts and sessions become the other's, it goes. */
export function joinPeople(from: string, to: string): CompiledQuery[] {
  return [
    query.updateTable('accounts').set({ person_id: to }).where('person_id', '=', from).compile(),
    query.updateTable('sessions').set({ person_id: to }).where('person_id', '=', from).compile(),
    query.deleteFrom('deletions').where('identity', '=', from).compile(),
    query.deleteFrom('people').where('id', '=', from).compile(),
  ];
}
