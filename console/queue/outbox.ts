/**
 * Decisions on their way. They are shown at once and sent one after the other, each as one decision of its own: so the log
 * has what somebody did, and each can be taken back. What cannot be sent comes back. Knows the API, no view.
 */
import type { AdminComment, Decided, Undone, Verb } from '../../worker/contract-admin';
import type { Api } from '../api';

/** Ids a request may name (LIMITS.decisionsPerRequest of the contract). */
const PER_REQUEST = 300;

/** One press of a key: what undo takes back. */
export interface Press {
  verb: Verb;
  /** As they were before. */
  rows: readonly AdminComment[];
  /** What undoes it on the server; undefined until it was sent. */
  batch?: string | null;
  /** It is being sent, or was. */
  begun?: boolean;
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
  let last: Promise<unknown> = Promise.resolve();
  let underWay = 0;

  /** In the order of keys: an undo comes after what it takes back, and before what is decided next. */
  const queue = <T>(task: () => Promise<T>): Promise<T> => {
    if (underWay++ === 0) addEventListener('beforeunload', askToStay);
    const done = last.then(task).finally(() => {
      if (--underWay === 0) removeEventListener('beforeunload', askToStay);
    });
    last = done.catch(() => {});
    return done;
  };

  const send = async (press: Press): Promise<void> => {
    if (press.over) return;
    press.begun = true;
    const ids = press.rows.map(({ id }) => id);
    const answers = new Map<string, Decided['changed'][number]>();
    let batch: string | null = null;
    for (let at = 0; at < ids.length; at += PER_REQUEST) {
      try {
        const answer: Decided = await api.send<Decided>('POST', '/admin/decisions', {
          action: press.verb,
          ids: ids.slice(at, at + PER_REQUEST),
          ...(batch !== null && { batch }),
        });
        batch ??= answer.batch;
        for (const change of answer.changed) answers.set(change.id, change);
      } catch (error) {
        press.batch = batch;
        press.over = at === 0;
        onFailed(press, press.rows.slice(at), error);
        return;
      }
    }
    press.batch = batch;
    onSent(
      press,
      press.rows.filter(({ id, status }) => answers.get(id)?.from !== status),
    );
  };

  return {
    press(verb: Verb, rows: readonly AdminComment[]): Press {
      const press: Press = { verb, rows };
      void queue(() => send(press));
      return press;
    },
    /** @returns how many of them stay because somebody decided about them since @throws Refused */
    async undo(press: Press): Promise<number> {
      if (!press.begun) {
        press.over = true;
        return 0;
      }
      return queue(async () => {
        if (press.over) return 0;
        press.over = true;
        return press.batch ? undoBatch(api, press.batch) : press.rows.length;
      });
    },
  };
}

/** Whoever leaves while decisions are on their way is asked first. */
const askToStay = (event: BeforeUnloadEvent) => event.preventDefault();

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
