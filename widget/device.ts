/**
 * What the widget remembers on this device: small JSON values in the embedding page's own storage. Where storage is
 * blocked or full, a value lives as long as the page does.
 */
import type { Comment } from '../worker/contract';

const kept: Record<string, unknown> = {};

export function recall<T>(key: string): T | null | undefined {
  try {
    return JSON.parse(localStorage.getItem(`afterword:${key}`) as string);
  } catch {
    return kept[key] as T;
  }
}

/** `null` forgets. */
export function remember(key: string, value: unknown): void {
  kept[key] = value;
  try {
    localStorage.setItem(`afterword:${key}`, JSON.stringify(value));
  } catch {}
}

/** What is remembered of one page. */
export interface Memory {
  /** What was written before this, epoch ms, the reader has had on view. */
  seen?: number;
  /** Of the last write; reads carry it `until` then (epoch ms), to see at least that write. */
  bookmark?: string | null;
  until?: number;
  /** Unsent text by the id of the comment it answers, '' for the page itself. */
  drafts?: Record<string, string> | null;
  /** Own comments that wait for approval, as the server answered them. */
  mine?: Comment[] | null;
  /** How the reader voted, by the comment's id; what they took back is not in it. */
  voted?: Record<string, 1 | -1>;
  /** Their reaction to the page. */
  reacted?: string | null;
}
