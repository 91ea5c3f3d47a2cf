/**
 * Proof of work on the reader's device (ALTCHA, version 2). The browser counts beside the page's own thread, so that nothing on
 * the page waits for it.
 */
import { solveChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/web/pbkdf2';
import type { Challenge as Work } from 'altcha-lib/types';
import type { Challenge } from '../../worker/contract';
import type { ApiError } from '../api';

/** Tries that are under way at once: the browser spreads them over its threads. */
const LANES = 4;

/** @returns what the server takes as done @throws ApiError where a browser cannot count, which takes https */
export async function solve(work: NonNullable<Challenge['work']>): Promise<string> {
  const challenge = work as unknown as Work;
  const controller = new AbortController();
  const lanes = Array.from({ length: LANES }, (_, counterStart) =>
    solveChallenge({ challenge, controller, counterStart, counterStep: LANES, deriveKey }),
  );
  const solution = await Promise.race(lanes).catch(() => null);
  controller.abort();
  if (!solution) throw { code: 'challenge_required', wait: 0 } satisfies ApiError;
  return btoa(JSON.stringify({ challenge, solution }));
}
