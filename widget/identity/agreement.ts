/**
 * What writing (lazy/compose.tsx) and the module about who acts (lazy/identity.tsx) expect of each other. Types only.
 */
import type { ComponentChild } from 'preact';
import type { Comment, NewComment, Session } from '../../worker/contract';
import type { ApiError } from '../api';
import type { Thread } from '../store';
import type { Node } from '../tree';
import type { Draft } from '../writing/agreement';

/** Where a request belongs: a thread, or what is left of one. */
export interface Place {
  api: string;
  /** The page on this device, which remembers the bookmark of a write. */
  key?: string;
  sso?: string | null;
}

export interface Asking {
  query?: Record<string, string | null | undefined>;
  headers?: Record<string, string>;
  /** In whose name: a person by id, null a guest; whoever is logged in unless given. */
  as?: string | null;
}

/** Whom a new comment is by. */
export interface Writer {
  /** As the comment will show it. `verified` tells a person from a guest. */
  by: Comment['author'];
  /** What the comment takes along: what a guest says of themselves, and by what robots may be told. */
  said: Partial<NewComment>;
}

/** A login on this device, as it is kept: the server's answer, and where it counts. */
export interface Login extends Session {
  api: string;
  /** Whom the embedding page vouched for; absent for who logged in here. */
  sso?: string;
}

/** What the row about who writes is up to. */
export interface Row {
  /** In words, announced: what went wrong, what is going on. */
  note?: string;
  /** The way to log in that asks something first, and what draws what it asks. */
  way?: string | undefined;
  draw?: (() => ComponentChild) | undefined;
  /** Comments of before the login that the person may take along. */
  claimable?: number;
}

export interface Identity {
  /** Brings the texts in the thread's language, and what the site offers. @throws when they cannot come */
  meet(s: Thread): Promise<void>;
  /**
   * One request, with the key's proof where there are keys, and the session's token. What was refused for its age is asked
   * once more, and so is what a renewed session may do.
   * @param path below the API's base, without a query
   * @throws ApiError
   */
  ask<T>(place: Place, method: string, path: string, body?: unknown, asking?: Asking): Promise<T>;
  drawWho(s: Thread, draft: Draft): ComponentChild;
  /** @throws ApiError when nobody has said who writes */
  authorOf(s: Thread, form: HTMLFormElement): Promise<Writer>;
  /** A refusal that has to do with who writes, in words. */
  explain(s: Thread, error: ApiError): string | undefined;
  /** That the page's origin is not known, for its owner. */
  explainOrigin(s: Thread): ComponentChild;
  /** What is open below a comment; without one, above the conversation. */
  drawMore(s: Thread, n?: Node): ComponentChild;
  /** Does what a button with `data-a` says. @returns whether it was meant */
  act(s: Thread, button: HTMLButtonElement): boolean;
  /** Marks what this device knows of the comments that have come; before `meet` there are no texts. */
  restore(s: Thread): void;
  /** Ends a login that comes back by the address. @param hash `#afterword=` and a code, or `!` and an error's */
  follow(s: Thread, hash: string): void;
}
