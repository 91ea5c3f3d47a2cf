/**
 * Comments that other people wrote, for measuring the classifier: labelled ones, and good ones out of exports of other
 * systems. Read where they are, never part of the project. Readers of these files, not importers: what they do not
 * understand they leave out.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { ROOT } from '../../cli/root.ts';

const DATA = join(ROOT, '../shared/data');
/** Spam that its export does not mark as such: a file of nothing else, and praise for the sake of a link. */
const SPAM_FILES = ['native/isso-generic.json'];
const SPAM_TEXTS = [
  /have bookmarked it and also add your RSS feeds/,
  /^This is such a great resource.*data science course/s,
];

export interface Labelled {
  text: string;
  spam: boolean;
}
export interface Good {
  /** Where it is from: a folder of the data. */
  from: string;
  text: string;
}

export const hasData = (): boolean => existsSync(join(DATA, 'spam'));

/** Columns COMMENT_ID, AUTHOR, DATE, CONTENT, CLASS (RFC 4180). */
export function readLabelled(name: string): Labelled[] {
  const [head, ...rows] = parseCsv(readFileSync(join(DATA, 'spam', `${name}.csv`), 'utf8'));
  const [content, label] = [head!.indexOf('CONTENT'), head!.indexOf('CLASS')];
  return rows.map((row) => ({ text: row[content]!, spam: row[label] === '1' }));
}

/** By so many letters a text is known again: some exports are there in several versions. */
const KNOWN_LETTERS = 100;

/** Approved comments of exports and discussions, each once. */
export function readGood(): Good[] {
  const found = new Map<string, Good>();
  for (const from of ['wxr', 'disqus', 'native', 'threads'])
    for (const path of listFiles(from))
      for (const html of readExport(path)) {
        const text = toText(html);
        const key = text.replace(/[^\p{L}\p{N}]/gu, '').slice(0, KNOWN_LETTERS);
        if (key !== '' && !found.has(key) && !SPAM_TEXTS.some((spam) => spam.test(text)))
          found.set(key, { from, text });
      }
  return [...found.values()];
}

const listFiles = (folder: string): string[] =>
  readdirSync(join(DATA, folder))
    .map((name) => join(folder, name))
    .flatMap((path) => (statSync(join(DATA, path)).isDirectory() ? listFiles(path) : [path]))
    .filter((path) => !SPAM_FILES.includes(path));

/** @returns bodies as exported, mostly HTML */
function readExport(path: string): string[] {
  const bytes = readFileSync(join(DATA, path));
  const source = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  const name = path.replace(/\.gz$/, '');
  if (name.endsWith('.xml')) return name.startsWith('disqus') ? readDisqus(source) : readWxr(source);
  if (name.endsWith('.yml')) return [...source.matchAll(/^ {2}content: (.+)$/gm)].map(([, text]) => text!);
  return readJson(source);
}

const readWxr = (source: string): string[] =>
  [...source.matchAll(/<wp:comment>.*?<\/wp:comment>/gs)]
    .filter(([xml]) => fieldOf(xml, 'wp:comment_approved') === '1' && !/back$/.test(fieldOf(xml, 'wp:comment_type')))
    .map(([xml]) => fieldOf(xml, 'wp:comment_content'));

const readDisqus = (source: string): string[] =>
  [...source.matchAll(/<post .*?<\/post>/gs)]
    .filter(([xml]) => fieldOf(xml, 'isSpam') !== 'true' && fieldOf(xml, 'isDeleted') !== 'true')
    .map(([xml]) => fieldOf(xml, 'message'));

function fieldOf(xml: string, name: string): string {
  const value = new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(xml)?.[1]?.trim() ?? '';
  const cdata = /^<!\[CDATA\[(.*)\]\]>$/s.exec(value)?.[1];
  return cdata ?? decodeEntities(value);
}

/** Texts of comments anywhere in a JSON document, or in one a line. */
function readJson(source: string): string[] {
  const texts: string[] = [];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(visit);
    else if (node !== null && typeof node === 'object') {
      const { isApproved, isDeleted, deleted, state, isSpam, ...fields } = node as Record<string, unknown>;
      if (isApproved === false || isDeleted || deleted || isSpam || ['spam', 'pending'].includes(String(state))) return;
      for (const [key, value] of Object.entries(fields))
        if (typeof value !== 'string') visit(value);
        else if (['body', 'text', 'comment', 'content', 'markdown'].includes(key)) texts.push(value);
    }
  };
  try {
    visit(JSON.parse(source));
  } catch {
    for (const line of source.split('\n'))
      try {
        visit(JSON.parse(line));
      } catch {}
  }
  return texts;
}

/** Markdown of sorts: links stay, other markup goes. */
const toText = (html: string): string =>
  decodeEntities(
    html
      .replace(/<a\s[^>]*?href=["']([^"']*)["'][^>]*>(.*?)<\/a>/gis, (_, href: string, label: string) =>
        /^\s*(?:https?:|www\.)/i.test(label) ? href : `[${label}](${href})`,
      )
      .replace(/<\/p>|<br\s*\/?>/gi, '\n')
      .replace(/<[^>]*>/g, ''),
  ).trim();

const decodeEntities = (text: string): string =>
  text
    .replace(/&#(x?)([\da-f]{1,6});/gi, (_, hex: string, code: string) =>
      String.fromCodePoint(Number.parseInt(code, hex ? 16 : 10)),
    )
    .replace(
      /&(lt|gt|quot|apos|nbsp|amp);/g,
      (_, name: string) => ({ lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' })[name] ?? '&',
    );

function parseCsv(source: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of source.trimEnd().matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\r?\n|$)/g)) {
    if (quoted === undefined && plain === '' && end === '') break;
    rows.at(-1)!.push(quoted?.replaceAll('""', '"') ?? plain!);
    if (end?.endsWith('\n')) rows.push([]);
  }
  return rows;
}
