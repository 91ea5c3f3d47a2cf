/**
 * The one way the worker asks addresses that somebody else chose: public https only, checked again at each redirect, with
 * caps on bytes and time. A name may still resolve to a private address: from here nothing can look, and Cloudflare's network
 * does not carry such a request. What the answers mean is for the callers.
 */
import ipaddr from 'ipaddr.js';
import { Problem } from './problem';

/**
 * Development and tests (PROVIDER_ORIGINS): who stands in for a public origin, `https://provider.example` →
 * `http://localhost:4100/provider`. Only addresses of this machine are honoured. An origin of this machine that stands for
 * itself may be asked as it is.
 */
export type Origins = Readonly<Record<string, string>>;

export interface OutsideInit {
  /** Bytes of the answer's body, decompressed; one that is longer counts as no answer, unless `cut`. */
  maxBytes: number;
  /** What is longer is not read further: for who asks whether, not what, is answered. */
  cut?: boolean;
  /** For all redirects and the body together. */
  timeoutMs: number;
  /** The Accept header. */
  accept?: string;
  method?: string;
  headers?: Headers | Record<string, string>;
  body?: string | URLSearchParams | ArrayBuffer | Uint8Array | ReadableStream | null;
  /** `follow` unless told: redirects are followed for GET and HEAD alone. */
  redirect?: string;
  signal?: AbortSignal | null;
}

const MAX_REDIRECTS = 3;
const REDIRECT_STATUS = new Set([301, 302, 303, 307, 308]);
/** An answer of these must be made without a body (Fetch standard, null body status). */
const NO_BODY_STATUS = new Set([204, 205, 304]);

/** Names of one's own machine and network: RFC 6761, RFC 6762 (with its appendix G), RFC 8375, and ICANN's `.internal`. */
const INSIDE_NAMES = /(^|\.)(localhost|local|localdomain|internal|intranet|private|corp|home|lan|home\.arpa)$/;

/**
 * @returns the answer, its body read to the end
 * @throws Problem outside_refused, outside_unreachable, setup_required when a stand-in is no address of this machine
 */
export async function fetchOutside(url: string | URL, init: OutsideInit, origins: Origins = {}): Promise<Response> {
  const { timeoutMs, accept, method = 'GET', body = null } = init;
  const headers = new Headers(init.headers);
  headers.delete('Cookie');
  if (accept !== undefined) headers.set('Accept', accept);
  if (!headers.has('User-Agent')) headers.set('User-Agent', 'Afterword');
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
  let address = parseOutside(String(url));
  for (let redirects = 0; ; redirects++) {
    const target = standIn(checkOutside(address, origins), origins);
    try {
      const answer = await fetch(target.href, {
        method,
        headers,
        body: body as BodyInit | null,
        redirect: 'manual',
        signal,
      });
      const location = REDIRECT_STATUS.has(answer.status) ? answer.headers.get('Location') : null;
      if (location === null || init.redirect === 'manual') return await readBody(answer, init, address.host);
      await answer.body?.cancel();
      if (redirects === MAX_REDIRECTS) throw unreachable(`${address.host} redirects too often.`);
      // What is sent with a POST was meant for one address.
      if (method !== 'GET' && method !== 'HEAD') throw unreachable(`${address.host} answered with a redirect.`);
      const next = parseOutside(location, address);
      if (next.origin !== address.origin) headers.delete('Authorization');
      address = next;
    } catch (cause) {
      if (cause instanceof Problem) throw cause;
      throw unreachable(`${address.host} did not answer${timeout.aborted ? ' in time' : ''}.`, cause);
    }
  }
}

/** What a fetch of this kind may cost when it asks for JSON. */
const JSON_CAPS = { maxBytes: 262_144, timeoutMs: 8_000 };

/** A `fetch` with these rules, for libraries that let one be put in. @returns as fetchOutside, and throws the same */
export function outsideFetch(origins: Origins) {
  return (url: string, init: Omit<OutsideInit, 'maxBytes' | 'timeoutMs' | 'cut'>): Promise<Response> =>
    fetchOutside(url, { ...init, ...JSON_CAPS }, origins);
}

/**
 * Where an address is answered: where it says, or at its stand-in.
 * @throws Problem setup_required
 */
export function standIn(address: URL, origins: Origins): URL {
  const base = origins[address.origin];
  if (base === undefined) return address;
  const target = URL.parse(base);
  if (!target || !isLoopback(target))
    throw new Problem('setup_required', 'PROVIDER_ORIGINS may name addresses of this machine only.');
  target.pathname = target.pathname.replace(/\/$/, '') + address.pathname;
  target.search = address.search;
  return target;
}

/** Whether an address is of the machine that asks. */
export function isLoopback({ protocol, hostname }: URL): boolean {
  if (protocol !== 'http:' && protocol !== 'https:') return false;
  const ip = parseIp(hostname);
  return ip ? ip.range() === 'loopback' : /(^|\.)localhost$/.test(hostname);
}

function parseOutside(url: string, base?: URL): URL {
  const address = URL.parse(url, base);
  if (address) return address;
  throw new Problem('outside_refused', 'This is not an address.');
}

/** @throws Problem outside_refused */
function checkOutside(address: URL, origins: Origins): URL {
  if (mayAsk(address, origins)) return address;
  throw refused(address);
}

/** Whether an address is public: what a setting names is told so before anybody asks there. */
export function mayAsk({ protocol, username, password, port, hostname, origin }: URL, origins: Origins): boolean {
  if (username || password) return false;
  if (origins[origin] === origin) return true;
  // The port is empty when it is the default: 443.
  return protocol === 'https:' && port === '' && isPublicHost(hostname);
}

/** @param hostname as a WHATWG URL has it: numbers of any notation have become plain IPv4 there */
function isPublicHost(hostname: string): boolean {
  const ip = parseIp(hostname);
  if (ip?.kind() === 'ipv4') return ip.range() === 'unicast';
  // ipaddr.js knows the exceptions; everything outside 2000::/3 is one as well (RFC 4291 section 2.4, IANA).
  if (ip) return ip.range() === 'unicast' && ip.toByteArray()[0]! >> 5 === 1;
  const name = hostname.endsWith('.') ? hostname.slice(0, -1) : hostname;
  const labels = name.split('.');
  return labels.length > 1 && !labels.includes('') && !INSIDE_NAMES.test(name);
}

function parseIp(hostname: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  const bare = hostname.replace(/^\[|\]$/g, '');
  return ipaddr.isValid(bare) ? ipaddr.parse(bare) : null;
}

/** Reads no further than the limit, whatever Content-Length says. */
async function readBody(
  answer: Response,
  { maxBytes, cut }: Pick<OutsideInit, 'maxBytes' | 'cut'>,
  host: string,
): Promise<Response> {
  const { status, statusText } = answer;
  const headers = new Headers(answer.headers);
  // They speak of the body as it travelled.
  headers.delete('Content-Encoding');
  headers.delete('Content-Length');
  const reader = answer.body?.getReader();
  if (!reader || NO_BODY_STATUS.has(status)) return new Response(null, { status, statusText, headers });
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const room = maxBytes - length;
    const fits = part.value.byteLength <= room;
    chunks.push(fits ? part.value : part.value.subarray(0, room));
    length += Math.min(part.value.byteLength, room);
    if (fits) continue;
    await reader.cancel();
    if (cut) break;
    throw unreachable(`${host} answered with more than ${maxBytes} bytes.`);
  }
  const body = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.byteLength;
  }
  return new Response(body, { status, statusText, headers });
}

const refused = ({ host }: URL) => new Problem('outside_refused', `${host || 'This'} is no public https address.`);
const unreachable = (detail: string, cause?: unknown) => new Problem('outside_unreachable', detail, { cause });
