/** What lazy/identity.tsx and the module that answers a challenge (lazy/challenge.tsx) expect of each other. Types only. */
import type { NewComment } from '../../worker/contract';
import type { Place } from '../identity/agreement';
import type { closeBelow, openBelow } from '../identity/below';
import type { texts } from '../identity/texts';
import type { eachThread } from '../identity/threads';

/** What is lent to it. */
export type Tools = [each: typeof eachThread, words: typeof texts, open: typeof openBelow, close: typeof closeBelow];

/**
 * @param comment that was refused for want of it
 * @param headers it was sent with, its Idempotency-Key among them
 * @returns headers to send it with
 * @throws ApiError
 */
export type PassChallenge = (
  place: Place,
  comment: NewComment,
  headers: Record<string, string>,
) => Promise<Record<string, string>>;
