/**
 * Every endpoint, asked what its description allows, what it does not, and worse, by everybody there can be: no answer is a
 * failure of ours, and every answer is one that the description tells of.
 */
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { ProblemBody } from '../../worker/contract';
import { Scope } from '../../worker/contract-admin';
import { answers, ENDPOINTS } from '../../worker/endpoints';
import { getConfig } from '../../worker/env';
import { signLink } from '../../worker/notify/links';
import { linkToDecide } from '../../worker/notify/moderators/addresses';
import { describeApi } from '../../worker/openapi';
import { as, ask, createToken, type Headers } from './admin';
import { ADMIN, bindings, call, key as freshKey, post, setRow } from './api';
import type { JsonSchema, Vocabulary } from './arbitrary';
import { createPlace, otherPage } from './arrangements';
import { createImport, createRestore } from './importing';
import { createKey, type Key } from './key';
import { addModerator } from './mailing';
import { createPerson } from './person';
import { arbitraryRequest, type Operation, type Sent } from './requests';
import { insertDelivery, insertWebhook } from './webhooks';

/** Of each endpoint. Another seed is another test: what one found is kept by its number. */
const RUNS = 80;
const SEED = 20_260_131;

const api = describeApi('https://comments.test') as {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, JsonSchema> };
};
const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), ...operation })),
);
type Described = (typeof operations)[number];

interface World {
  words: Vocabulary;
  token: Headers;
  guest: Key;
  moderator: Key & { token: string };
}

const readerToken = (path: string, recipient: string): Promise<string> =>
  path.includes('/confirm/')
    ? signLink(getConfig(bindings), 'confirm', recipient, Date.now().toString(36))
    : signLink(getConfig(bindings), 'preferences', recipient);

/** A site with something on it, of which requests may speak. */
async function createWorld({ path }: Described): Promise<World> {
  const place = await createPlace();
  const [guest, neighbour] = [await createKey(), await createKey()];
  const { token, sessionId } = await createPerson(neighbour, place.site, { role: 'moderator' });
  const own = await guest.post({ url: place.url, parent: place.comment });
  const held = await post({ url: place.url }, { 'CF-Connecting-IP': '203.0.113.9' });
  await setRow(held.id, { status: 'pending', shown: 0 });
  const decided = await ask('POST', '/admin/decisions', { action: 'spam', ids: [held.id] });
  const { batch } = (await decided.json()) as { batch: string };
  const banned = await ask('POST', '/admin/bans', { site: place.site, kind: 'domain', value: 'spam.example' });
  const { id: ban } = (await banned.json()) as { id: string };
  const { id: backup } = (await (await ask('POST', '/admin/backups')).json()) as { id: string };
  const digest = 'a'.repeat(64);
  const feedKey = (await (await ask('POST', '/admin/feed-keys', { name: 'x', site: place.site })).json()) as {
    id: string;
    atom: string;
  };
  const begun = await createImport(place.site, { digest });
  const moderates = await addModerator(place.site);
  const decideToken = (await linkToDecide(bindings, moderates.id, own.id, Date.now())).split('/').at(-1)!;
  const comments = [place.comment, own.id, held.id];
  const pages = [place.page, await otherPage(place)];
  const delivery = await insertDelivery(place.site);
  const ids: [RegExp, string[]][] = [
    [/\/comments\//, comments],
    [/\/pages\//, pages],
    [/\/log\//, [batch]],
    [/\/bans\//, [ban]],
    [/\/feed-keys\//, [feedKey.id]],
    [/\/webhooks\//, [await insertWebhook({ site_id: place.site, url: 'https://127.0.0.1/' })]],
    [/\/tokens\//, [(await createToken({ site: place.site })).id]],
    [/\/sessions\//, [sessionId]],
    [/\/imports\//, [begun.id, await createRestore()]],
    [/\/recipients\//, [moderates.id]],
  ];
  const urls = [place.url, `${place.url}/other?utm_source=x`];
  const known = {
    id: ids.find(([kind]) => kind.test(path))?.[1] ?? comments,
    url: urls,
    back: urls,
    origin: [new URL(place.url).origin],
    origins: [new URL(place.url).origin, 'https://another.example'],
    site: [place.site],
    provider: ['github', 'sso'],
    parent: comments,
    comment: [held.id, held.id, own.id],
    ids: comments,
    after: comments,
    page: pages,
    into: pages,
    author: [guest.jkt],
    q: ['Hello', 'post'],
    value: ['spam.example', 'someone@spam.example', '203.0.113.0/24', 'a'.repeat(32), 'a'.repeat(32)],
    batch: [batch],
    backup: [backup],
    part: ['1'],
    session: [sessionId],
    key: path.startsWith('/feed/') ? [feedKey.atom.split('/').at(-2)!] : [freshKey()],
    email: ['somebody@mail.example', 'Somebody.Else+x@xn--mail-9na.example', 'nobody@'],
    ...(/\/decide\//.test(path) && { token: [decideToken] }),
    ...(/\/mail\/(?:confirm|preferences|unsubscribe)\//.test(path) && {
      token: [await readerToken(path, moderates.id)],
    }),
    digest: [digest],
    createdAt: ['2026-01-31T12:00:00.000Z', '1970-01-01T00:00:00Z'],
    ...Object.fromEntries(
      ['dueAt', 'seenAt', 'fetchedAt', 'finishedAt'].map((at) => [at, ['2026-01-31T12:00:00.000Z']]),
    ),
    person: [guest.jkt],
    voter: [guest.jkt],
    jkt: [guest.jkt],
    instance: ['social.invalid'],
    event: [delivery.event],
    target: [delivery.target],
  };
  const all = await createToken({ scopes: [...Scope.options], site: place.site });
  return {
    words: { definitions: api.components.schemas, known },
    token: as(all.token),
    guest,
    moderator: { ...neighbour, token },
  };
}

async function send(method: string, { who, path, body, headers }: Sent, world: World): Promise<Response> {
  const init = (more: Headers) => ({ method, headers: { ...headers, ...more }, ...(body !== undefined && { body }) });
  if (who === 'owner') return call(path, init(ADMIN));
  if (who === 'token') return call(path, init(world.token));
  if (who === 'nobody' || who === 'nonsense') return call(path, init({}));
  const { prove, token } = who === 'guest' ? { ...world.guest, token: undefined } : world.moderator;
  const text = body === undefined ? undefined : typeof body === 'string' ? body : new TextDecoder().decode(body);
  const DPoP = await prove(method, path, {
    ...(text !== undefined && { body: text }),
    ...(token !== undefined && { token }),
  });
  return call(path, init({ DPoP, ...(token !== undefined && { Authorization: `DPoP ${token}` }) }));
}

/** Answers of others that this one passes on: the only ones above 499 that are not ours to answer for. */
const PASSED_ON = new Set(['login_failed', 'outside_refused', 'outside_unreachable']);

/** @throws when the description does not tell of such an answer */
async function check({ operationId, responses }: Described, answer: Response): Promise<void> {
  const { status } = answer;
  const text = await answer.text();
  const said = `${status} ${text.slice(0, 300)}`;
  const documented = responses[status];
  expect(documented, said).toBeDefined();
  expect(answer.headers.get('X-Content-Type-Options')).toBe('nosniff');
  if (status >= 400) {
    expect(answer.headers.get('Content-Type'), said).toBe('application/problem+json');
    const problem = v.parse(ProblemBody, JSON.parse(text));
    expect(problem.status).toBe(status);
    expect(documented!.description, said).toContain(`\`${problem.code}\``);
    expect(status < 500 || PASSED_ON.has(problem.code), said).toBe(true);
    if (problem.code === 'invalid_request') expect(problem.detail, said).toMatch(/\S/);
    return;
  }
  const { answer: name } = ENDPOINTS.find(({ id }) => id === operationId)!;
  if (status === 304 || name === 'html' || name === 'image' || name === 'ndjson' || name === 'gzip' || name === 'atom')
    return;
  expect(v.safeParse(answers[name], JSON.parse(text)).issues, said).toBeUndefined();
}

/** Behind a login at a provider, which is not here, pictures that came with one, signatures of others, and forms. */
const OUT_OF_REACH = new Set([
  'changePreferences',
  'receiveBounces',
  'startLogin',
  'finishLogin',
  'finishLoginByForm',
  'createSession',
  'readAvatar',
]);

describe('whatever is asked, the answer is one that the description tells of', () => {
  it.each(operations.map((operation) => [`${operation.method} ${operation.path}`, operation] as const))(
    '%s',
    async (_, operation) => {
      const world = await createWorld(operation);
      let done = 0;
      await fc.assert(
        fc.asyncProperty(arbitraryRequest(operation, world.words), async (sent) => {
          const answer = await send(operation.method, sent, world);
          await check(operation, answer);
          if (answer.ok) done++;
        }),
        { numRuns: RUNS, seed: SEED, interruptAfterTimeLimit: 30_000 },
      );
      // Else nothing was tried but the doorkeepers.
      if (!OUT_OF_REACH.has(operation.operationId)) expect(done).toBeGreaterThan(0);
    },
    60_000,
  );
});
