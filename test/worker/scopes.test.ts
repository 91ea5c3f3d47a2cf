/** Who may ask what of those endpoints that run a site: every one of them, by everybody there can be. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { ErrorCode, ProblemBody } from '../../worker/contract';
import { Scope } from '../../worker/contract-admin';
import { ENDPOINTS, type Endpoint } from '../../worker/endpoints';
import { as, ask, createToken, type Headers } from './admin';
import { ADMIN, bindings, call, createSite } from './api';
import { ARRANGEMENTS, type Ask, createPlace, type Place, pathOf, send, sendBy } from './arrangements';
import { createKey } from './key';
import { createPerson } from './person';

const TEAM: readonly string[] = ['comments:read', 'comments:moderate', 'stats:read', 'any'];
const ALL = [...Scope.options];
const guarded = ENDPOINTS.filter((endpoint) => endpoint.scope !== undefined);

/** Tokens for all sites, made once. */
const only = new Map<Scope, Headers>();
const allBut = new Map<Scope, Headers>();
let expired: Headers = {};
let revoked: Headers = {};
beforeAll(async () => {
  for (const scope of ALL) {
    only.set(scope, as((await createToken({ scopes: [scope] })).token));
    allBut.set(scope, as((await createToken({ scopes: without(scope) })).token));
  }
  const [old, bad] = [await createToken({ scopes: ALL }), await createToken({ scopes: ALL })];
  await bindings.DB.prepare('UPDATE tokens SET expires_at = 1 WHERE id = ?').bind(old.id).run();
  await ask('DELETE', `/admin/tokens/${bad.id}`);
  expired = as(old.token);
  revoked = as(bad.token);
});

/** Everything a request without the right to it must leave alone. */
async function dump(): Promise<string> {
  const tables = [
    'sites',
    'origins',
    'pages',
    'aliases',
    'comments',
    'decisions',
    'bans',
    'flags',
    'models',
    'feed_keys',
    'recipients',
    'subscriptions',
    'webhooks',
  ];
  const all = await bindings.DB.batch([
    ...tables.map((table) => bindings.DB.prepare(`SELECT * FROM ${table}`)),
    bindings.DB.prepare('SELECT id, scopes, expires_at, revoked_at FROM tokens'),
  ]);
  return JSON.stringify(all.map(({ results }) => results));
}

/** Code of a problem, or the status of an answer that is none. */
async function outcome(answer: Response): Promise<ErrorCode | number> {
  const text = await answer.text();
  return answer.ok ? answer.status : (JSON.parse(text) as ProblemBody).code;
}

type Try = [who: string, expected: ErrorCode | number, run: () => Promise<Response>];
async function compare(tries: Try[]): Promise<void> {
  const found: unknown[] = [];
  for (const [who, , run] of tries) found.push([who, await outcome(await run())]);
  expect(found).toEqual(tries.map(([who, expected]) => [who, expected]));
}

const suffices = ({ scope, also }: Endpoint, scopes: readonly string[]) =>
  scope === 'any' || (scopes.includes(scope!) && (also === undefined || scopes.includes(also)));
const without = (scope: Scope) => ALL.filter((other) => other !== scope);

/** Everybody who may not, and what they are told. */
async function listRefused(endpoint: Endpoint, place: Place, request: Ask): Promise<Try[]> {
  const told = ARRANGEMENTS[endpoint.id]!.elsewhere;
  const other = await createSite();
  const [guest, reader, neighbour] = [await createKey(), await createKey(), await createKey()];
  const person = await createPerson(reader, place.site);
  const moderator = await createPerson(neighbour, other.site, { role: 'moderator' });
  const stranger = as((await createToken({ scopes: ALL, site: other.site })).token);
  const root = bindings.ADMIN_TOKEN!;
  const by = (who: string, expected: ErrorCode, headers: Headers): Try => [
    who,
    expected,
    () => send(endpoint, request, headers),
  ];
  const nonsense = () =>
    call(`${pathOf(endpoint, request).split('?')[0]}?nonsense=1`, {
      method: endpoint.method.toUpperCase(),
      ...(endpoint.body && { body: '{', headers: { 'Content-Type': 'application/json' } }),
    });
  const neighbourTold = endpoint.scope && TEAM.includes(endpoint.scope) ? told : 'scope_missing';
  return [
    by('nobody', 'unauthorized', {}),
    ['nobody, with nonsense', 'unauthorized', nonsense],
    by('a token there is not', 'unauthorized', as(`aw_${'0'.repeat(26)}_${'x'.repeat(43)}`)),
    by('almost the root token', 'unauthorized', as(`${root}x`)),
    by('the root token by another scheme', 'unauthorized', { Authorization: `Basic ${btoa(root)}` }),
    by('an expired token', 'token_expired', expired),
    by('a revoked token', 'token_revoked', revoked),
    ['a guest’s key', 'unauthorized', () => sendBy(guest, undefined, endpoint, request)],
    ['somebody logged in', 'scope_missing', () => sendBy(reader, person.token, endpoint, request)],
    ...ALL.filter((one) => !suffices(endpoint, [one])).map((one) =>
      by(`a token for ${one}`, 'scope_missing', only.get(one)!),
    ),
    ...ALL.filter((one) => endpoint.scope === one || endpoint.also === one).map((one) =>
      by(`a token for all but ${one}`, 'scope_missing', allBut.get(one)!),
    ),
    ...(told === 'own' ? [] : [by('a token for another site', told, stranger)]),
    ...(neighbourTold === 'own'
      ? []
      : [
          [
            'a moderator of another site',
            neighbourTold,
            () => sendBy(neighbour, moderator.token, endpoint, request),
          ] as Try,
        ]),
  ];
}

/** Everybody who may, each with a place of their own, because once done most requests cannot be done again. */
async function listAllowed(endpoint: Endpoint): Promise<Try[]> {
  const by = async (who: string, run: (place: Place, request: Ask) => Promise<Response>): Promise<Try> => {
    const place = await createPlace();
    const request = await ARRANGEMENTS[endpoint.id]!.arrange(place);
    return [who, endpoint.status, () => run(place, request)];
  };
  const tries = [await by('the owner', (_, request) => send(endpoint, request, ADMIN))];
  for (const one of ALL)
    if (suffices(endpoint, [one]))
      tries.push(await by(`a token for ${one}`, (_, request) => send(endpoint, request, only.get(one)!)));
    else if (suffices(endpoint, without(one)))
      tries.push(await by(`a token for all but ${one}`, (_, request) => send(endpoint, request, allBut.get(one)!)));
  if (endpoint.id !== 'createSite' && !endpoint.wholeInstance)
    tries.push(
      await by('a token for this site', async ({ site }, request) =>
        send(endpoint, request, as((await createToken({ scopes: ALL, site })).token)),
      ),
    );
  if (suffices(endpoint, TEAM))
    tries.push(
      await by('a moderator', async ({ site }, request) => {
        const key = await createKey();
        const { token } = await createPerson(key, site, { role: 'moderator' });
        return sendBy(key, token, endpoint, request);
      }),
    );
  return tries;
}

it('every endpoint of those who run a site is tried here, and no other', () => {
  expect(Object.keys(ARRANGEMENTS).sort()).toEqual(guarded.map(({ id }) => id).sort());
  const unguarded = ENDPOINTS.filter(({ path, scope }) => path.startsWith('/admin/') !== (scope !== undefined));
  expect(unguarded).toEqual([]);
});

describe.each(guarded.map((endpoint) => [endpoint.id, endpoint] as const))('%s', (id, endpoint) => {
  it('is refused to everybody who may not, and nothing happens', async () => {
    const place = await createPlace();
    const request = await ARRANGEMENTS[id]!.arrange(place);
    const tries = await listRefused(endpoint, place, request);
    const before = await dump();
    await compare(tries);
    expect(await dump()).toBe(before);
  });

  it('is done for everybody who may', async () => compare(await listAllowed(endpoint)));

  it('threat 21: waits for a strong ADMIN_TOKEN, whoever asks', async () => {
    const request = await ARRANGEMENTS[id]!.arrange(await createPlace());
    const before = await dump();
    const tries = [undefined, '', 'admin', 'aaaaaaaabbbbbbbbaaaaaaaabbbbbbbbaaaa'].flatMap((ADMIN_TOKEN) =>
      [{}, ADMIN, as(ADMIN_TOKEN ?? ''), only.get('comments:read')!].map(
        (headers): Try => ['', 'setup_required', () => send(endpoint, request, headers, { ADMIN_TOKEN })],
      ),
    );
    await compare(tries);
    expect(await dump()).toBe(before);
  });
});

it('a token for another site decides about none of this site’s comments', async () => {
  const { comment } = await createPlace();
  const headers = as((await createToken({ scopes: ALL, site: (await createSite()).site })).token);
  const answer = await ask('POST', '/admin/decisions', { action: 'spam', ids: [comment] }, headers);
  expect(await answer.json()).toEqual({ batch: null, changed: [], skipped: 1, left: 0 });
  expect((await call(`/comments/${comment}`)).status).toBe(200);
});
