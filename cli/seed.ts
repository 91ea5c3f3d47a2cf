/**
 * Fills the demo through the public API, as any client would. Safe to run again: keys and bodies are the same every time,
 * and a page that was filled once is left alone, whatever happened to its comments since.
 */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Comment, NewComment } from '../worker/contract.ts';
import { CROWD_PAGE, makeCrowd } from './demo-crowd.ts';
import { createKey, type Key } from './key.ts';
import { ROOT } from './root.ts';
import type { Server } from './server.ts';

const HOUR_MS = 3_600_000;
/** Comments in flight at once while the long page is filled behind the reader's back. */
const CONCURRENCY = 4;

export interface SeedComment {
  /** Unique in its conversation. */
  key: string;
  /** The key of an earlier comment. */
  replyTo?: string;
  author: NewComment['author'];
  hoursAgo: number;
  /** Readers who vote for it. */
  votes?: number;
  /** Markdown: one text, or its lines. */
  body: string | string[];
}

export interface SeedPage {
  /** Path on the demo server. */
  path: string;
  pageId?: string;
  title: string;
  comments: SeedComment[];
}

interface Progress {
  /** Epoch ms the demo's times count back from; fixed, so that a second run sends the same bodies. */
  startedAt: number;
  done: string[];
}

/** The conversations that are there before the first reader comes. */
export async function readConversations(): Promise<SeedPage[]> {
  const read = async (name: string): Promise<unknown> =>
    JSON.parse(await readFile(join(ROOT, 'docs/demo', name), 'utf8'));
  const home = (await read('conversation.json')) as SeedPage;
  return [home, ...((await read('more-conversations.json')) as SeedPage[])];
}

/** Fills the small conversations. @param now epoch ms */
export async function seedConversations(server: Server, now: number): Promise<void> {
  for (const page of await readConversations()) await seedPage(server, page, now, 1);
}

/** Fills the page of a thousand comments. @param signal ends it early; the next run goes on */
export async function seedCrowd(server: Server, now: number, signal?: AbortSignal): Promise<void> {
  await seedPage(server, { ...CROWD_PAGE, comments: makeCrowd() }, now, CONCURRENCY, signal);
}

/** What a page belongs to: one known by its address to this port, one with an id of its own to the database. */
const homeOf = (server: Server, page: SeedPage) => (page.pageId === undefined ? server.port : 'ids');

async function seedPage(server: Server, page: SeedPage, now: number, concurrency: number, signal?: AbortSignal) {
  const file = join(server.persistDir, `demo-${homeOf(server, page)}.json`);
  const progress: Progress = existsSync(file)
    ? (JSON.parse(await readFile(file, 'utf8')) as Progress)
    : { startedAt: now, done: [] };
  const name = page.pageId ?? page.path;
  if (progress.done.includes(name)) return;
  await writeFile(file, JSON.stringify(progress));

  const ids = new Map<string, Promise<string>>();
  for (let i = 0; i < page.comments.length; i += concurrency) {
    const some = page.comments.slice(i, i + concurrency);
    for (const comment of some) {
      const parent = comment.replyTo === undefined ? undefined : ids.get(comment.replyTo);
      ids.set(
        comment.key,
        Promise.resolve(parent).then((id) => postOne(server, page, comment, id, progress.startedAt, signal)),
      );
    }
    await Promise.all(some.map((comment) => ids.get(comment.key)));
  }
  progress.done.push(name);
  await writeFile(file, JSON.stringify(progress));
}

async function postOne(
  server: Server,
  page: SeedPage,
  comment: SeedComment,
  parent: string | undefined,
  startedAt: number,
  signal: AbortSignal | undefined,
): Promise<string> {
  const { body, author, hoursAgo, key } = comment;
  const request: NewComment = {
    url: server.url + page.path,
    ...(page.pageId !== undefined && { site: 'demo', pageId: page.pageId }),
    title: page.title,
    ...(parent !== undefined && { parent }),
    author,
    body: typeof body === 'string' ? body : body.join('\n'),
    createdAt: new Date(startedAt - hoursAgo * HOUR_MS).toISOString(),
  };
  const answer = await fetch(`${server.url}/api/v1/comments`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Authorization: `Bearer ${server.secrets.ADMIN_TOKEN}`,
      'Idempotency-Key': `demo-${homeOf(server, page)}-${page.pageId ?? page.path.replace(/\W+/g, '-')}-${key}`.padEnd(
        16,
        '-',
      ),
    },
    body: JSON.stringify(request),
    signal: signal ?? null,
  });
  if (!answer.ok) throw new Error(`Posting to ${page.path} answered ${answer.status}: ${await answer.text()}`);
  const { id } = (await answer.json()) as Comment;
  for (let i = 0; i < (comment.votes ?? 0); i++) await voteFor(server, id, i);
  return id;
}

/** Readers of the demo, made when first needed; each votes once. */
const readers: Promise<Key>[] = [];

async function voteFor(server: Server, id: string, reader: number): Promise<void> {
  readers[reader] ??= createKey();
  const url = `${server.url}/api/v1/comments/${id}/vote`;
  const body = JSON.stringify({ value: 1 });
  const answer = await fetch(url, {
    method: 'PUT',
    headers: {
      'Content-Type': 'application/json',
      Authorization: `Bearer ${server.secrets.ADMIN_TOKEN}`, // so many readers at one address would be too many
      DPoP: await (await readers[reader]).prove('PUT', url, body),
    },
    body,
  });
  if (!answer.ok) throw new Error(`Voting answered ${answer.status}: ${await answer.text()}`);
}
