/** Restores what an export gave, as the command line does, and empties the database for it. */
import { ask } from './admin';
import { bindings } from './api';

/** Whatever order foreign keys ask for. */
const TABLES =
  'digest_items subscriptions recipients events deliveries votes reactions flags comments aliases pages accounts sessions people avatars deletions decisions bans models stats authors imports origins sites search proofs'.split(
    ' ',
  );
export async function emptyDatabase(): Promise<void> {
  await bindings.DB.batch(TABLES.map((table) => bindings.DB.prepare(`DELETE FROM ${table}`)));
}

async function ok<T>(answer: Promise<Response>): Promise<T> {
  const { status } = await answer;
  const text = await (await answer).text();
  if (status >= 400) throw new Error(`${status} ${text}`);
  return JSON.parse(text) as T;
}

/** @returns the id of the import */
export async function beginRestore(total = 1, digest = 'd'.repeat(64)): Promise<string> {
  const wanted = { site: null, format: 'afterword', name: 'all.ndjson', digest, total };
  return (await ok<{ id: string }>(ask('POST', '/admin/imports', wanted))).id;
}
export const sendRecords = (id: string, position: number, records: unknown[]): Promise<Response> =>
  ask('POST', `/admin/imports/${id}/records`, { position, records });

/** @param text of a whole export @param size records of a request @returns what was added and what was there */
export async function restore(text: string, size = 500): Promise<{ added: number; present: number }> {
  const records = text
    .trimEnd()
    .split('\n')
    .slice(1, -1)
    .map((line) => JSON.parse(line) as unknown);
  const id = await beginRestore(records.length);
  const sum = { added: 0, present: 0 };
  for (let at = 0; at < records.length; at += size) {
    const { added, present } = await ok<typeof sum>(sendRecords(id, at, records.slice(at, at + size)));
    sum.added += added;
    sum.present += present;
  }
  await ok(ask('POST', `/admin/imports/${id}/finish`));
  return sum;
}
