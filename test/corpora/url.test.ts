/**
 * The page normaliser against the URL standard's own test data and the whole registry of tracking parameters. What "the
 * same page" means is written here a second time, token by token, so that either side can convict the other.
 */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { normalisePage } from '../../worker/pages/normalise';
import { TRACKING_NAMES } from '../../worker/pages/tracking-params';
import { Problem } from '../../worker/problem';

const DATA = new URL('../../../shared/data/url/', import.meta.url);
const isHere = existsSync(DATA);
if (!isHere) console.warn('URL corpora skipped: ../shared/data/url is not here.');
const read = (name: string) => readFileSync(new URL(name, DATA), 'utf8');

type UrlCase = { input: string; base: string | null; failure?: boolean; href?: string };

/** Every input of the standard's tests: as it stands, as resolved there, and moved to http. */
function standardInputs(): string[] {
  const entries: unknown[] = JSON.parse(read('wpt-urltestdata.json'));
  const cases = entries.filter((entry): entry is UrlCase => typeof entry === 'object');
  const inputs = new Set<string>();
  for (const { input, base, href } of cases) {
    inputs.add(input);
    if (base !== null && URL.canParse(input, base)) inputs.add(new URL(input, base).href);
    if (!href) continue;
    inputs.add(href);
    // What the tests do to other schemes and to file names is as good a test of paths, queries and fragments.
    const rest = href.replace(/^[^:]*:\/*/, '');
    for (const host of ['http://example.com/', 'https://www.example.com/', 'http://']) inputs.add(host + rest);
  }
  return [...inputs];
}

/** Small edits: some change the page, some do not. Which, is for the two sides to agree on. */
function editsOf(input: string): string[] {
  if (!URL.canParse(input)) return [];
  const { host, pathname, search, hash } = new URL(input);
  const query = search || '?';
  return [
    `http://${host}${pathname}${search}${hash}`,
    `https://www.${host}${pathname}${search}`,
    `https://${host}.${pathname}${search}`,
    `https://${host}//${pathname}//${search}#top`,
    `https://${host}${pathname}/index.html${search}${hash}`,
    `https://${host}${pathname}/index.html/x${search}`,
    `https://${host}${pathname}.${search}`,
    `https://${host}${pathname.toUpperCase()}${search}`,
    `https://${host}${pathname}${query}&utm_source=x&&fbclid`,
    `https://${host}${pathname}${query}&utm=x`,
    `https://${host}${pathname}?a=1${search.replace('?', '&')}`,
    `https://${host}${pathname}?${search.slice(1).split('&').reverse().join('&')}`,
    `https://${host}${pathname}${search}#!/${hash}`,
    `https://${host}${pathname}${search}#/`,
    `https://${host}${pathname.replace(/[a-z]/, (c) => `%${c.charCodeAt(0).toString(16)}`)}${search}`,
    `https://${host}${pathname.replace('/', '/%2f')}${search}`,
    `https://${host}${pathname.replaceAll('%', '%25')}${search}`,
    `https://${host}:8080${pathname}${search}`,
  ];
}

/** A text as tokens: a bare character, or 'x' and the byte that an escape (or a character that needs one) stands for. */
function tokensOf(text: string): string[] {
  const bare = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~';
  const unfit = '"<>[\\]^`{|}';
  const hex = '0123456789abcdef';
  const digit = (char: string | undefined) => (char ? hex.indexOf(char.toLowerCase()) : -1);
  const tokens: string[] = [];
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? '';
    const high = digit(text[i + 1]);
    const low = digit(text[i + 2]);
    if (char === '%' && high >= 0 && low >= 0) {
      const byte = high * 16 + low;
      const meant = String.fromCharCode(byte);
      tokens.push(bare.includes(meant) ? meant : `x${byte}`);
      i += 2;
    } else if (char === '%') tokens.push('stray');
    else tokens.push(unfit.includes(char) ? `x${char.charCodeAt(0)}` : char);
  }
  return tokens;
}

/** Which page an address means, as text to compare; built from lists and maps, never from the normaliser's own steps. */
function pageMeant(input: string): string {
  const { hostname, port, pathname, search, hash } = new URL(input);
  const labels = hostname.split('.');
  if (labels.at(-1) === '') labels.pop();
  while (labels.length > 2 && labels[0] === 'www') labels.shift();

  const segments: string[][] = [];
  for (const segment of pathname.split('/')) if (segment) segments.push(tokensOf(segment));
  const indexes = ['index.html', 'index.htm', 'index.php'];
  while (indexes.includes(segments.at(-1)?.join('') ?? '')) segments.pop();

  const values = new Map<string, string[]>();
  for (const part of search.replace('?', '').split('&')) {
    const at = part.indexOf('=');
    const name = tokensOf(at < 0 ? part : part.slice(0, at));
    const plain = name.join('').toLowerCase();
    if (part === '' || plain.startsWith('utm_') || TRACKING_NAMES.has(plain)) continue;
    const value = at < 0 ? 'none' : JSON.stringify(tokensOf(part.slice(at + 1)));
    values.set(JSON.stringify(name), [...(values.get(JSON.stringify(name)) ?? []), value]);
  }
  const route = /^#[!/]/.test(hash) && !['#!', '#/', '#!/'].includes(hash) ? tokensOf(hash) : [];
  const query = [...values].sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([labels, ['', '80', '443'].includes(port) ? '' : port, segments, query, route]);
}

/** The key, or the code of the Problem; any other error fails the test that asks. */
function keyOrCode(input: string): { key?: string; code?: string } {
  try {
    return { key: normalisePage(input).key };
  } catch (error) {
    if (error instanceof Problem) return { code: error.code };
    throw new Error(`${JSON.stringify(input)} threw something else`, { cause: error });
  }
}

function groupBy(inputs: string[], groupOf: (input: string) => string): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const input of inputs) {
    const group = groupOf(input);
    groups.set(group, [...(groups.get(group) ?? []), input]);
  }
  return groups;
}

describe.skipIf(!isHere)('URL corpora', () => {
  const standard = isHere ? standardInputs() : [];
  const inputs = [...new Set([...standard, ...standard.flatMap(editsOf)])];
  const accepted = inputs.filter((input) => keyOrCode(input).key !== undefined);
  const keyOf = (input: string) => normalisePage(input).key;

  it('accepts or refuses every address of the URL standard, and refuses for the right reason', () => {
    expect(standard.length).toBeGreaterThan(1000);
    for (const input of standard) {
      const { code } = keyOrCode(input);
      const parsed = URL.canParse(input) ? new URL(input) : undefined;
      if (!parsed) expect([input, code]).toEqual([input, 'url_invalid']);
      else if (!/^https?:$/.test(parsed.protocol)) expect([input, code]).toEqual([input, 'url_not_http']);
      // Only a host with an empty label is refused beyond what the standard refuses.
      else expect([input, code]).toEqual([input, /^\.|\.\./.test(parsed.hostname) ? 'url_invalid' : undefined]);
    }
  });

  it('makes no two different pages one', () => {
    const byKey = groupBy(accepted, keyOf);
    expect([...byKey.values()].filter((group) => group.length > 1).length).toBeGreaterThan(300);
    for (const group of byKey.values()) {
      const meant = groupBy(group, pageMeant);
      expect(meant.size, group.join('\n')).toBe(1);
    }
  });

  it('makes no page two', () => {
    for (const group of groupBy(accepted, pageMeant).values()) {
      const keys = groupBy(group, keyOf);
      expect(keys.size, group.join('\n')).toBe(1);
    }
  });

  it('is idempotent over all of them', () => {
    expect(accepted.length).toBeGreaterThan(5000);
    for (const input of accepted) {
      const { key, url } = normalisePage(input);
      expect(keyOf(key), input).toBe(key);
      expect(keyOf(url), input).toBe(key);
    }
  });

  it('drops every tracking parameter of the registry but those a page may use itself', () => {
    const names = read('tracking-query-params-registry.csv')
      .split('\n')
      .slice(1)
      .map((line) => line.split(',')[0]?.trim() ?? '')
      .filter((name) => name !== '');
    expect(names.length).toBeGreaterThan(90);
    const stays = names.filter((name) => keyOf(`https://example.com/a?${name}=1&p=2`) !== 'https://example.com/a?p=2');
    expect(stays.sort()).toEqual(['campid', 'customid', 'rtid', 'si', 'toolid']);
  });
});
