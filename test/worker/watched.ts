/** Requests whose D1 is watched: what they cost, and what becomes of them when the world moves between look and write. */
import { bindings, call } from './api';
import type { Key } from './key';

export interface Watched {
  answer: Response;
  /** Round trips and rows written, of the request alone. */
  trips: number;
  written: number;
}

/** The database, with every round trip counted. @param meanwhile runs behind the first one */
export function watchDatabase(
  bill: { trips: number; written: number },
  meanwhile?: () => Promise<unknown>,
): D1Database {
  return new Proxy(bindings.DB, {
    get(db, name) {
      if (name !== 'withSession') return Reflect.get(db, name);
      return (start: string) => {
        const session = db.withSession(start);
        return {
          prepare: (q: string) => session.prepare(q),
          getBookmark: () => session.getBookmark(),
          batch: async (statements: D1PreparedStatement[]) => {
            if (++bill.trips === 2) await meanwhile?.();
            const results = await session.batch(statements);
            for (const { meta } of results) bill.written += meta.rows_written;
            return results;
          },
        };
      };
    },
  });
}

/** As `key.ask`. @param meanwhile runs behind the first round trip @param more headers */
export async function askWatched(
  key: Key,
  method: string,
  path: string,
  input?: unknown,
  meanwhile?: () => Promise<unknown>,
  more: Record<string, string> = {},
): Promise<Watched> {
  const body = input === undefined ? undefined : JSON.stringify(input);
  const bill = { trips: 0, written: 0 };
  const DB = watchDatabase(bill, meanwhile);
  const DPoP = await key.prove(method, path, body === undefined ? {} : { body });
  const headers = { DPoP, ...(body !== undefined && { 'Content-Type': 'application/json' }), ...more };
  const answer = await call(path, { method, headers, ...(body !== undefined && { body }) }, { DB });
  return { answer, ...bill };
}
