/** Brings lazy/challenge.tsx, for a comment that the server takes only with more than itself. */
import type { PassChallenge, Tools } from '../challenge/agreement';
import type { Kit } from '../writing/agreement';
import { lent } from '../writing/kit';
import { closeBelow, openBelow } from './below';
import { texts } from './texts';
import { eachThread } from './threads';

/** @throws ApiError, or what import() throws: it has no code, and counts as no connection */
export const passChallenge: PassChallenge = async (...challenged) => {
  // This module is lazy/identity-HASH.js; not every host name is free of that.
  const module: { create(kit: Kit, tools: Tools): PassChallenge } = await import(
    import.meta.url.replace(/identity(?!.*\/)/, 'challenge')
  );
  return module.create(lent, [eachThread, texts, openBelow, closeBelow])(...challenged);
};
