/** Talks to the worker as a client does, and puts rows into D1 as a hostile or older hand would. */
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { Comment, NewComment, ProblemBody, Replies, Thread } from '../../worker/contract';
import type { CommentRow } from '../../worker/db';
import type { Bindings } from '../../worker/env';
import worker from '../../worker/index';

export const bindings = env as unknown as Bindings;
export const ADMIN = { Authorization: `Bearer ${bindings.ADMIN_TOKEN}` };
const API = 'https://comments.test/api/v1';

/** One request through the worker's own entry, background work included. */
export async function call(path: string, init: RequestInit = {}, overrides: Partial<Bindings> = {}): Promise<Response> {
  const context = createExecutionContext();
  const url = path.startsWith('/api') || path.startsWith('http') ? new URL(path, API).href : `${API}${path}`;
  const answer = await worker.fetch(new Request(url, init) as never, { ...bindings, ...overrides }, context);
  await waitOnExecutionContext(context);
  return answer;
}

let sites = 0;
/** A site of its own for a test. @returns the address of its first page */
export async function createSite(
  settings: object = {},
  host = `blog${++sites}.example`,
): Promise<{ site: string; url: string }> {
  const site = host.replaceAll('.', '-');
  await bindings.DB.batch([
    bindings.DB.prepare('INSERT INTO sites (id, name, settings, created_at) VALUES (?, ?, ?, 0)').bind(
      site,
      site,
      JSON.stringify(settings),
    ),
    bindings.DB.prepare('INSERT INTO origins (host, site_id) VALUES (?, ?)').bind(host, site),
  ]);
  return { site, url: `https://${host}/post` };
}

export const key = () => crypto.randomUUID();

type Draft = Omit<Partial<NewComment>, 'url'> & { url: string };
/** The body of a valid post. */
export const draft = (over: Draft): NewComment => ({ body: 'Hello.', author: { name: 'Mika' }, ...over });

export function send(body: unknown, headers: Record<string, string> = {}, overrides: Partial<Bindings> = {}) {
  return call(
    '/comments',
    {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key(), ...headers },
    },
    overrides,
  );
}

export async function post(over: Draft, headers: Record<string, string> = {}): Promise<Comment> {
  const answer = await send(draft(over), headers);
  if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
  return answer.json();
}

export function query(params: Record<string, string | number | string[]>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params))
    for (const one of [value].flat()) search.append(name, String(one));
  return `?${search}`;
}

/** Reads past the edge cache, as the owner does. */
export async function thread(
  params: Record<string, string | number>,
  headers: Record<string, string> = ADMIN,
): Promise<Thread> {
  const answer = await call(`/thread${query(params)}`, { headers });
  if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
  return answer.json();
}

export async function replies(id: string, params: Record<string, string | number> = {}): Promise<Replies> {
  return (await call(`/comments/${id}/replies${query(params)}`)).json();
}

export async function problem(
  answer: Response | Promise<Response>,
): Promise<Pick<ProblemBody, 'status' | 'code' | 'field'>> {
  const response = await answer;
  const body: ProblemBody = await response.json();
  if (response.headers.get('Content-Type') !== 'application/problem+json')
    throw new Error(`not a problem: ${JSON.stringify(body)}`);
  if (response.status !== body.status) throw new Error(`status ${response.status} says ${body.status}`);
  return { status: body.status, code: body.code, ...(body.field === undefined ? {} : { field: body.field }) };
}

/** Changes a row behind the API's back. */
export function setRow(id: string, row: Partial<CommentRow>): Promise<unknown> {
  const columns = Object.keys(row);
  return bindings.DB.prepare(`UPDATE comments SET ${columns.map((c) => `${c} = ?`).join(', ')} WHERE id = ?`)
    .bind(...Object.values(row), id)
    .run();
}

/** What an answer cost D1, as told to the owner. */
export function bill(answer: Response): { trips: number; read: number; written: number } {
  const [, trips, read, written] =
    /trips=(\d+) read=(\d+) written=(\d+)/.exec(answer.headers.get('Server-Timing') ?? '') ?? [];
  return { trips: Number(trips), read: Number(read), written: Number(written) };
}
