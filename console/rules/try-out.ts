/** Trying rules against what has been decided: portion after portion, the numbers added up. */
import type { Backtest } from '../../worker/contract-admin';
import type { Api } from '../api';

/** How many decided comments are looked at, at most. */
export const TRY_AT_MOST = 5000;

export type Outcome = Omit<Backtest, 'next'>;

/** @param onProgress told the sums so far @throws Refused */
export async function tryOut(
  api: Api,
  site: string,
  settings: Record<string, unknown>,
  signal: AbortSignal,
  onProgress: (sums: Outcome) => void,
): Promise<void> {
  let sums: Outcome | undefined;
  let after: Backtest['next'] = null;
  while (!signal.aborted) {
    const { next, ...answer }: Backtest = await api.send<Backtest>('POST', '/admin/backtest', {
      site,
      settings,
      ...(after !== null && { after }),
    });
    sums = sums ? add(sums, answer) : answer;
    onProgress(sums);
    after = next;
    if (next === null || sums.looked >= TRY_AT_MOST) return;
  }
}

export function add(a: Outcome, b: Outcome): Outcome {
  const sum = (x: Outcome['now'], y: Outcome['now']): Outcome['now'] => {
    const both = (kind: keyof Outcome['now']) => ({
      good: x[kind].good + y[kind].good,
      spam: x[kind].spam + y[kind].spam,
    });
    return { approved: both('approved'), held: both('held'), spam: both('spam'), refused: both('refused') };
  };
  return {
    looked: a.looked + b.looked,
    now: sum(a.now, b.now),
    tried: sum(a.tried, b.tried),
    examples: [...a.examples, ...b.examples].slice(0, 10),
  };
}
