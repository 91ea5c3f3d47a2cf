/**
 * The data centre's cache in front of public reads: a busy page costs D1 one read per TTL_S and data centre, whether its
 * readers ask conditionally or not. Reads that carry a bookmark or a token pass it by, so that a writer sees their own
 * comment at once. (The Cache API works on custom domains and locally; on workers.dev every read goes to D1.)
 */
export const TTL_S = 5;

/** Browsers ask again each time (one conditional request); shared caches may keep the answer for TTL_S. */
export const CACHE_CONTROL = `public, max-age=0, s-maxage=${TTL_S}`;

/**
 * @param variant what else the answer depends on: the origin that asked
 * @param answer makes the answer; it is kept when it is a 200 or a 304
 */
export async function cachedRead(
  request: Request,
  variant: string,
  context: { waitUntil(promise: Promise<unknown>): void },
  answer: () => Promise<Response>,
): Promise<Response> {
  const key = new URL(request.url);
  key.searchParams.sort();
  key.searchParams.set('~', variant);
  const whole = key.href;
  const kept = await caches.default.match(whole);
  if (kept) return revalidate(request, kept);
  const tag = request.headers.get('If-None-Match');
  if (tag !== null) key.searchParams.set('~tag', tag);
  const unchanged = key.href;
  if (tag !== null && (await caches.default.match(unchanged)))
    return new Response(null, { status: 304, headers: { ETag: tag, 'Cache-Control': CACHE_CONTROL } });
  const fresh = await answer();
  // A 304 may not be put into the cache: a stand-in is, under the tag it confirms.
  if (fresh.status === 200) context.waitUntil(caches.default.put(whole, fresh.clone()));
  if (fresh.status === 304)
    context.waitUntil(caches.default.put(unchanged, new Response('', { headers: { 'Cache-Control': CACHE_CONTROL } })));
  return fresh;
}

/** 304 when the client already has what the cache holds. */
function revalidate(request: Request, kept: Response): Response {
  const headers = new Headers({ 'Cache-Control': CACHE_CONTROL });
  for (const name of ['Content-Type', 'ETag', 'Last-Modified']) {
    const value = kept.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  if (matchesETag(request, headers.get('ETag') ?? '')) return new Response(null, { status: 304, headers });
  return new Response(kept.body, { headers });
}

/** Weak comparison, RFC 9110 section 13.1.2. */
export function matchesETag(request: Request, etag: string): boolean {
  const wanted = request.headers.get('If-None-Match');
  const bare = (tag: string) => tag.trim().replace(/^W\//, '');
  return wanted?.split(',').some((tag) => bare(tag) === bare(etag) || tag.trim() === '*') ?? false;
}
