/**
 * What a reader of a format tells of a file, in the order of the file, without holding more than a piece of it: pages, comments,
 * and what could not be read. Everything in it is as foreign as the file; stage.ts makes it fit.
 */
import type { Format } from '../../worker/contract-transfer.ts';

export interface SourcePage {
  kind: 'page';
  /** What comments name it by; within the file. */
  ref: string;
  /** Its address as the file has it: absolute, or from the root of the site (`/post/1`). */
  url: string;
  title: string | null;
  locked?: boolean;
  /** Epoch ms. */
  createdAt: number | null;
}

export interface SourceAuthor {
  /** What the system calls them, forever: makes them one author whatever their name; null: nobody in particular. */
  id: string | null;
  name: string;
  email: string | null;
  url: string | null;
  /** `provider:subject`, when the file says how they logged in; or `remark42:provider_sha1`. */
  account?: string;
  badge?: 'author' | 'moderator';
}

export interface SourceComment {
  kind: 'comment';
  /** Within the file. */
  id: string;
  /** An Afterword id, when the file came from here: it is kept. */
  ownId?: string;
  /** SourcePage.ref; pages may come later, or never. */
  page: string;
  /** SourceComment.id; comments may come later, or never. null at top level. */
  parent: string | null;
  author: SourceAuthor;
  body: string;
  /** What `body` is written in; HTML becomes Markdown. */
  markup: 'html' | 'markdown' | 'text';
  status: 'approved' | 'pending' | 'spam' | 'trash' | 'deleted';
  type?: 'pingback' | 'trackback';
  /** Epoch ms; null or NaN: the file does not say. */
  createdAt: number | null;
  editedAt?: number | null;
  up?: number;
  down?: number;
  /** At top level: nobody may reply in its branch. */
  locked?: boolean;
}

/** Something that will not be imported, and why; for the plan. */
export interface SourceSkip {
  kind: 'skip';
  /** One of a few, so that they can be counted: `post without comments`, `comment without a page` … */
  reason: string;
  /** What it was about, for a person: an id, an address. */
  what: string;
}

export type SourceItem = SourcePage | SourceComment | SourceSkip;

/** A file opened: uncompressed, as often as it is asked for. */
export interface SourceFile {
  /** As the person named it. */
  path: string;
  /** Its first 64 kB, uncompressed. */
  head: Buffer;
  /** All of it, uncompressed, from the start. */
  open(): NodeJS.ReadableStream & AsyncIterable<Buffer>;
  /** Where it lies uncompressed, for readers that cannot stream; extracted to a temporary file if need be. */
  materialise(): Promise<string>;
}

export interface FormatReader {
  format: Format;
  /** Whether the file is one of these: by what is in it, never by its name. */
  recognise(file: Pick<SourceFile, 'head'>): boolean;
  /** @throws SourceError where the file cannot be read any further */
  read(file: SourceFile): AsyncIterable<SourceItem>;
}

/** A file that is broken, or refused. What came before it was read. */
export class SourceError extends Error {
  /** Where, when it is known: 1 is the first line; columns are counted from 1 as well. */
  readonly at: { line: number; column: number } | null;

  constructor(message: string, at: SourceError['at'] = null) {
    super(at ? `line ${at.line}, column ${at.column}: ${message}` : message);
    this.name = 'SourceError';
    this.at = at;
  }
}
