/**
 * What a Content Security Policy lets through, as browsers decide it (CSP Level 3, sections 2.2, 6.7 and 6.8). Knows requests of
 * scripts, connections and pictures, and Trusted Types; not inline scripts and styles, because nothing of ours is one. Pure.
 */

/** Lower-case name -> its values as written. */
export type Policy = Map<string, string[]>;

/** Serialised policies: several in one header are parted by commas, and every one of them must allow what is asked. */
export function parsePolicies(header: string): Policy[] {
  return header
    .split(',')
    .map(parsePolicy)
    .filter((policy) => policy.size > 0);
}

export function parsePolicy(text: string): Policy {
  const policy: Policy = new Map();
  for (const part of text.split(';')) {
    const [name, ...values] = part.split(/[\t\n\f\r ]+/).filter((token) => token !== '');
    // The first of one name counts.
    if (name !== undefined && !policy.has(name.toLowerCase())) policy.set(name.toLowerCase(), values);
  }
  return policy;
}

/** The directive that decides about a kind of request, and what stands in for it. */
const FALLBACKS = {
  'script-src-elem': ['script-src-elem', 'script-src', 'default-src'],
  'connect-src': ['connect-src', 'default-src'],
  'img-src': ['img-src', 'default-src'],
  'frame-src': ['frame-src', 'child-src', 'default-src'],
  'style-src-elem': ['style-src-elem', 'style-src', 'default-src'],
} as const;
export type Kind = keyof typeof FALLBACKS;

/** @returns name and values of what decides; undefined when the policy says nothing about it */
function decisive(policy: Policy, kind: Kind): { name: string; values: string[] } | undefined {
  const name = FALLBACKS[kind].find((candidate) => policy.has(candidate));
  return name && { name, values: policy.get(name)! };
}

export interface Asked {
  url: URL;
  /** Of the <script>. */
  nonce?: string;
  integrity?: string;
  /** It stands in the markup, or was loaded by one that does. */
  parserInserted?: boolean;
}

/** @param page address of the document, for 'self' */
export function allows(policy: Policy, kind: Kind, asked: Asked, page: URL): boolean {
  const found = decisive(policy, kind);
  if (!found) return true;
  const { values } = found;
  if (kind !== 'script-src-elem') return matchesAny(values, asked.url, page);
  if (asked.nonce && values.some((value) => readNonce(value) === asked.nonce)) return true;
  if (matchesIntegrity(values, asked.integrity)) return true;
  if (values.some((value) => value.toLowerCase() === "'strict-dynamic'")) return !asked.parserInserted;
  return matchesAny(values, asked.url, page);
}

const readNonce = (value: string): string | undefined => /^'nonce-([A-Za-z0-9+/_-]+={0,2})'$/i.exec(value)?.[1];

/** Section 6.7.1.1: every digest of the attribute must be in the list. */
function matchesIntegrity(values: string[], integrity: string | undefined): boolean {
  const plain = (digest: string) => digest.replace(/-/g, '+').replace(/_/g, '/');
  const listed = values.flatMap((value) => {
    const [, algorithm, digest] = /^'(sha256|sha384|sha512)-([A-Za-z0-9+/_-]+={0,2})'$/i.exec(value) ?? [];
    return algorithm && digest ? [`${algorithm.toLowerCase()} ${plain(digest)}`] : [];
  });
  const given = [...(integrity ?? '').matchAll(/(?:^|\s)(sha256|sha384|sha512)-([A-Za-z0-9+/_-]+={0,2})/gi)].map(
    ([, algorithm, digest]) => `${algorithm!.toLowerCase()} ${plain(digest!)}`,
  );
  return given.length > 0 && given.every((digest) => listed.includes(digest));
}

/** 'none' counts only where it stands alone, and matches nothing anyway. */
const matchesAny = (values: string[], url: URL, page: URL): boolean =>
  values.some((value) => matchesSource(value, url, page));

const DEFAULT_PORTS: Record<string, string> = { 'http:': '80', 'https:': '443', 'ws:': '80', 'wss:': '443' };
const portOf = (url: URL): string => url.port || (DEFAULT_PORTS[url.protocol] ?? '');

/** Section 6.7.2.8. */
function matchesSource(source: string, url: URL, page: URL): boolean {
  if (source === '*') return url.protocol in DEFAULT_PORTS || url.protocol === page.protocol;
  const scheme = /^([a-z][a-z0-9+.-]*):$/i.exec(source)?.[1];
  if (scheme) return matchesScheme(`${scheme.toLowerCase()}:`, url.protocol);
  if (source.toLowerCase() === "'self'") return matchesSelf(url, page);
  const host =
    /^(?:([a-z][a-z0-9+.-]*):\/\/)?(\*|(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?)(?::(\d+|\*))?(\/[^?#]*)?$/i.exec(
      source,
    );
  if (!host) return false;
  const [, scheme2, name, port, path] = host;
  if (!matchesScheme(scheme2 ? `${scheme2.toLowerCase()}:` : page.protocol, url.protocol)) return false;
  if (!matchesHost(name!.toLowerCase(), url.hostname)) return false;
  if (!matchesPort(port, scheme2 ? `${scheme2.toLowerCase()}:` : undefined, url)) return false;
  return matchesPath(path, url.pathname);
}

/** The safer one of a pair may come for the other. (That ws: also means http: is in the standard, but not in Chromium.) */
const matchesScheme = (wanted: string, real: string): boolean =>
  wanted === real || (wanted === 'http:' && real === 'https:') || (wanted === 'ws:' && real === 'wss:');

function matchesSelf(url: URL, page: URL): boolean {
  if (url.origin === page.origin) return true;
  if (url.hostname !== page.hostname) return false;
  const usual = portOf(url) === DEFAULT_PORTS[url.protocol] && portOf(page) === DEFAULT_PORTS[page.protocol];
  const samePort = portOf(url) === portOf(page) || usual;
  return samePort && ['https:', 'wss:'].includes(url.protocol) && ['http:', 'https:'].includes(page.protocol);
}

function matchesHost(pattern: string, host: string): boolean {
  if (pattern === '*') return true;
  if (pattern.startsWith('*.')) return host.endsWith(pattern.slice(1));
  return pattern === host;
}

function matchesPort(port: string | undefined, scheme: string | undefined, url: URL): boolean {
  if (port === '*') return true;
  const real = portOf(url);
  if (port === undefined) return real === DEFAULT_PORTS[url.protocol];
  if (port === real) return true;
  // Where http was written and https came, its port comes too.
  return port === '80' && real === '443' && (scheme === undefined || scheme === 'http:' || scheme === 'ws:');
}

function matchesPath(path: string | undefined, real: string): boolean {
  if (path === undefined || path === '/') return true;
  const decode = (piece: string) => {
    try {
      return decodeURIComponent(piece);
    } catch {
      return piece;
    }
  };
  const wanted = path.split('/').map(decode);
  const given = real.split('/').map(decode);
  if (path.endsWith('/')) wanted.pop();
  else if (wanted.length !== given.length) return false;
  return wanted.length <= given.length && wanted.every((piece, i) => piece === given[i]);
}

/** Whether `trustedTypes.createPolicy(name)` succeeds, or does not have to. */
export function allowsTrustedPolicy(policy: Policy, name: string): boolean {
  const names = policy.get('trusted-types');
  const isRequired = policy.get('require-trusted-types-for')?.some((value) => value.toLowerCase() === "'script'");
  return !isRequired || names === undefined || names.includes('*') || names.includes(name);
}

/**
 * The directive as it has to be for another source: `connect-src 'self' https://comments.example.com`. What only a stand-in
 * decides becomes a directive of its own.
 */
export function extend(policy: Policy, kind: Kind, source: string): string {
  const found = decisive(policy, kind);
  const own = kind.replace(/-elem$/, '');
  const name = !found || found.name === 'default-src' || found.name === 'child-src' ? own : found.name;
  const values = (found?.values ?? []).filter((value) => value.toLowerCase() !== "'none'");
  return [name, ...values, source].join(' ');
}
