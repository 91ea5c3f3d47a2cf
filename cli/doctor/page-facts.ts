/** All that is known of a page before it is judged: what examine-page.ts collects and the checks read, and what plainly follows. */
import { isThisMachine } from './inside.ts';
import type { Markup, Page } from './read-page.ts';
import type { Visit } from './visit.ts';

/** A script tag that loads embed.js, or was meant to. */
export interface Tag extends Markup {
  /** Absolute. */
  src: URL;
  get(name: string): string | null;
  /** What its address answers; a text says why nothing. */
  answer: Visit | string;
  /** The tag of a public page leads into a private network; nothing was asked there, unless it is the owner's instance. */
  isInside: boolean;
  /** What it answers is our embed.js. */
  isOurs: boolean;
}

/** What the API says to a page of this origin. */
export type ThreadAnswer =
  | { kind: 'thread'; cors: string | null; hops: number }
  | { kind: 'problem'; code: string; detail: string; status: number; cors: string | null; hops: number }
  | { kind: 'silent'; why: string; isInside: boolean };

/** One conversation on the page. */
export interface Thread {
  /** For people: `the tag`, or `<afterword-thread> 2`. */
  where: string;
  /** An attribute of it, whichever way it is written there. */
  get(name: string): string | null;
  /** Base address of its API; undefined when it is none. */
  api: URL | undefined;
  /** The page's address as the widget finds it; undefined when it is none. */
  url: URL | undefined;
  /** Where that is from. */
  from: 'url' | 'canonical' | 'address';
  answer: ThreadAnswer | undefined;
  /** Asked again where the page was refused: with the address bar's address and no site, and with its own and no site. */
  plain?: ThreadAnswer;
  siteless?: ThreadAnswer;
}

export interface PageFacts {
  visit: Visit;
  url: URL;
  page: Page;
  tags: Tag[];
  /** Tags of count.js that belong to an instance. */
  counters: Tag[];
  threads: Thread[];
  /** The instance that doctor was told to look at; undefined: whichever the page names. */
  server: string | undefined;
  /** Its sites, where the token may know them. */
  sites: SiteLike[] | undefined;
  /** Other addresses of this page under which it would have another conversation. */
  variants: URL[];
}

export interface SiteLike {
  id: string;
  origins: string[];
  settings: { turnstile: string | null };
}

/** One that does not say what it is may be. */
export const saysHtml = ({ headers }: Visit): boolean =>
  /^\s*(?:$|text\/html\b|application\/xhtml\+xml\b)/i.test(headers.get('Content-Type') ?? '');

/** Whether it is worth while to look for a tag. */
export const isPage = (visit: Visit): boolean => visit.status < 400 && saysHtml(visit);

/** Whether browsers refuse the address because the page is https and it is not (Mixed Content, section 4.4). */
export const isMixed = (address: URL, page: URL): boolean =>
  page.protocol === 'https:' && address.protocol === 'http:' && !isThisMachine(address.hostname);
