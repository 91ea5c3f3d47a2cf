/** Somebody who is logged in: the rows and the token a login leaves, without the login. */
import type { PersonRow, SessionRow } from '../../worker/db';
import { getConfig } from '../../worker/env';
import { signToken } from '../../worker/identity/token';
import { newId } from '../../worker/ids';
import { bindings } from './api';
import type { Key } from './key';

const DAY_MS = 86_400_000;
const id = () => newId(Date.now(), crypto.getRandomValues(new Uint8Array(16)));

function insert(table: 'people' | 'sessions', row: object): Promise<unknown> {
  const columns = Object.keys(row);
  return bindings.DB.prepare(
    `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  )
    .bind(...Object.values(row))
    .run();
}

/** A person of a site, logged in on the device of `key`. @param over columns that are not the usual ones */
export async function createPerson(key: Key, site: string, over: Partial<PersonRow> = {}) {
  const now = Date.now();
  const person: PersonRow = {
    id: id(),
    site_id: site,
    name: 'Robin Ferreira',
    email: null,
    url: null,
    avatar: null,
    verified: 'github',
    role: null,
    created_at: now,
    seen_at: now,
    ...over,
  };
  await insert('people', person);
  return { id: person.id, ...(await createSession(key, site, person.id)) };
}

/** One more device of somebody who is there. @param over columns that are not the usual ones */
export async function createSession(key: Key, site: string, personId: string, over: Partial<SessionRow> = {}) {
  const now = Date.now();
  const session: SessionRow = {
    id: id(),
    site_id: site,
    person_id: personId,
    jkt: key.jkt,
    device: 'Firefox on Linux',
    created_at: now,
    used_at: now,
    expires_at: now + 30 * DAY_MS,
    ...over,
  };
  await insert('sessions', session);
  const claims = { sessionId: session.id, personId, siteId: site };
  return { sessionId: session.id, token: await signToken(claims, key.jkt, getConfig(bindings), now) };
}
