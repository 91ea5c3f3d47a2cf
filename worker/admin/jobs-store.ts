/** SQL of table `jobs`: when each of the worker's regular jobs ran last, so that somebody notices when one does not. */
import type { CompiledQuery } from 'kysely';
import { query } from '../db';

/** Those that worker/index.ts runs. */
export const JOBS = ['forget', 'purge', 'stats', 'search', 'backup', 'notices'] as const;
export type Job = (typeof JOBS)[number];

/** @param now epoch ms */
export const markRun = (name: Job, now: number): CompiledQuery =>
  query
    .insertInto('jobs')
    .values({ name, ran_at: now })
    .onConflict((oc) => oc.column('name').doUpdateSet({ ran_at: now }))
    .compile();

export const selectJobs = () => query.selectFrom('jobs').select(['name', 'ran_at']).compile();
