/**
 * The conversation as a tree, built from the flat lists that the API answers: each comment once, in whatever order they
 * arrive. What is drawn of a branch is kept until something in it changes. Knows nothing of requests or views.
 */
import type { ComponentChild } from 'preact';
import type { Comment } from '../worker/contract';

export interface Node {
  c: Comment;
  /** Stays when an optimistic comment receives its real id. */
  key: string;
  up?: Node;
  _kids: Node[];
  /** The branch as last drawn; none when it is to be drawn again. */
  view?: unknown;
  more: Comment['more'];
  /** How many comments below it are folded away. */
  closed?: number;
  loading?: boolean;
  failed?: boolean;
  /** Arrived since the last visit. */
  fresh?: boolean;
  /** The state of an own comment, in words: sending, waiting … */
  note?: ComponentChild;
  /** Its menu is open. */
  menu?: boolean;
  /** By somebody whom the reader does not want to read. */
  muted?: boolean;
}

/** Has a node and all above it drawn again. */
export function touch(node?: Node): void {
  for (let n = node; n; n = n.up) n.view = 0;
}

/** Adds or updates a comment below its parent, siblings in time order. A top-level comment is placed by the caller. */
export function addComment(byId: Map<string, Node>, c: Comment): Node {
  let node = byId.get(c.id);
  if (!node) {
    const up = byId.get(c.parent as string);
    node = { c, key: c.id, up, _kids: [], more: c.more };
    byId.set(c.id, node);
    // Ids sort by time; those of unsent comments ('z-…') come last.
    up?._kids.splice(up._kids.filter((kid) => kid.c.id < c.id).length, 0, node);
  }
  node.c = c;
  touch(node);
  return node;
}
