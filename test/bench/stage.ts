/**
 * What everything is measured on: our worker with pages of every size, and the floor worker with the same answers
 * prepared. Both are real local servers of the same version.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { applySchema } from '../../cli/database.ts';
import { startServer } from '../../cli/server.ts';
import { siteSql } from '../../cli/site-sql.ts';
import type { Thread } from '../../worker/contract.ts';
import { fillPages, type PageInput } from './fill.ts';
import { type FloorPage, startFloor } from './floor/start.ts';

const HOST = 'bench.example';
const UNLIMITED = { post: 1_000_000, read: 1_000_000 };

export interface Stage {
  /** Where our worker answers, no slash at the end. */
  ours: string;
  floor: string;
  /** Headers that pass our edge cache and rate limits by. */
  token: { Authorization: string };
  /** Comments on the pages of `pageOf`. */
  sizes: number[];
  /** Ends both servers. */
  close(): Promise<void>;
}

export interface StageInput {
  /** Of the pages that API measurements ask for. */
  sizes: number[];
  /** Further pages. */
  pages: PageInput[];
  /** Further hosts, as stored, on which threads may stand. */
  hosts: string[];
  /** Folder of what was built. */
  assets: string;
  /** Where the servers keep their data. */
  folder: string;
}

export const pageUrl = (name: string | number) => `https://${HOST}/${name}`;

export const threadPath = (url: string, query: Record<string, string> = {}) =>
  `/api/v1/thread?${new URLSearchParams({ url, ...query })}`;

export async function setStage({ sizes, pages, hosts, assets, folder }: StageInput): Promise<Stage> {
  const running: { kill(): Promise<void> }[] = [];
  const close = async () => void (await Promise.all(running.map((server) => server.kill())));
  try {
    const site = { id: 'bench', name: 'Bench', hosts: [HOST, ...hosts] };
    const persistDir = join(folder, 'ours');
    await mkdir(persistDir);
    await applySchema({ persistDir }, siteSql(site, 0));
    const sized = sizes.map((comments) => ({ url: pageUrl(comments), comments }));
    await fillPages(persistDir, site.id, [...sized, ...pages]);
    const server = await startServer({ persistDir, limits: UNLIMITED, assets, sites: [site] });
    running.push(server);
    const token = { Authorization: `Bearer ${server.secrets.ADMIN_TOKEN}` };
    const ours = server.url;
    const floor = await startFloor(
      join(folder, 'floor'),
      await Promise.all(sized.map(({ url }) => readTexts(ours, token, url))),
    );
    running.push(floor);
    return { ours, floor: floor.url, token, sizes, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Walks a thread to its end and keeps its comments in the very bytes of our answers. */
async function readTexts(ours: string, headers: Stage['token'], url: string): Promise<FloorPage> {
  const texts: string[] = [];
  let after: string | null = '';
  while (after !== null) {
    const answer = await fetch(ours + threadPath(url, after === '' ? {} : { after, limit: '200' }), { headers });
    const text = await answer.text();
    const { comments, next } = JSON.parse(text) as Thread;
    if (after === '') texts.push(text.replace(JSON.stringify(comments).slice(1, -1), '\n'));
    texts.push(...comments.map((comment) => JSON.stringify(comment)));
    after = next;
  }
  return { url, texts };
}
