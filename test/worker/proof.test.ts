/** Guests are keys: what a proof must be, and that none counts twice. */
import { beforeAll, describe, expect, it } from 'vitest';
import { call, createSite, draft, key as idempotencyKey, problem, setRow, thread } from './api';
import { createKey, type Key, type ProofOptions } from './key';
import { askWatched } from './watched';

let me: Key;
beforeAll(async () => {
  me = await createKey();
});

async function postWith(url: string, options: ProofOptions = {}, sent?: string) {
  const body = JSON.stringify(draft({ url }));
  const proof = await me.prove('POST', '/comments', { body, ...options });
  return sendProof(proof, sent ?? body);
}
const sendProof = (DPoP: string, body: string, headers: Record<string, string> = {}) =>
  call('/comments', {
    method: 'POST',
    body,
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': idempotencyKey(), DPoP, ...headers },
  });

describe('a proof', () => {
  it('makes everything one key writes the work of one author, and another key’s somebody else’s', async () => {
    const { url } = await createSite();
    const first = await me.post({ url });
    const second = await me.post({ url, author: { name: 'Another name' } });
    const other = await (await createKey()).post({ url });
    expect([first.author.id, second.author.id]).toEqual([me.handle, me.handle]);
    expect(other.author.id).not.toBe(me.handle);
    const { comments } = await thread({ url });
    expect(comments.map((c) => c.author.id)).toEqual([me.handle, me.handle, other.author.id]);
  });

  it('is not needed for posting: a page without https has no keys', async () => {
    const { url } = await createSite();
    const answer = await call('/comments', {
      method: 'POST',
      body: JSON.stringify(draft({ url })),
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': idempotencyKey() },
    });
    expect(((await answer.json()) as { author: { id: string | null } }).author.id).toBeNull();
  });

  it.each<[string, ProofOptions]>([
    ['another method', { claims: { htm: 'PUT' } }],
    ['another path', { claims: { htu: 'https://comments.test/api/v1/preview' } }],
    ['another host', { claims: { htu: 'https://evil.test/api/v1/comments' } }],
    ['no address', { claims: { htu: undefined } }],
    ['no id', { claims: { jti: undefined } }],
    ['a short id', { claims: { jti: 'x' } }],
    ['no time', { claims: { iat: undefined } }],
    ['a time that is no number', { claims: { iat: '1' } }],
    ['another body', { body: 'x' }],
    ['no digest', { claims: { digest: undefined } }],
    ['another type', { header: { typ: 'JWT' } }],
    ['no key', { header: { jwk: undefined } }],
  ])('with %s is refused', async (_, options) => {
    const { url } = await createSite();
    expect(await problem(postWith(url, options))).toEqual({ status: 401, code: 'proof_invalid', field: 'DPoP' });
  });

  it('with somebody else’s public key, a changed signature, or no signature at all is refused', async () => {
    const { url } = await createSite();
    const body = JSON.stringify(draft({ url }));
    const stranger = await createKey();
    const forged = await stranger.prove('POST', '/comments', { body, header: { jwk: me.jwk } });
    const good = await me.prove('POST', '/comments', { body });
    const [head, claims, signature] = good.split('.');
    const flipped = `${signature!.slice(0, 10)}${signature![10] === 'A' ? 'B' : 'A'}${signature!.slice(11)}`;
    const none = btoa(JSON.stringify({ typ: 'dpop+jwt', alg: 'none', jwk: me.jwk })).replace(/=+$/, '');
    for (const bad of [forged, `${head}.${claims}.${flipped}`, `${none}.${claims}.`, 'x', '', 'a'.repeat(5000)])
      expect((await problem(sendProof(bad, body))).code).toBe('proof_invalid');
  });

  it('that carries its private key, or a symmetric one, is refused', async () => {
    const { url } = await createSite();
    for (const jwk of [
      { ...me.jwk, d: me.jwk.x },
      { kty: 'oct', k: 'AAAA' },
    ])
      expect((await problem(postWith(url, { header: { jwk } }))).code).toBe('proof_invalid');
  });

  it('of another time is refused, and the answer tells the time', async () => {
    const { url } = await createSite();
    const now = Math.floor(Date.now() / 1000);
    for (const iat of [now - 200, now + 200, 0]) {
      const answer = await postWith(url, { claims: { iat } });
      expect(Math.abs(Date.parse(answer.headers.get('Date')!) / 1000 - now)).toBeLessThan(30);
      expect(answer.headers.get('Access-Control-Expose-Headers')).toContain('Date');
      expect((await problem(answer)).code).toBe('proof_expired');
    }
    expect((await postWith(url, { claims: { iat: now - 60 } })).status).toBe(201);
  });

  it('counts once: replayed it is refused, whatever it is sent with, and nothing is written', async () => {
    const { url, site } = await createSite();
    const body = JSON.stringify(draft({ url }));
    const proof = await me.prove('POST', '/comments', { body });
    expect((await sendProof(proof, body)).status).toBe(201);
    for (const headers of [{}, { 'Idempotency-Key': idempotencyKey() }] as Record<string, string>[])
      expect((await problem(sendProof(proof, body, headers))).code).toBe('proof_replayed');
    expect((await thread({ url })).page.count).toBe(1);
    expect(site).toBeTruthy();
  });

  it('sent many times at once counts once', async () => {
    const { url } = await createSite();
    const body = JSON.stringify(draft({ url }));
    const proof = await me.prove('POST', '/comments', { body });
    const answers = await Promise.all(Array.from({ length: 20 }, () => sendProof(proof, body)));
    const codes = await Promise.all(answers.map(async (a) => (a.status === 201 ? 201 : (await problem(a)).code)));
    expect(codes.filter((code) => code === 201)).toHaveLength(1);
    expect(new Set(codes)).toEqual(new Set([201, 'proof_replayed']));
    expect((await thread({ url })).page.count).toBe(1);
  });
});

describe('a post with a proof that loses a race', () => {
  it('is told what won, not that its own proof was used', async () => {
    const { url } = await createSite();
    const parent = await me.post({ url });
    const remove = () => setRow(parent.id, { status: 'deleted' });
    const headers = { 'Idempotency-Key': idempotencyKey() };
    const input = draft({ url, parent: parent.id });
    const { answer } = await askWatched(me, 'POST', '/comments', input, remove, headers);
    expect((await problem(answer)).code).toBe('parent_unavailable');
  });

  it('costs two round trips and 12 rows at most, with page, reply and all', async () => {
    const { url } = await createSite();
    const headers = () => ({ 'Idempotency-Key': idempotencyKey() });
    const first = await askWatched(me, 'POST', '/comments', draft({ url }), undefined, headers());
    const { id } = (await first.answer.json()) as { id: string };
    const reply = await askWatched(me, 'POST', '/comments', draft({ url, parent: id }), undefined, headers());
    expect([first.trips, reply.trips]).toEqual([2, 2]);
    expect(Math.max(first.written, reply.written)).toBeLessThanOrEqual(12);
  });
});
