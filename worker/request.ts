/** What the middleware in app.ts learns about a request and every room may ask: the typed Hono context. */
import type { D1SessionBookmark, D1SessionConstraint } from '@cloudflare/workers-types';
import type { Context } from 'hono';
import ipaddr from 'ipaddr.js';
import type * as v from 'valibot';
import { Db } from './db';
import { type Bindings, getConfig } from './env';
import { checkDigest } from './identity/proof';
import type { Viewer } from './identity/viewer';
import { normaliseHost } from './pages/normalise';
import { parseBody } from './parse';
import { Problem } from './problem';

export interface AppEnv {
  Bindings: Bindings;
  Variables: { viewer: Viewer; db: Db };
}
export type AppContext = Context<AppEnv>;

/** A D1 session for this request. @param start a bookmark, or where reading may begin */
export function openDb(c: AppContext, start: D1SessionBookmark | D1SessionConstraint = 'first-unconstrained'): Db {
  const db = new Db(c.env.DB, start);
  c.set('db', db);
  return db;
}

/**
 * The request's body, which a proof must have been made for, when there is one.
 * @throws Problem as parseBody, and proof_invalid
 */
export async function readBody<T extends v.GenericSchema>(
  c: AppContext,
  schema: T,
  maxBytes?: number,
): Promise<{ value: v.InferOutput<T>; text: string }> {
  const body = await parseBody(schema, c.req.raw, maxBytes);
  const { identity } = c.get('viewer');
  if (identity) await checkDigest(identity.proof, body.text);
  return body;
}

/** Where this API answers, no slash at the end. */
export const ownOrigin = (c: AppContext): string => new URL(c.req.url).origin;

/** Tells a write's client how far the database has got, so that its next read sees at least this. */
export function sendBookmark(c: AppContext, db: Db): void {
  if (db.bookmark !== undefined) c.header('Afterword-Bookmark', db.bookmark);
}

/** Host of the browser's Origin when it is another than `host`, else null (also for clients that are no browsers). */
export function foreignOrigin(c: AppContext, host: string | null): string | null {
  const origin = c.req.header('Origin');
  if (origin === undefined) return null;
  const asking = normaliseHost(origin) ?? origin;
  return asking === host ? null : asking;
}

/**
 * @param originHost what `foreignOrigin` said
 * @param originSite the site that lists it, or null
 * @throws Problem origin_not_allowed
 */
export function checkOrigin(originHost: string | null, originSite: string | null, siteId: string): void {
  if (originHost !== null && originSite !== siteId) throw refuseOrigin(originHost);
}

export function refuseOrigin(host: string): Problem {
  return new Problem(
    'origin_not_allowed',
    `${host} belongs to no site here. Its owner can add it: npm run site -- add SITE https://${host}`,
  );
}

/** Who a client is to moderation: tells clients and their networks apart, and says nothing without AUTH_SECRET. */
export interface ClientHashes {
  /** Keyed hash of the address. */
  ipHash: string;
  /** Keyed hash of its network: /24, of IPv6 /48. */
  netHash: string;
}

export async function hashClient(c: AppContext): Promise<ClientHashes> {
  const encoder = new TextEncoder();
  const secret = encoder.encode(`ip:${getConfig(c.env).authSecret}`);
  const key = await crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const hash = async (text: string) => {
    const mac = await crypto.subtle.sign('HMAC', key, encoder.encode(text));
    return [...new Uint8Array(mac).subarray(0, 16)].map((b) => b.toString(16).padStart(2, '0')).join('');
  };
  const address = clientAddress(c);
  const [ipHash, netHash] = await Promise.all([hash(address), hash(networkOf(address))]);
  return { ipHash, netHash };
}

function networkOf(address: string): string {
  if (ipaddr.IPv4.isValid(address)) return `${ipaddr.IPv4.networkAddressFromCIDR(`${address}/24`)}/24`;
  if (ipaddr.IPv6.isValid(address)) return `${ipaddr.IPv6.networkAddressFromCIDR(`${address}/48`)}/48`;
  return `${address}/`;
}

/** The one header Cloudflare itself sets; whatever else a client claims is not believed. */
export const clientAddress = (c: AppContext): string => c.req.header('CF-Connecting-IP') ?? 'unknown';

/** Whom a rate limit counts: an address, of IPv6 the network, because whoever has one address there has 2^64 of them. */
export function clientNetwork(c: AppContext): string {
  const address = clientAddress(c);
  return ipaddr.IPv6.isValid(address) ? ipaddr.IPv6.networkAddressFromCIDR(`${address}/64`).toString() : address;
}
