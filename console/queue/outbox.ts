/**
 * Decisions on their way. They are shown at once and sent one after the other; what is decided alike while a request is under
 * way goes along with the next one. What cannot be sent comes back. Knows the API, no view.
 */
import type { Status } from '../../worker/contract';
import type { AdminComment, Decided, Undone, Verb } from '../../worker/contract-admin';
import { type Api, Refused } from '../api';

/** Ids a request may name (LIMITS.decisionsPerRequest of the contract). */
const PER_REQUEST = 300;

const LEADS_TO: Partial<Record<Status, Verb>> = { approved: 'approve', pending: 'hold', spam: 'spam', trash: 'trash' };

/** One press of a key: what undo takes back. */
export interface Press {
  verb: Verb;
  /** As they were before. */
  rows: readonly AdminComment[];
  /** What undoes it on the server; undefined until it was sent. */
  batch?: string | null;
  /** The batch has other presses' comments as well. */
  shared?: boolean;
  /** Was taken back, or failed as a whole. */
  over?: boolean;
}

export interface Listener {
  /** These were not decided about. */
  onFailed(press: Press, rows: readonly AdminComment[], error: unknown): void;
  /** @param others of these comments somebody else has decided about meanwhile */
  onSent(press: Press, others: readonly AdminComment[]): void;
}

export function createOutbox(api: Api, { onFailed, onSent }: Listener) {
  let waiting: Press[] = [];
  let underWay: Promise<void> | undefined;

  /**
   * Presses of the same kind as the first that fit one request, past others that are about other comments. A longer one goes
   * alone, in portions; and so does one that answers reports, which come back only by undoing the whole batch.
   */
  const takeNext = (): Press[] => {
    const [first] = waiting as [Press];
    const taken = [first];
    let size = first.rows.length;
    const passed = new Set<string>();
    const isAlone = ({ rows }: Press) => rows.some(({ flags }) => flags > 0);
    for (const press of waiting.slice(1)) {
      const fits =
        press.verb === first.verb &&
        size + press.rows.length <= PER_REQUEST &&
        !isAlone(first) &&
        !isAlone(press) &&
        press.rows.every(({ id }) => !passed.has(id));
      if (fits) {
        taken.push(press);
        size += press.rows.length;
      } else for (const { id } of press.rows) passed.add(id);
    }
    waiting = waiting.filter((press) => !taken.includes(press));
    return taken;
  };

  const send = async (presses: Press[]): Promise<void> => {
    const [{ verb }] = presses as [Press];
    const ids = presses.flatMap(({ rows }) => rows.map(({ id }) => id));
    const answers = new Map<string, Decided['changed'][number]>();
    const asked = new Set<string>();
    let batch: string | null = null;
    let error: unknown;
    try {
      for (let at = 0; at < ids.length; at += PER_REQUEST) {
        const portion = ids.slice(at, at + PER_REQUEST);
        const answer: Decided = await api.send<Decided>('POST', '/admin/decisions', {
          action: verb,
          ids: portion,
          ...(batch !== null && { batch }),
        });
        batch ??= answer.batch;
        for (const id of portion) asked.add(id);
        for (const change of answer.changed) answers.set(change.id, change);
      }
    } catch (thrown) {
      error = thrown;
    }
    for (const press of presses) {
      press.batch = batch;
      press.shared = presses.length > 1;
      const failed = press.rows.filter(({ id }) => !asked.has(id));
      press.over = failed.length === press.rows.length;
      if (failed.length > 0) onFailed(press, failed, error);
      else
        onSent(
          press,
          press.rows.filter(({ id, status }) => answers.get(id)?.from !== status),
        );
    }
  };

  const pump = async (): Promise<void> => {
    while (waiting.length > 0) await send(takeNext());
    underWay = undefined;
  };

  return {
    press(verb: Verb, rows: readonly AdminComment[]): Press {
      const press: Press = { verb, rows };
      waiting.push(press);
      underWay ??= Promise.resolve().then(pump);
      return press;
    },
    /** @returns how many of them stay because somebody decided about them since @throws Refused */
    async undo(press: Press): Promise<number> {
      press.over = true;
      if (waiting.includes(press)) {
        waiting = waiting.filter((each) => each !== press);
        return 0;
      }
      await underWay;
      if (!press.batch) throw new Refused('not_found');
      if (!press.shared) return undoBatch(api, press.batch);
      // The batch has more in it than is to be taken back: each becomes again what it was.
      let stayed = 0;
      for (const [status, rows] of Map.groupBy(press.rows, (row) => row.status)) {
        const action = LEADS_TO[status];
        if (!action) continue;
        const ids = rows.map(({ id }) => id);
        stayed += (await api.send<Decided>('POST', '/admin/decisions', { action, ids })).skipped;
      }
      return stayed;
    },
  };
}
export type Outbox = ReturnType<typeof createOutbox>;

/** @param onProgress told how many are back so far @returns how many stay as they are @throws Refused */
export async function undoBatch(api: Api, batch: string, onProgress?: (done: number) => void): Promise<number> {
  let skipped = 0;
  let done = 0;
  for (;;) {
    const answer = await api.send<Undone>('POST', `/admin/log/${batch}/undo`);
    skipped += answer.skipped;
    done += answer.changed;
    onProgress?.(done);
    if (!answer.left) return skipped;
  }
}
