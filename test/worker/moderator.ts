/** Moderates as the owner does, and reads what only moderators may. */
import type { AdminComment, Decided, Log, NewDecision, Undone } from '../../worker/contract-admin';
import { ADMIN, bindings, call, query } from './api';

const ask = (method: string, path: string, input?: object, headers: Record<string, string> = ADMIN) =>
  call(path, {
    method,
    headers: { ...headers, ...(input && { 'Content-Type': 'application/json' }) },
    ...(input && { body: JSON.stringify(input) }),
  });

async function expectOk<T>(answer: Response): Promise<T> {
  if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
  return answer.json();
}

export const askDecision = (decision: NewDecision, headers = ADMIN) =>
  ask('POST', '/admin/decisions', decision, headers);
export const decide = async (decision: NewDecision, headers = ADMIN): Promise<Decided> =>
  expectOk(await askDecision(decision, headers));

export const askUndo = (batch: string, headers = ADMIN) => ask('POST', `/admin/log/${batch}/undo`, undefined, headers);
export const undo = async (batch: string, headers = ADMIN): Promise<Undone> => expectOk(await askUndo(batch, headers));

export const askEdit = (id: string, edit: object, headers = ADMIN) =>
  ask('PATCH', `/admin/comments/${id}`, edit, headers);
export const edit = async (id: string, change: object): Promise<AdminComment> => expectOk(await askEdit(id, change));
export const askMove = (id: string, url: string, headers = ADMIN) =>
  ask('POST', `/admin/comments/${id}/move`, { url }, headers);
export const move = async (id: string, url: string): Promise<AdminComment> => expectOk(await askMove(id, url));

export const readLog = async (params: Record<string, string>, headers = ADMIN): Promise<Log> =>
  expectOk(await call(`/admin/log${query(params)}`, { headers }));

/** Rows of the database. */
export const rows = async <T = Record<string, unknown>>(sql: string, ...params: unknown[]): Promise<T[]> =>
  (
    await bindings.DB.prepare(sql)
      .bind(...params)
      .all<T>()
  ).results;

/** A token of the site `site` (null: of all) that may do this. */
export async function createToken(scopes: string[], site: string | null = null): Promise<typeof ADMIN> {
  const answer = await ask('POST', '/admin/tokens', { name: 'Test', scopes, site });
  if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
  const { token }: { token: string } = await answer.json();
  return { Authorization: `Bearer ${token}` };
}
