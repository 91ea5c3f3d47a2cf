/**
 * One page, one thread: turns the address a client names into the key that every variant of it shares. Owns what counts
 * as a variant; which names are tracking is data (tracking-params.ts), and which pages are one all the same is data too
 * (the alias table, looked up in store.ts before the key). Pure, and linear in the length of the address.
 */
import { LIMITS } from '../contract';
import { Problem } from '../problem';
import { TRACKING_NAMES, TRACKING_PREFIXES } from './tracking-params';

export type PageAddress = {
  /** The normal form, always written with https: what pages are found by. */
  key: string;
  /** The address as given, serialised, without userinfo and a fragment that is no route: what aliases may name. */
  exact: string;
  /** Where to link to: the address's own scheme and host, without tracking. */
  url: string;
  /** The key's host[:port]: what the site is found by. */
  host: string;
};

/** File names that a server answers for the folder itself. */
const INDEX_FILES: ReadonlySet<string> = new Set(['index.html', 'index.htm', 'index.php']);

/** Fragments that a client-side router starts from: the same page as no fragment at all. */
const EMPTY_ROUTES: ReadonlySet<string> = new Set(['#!', '#!/', '#/']);

/**
 * @param input an absolute http(s) address, as foreign as it comes; parsed as browsers do (WHATWG URL)
 * @throws Problem url_too_long, url_invalid, url_not_http
 */
export function normalisePage(input: string): PageAddress {
  refuseLong(input);
  const parsed = parseUrl(input);
  if (!parsed) throw new Problem('url_invalid', 'The page address is not an absolute URL.', { field: 'url' });
  if (!isHttp(parsed)) throw new Problem('url_not_http', 'The page address must be http or https.', { field: 'url' });
  const host = hostOf(parsed);
  if (!host) throw new Problem('url_invalid', 'The page address has no usable host.', { field: 'url' });

  parsed.username = '';
  parsed.password = '';
  const route = routeOf(parsed.hash);
  if (!route) parsed.hash = '';
  const exact = parsed.href;

  const kept = parsed.search
    .slice(1)
    .split('&')
    .filter((part) => !isTracking(nameOf(part)));
  const search = kept.join('&');
  parsed.search = search && `?${search}`; // the setter would take a `?` of the page's own for the separator
  const url = parsed.href;

  const key = `https://${host}${pathOf(parsed.pathname)}${queryOf(kept)}${route}`;
  // Encoding makes addresses longer. What leaves here is stored and may come in again, so the limit holds for it as well.
  refuseLong(key);
  refuseLong(url);
  return { key, exact, url, host };
}

/**
 * The host[:port] of an `Origin` header or of a site's origin as an owner writes it, in the form of `PageAddress.host`.
 * Undefined when it is anything else: opaque ('null'), another scheme, or an address that goes on behind the port.
 */
export function normaliseHost(origin: string): string | undefined {
  const parsed = parseUrl(origin);
  if (!parsed || !isHttp(parsed) || parsed.href !== `${parsed.origin}/`) return undefined;
  return hostOf(parsed);
}

function refuseLong(address: string): void {
  if (new TextEncoder().encode(address).length <= LIMITS.urlBytes) return;
  throw new Problem('url_too_long', `The page address is over ${LIMITS.urlBytes} bytes.`, { field: 'url' });
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function isHttp(url: URL): boolean {
  return url.protocol === 'https:' || url.protocol === 'http:';
}

/**
 * Host and port without what people leave out: the dot at the end, `www.`, a default port. Undefined for a host with an
 * empty label (`a..b`, `.`): no such name exists in DNS, and shortened it could turn into an IP address or into nothing.
 */
function hostOf(url: URL): string | undefined {
  let name = url.hostname.endsWith('.') ? url.hostname.slice(0, -1) : url.hostname;
  if (name.split('.').includes('')) return undefined;
  // `www.com` is a site of its own: a name keeps two labels.
  while (name.startsWith('www.') && name.includes('.', 'www.'.length)) name = name.slice('www.'.length);
  // Either default port with either scheme: the key does not tell the schemes apart.
  return url.port === '' || url.port === '80' || url.port === '443' ? name : `${name}:${url.port}`;
}

/** Path case is kept: most servers care. Dot segments, encoded ones too, are already resolved by the URL parser. */
function pathOf(pathname: string): string {
  const segments = normaliseEncoding(pathname)
    .split('/')
    .filter((segment) => segment !== '');
  while (INDEX_FILES.has(segments.at(-1) ?? '')) segments.pop();
  return `/${segments.join('/')}`;
}

/** Never through URLSearchParams, which would re-encode: a page may tell `a`, `a=`, `+` and `%20` apart. */
function queryOf(parts: string[]): string {
  const pairs = parts
    .filter((part) => part !== '')
    .map((part) => ({ name: nameOf(part), text: normaliseEncoding(part) }))
    // Stable: values under one name keep their order, which may mean something.
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return pairs.length === 0 ? '' : `?${pairs.map((pair) => pair.text).join('&')}`;
}

function nameOf(part: string): string {
  return normaliseEncoding(part.split('=', 1)[0] ?? '');
}

function isTracking(name: string): boolean {
  const lower = name.toLowerCase();
  return TRACKING_NAMES.has(lower) || TRACKING_PREFIXES.some((prefix) => lower.startsWith(prefix));
}

/** `#!…` and `#/…` are how client-side routers name pages; any other fragment is a place within one. */
function routeOf(hash: string): string {
  const isRoute = (hash.startsWith('#!') || hash.startsWith('#/')) && !EMPTY_ROUTES.has(hash);
  return isRoute ? normaliseEncoding(hash) : '';
}

/**
 * One spelling of percent-encoding (RFC 3986, 6.2.2.1 and 6.2.2.2): upper-case digits, unreserved characters bare, and
 * characters that the RFC allows nowhere encoded, because URL parsers differ about them. A stray `%` is left alone, and a
 * hexadecimal digit behind one stays encoded: bare, the two would read as a sequence that was not there.
 */
function normaliseEncoding(text: string): string {
  return text.replace(/%[0-9A-F]{2}|["<>[\\\]^`{|}]/gi, (match, offset: number) => {
    if (match.length === 1) return `%${match.charCodeAt(0).toString(16).toUpperCase()}`;
    const char = String.fromCharCode(Number.parseInt(match.slice(1), 16));
    if (!/[\w.~-]/.test(char)) return match.toUpperCase();
    const joinsStray = /[0-9A-F]/i.test(char) && /%[0-9A-F]?$/i.test(text.slice(Math.max(0, offset - 2), offset));
    return joinsStray ? match.toUpperCase() : char;
  });
}
