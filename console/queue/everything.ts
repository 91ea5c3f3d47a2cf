/** Decisions about all that match, however many: request by request, with progress, until done or called off. */
import type { CommentFilter, Decided, Verb } from '../../worker/contract-admin';
import type { Api } from '../api';

export interface Progress {
  done: number;
  /** How many there are in all, as far as the server counts (10,000). */
  of: number;
}

/**
 * @param signal calls off the rest
 * @returns what undoes it all, null when nothing was changed
 * @throws Refused; what was done until then was told by `onProgress`
 */
export async function decideEverything(
  api: Api,
  action: Verb,
  filter: CommentFilter,
  signal: AbortSignal,
  onProgress: (progress: Progress, batch: string | null) => void,
): Promise<{ batch: string | null; done: number }> {
  let batch: string | null = null;
  let done = 0;
  while (!signal.aborted) {
    const body = { action, filter, ...(batch !== null && { batch }) };
    const answer: Decided = await api.send<Decided>('POST', '/admin/decisions', body);
    batch ??= answer.batch;
    done += answer.changed.length;
    onProgress({ done, of: done + answer.left }, batch);
    // Nothing changed although some are left: somebody else is at it, or they cannot be.
    if (answer.left === 0 || answer.changed.length === 0) break;
  }
  return { batch, done };
}
