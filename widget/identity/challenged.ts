/** Brings lazy/challenge.tsx, for a comment that the server takes only with more than itself. */
import type { PassChallenge, Tools } from '../challenge/agreement';
import { closeBelow, openBelow } from './below';
import { bring } from './later';
import { texts } from './texts';
import { eachThread } from './threads';

/** @throws ApiError, or as `bring` */
export const passChallenge: PassChallenge = async (...challenged) =>
  (await bring<Tools, PassChallenge>('challenge', [eachThread, texts, openBelow, closeBelow]))(...challenged);
