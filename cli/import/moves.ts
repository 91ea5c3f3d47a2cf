/**
 * Where the owner says that pages have moved: `--base` for addresses without a host, `--moves` for single pages, `--map` for
 * everything below an address. Pure, but for reading the file.
 */
import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse';
import { Failure } from '../failure.ts';

export interface Moves {
  /** Origin, and path if there is one, that addresses without a host are below; null: not known. */
  base: string | null;
  /** The longest first. */
  prefixes: { old: string; now: string }[];
  /** By `addressOf`. */
  single: Map<string, string>;
}

/** @returns an address to ask for; null when it has no host and no base is known */
export function moveAddress(url: string, { base, prefixes, single }: Moves): string | null {
  const full = resolve(url, base);
  const known = [...new Set([url, full ?? url].flatMap((one) => [addressOf(one), pathOf(one)]))];
  const page = known.map((name) => single.get(name)).find((now) => now !== undefined);
  if (page !== undefined) return resolve(page, base);
  for (const { old, now } of prefixes) {
    for (const form of [bare(full ?? url), bare(full ?? url).replace(/^[^/?]*/, '')]) {
      const rest = form.slice(old.length);
      const isBelow = form.startsWith(old) && (rest === '' || old.endsWith('/') || /^[/?#]/.test(rest));
      if (isBelow) return resolve(now.endsWith('/') && rest.startsWith('/') ? now + rest.slice(1) : now + rest, base);
    }
  }
  return full;
}

function resolve(url: string, base: string | null): string | null {
  if (/^[a-z][a-z\d+.-]*:/i.test(url) && !/^[\w.-]+:\d+(\/|$)/.test(url)) return url;
  if (url.startsWith('//')) return `https:${url}`;
  if (base === null) return null;
  return URL.parse(url, base)?.href ?? url;
}

/** Without what the same page may be written with or without: scheme, www., a slash or fragment at the end. */
const addressOf = (url: string): string => bare(url).replace(/#.*$/, '').replace(/\/$/, '') || '/';
const bare = (url: string): string => url.replace(/^(?:https?:)?\/\/(?:www\.)?/i, '');
/** `/post/1` of any host. */
const pathOf = (url: string): string => addressOf(url).replace(/^[^/?]*/, '') || '/';

/** @param typed values of --map, `old=new` */
export function readMaps(typed: string[]): Moves['prefixes'] {
  return typed
    .map((text) => {
      const [, old, now] = /^(.+?)=(https?:\/\/.+|\/.*)$/.exec(text) ?? [];
      if (!old || !now) {
        throw new Failure(
          `--map ${text}: must be old=new, such as https://old.example/blog=https://blog.example/posts`,
          'usage',
        );
      }
      return { old: old.startsWith('/') ? old : bare(old), now };
    })
    .sort((a, b) => b.old.length - a.old.length);
}

/** A base as somebody types it: without a scheme it is https. */
export function readBase(typed: string): string {
  const url = URL.parse(/^https?:\/\//.test(typed) ? typed : `https://${typed}`);
  if (!url?.hostname || url.search || url.hash)
    throw new Failure(`--base ${typed}: must be an address such as https://blog.example`, 'usage');
  return url.href;
}

/** Of a CSV file: old and new address in a line; a first line that has no address is the header. An empty new one changes nothing. */
export async function readMoves(path: string): Promise<Moves['single']> {
  const moves = new Map<string, string>();
  const parser = parse({ bom: true, relax_column_count: true, skip_empty_lines: true, trim: true, info: true });
  createReadStream(path)
    .once('error', (error) => parser.destroy(error))
    .pipe(parser);
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      const [old = '', now = ''] = record;
      const isAddress = (text: string) => /^(https?:)?\/\/?[^\s]/i.test(text);
      if (!isAddress(old) && moves.size === 0 && info.lines === 1 && !isAddress(now)) continue;
      if (now === '') continue;
      if (!old || !isAddress(now)) throw new Failure(`${path}, line ${info.lines}: must be two addresses, old,new.`);
      moves.set(old.startsWith('/') && !old.startsWith('//') ? pathOf(old) : addressOf(old), now);
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(`${path}: ${(error as Error).message}`);
  }
  return moves;
}
