/**
 * Asking others about a comment that the phases of this worker did not take for spam: all who are switched on, at once, each
 * with the same short time. Whoever fails or is late loses no comment: it is held, and says why.
 */
import type { Finding } from '../../contract-admin';
import { Problem } from '../../problem';
import { ai } from './ai';
import { akismet } from './akismet';
import { type Asked, CAP_MS, type OutsidePhase } from './asked';
import { own } from './own-phase';

export const OUTSIDE_PHASES: readonly OutsidePhase[] = [akismet, own, ai];

/** @throws Problem challenge_required when a phase wants the writer to try again */
export async function askOutside(asked: Asked, phases = OUTSIDE_PHASES): Promise<Finding[]> {
  const asking = phases.filter(({ isOn }) => isOn(asked.settings)).map((phase) => askPhase(phase, asked));
  return (await Promise.all(asking)).flat();
}

async function askPhase({ name, ask }: OutsidePhase, asked: Asked): Promise<Finding[]> {
  const signal = AbortSignal.timeout(CAP_MS);
  const late = new Promise<never>((_, fail) => {
    signal.addEventListener('abort', () => fail(new Error('there was no answer in time.')));
  });
  try {
    const said = await Promise.race([ask(asked, signal), late]);
    return said ? [{ phase: name, ...said }] : [];
  } catch (error) {
    if (error instanceof Problem && error.code === 'challenge_required') throw error;
    const why = error instanceof Error ? error.message : String(error);
    return [{ phase: name, says: 'hold', reason: `Could not be asked: ${why}` }];
  }
}
