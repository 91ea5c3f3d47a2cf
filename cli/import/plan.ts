/**
 * From a file to a plan: opened, recognised, laid out in a stage, every page's place found. Nothing is written to the instance.
 * What the plan says is data; show-plan.ts puts it in words, apply.ts carries it out.
 */
import { createHash } from 'node:crypto';
import type { Format } from '../../worker/contract-transfer.ts';
import type { Client } from '../remote/client.ts';
import { checkOwnIds, findPresent, landPages } from './landing.ts';
import type { Moves } from './moves.ts';
import type { OpenedFile } from './read/open.ts';
import type { FormatReader } from './source.ts';
import type { Namespace } from './stage/ids.ts';
import { markUsed } from './stage/land-store.ts';
import { linkComments } from './stage/link-store.ts';
import { orderRecords } from './stage/order-store.ts';
import { digestOrder, listPages, type PlannedPage, type Sums, sumUp } from './stage/plan-store.ts';
import { type Staged, stageFile } from './stage/stage.ts';
import type { Stage } from './stage/stage-store.ts';
import type { Tallied } from './stage/tally.ts';

/** Of how files become records: another one when the same file becomes others. */
const MAPPING_VERSION = 1;

export interface Plan extends Sums {
  file: string;
  format: Format;
  site: string;
  server: string;
  /** Of all that will be sent: the same plan goes on where it stopped. */
  digest: string;
  /** Records to send. */
  records: number;
  pages: PlannedPage[];
  pagesWithoutComments: number;
  skipped: Tallied[];
  odd: Tallied[];
  /** Pages whose host is not the site's, by host. */
  unknownHosts: { host: string; pages: number; comments: number }[];
  broken: Staged['broken'];
}

export interface PlanOptions {
  client: Client;
  file: OpenedFile;
  reader: FormatReader;
  stage: Stage;
  space: Namespace & { format: Format };
  moves: Moves;
  /** Epoch ms. */
  now: number;
  onRead(comments: number): void;
}

export async function makePlan({ client, file, reader, stage, space, moves, now, onRead }: PlanOptions): Promise<Plan> {
  const staged = await stageFile(stage, reader, file, { space, now, onProgress: onRead });
  const pagesWithoutComments = markUsed(stage);
  await landPages(client, stage, space, moves);
  await checkOwnIds(client, stage, space);
  linkComments(stage, space, staged.skipped);
  await findPresent(client, stage, space);
  const records = orderRecords(stage);
  const hash = createHash('sha256').update(JSON.stringify([MAPPING_VERSION, space.site, space.format, file.digest]));
  digestOrder(stage, hash);
  const pages = listPages(stage);
  return {
    file: file.path,
    format: space.format,
    site: space.site,
    server: client.server,
    digest: hash.digest('hex'),
    records,
    ...sumUp(stage),
    pages,
    pagesWithoutComments,
    skipped: staged.skipped.list(),
    odd: staged.odd.list(),
    unknownHosts: groupByHost(pages),
    broken: staged.broken,
  };
}

function groupByHost(pages: PlannedPage[]): Plan['unknownHosts'] {
  const hosts = new Map<string, { host: string; pages: number; comments: number }>();
  for (const { url, problem, comments } of pages) {
    if (problem !== 'origin_not_allowed' || url === null) continue;
    const host = URL.parse(url)?.host ?? url;
    const entry = hosts.get(host) ?? { host, pages: 0, comments: 0 };
    hosts.set(host, { host, pages: entry.pages + 1, comments: entry.comments + comments });
  }
  return [...hosts.values()].sort((a, b) => b.comments - a.comments);
}

/** What somebody has to decide before all of it can be imported; empty when nothing stands in the way. */
export function questionsOf(plan: Plan, given: { skipUnknown: boolean; partial: boolean }): string[] {
  const questions: string[] = [];
  if (plan.broken && !given.partial) questions.push('broken');
  if (!given.skipUnknown && plan.pages.some(({ problem }) => problem !== null)) questions.push('unknown');
  return questions;
}
