/**
 * The way of a comment from the field into the thread, and back when it is refused: shown at once, then replaced by the
 * server's answer. How it travels is outbox.ts, what may be wrong with it check.ts.
 */
import type { Comment, NewComment } from '../../worker/contract';
import type { ApiError } from '../api';
import type { Writer } from '../identity/agreement';
import type { Thread } from '../store';
import type { Node } from '../tree';
import type { Draft } from './agreement';
import { explainRefusal, findFault } from './check';
import { authorOf } from './identity';
import { addComments, changed, h, remember, tell, texts } from './kit';
import { keep, keepDraft, memoryOf } from './memory';
import { type Item, listItems, type Outcome, putItem, sendItems } from './outbox';

const MINE_MS = 14 * 86_400_000;
/** Of a comment that the server has not taken yet; sorts after every real id. */
const LOCAL = 'z-';
/** Threads on view. */
const threads = new Set<Thread>();

/** Makes what is on view agree with what this device holds. May be called at any time. */
export function restore(s: Thread): void {
  if (!threads.has(s)) {
    threads.add(s);
    s.signal.addEventListener('abort', () => threads.delete(s));
    sendItems(outcome, true);
  }
  const t = texts(s);
  const items = listItems().filter(({ page }) => page === s.key);
  for (const [id, node] of s._byId)
    if (id.startsWith(LOCAL) && !items.some((item) => LOCAL + item.key === id)) remove(s, node);
  for (const item of items) {
    const back = (
      <button type="button" class="go" onClick={() => giveBack(item)}>
        {t.edit}
      </button>
    );
    place(s, toComment(item), [t[item.note], ' ', item.note === 'sending' ? '' : back]);
  }
  const { mine, drafts } = memoryOf(s.key);
  const pending = mine?.filter(
    ({ id, createdAt }) => s._byId.get(id)?.c.status !== 'approved' && Date.parse(createdAt) > s.now() - MINE_MS,
  );
  if (mine) keep(s.key, { mine: pending?.[0] ? pending : null });
  for (const comment of pending ?? []) place(s, comment, t.pending);
  if (drafts?.[''] && s._drafts['']) s._drafts[''].open = true;
  s._update();
}

export const restoreAll = (): void => threads.forEach(restore);

export async function submit(s: Thread, draft: Draft, form: HTMLFormElement): Promise<void> {
  if (draft._busy) return;
  draft._busy = true;
  draft.preview = undefined;
  draft.error = findFault(form);
  const text = draft.field!.value;
  let writer: Writer | undefined;
  try {
    if (!draft.error) writer = await authorOf(s, form);
  } catch (error) {
    draft.error = error as ApiError;
  }
  draft._busy = false;
  // More may have been typed meanwhile.
  if (writer) post(s, draft, draft.field?.value || text, writer);
  else focusFault(s, draft);
}

function post(s: Thread, draft: Draft, text: string, { by, said }: Writer): void {
  const { url, site, pageId, title, key: page } = s;
  const body: NewComment = {
    url,
    site: site ?? undefined,
    pageId: pageId ?? undefined,
    title: [...title].slice(0, 300).join('') || undefined,
    parent: draft.id || undefined,
    body: text,
    ...said,
  };
  // The same comment under the same key: an answer that was lost on its way makes no second one.
  const key =
    JSON.stringify(draft._attempt?.body) === JSON.stringify(body) ? (draft._attempt?.key as string) : createKey();
  const item: Item = {
    key,
    api: s.api,
    page,
    body,
    by,
    createdAt: new Date(s.now()).toISOString(),
    due: 0,
    note: 'sending',
  };
  putItem(item, item);
  keepDraft(page, draft.id, '');
  draft._filled = 0;
  draft.open = false;
  changed(s, s._replying);
  s._replying = undefined;
  s.target = `#comment-${LOCAL}${key}`;
  restoreAll();
  sendItems(outcome);
}

export const outcome: Outcome = {
  _changed: restoreAll,
  _arrived(item, comment) {
    const { page } = item;
    const pending = comment.status === 'pending';
    putItem(item);
    keep(page, { seen: Date.now() });
    if (pending) keep(page, { mine: [...(memoryOf(page).mine ?? []), comment] });
    for (const s of threads) {
      const node = s._byId.get(LOCAL + item.key);
      if (!node) continue;
      s._byId.delete(node.c.id);
      s._byId.set(comment.id, node);
      place(s, comment, '');
      if (!pending && s.page) s.page.count++;
      s._emit('posted', comment);
      tell(s, texts(s)[pending ? 'pending' : 'posted']);
    }
    restoreAll();
  },
  _refused: giveBack,
};

/** Takes a comment out of the outbox and back into its composer. @param error why the server refused it */
function giveBack(item: Item, error?: ApiError): void {
  const id = item.body.parent ?? '';
  const newer = memoryOf(item.page).drafts?.[id];
  putItem(item);
  keepDraft(item.page, id, newer ? `${item.body.body}\n\n${newer}` : item.body.body);
  for (const s of threads) {
    if (s.key !== item.page) continue;
    s._drafts[id] ||= { id };
    const draft = s._drafts[id];
    draft.open = true;
    draft._filled = 0;
    draft._attempt = item;
    draft.error = error;
    s._replying = s._byId.get(id);
    // Details that are wrong must be seen.
    if (error?.field?.startsWith('author')) remember('me', null);
    tell(s, error ? explainRefusal(s, error) : '');
    focusFault(s, draft);
  }
  restoreAll();
}

/** As much of a comment as its view needs. */
const toComment = ({ key, body, by, createdAt }: Item) =>
  ({
    id: LOCAL + key,
    parent: body.parent,
    author: by,
    html: body.body.replace(/[&<>]/g, (char) => `&#${char.charCodeAt(0)};`).replace(/\n/g, '<br>'),
    status: 'pending',
    createdAt,
  }) as Comment;

function place(s: Thread, comment: Comment, note: Node['note']): void {
  const [node] = addComments(s, [comment]);
  if (!node) return;
  node.note = note;
  node.fresh = false;
  if (!comment.parent && !s._roots.includes(node)) s._roots[s.sort === 'oldest' ? 'push' : 'unshift'](node);
}

function remove(s: Thread, node: Node): void {
  const siblings = node.up?._kids ?? s._roots;
  siblings.splice(siblings.indexOf(node), 1);
  s._byId.delete(node.c.id);
  changed(s, node.up);
}

function focusFault(s: Thread, { id, error }: Draft): void {
  const form = id ? `[data-id="${id}"]>form ` : '.in>form ';
  s.target = form + (error?.field ? `[name="${error.field}"]` : 'textarea');
  redraw(s, id);
}

/** Draws a composer again. */
export const redraw = (s: Thread, id: string): void => changed(s, s._byId.get(id));

const createKey = (): string => crypto.getRandomValues(new Uint32Array(5)).join('-');
