/**
 * Asks the instance where pages land and which comments are there, a few hundred at a time; the answers go into the stage.
 * Nothing is written there by it.
 */
import { LIMITS } from '../../worker/contract.ts';
import type { ImportPlan } from '../../worker/contract-transfer.ts';
import type { Client } from '../remote/client.ts';
import { type Moves, moveAddress } from './moves.ts';
import { makeId, type Namespace } from './stage/ids.ts';
import {
  forgetOwnIds,
  landPage,
  listIds,
  listOwnIds,
  listUsed,
  markPresent,
  type UsedPage,
} from './stage/land-store.ts';
import type { Stage } from './stage/stage-store.ts';

/** Of a request's addresses, in bytes as JSON; far below what a request may be. */
const URLS_BYTES = 400_000;
/** What nobody has to be asked about. */
const PROBLEMS = { noBase: 'no_base', tooLong: 'url_too_long' } as const;

export async function landPages(client: Client, stage: Stage, space: Namespace, moves: Moves): Promise<void> {
  let batch: (UsedPage & { target: string })[] = [];
  let bytes = 0;
  const flush = async () => {
    if (batch.length === 0) return;
    const urls = batch.map(({ target }) => target);
    const { pages } = await client.ask<ImportPlan>('POST', '/admin/imports/plan', { site: space.site, urls });
    const byUrl = new Map(pages.map((landing) => [landing.url, landing]));
    for (const { n, target, created } of batch) {
      const { problem, key, page } = byUrl.get(target)!;
      if (problem !== null || key === null) landPage(stage, n, target, { problem: problem ?? 'url_invalid' });
      else {
        const id = page?.id ?? makeId(space, 'page', key, created ?? 0, null);
        const about = { was: page !== null, title: page?.title ?? null, count: page?.count ?? 0 };
        landPage(stage, n, target, { key, url: page?.url ?? target, page: id, ...about });
      }
    }
    batch = [];
    bytes = 0;
  };
  for (const page of listUsed(stage)) {
    const target = moveAddress(page.url, moves);
    const size = Buffer.byteLength(JSON.stringify(target));
    if (target === null) landPage(stage, page.n, null, { problem: PROBLEMS.noBase });
    else if (size > LIMITS.urlBytes + 2) landPage(stage, page.n, target, { problem: PROBLEMS.tooLong });
    else {
      if (batch.length >= LIMITS.importRecords || bytes + size > URLS_BYTES) await flush();
      batch.push({ ...page, target });
      bytes += size;
    }
  }
  await flush();
}

/** Ids that came along and are another site's here are not kept. */
export async function checkOwnIds(client: Client, stage: Stage, { site }: Namespace): Promise<void> {
  for (const comments of listOwnIds(stage, LIMITS.importRecords)) {
    const { taken } = await client.ask<ImportPlan>('POST', '/admin/imports/plan', { site, comments });
    if (taken.length > 0) forgetOwnIds(stage, taken);
  }
}

export async function findPresent(client: Client, stage: Stage, { site }: Namespace): Promise<void> {
  for (const comments of listIds(stage, LIMITS.importRecords)) {
    const { present } = await client.ask<ImportPlan>('POST', '/admin/imports/plan', { site, comments });
    if (present.length > 0) markPresent(stage, present);
  }
}
