/**
 * What lazy/identity.tsx loads when the server wants more than a comment before it takes one: asks what, and does it (all in
 * challenge/).
 */
import type { Challenge } from '../../worker/contract';
import type { PassChallenge, Tools } from '../challenge/agreement';
import { showBelow } from '../challenge/show';
import { askTurnstile } from '../challenge/turnstile';
import { solve } from '../challenge/work';
import type { Kit } from '../writing/agreement';
import { request, useKit } from '../writing/kit';

export function create(kit: Kit, tools: Tools): PassChallenge {
  useKit(kit);
  return async ({ api, key: page }, { url, site }, headers) => {
    const key = headers['Idempotency-Key']!;
    const shown = showBelow(page, key, tools);
    try {
      shown.show();
      const [{ work, turnstile }] = await request<Challenge>(`${api}/challenge`, { url, site, key });
      return {
        ...headers,
        ...(work && { 'Afterword-Work': await solve(work) }),
        ...(turnstile && { 'Afterword-Turnstile': await askTurnstile(turnstile, shown) }),
      };
    } finally {
      shown.end();
    }
  };
}
