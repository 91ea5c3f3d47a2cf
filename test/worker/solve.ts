/** What a reader's device does when a comment is refused with `challenge_required`: the work, with the library of the widget. */
import { solveChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/web/pbkdf2';
import type { Challenge as AltchaChallenge } from 'altcha-lib/types';
import type { Challenge } from '../../worker/contract';
import { call, query } from './api';

/** @param key the comment's Idempotency-Key */
export async function readChallenge(url: string, key: string): Promise<Challenge> {
  const answer = await call(`/challenge${query({ url, key })}`);
  if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** @returns the header that the comment then takes along */
export async function solve({ work }: Challenge): Promise<{ 'Afterword-Work': string }> {
  const challenge = work as unknown as AltchaChallenge;
  const solution = await solveChallenge({ challenge, deriveKey });
  return { 'Afterword-Work': btoa(JSON.stringify({ challenge, solution })) };
}
