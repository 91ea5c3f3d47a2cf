/**
 * Every comment goes through here: kept on the device until the server has answered for it, sent again under the same
 * Idempotency-Key after a lost connection, a reload or a busy server, by one tab at a time. What it means for the
 * threads on view, post.tsx says.
 */
import type { Comment, NewComment } from '../../worker/contract';
import type { ApiError } from '../api';
import { loadIdentity } from './identity';
import { recall, remember } from './kit';

export interface Item {
  key: string;
  api: string;
  /** The thread's key on this device. */
  page: string;
  body: NewComment;
  /** Who wrote it: a person when `verified`, else a guest. It is sent in no other name. */
  by: Comment['author'];
  createdAt: string;
  /** Not to be sent before, epoch ms. */
  due: number;
  /** Why it was not sent yet. */
  note: 'sending' | 'waiting' | 'busy';
}
export interface Outcome {
  /** Something changed in the outbox. */
  _changed(): void;
  _arrived(item: Item, comment: Comment): void;
  _refused(item: Item, error: ApiError): void;
}

/** How often to look whether something is due. */
const RETRY_MS = 5000;
let turn = Promise.resolve();
let timer: ReturnType<typeof setTimeout>;

/** An older version kept nothing but the guest's own details of who wrote. */
export const listItems = (): Item[] =>
  [recall<Item[]>('outbox')]
    .flat()
    .flatMap((item) => (item?.body ? Object.assign({ by: item.body.author as Item['by'] }, item) : []));

/** Takes an item out, and puts in what it has become, if anything. */
export function putItem({ key }: Item, item?: Item): void {
  const items = [...listItems().filter((other) => other.key !== key), ...(item ? [item] : [])];
  remember('outbox', items[0] ? items : null);
}

/** Sends what is due, one after the other. @param all whether or not it is due */
export function sendItems(outcome: Outcome, all?: boolean): void {
  const send = async () => {
    for (const item of listItems()) if (all || item.due <= Date.now()) await sendItem(outcome, item);
  };
  turn = turn.then(async () => {
    // Absent from pages without https; there the Idempotency-Key alone keeps two tabs from posting twice.
    await (navigator.locks ? navigator.locks.request('afterword', send) : send());
    clearTimeout(timer);
    if (listItems()[0]) timer = setTimeout(sendItems, RETRY_MS, outcome);
  });
}

async function sendItem(outcome: Outcome, item: Item): Promise<void> {
  try {
    const { ask } = await loadIdentity();
    const { api, by, key, page, body } = item;
    const comment = await ask<Comment>({ api, key: page }, 'POST', '/comments', body, {
      headers: { 'Idempotency-Key': key },
      as: by.verified ? by.id : null,
    });
    outcome._arrived(item, comment);
  } catch (thrown) {
    const error = thrown as ApiError;
    if (error.code && !error.wait) outcome._refused(item, error);
    else {
      putItem(item, {
        ...item,
        due: Date.now() + (error.wait * 1000 || RETRY_MS),
        note: error.code ? 'busy' : 'waiting',
      });
      outcome._changed();
    }
  }
}
