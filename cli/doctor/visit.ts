/**
 * Asks an address as a browser does: redirects are followed and told, what comes is unpacked, with caps on bytes, time and
 * redirects. Where a page's own texts lead (a redirect, a tag) it never goes from the public network into a private one:
 * that is checked where the connection is made, so that a name cannot change in between.
 */

import { lookup } from 'node:dns';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { isAddress } from './address.ts';
import { isInsideAddress } from './inside.ts';

const MAX_REDIRECTS = 5;
const TIMEOUT_MS = 15_000;
const REDIRECT_STATUS = new Set([301, 302, 303, 307, 308]);

export interface VisitOptions {
  accept: string;
  headers?: Record<string, string>;
  maxBytes: number;
  timeoutMs?: number;
  /** A page of the public network led here: nothing inside may be asked. */
  publicOnly?: boolean;
  /** Told apart by tests only. */
  isInside?: (address: string) => boolean;
}

export interface Visit {
  /** Where it ended. */
  url: URL;
  /** Every address that was asked, the first and the last one too. */
  hops: URL[];
  status: number;
  headers: Headers;
  body: string;
  /** Bytes as they were, for digests. */
  bytes: Buffer;
  /** There was more than maxBytes. */
  cut: boolean;
  /** It came from the public network. */
  isPublic: boolean;
  /** When the answer began, by this machine's clock, epoch ms. */
  at: number;
}

export type Trouble = 'network' | 'certificate' | 'timeout' | 'inside' | 'redirects' | 'address';

/** Why there is no answer. */
export class VisitError extends Error {
  readonly trouble: Trouble;
  readonly hops: URL[];

  constructor(trouble: Trouble, message: string, hops: URL[]) {
    super(message);
    this.name = 'VisitError';
    this.trouble = trouble;
    this.hops = hops;
  }
}

/** @throws VisitError */
export async function visit(start: URL, options: VisitOptions): Promise<Visit> {
  const { isInside = isInsideAddress, timeoutMs = TIMEOUT_MS } = options;
  const signal = AbortSignal.timeout(timeoutMs);
  const hops = [start];
  let publicOnly = options.publicOnly ?? false;
  for (let url = start; ; ) {
    if (!isAddress(url)) throw new VisitError('address', `${url.href} is no web address`, hops);
    try {
      const answer = await ask(url, options, publicOnly ? isInside : null, signal);
      const at = Date.now();
      const isPublic = publicOnly || !isInside(answer.socket.remoteAddress ?? '');
      const location = REDIRECT_STATUS.has(answer.statusCode ?? 0) ? answer.headers.location : undefined;
      if (location !== undefined) {
        answer.destroy();
        const next = URL.parse(location, url.href);
        if (!next) throw new VisitError('address', `${url.host} redirects to something that is no address`, hops);
        if (hops.length > MAX_REDIRECTS)
          throw new VisitError('redirects', `more than ${MAX_REDIRECTS} redirects`, hops);
        next.hash ||= url.hash;
        hops.push(next);
        publicOnly = isPublic;
        url = next;
        continue;
      }
      const { bytes, cut } = await readAll(answer, options.maxBytes, signal);
      const headers = readHeaders(answer);
      const body = decode(bytes, headers.get('Content-Type'));
      return { url, hops, status: answer.statusCode ?? 0, headers, body, bytes, cut, isPublic, at };
    } catch (cause) {
      if (cause instanceof VisitError) throw cause;
      throw explain(cause, url, hops, signal.aborted ? timeoutMs : undefined);
    }
  }
}

class InsideError extends Error {}

function ask(
  url: URL,
  { accept, headers }: VisitOptions,
  refuse: ((address: string) => boolean) | null,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  return new Promise((done, fail) => {
    // A name is looked up when the connection is made; an address that is no name never is.
    if (refuse && isIP(literal) && refuse(literal)) throw new InsideError();
    const guarded: LookupFunction = (host, how, tell) =>
      lookup(host, { ...how, all: true }, (error, found) => {
        if (!error && refuse && found.some(({ address }) => refuse(address))) return tell(new InsideError(), []);
        if (error || how.all) return tell(error, found ?? []);
        tell(null, found[0]!.address, found[0]!.family);
      });
    const request = url.protocol === 'https:' ? requestHttps : requestHttp;
    request(url, {
      headers: {
        Accept: accept,
        'Accept-Encoding': 'gzip, deflate, br',
        'Accept-Language': 'en',
        'User-Agent': 'Mozilla/5.0 (compatible; Afterword doctor)',
        ...headers,
      },
      agent: false,
      lookup: guarded,
      signal,
    })
      .on('response', done)
      .on('error', fail)
      .end();
  });
}

function readHeaders({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  for (let i = 0; i < rawHeaders.length; i += 2) {
    try {
      headers.append(rawHeaders[i]!, rawHeaders[i + 1]!);
    } catch {
      // No browser takes such a header for one either.
    }
  }
  return headers;
}

/** Reads no further than the limit, counted behind decompression. */
async function readAll(answer: IncomingMessage, maxBytes: number, signal: AbortSignal) {
  const chunks: Buffer[] = [];
  let length = 0;
  let cut = false;
  const stream = unpack(answer);
  const stop = () => stream.destroy(new Error('timeout'));
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      const room = maxBytes - length;
      chunks.push(chunk.subarray(0, room));
      length += Math.min(chunk.length, room);
      cut = chunk.length > room;
      if (cut) break;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    answer.destroy();
  }
  return { bytes: Buffer.concat(chunks), cut };
}

function unpack(answer: IncomingMessage): Readable {
  const encoding = answer.headers['content-encoding']?.trim().toLowerCase();
  const unpacker =
    encoding === 'gzip' || encoding === 'x-gzip'
      ? createGunzip()
      : encoding === 'br'
        ? createBrotliDecompress()
        : encoding === 'deflate'
          ? createInflate()
          : undefined;
  if (!unpacker) return answer;
  answer.on('error', (error) => unpacker.destroy(error));
  return answer.pipe(unpacker);
}

function decode(bytes: Buffer, type: string | null): string {
  const charset = /charset\s*=\s*"?([\w-]+)/i.exec(type ?? '')?.[1];
  try {
    return new TextDecoder(charset ?? 'utf-8').decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}

/** As OpenSSL and Node name what is wrong with a certificate. */
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_(?:GET_ISSUER|VERIFY)|ERR_TLS_/;
const SAID: Record<string, string> = {
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'its name cannot be resolved now',
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'the connection was cut',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  EPROTO: 'it does not speak https',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself alone',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by nobody known',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate comes without those in between',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
};

function explain(cause: unknown, url: URL, hops: URL[], timedOutMs: number | undefined): VisitError {
  if (cause instanceof InsideError) return new VisitError('inside', `${url.host} is inside a private network`, hops);
  if (timedOutMs !== undefined) return new VisitError('timeout', `no answer within ${timedOutMs / 1000} seconds`, hops);
  // Of several addresses, what went wrong with the first.
  const error = (cause instanceof AggregateError ? cause.errors[0] : cause) as NodeJS.ErrnoException;
  const code = error?.code ?? '';
  const said = SAID[code] ?? (error?.message || code || 'it failed');
  return new VisitError(CERTIFICATE.test(code) ? 'certificate' : 'network', said, hops);
}
