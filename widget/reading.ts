/** What a reader does with a conversation: folds it, asks for more, goes to a comment, opens a reply. Part of lazy/compose. */
import type { CommentInContext, Replies } from '../worker/contract';
import type { Thread } from './store';
import type { Node } from './tree';
import { meet } from './writing/identity';
import { addComments, changed, load, read, tell, texts } from './writing/kit';

/** Comments shown above a branch that stands alone: enough to know what it answers. */
const CONTEXT = 3;

export function act(s: Thread, button: HTMLButtonElement): void {
  const { a } = button.dataset;
  const node = s._byId.get(button.closest<HTMLElement>('[data-id]')?.dataset.id ?? '') as Node;
  if (a === 'load') loadMore(s);
  else if (a === 'sort') {
    s.sort = button.value as Thread['sort'];
    s.next = null;
    load(s);
  } else if (a === 'reply') replyTo(s, node);
  else if (a === 'replies') loadReplies(s, node);
  else if (a === 'toggle') {
    node.closed = node.closed ? 0 : countBelow(node);
    changed(s, node);
  } else if (a === 'link') {
    // The address bar follows by itself, and with it the focus; the clipboard may be forbidden.
    navigator.clipboard?.writeText((button as HTMLElement as HTMLAnchorElement).href).catch(() => {});
    tell(s, texts(s).copied);
  } else meet(s).then((identity) => identity?.act(s, button));
}

/** How many comments are loaded below a node. */
const countBelow = (node: Node): number => node._kids.reduce((sum, kid) => sum + 1 + countBelow(kid), 0);

export function focusTarget(s: Thread, root: HTMLElement): void {
  const target = root.querySelector<HTMLElement>(s.target as string);
  if (!target) return;
  s.target = '';
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: 'nearest' });
  if (target.id) target.animate({ backgroundColor: ['color-mix(in srgb,currentColor 18%,#0000)', '#0000'] }, 2000);
}

/** Opens the composer below a comment; without one, closes it. */
export function replyTo(s: Thread, node?: Node): void {
  const was = s._replying;
  changed(s, was);
  s._replying = node;
  // What is written there must be seen there.
  if (node) node.closed = 0;
  s.target = node ? `[data-id="${node.c.id}"]>form textarea` : `#comment-${was?.c.id} [data-a=reply]`;
  changed(s, node);
}

export async function follow(s: Thread, hash: string): Promise<void> {
  if (/^#afterword=/.test(hash)) {
    (await meet(s))?.follow(s, hash);
    return;
  }
  const id = /^#comment-(\w+)$/.exec(hash)?.[1];
  if (!id) {
    showAlone(s);
    return;
  }
  let node = s._byId.get(id);
  const known = node;
  if (!node) {
    try {
      const { page, ancestors, comment } = await read<CommentInContext>(s, `/comments/${id}`, {});
      // Another thread of this document may own it.
      if (page.id !== s.page?.id) return;
      node = addComments(s, [...ancestors, comment]).pop() as Node;
    } catch {
      return;
    }
  }
  let top = node;
  let steps = 0;
  const shown = s._alone?.at(-1);
  while (top.up && top !== shown) {
    top = top.up;
    top.closed = 0;
    steps++;
  }
  if (!known || steps > s.depth || (steps === s.depth && node._kids[0])) {
    showAlone(s, node);
    if (!known || top.more) {
      node.more = { count: 0, after: '' };
      loadReplies(s, node, true);
    }
  } else if (top !== shown) showAlone(s);
  s.target = `#comment-${id}`;
  changed(s, node);
}

/** Lets a branch stand alone; without one, shows the whole thread. */
function showAlone(s: Thread, node?: Node): void {
  const was = s._alone?.at(-1);
  if (was) s.target = `#comment-${was.c.id}`;
  s._alone = node && [node];
  for (let n = node?.up; n && !s._alone?.[CONTEXT]; n = n.up) s._alone?.unshift(n);
  // Every depth has changed.
  for (const n of s._byId.values()) n.view = 0;
  s._update();
}

/** Loads the thread on from where it ends, or from its beginning when that has failed. */
async function loadMore(s: Thread): Promise<void> {
  const { size } = s._byId;
  await load(s, !!s.next);
  if (size) welcome(s, [...s._byId.values()].slice(size));
}

/** Says how many comments have come, and moves the focus to the first. */
function welcome(s: Thread, nodes: Node[], quiet?: boolean): void {
  const [first] = nodes;
  if (!first) return;
  if (!quiet) s.target = `#comment-${first.c.id}`;
  tell(s, s.say(texts(s).loaded, nodes.length));
}

/** @param quiet nobody asked for them in particular */
async function loadReplies(s: Thread, node: Node, quiet?: boolean): Promise<void> {
  const { m } = s;
  node.loading = true;
  node.failed = false;
  changed(s, node);
  try {
    const after = node.more?.after;
    const { comments, next } = await read<Replies>(s, `/comments/${node.c.id}/replies`, { after });
    const nodes = addComments(s, comments);
    s._later?._restore(s);
    node.more = next ? { count: Math.max(0, (node.more?.count ?? 0) - comments.length), after: next } : null;
    welcome(s, nodes, quiet);
  } catch {
    node.failed = true;
    s._said = m.failed;
  }
  node.loading = false;
  changed(s, node);
}
