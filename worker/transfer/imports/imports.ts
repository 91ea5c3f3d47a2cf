/** Imports as such: begun or gone on with, listed, read, finished. Their records are records.ts, taking them away undo.ts. */
import {
  actorOf,
  batchAs,
  checkWhole,
  draftDecision,
  type Grant,
  needGrant,
  reaches,
  siteFor,
} from '../../admin/grant';
import { cleanLine } from '../../clean';
import { parseId } from '../../comments/target';
import { type Imports, NewImport } from '../../contract-transfer';
import type { Db, ImportRow } from '../../db';
import { newId } from '../../ids';
import { fillSearchFurther } from '../../moderation/queue/search-store';
import { drainBehind } from '../../notify/outbox/drain';
import { insertImportEvent, isHeardOf } from '../../notify/outbox/events-store';
import { Problem } from '../../problem';
import { type AppContext, openDb, readBody } from '../../request';
import {
  closeImport,
  type ImportDraft,
  type ImportWithSettings,
  openImport,
  selectImport,
  selectImports,
} from './imports-store';
import { presentImport } from './present';

/**
 * `POST /admin/imports`: an unfinished one of the same digest is gone on with.
 * @throws Problem scope_missing, not_found for a site that is not there, conflict for a restore where there are comments
 */
export async function createImport(c: AppContext): Promise<Response> {
  const db = openDb(c, 'first-primary');
  const grant = await needGrant(c, db, 'transfer');
  const { value: input } = await readBody(c, NewImport);
  const siteId = siteFor(grant, input.site);
  // What is restored has sites with their settings, and who runs them.
  if (siteId === null) checkWhole(grant, 'sites:write');
  const now = Date.now();
  const draft: ImportDraft = {
    id: freshId(now),
    site_id: siteId,
    format: input.format,
    name: cleanLine(input.name) || '?',
    digest: input.digest,
    total: input.total,
    ...actorOf(grant),
    created_at: now,
  };
  const results = await batchAs(db, grant, ...openImport(draft));
  const row = results.at(-1)!.rows[0] as ImportRow | undefined;
  if (!row && siteId !== null) throw new Problem('not_found', `There is no site ${siteId}.`, { field: 'site' });
  if (!row)
    throw new Problem('conflict', 'There are comments here already: a whole instance is restored into an empty one.');
  return c.json(presentImport(row), 201);
}

/** `GET /admin/imports` */
export async function listImports(c: AppContext): Promise<Response> {
  const db = openDb(c, 'first-primary');
  const grant = await needGrant(c, db, 'transfer');
  const rows = await db.all(selectImports(grant.siteId));
  return c.json({ imports: rows.map(presentImport) } satisfies Imports);
}

/** `GET /admin/imports/{id}` @throws Problem not_found */
export async function readImport(c: AppContext): Promise<Response> {
  const db = openDb(c, 'first-primary');
  const grant = await needGrant(c, db, 'transfer');
  return c.json(presentImport(await findImport(c, db, grant)));
}

/** `POST /admin/imports/{id}/finish`: finished already, it stays so. @throws Problem not_found, conflict */
export async function finishImport(c: AppContext): Promise<Response> {
  const db = openDb(c, 'first-primary');
  const grant = await needGrant(c, db, 'transfer');
  const row = await findImport(c, db, grant);
  if (row.status === 'undoing' || row.status === 'undone')
    throw new Problem('conflict', 'This import is being undone, or was.');
  const now = Date.now();
  // Its line in the log has the import's id for its batch, so that each is found from the other.
  const decision = { ...draftDecision(grant, freshId(now), row.site_id ?? '', 'import', now), batch: row.id };
  const results = await batchAs(
    db,
    grant,
    ...closeImport(row.id, decision, now),
    insertImportEvent(freshId(now), row.id, now),
    selectImport(row.id),
  );
  if (isHeardOf(results)) drainBehind(c);
  const after = results.at(-1)!.rows[0] as ImportWithSettings | undefined;
  c.executionCtx.waitUntil(fillSearchFurther(db).catch((error: unknown) => console.error(error)));
  return c.json(presentImport(after ?? { ...row, status: 'done', finished_at: now }));
}

/** The import that a path names, if who asks may know of it. @throws Problem not_found */
export async function findImport(c: AppContext, db: Db, grant: Grant): Promise<ImportWithSettings> {
  return needImport((await db.all(selectImport(parseId(c))))[0], grant);
}

/** @throws Problem not_found */
export function needImport(row: ImportWithSettings | undefined, grant: Grant): ImportWithSettings {
  if (!row || !reaches(grant, row.site_id)) throw new Problem('not_found');
  return row;
}

const freshId = (now: number): string => newId(now, crypto.getRandomValues(new Uint8Array(16)));
