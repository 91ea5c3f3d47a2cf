/**
 * Pictures of people: served from here, whoever they came from, and asked for at Gravatar when a site wants that. A
 * reader's browser asks no other host, and Gravatar learns of an address only when somebody writes under it. Fetching
 * and checking is picture.ts.
 */
import * as v from 'valibot';
import { Id } from '../contract';
import type { Settings } from '../contract-settings';
import { type CommentRow, Db } from '../db';
import { getConfig, readOrigins } from '../env';
import { Problem } from '../problem';
import { type AppContext, openDb, ownOrigin } from '../request';
import { hangAvatar, selectAvatar, selectFetched, upsertAvatar, upsertNoPicture } from './avatars-store';
import { fetchPicture, gravatarUrl, type PictureType } from './picture';

const SERVED_TTL_S = 86_400;
/** Gravatar is asked again when somebody writes after this long. */
const GRAVATAR_TTL_MS = 86_400_000;
const ID_CHARS = 26;
const SERVED: ReadonlySet<string> = new Set<PictureType>(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);
/** As for every answer, and opened by itself the picture is a document without an origin. */
const SEALED = "default-src 'none'; frame-ancestors 'none'; sandbox";

/** `GET /avatars/{id}` @throws Problem not_found */
export async function readAvatar(c: AppContext): Promise<Response> {
  const id = v.safeParse(Id, c.req.param('id'));
  if (!id.success) throw new Problem('not_found');
  const address = ownOrigin(c) + c.req.path;
  const kept = await caches.default.match(address);
  if (kept) return new Response(kept.body, { headers: kept.headers });
  const [row] = await openDb(c).all(selectAvatar(id.output));
  if (!row || !SERVED.has(row.type)) throw new Problem('not_found');
  const answer = new Response(new Uint8Array(row.bytes), {
    headers: {
      'Content-Type': row.type,
      'Cache-Control': `public, max-age=${SERVED_TTL_S}`,
      'Content-Security-Policy': SEALED,
      // For pages that embed only what agrees to it (Cross-Origin-Embedder-Policy).
      'Cross-Origin-Resource-Policy': 'cross-origin',
    },
  });
  c.executionCtx.waitUntil(caches.default.put(address, answer.clone()));
  return answer;
}

type Guest = Pick<CommentRow, 'id' | 'author_id' | 'author_email'>;

/** Looks for the picture of a guest who has just written, behind the answer: the comment does not wait for it. */
export function addGravatar(c: AppContext, settings: Settings, siteId: string, { id, ...author }: Guest): void {
  // Without a key nobody could ever ask for it to be deleted.
  if (!settings.gravatar || author.author_email === null || author.author_id === null) return;
  const adding = hangGravatar(c, siteId, id, author.author_id, author.author_email);
  c.executionCtx.waitUntil(adding.catch((error: unknown) => console.error(error)));
}

async function hangGravatar(c: AppContext, siteId: string, commentId: string, owner: string, email: string) {
  const now = Date.now();
  const id = await nameGravatar(getConfig(c.env).authSecret, siteId, owner, email);
  const db = new Db(c.env.DB, 'first-primary');
  const [kept] = await db.all(selectFetched(id));
  if (kept && now - kept.fetched_at < GRAVATAR_TTL_MS) {
    await db.batch(...hangAvatar(commentId, id, owner));
    return;
  }
  const picture = await fetchPicture(await gravatarUrl(email), readOrigins(c.env));
  await db.batch(
    picture ? upsertAvatar({ ...picture, id, owner, fetchedAt: now }) : upsertNoPicture(id, owner, now),
    ...hangAvatar(commentId, id, owner),
  );
}

/**
 * A name that says nothing without AUTH_SECRET. The owner is in it: were it the same for whoever gives an address, a
 * guess at somebody's address could be tried by giving it.
 */
async function nameGravatar(authSecret: string, siteId: string, owner: string, email: string): Promise<string> {
  const encoder = new TextEncoder();
  const secret = encoder.encode(`gravatar:${authSecret}`);
  const key = await crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const text = JSON.stringify([siteId, owner, email.trim().toLowerCase()]);
  const mac = new Uint8Array(await crypto.subtle.sign('HMAC', key, encoder.encode(text)));
  return [...mac.subarray(0, ID_CHARS / 2)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
