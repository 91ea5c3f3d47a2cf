/**
 * Stand-ins for the identity providers that are no OpenID Connect: one server on loopback that speaks what WordPress.com,
 * X, Facebook, GitHub and a Mastodon server document, each host of theirs below a path of its name. Knows HTTP and
 * addresses; what each of them demands is in stand-ins/.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type Answer, type Asked, json } from './stand-ins/exchange.ts';
import { createFacebook } from './stand-ins/facebook.ts';
import { createGithub } from './stand-ins/github.ts';
import { createMastodon } from './stand-ins/mastodon.ts';
import { PICTURE_ROUTES } from './stand-ins/pictures.ts';
import { createWordpress } from './stand-ins/wordpress.ts';
import { createX } from './stand-ins/x.ts';

export interface StandIns {
  /** Public origin → where it is here, e.g. `https://x.com` → `http://localhost:4100/x.com`: the worker's PROVIDER_ORIGINS. */
  origins: Record<string, string>;
  /** The worker's credentials at all of them, by the names of its variables. */
  secrets: Record<string, string>;
  close(): Promise<void>;
}

/** @param redirectUriOf the one redirect URI that the app of this provider has registered */
export async function startStandIns(redirectUriOf: (provider: string) => string): Promise<StandIns> {
  const standIns = [
    createWordpress(redirectUriOf('wordpress')),
    createX(redirectUriOf('x')),
    createFacebook(redirectUriOf('facebook')),
    createGithub(redirectUriOf('github')),
    createMastodon(),
  ];
  const routes = [...standIns.flatMap((each) => each.routes), ...PICTURE_ROUTES];

  const answer = (asked: Asked): Answer => {
    const here = routes.filter(({ host, path }) => host === asked.host && path.test(asked.path));
    const route = here.find(({ method }) => method === asked.method);
    if (route) return route.answer(asked);
    return here.length > 0 ? json(405, { error: 'method_not_allowed' }) : json(404, { error: 'not_found' });
  };
  const server = createServer(async (request, response) => {
    const asked = await readRequest(request).catch(() => undefined);
    const { status, headers, body } = asked ? answer(asked) : json(400, { error: 'unreadable_request' });
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;

  const hosts = new Set(routes.map(({ host }) => host));
  return {
    origins: Object.fromEntries([...hosts].map((host) => [`https://${host}`, `http://localhost:${port}/${host}`])),
    secrets: Object.assign({}, ...standIns.map(({ secrets }) => secrets)),
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function readRequest(request: IncomingMessage): Promise<Asked> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const [, host = '', ...segments] = url.pathname.split('/');
  const headers = new Headers(
    Object.entries(request.headers).map(([name, value]): [string, string] => [name, `${value}`]),
  );
  return {
    method: request.method ?? 'GET',
    host,
    path: `/${segments.join('/')}`,
    query: url.searchParams,
    headers,
    body: parseBody(await text(request), headers.get('Content-Type') ?? ''),
  };
}

/** A form, or a flat JSON object as Mastodon takes it; anything else says nothing. */
function parseBody(body: string, type: string): URLSearchParams {
  if (/^application\/x-www-form-urlencoded\b/i.test(type)) return new URLSearchParams(body);
  if (!/^application\/json\b/i.test(type)) return new URLSearchParams();
  const members = Object.entries(JSON.parse(body) as Record<string, unknown>);
  return new URLSearchParams(members.flatMap(([name, value]) => [value].flat().map((each) => [name, `${each}`])));
}
