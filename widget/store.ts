/**
 * One thread's state and how it is loaded. Views draw it; embed.tsx fills in what only a document knows; what a reader
 * may do beyond reading comes with lazy/compose.tsx.
 */
import type { Thread as Answer, Comment, ErrorCode, Site, Sort } from '../worker/contract';
import { type ApiError, request } from './api';
import { type Memory, recall, remember } from './device';
import type { ComposeMessages, Language } from './i18n';
import type { Identity, Row } from './identity/agreement';
import { addComment, type Node, touch } from './tree';
import type { Draft, Later } from './writing/agreement';

export interface Thread extends Language, Partial<Pick<Answer, 'page' | 'required' | 'votes' | 'next'>> {
  // What embed.tsx knows of the thread, and lends to it.
  /** Names the page on this device. */
  key: string;
  /** When the reader was last here, epoch ms. */
  seen?: number;
  api: string;
  url: string;
  site: string | null;
  pageId: string | null;
  title: string;
  sort: Sort | null;
  /** Comments to show before asking; 0 as many as one answer holds. */
  limit: number;
  /** Steps of indentation. */
  depth: number;
  /** What this device remembers of the page, as last drawn. */
  _memory: Memory;
  /** Path and query of the embedding page. */
  _here: string;
  /** Ends with the thread. */
  signal: AbortSignal;
  now(): number;
  /** Draws again soon, then moves the focus to `target`. */
  _update(): void;
  _emit(name: 'ready' | 'posted' | 'error', detail: unknown): void;
  /** Marks the server's markup as trusted. */
  _trust(html: string): string;
  _loadLater(): Promise<Later>;

  // Its state.
  /** Texts of writing; there since `_later` is. */
  compose?: ComposeMessages;
  _roots: Node[];
  _byId: Map<string, Node>;
  loading?: boolean;
  /** Why the last request failed; it asked for more if the thread is there. */
  error?: ErrorCode | 'network';
  /** A branch stands alone on view: what it answers, and itself at the end. */
  _alone?: Node[];
  /** The comment that is being answered in place. */
  _replying?: Node;
  /** By the id of the comment they answer; '' for the page. */
  _drafts: Record<string, Draft>;
  _later?: Later;
  _laterFailed?: boolean;
  /** Who writes here: the page's own word for it, and what lazy/identity.tsx knows. */
  readonly sso?: string | null;
  _identity?: Identity;
  _identityFailed?: boolean;
  _site?: Site;
  _row?: Row;
  /** Told to screen readers. */
  _said?: string;
  /** Selector of what receives the focus after the next drawing. */
  target?: string;
}

/** Adds what the server answered. @param top these are the thread's own top-level comments, in order */
export function addComments(s: Thread, comments: Comment[], top?: boolean): Node[] {
  return comments.map((comment) => {
    const node = addComment(s._byId, comment);
    node.fresh ??= Date.parse(comment.createdAt) > (s.seen as number);
    if (top && !comment.parent && !s._roots.includes(node)) s._roots.push(node);
    return node;
  });
}

/** Loads the thread from its beginning, or on from where it ends. */
export async function load(s: Thread, onwards?: boolean): Promise<void> {
  if (s.loading) return;
  const before = onwards ? s._byId.size : 0;
  let after = onwards && s.next;
  s.loading = true;
  s.error = undefined;
  s._update();
  try {
    do {
      const answer = await read<Answer>(s, '/thread', {
        url: s.url,
        site: s.site,
        page_id: s.pageId,
        sort: s.sort,
        limit: s.limit && Math.max(10, Math.min(200, s.limit)),
        after,
      });
      if (!after) {
        s._roots = [];
        s._byId = new Map();
        s._replying = undefined;
      }
      Object.assign(s, answer);
      addComments(s, answer.comments, true);
      after = answer.next;
      s._update();
    } while (after && s._byId.size - before < s.limit);
    if (!onwards) {
      // For the marks at the next visit; the edge may have answered with what it had some seconds ago.
      remember(s.key, { ...recall<Memory>(s.key), seen: s.now() - 10_000 });
      s._emit('ready', s.page);
    }
    s._later?._restore(s);
  } catch (error) {
    if (s.signal.aborted) return;
    s.error = (error as ApiError).code ?? 'network';
    s._said = s.m.failed;
    s._emit('error', { code: s.error });
    // It can explain; without a network it cannot come.
    prepare(s);
  }
  s.loading = false;
  s._update();
}

/** Has a branch, or all but the branches, drawn again. */
export function changed(s: Thread, node?: Node): void {
  touch(node);
  s._update();
}

/** Brings what the reader needs to act; at most once. */
export async function prepare(s: Thread): Promise<Later | undefined> {
  if (!s._later) {
    try {
      s._later = await s._loadLater();
      s._later._restore(s);
    } catch {}
    s._laterFailed = !s._later;
  }
  changed(s, s._replying);
  return s._later;
}

export async function read<T>(s: Thread, path: string, query: Record<string, unknown>): Promise<T> {
  const { bookmark, until = 0 } = recall<Memory>(s.key) ?? {};
  const { signal } = s;
  return (await request<T>(s.api + path, { ...query, bookmark: until > s.now() && bookmark }, { signal }))[0];
}
