/** What the worker asks and what it does not: no address inside, however it is written or reached, and no answer without end. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fetchOutside, type OutsideInit, outsideFetch } from '../../worker/outgoing';
import { Problem } from '../../worker/problem';

const CAPS = { maxBytes: 1000, timeoutMs: 5000 };

/** What reached the server, and the answers it gives by path. */
let seen: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[] = [];
const ANSWERS: Record<string, (response: ServerResponse, url: URL) => void> = {
  '/a/hello': (response) => response.end('hello'),
  '/a/to': (response, url) => response.writeHead(302, { Location: url.searchParams.get('url')! }).end(),
  '/a/keep': (response, url) => response.writeHead(307, { Location: url.searchParams.get('url')! }).end(),
  '/a/loop': (response) => response.writeHead(301, { Location: '/loop' }).end(),
  '/a/bytes': (response, url) => response.end('x'.repeat(Number(url.searchParams.get('n')))),
  '/a/endless': (response) => {
    response.on('close', () => clearInterval(timer));
    const timer = setInterval(() => response.write('x'.repeat(500)), 1);
  },
  '/a/silent': () => {},
  '/a/drops': (response) => response.destroy(),
  '/a/nothing': (response) => response.writeHead(204).end(),
  '/b/hello': (response) => response.end('hello from b'),
};
let server: Server;
let origins: Record<string, string>;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const url = new URL(request.url!, 'http://localhost');
    seen.push({ method: request.method!, url: request.url!, headers: request.headers, body });
    (ANSWERS[url.pathname] ?? ((r) => r.writeHead(404).end('not found')))(response, url);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const base = `http://localhost:${(server.address() as AddressInfo).port}`;
  origins = { 'https://a.example': `${base}/a`, 'https://b.example': `${base}/b/` };
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const ask = (url: string, init: Partial<OutsideInit> = {}) => fetchOutside(url, { ...CAPS, ...init }, origins);

async function problemOf(answer: Promise<unknown>): Promise<Problem> {
  const error: unknown = await answer.then(
    () => new Error('it was answered'),
    (e: unknown) => e,
  );
  if (error instanceof Problem) return error;
  throw error;
}

/** Addresses inside, as hosts of URLs. */
const INSIDE = [
  ['127.0.0.1', 'loopback'],
  ['127.255.255.254', 'loopback'],
  ['0.0.0.0', 'this host'],
  ['0.1.2.3', 'this network'],
  ['10.0.0.1', 'private'],
  ['172.16.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['192.168.1.1', 'private'],
  ['169.254.169.254', 'link-local: cloud metadata'],
  ['100.64.0.1', 'carrier-grade NAT'],
  ['192.0.0.1', 'protocol assignments'],
  ['192.0.2.1', 'documentation'],
  ['198.51.100.1', 'documentation'],
  ['203.0.113.1', 'documentation'],
  ['198.18.0.1', 'benchmarks'],
  ['192.88.99.1', '6to4 relays'],
  ['224.0.0.1', 'multicast'],
  ['240.0.0.1', 'reserved'],
  ['255.255.255.255', 'broadcast'],
  ['2130706433', 'loopback in decimal'],
  ['0x7f000001', 'loopback in hexadecimal'],
  ['0x7f.1', 'loopback, short'],
  ['017700000001', 'loopback in octal'],
  ['0177.0.0.01', 'loopback in octal, dotted'],
  ['127.1', 'loopback, short'],
  ['127.0.0.1.', 'loopback with a dot'],
  ['①②⑦.⓪.⓪.①', 'loopback in circled digits'],
  ['%31%32%37.0.0.1', 'loopback, percent-encoded'],
  ['[::]', 'unspecified'],
  ['[::1]', 'loopback'],
  ['[0:0:0:0:0:0:0:1]', 'loopback, long'],
  ['[::ffff:127.0.0.1]', 'IPv4-mapped'],
  ['[::ffff:7f00:1]', 'IPv4-mapped, hexadecimal'],
  ['[::ffff:8.8.8.8]', 'IPv4-mapped, even of a public address'],
  ['[::127.0.0.1]', 'IPv4-compatible'],
  ['[::ffff:0:127.0.0.1]', 'IPv4-translated'],
  ['[64:ff9b::7f00:1]', 'NAT64'],
  ['[64:ff9b:1::a00:1]', 'NAT64, local use'],
  ['[2002:7f00:1::]', '6to4'],
  ['[2001:0:4136:e378:8000:63bf:3fff:fdd2]', 'Teredo'],
  ['[fe80::1]', 'link-local'],
  ['[fec0::1]', 'site-local'],
  ['[fc00::1]', 'unique local'],
  ['[fd12:3456:789a::1]', 'unique local'],
  ['[ff02::1]', 'multicast'],
  ['[2001:db8::1]', 'documentation'],
  ['[3fff::1]', 'documentation'],
  ['[100::1]', 'discard'],
  ['[5f00::1]', 'segment routing'],
  ['[4000::1]', 'not assigned'],
  ['localhost', 'loopback'],
  ['LOCALHOST', 'loopback'],
  ['localhost.', 'loopback'],
  ['ｌocalhost', 'loopback, full width'],
  ['app.localhost', 'loopback'],
  ['app.localhost.', 'loopback'],
  ['localhost.localdomain', 'loopback'],
  ['printer.local', 'mDNS'],
  ['printer.local.', 'mDNS'],
  ['metadata.google.internal', 'private DNS'],
  ['router.home.arpa', 'home network'],
  ['nas.lan', 'home network'],
  ['wiki.corp', 'office network'],
  ['intranet', 'a single label'],
  ['example..com', 'an empty label'],
  ['com.', 'a single label with a dot'],
] as const;

describe('threat 2: refuses to ask', () => {
  it.each(INSIDE)('%s (%s)', async (host) => {
    expect((await problemOf(ask(`https://${host}/`))).code).toBe('outside_refused');
  });

  // A header carries ASCII alone.
  it.each(INSIDE.filter(([host]) => /^[!-~]+$/.test(host)))('%s (%s) after a redirect', async (host) => {
    const answer = ask(`https://a.example/to?url=${encodeURIComponent(`https://${host}/`)}`);
    expect((await problemOf(answer)).code).toBe('outside_refused');
  });

  it.each([
    'http://a.example/hello',
    'https://a.example:8443/hello',
    'https://a.example:80/hello',
    'https://user@a.example/hello',
    'https://user:word@a.example/hello',
    'https://:word@a.example/hello',
    'ftp://a.example/',
    'file:///etc/passwd',
    'data:text/plain,hello',
    'javascript:alert(1)',
    'blob:https://a.example/0f',
    '//a.example/hello',
    '/hello',
    '',
  ])('%j', async (url) => {
    expect((await problemOf(ask(url))).code).toBe('outside_refused');
    const redirected = ask(
      `https://a.example/to?url=${encodeURIComponent(url.replace(/^\/.*|^$/, 'http://a.example/'))}`,
    );
    expect((await problemOf(redirected)).code).toBe('outside_refused');
  });

  it('the server of a stand-in itself, when that redirects to its own address', async () => {
    const url = `${new URL(origins['https://a.example']!).origin}/a/hello`;
    expect((await problemOf(ask(`https://a.example/to?url=${url}`))).code).toBe('outside_refused');
  });

  it('a stand-in that is not on this machine', async () => {
    for (const elsewhere of [
      'https://elsewhere.example',
      'http://10.0.0.1',
      'http://localhost.elsewhere.example',
      'nonsense',
    ])
      expect((await problemOf(fetchOutside('https://a.example/', CAPS, { 'https://a.example': elsewhere }))).code).toBe(
        'setup_required',
      );
  });
});

describe('asks', () => {
  it('a public address, by its stand-in, with path and query', async () => {
    seen = [];
    const answer = await ask('https://A.example:443/hello?x=1#there');
    expect([answer.status, await answer.text()]).toEqual([200, 'hello']);
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual(['GET /a/hello?x=1']);
    expect(await (await ask('https://b.example/hello')).text()).toBe('hello from b');
  });

  it('an address of this machine that stands for itself', async () => {
    const own = new URL(origins['https://a.example']!).origin;
    const answer = await fetchOutside(`${own}/a/hello`, CAPS, { [own]: own });
    expect(await answer.text()).toBe('hello');
  });

  it('three redirects on, and no fourth', async () => {
    const to = (url: string) => `https://a.example/to?url=${encodeURIComponent(url)}`;
    expect(await (await ask(to(to(to('https://b.example/hello'))))).text()).toBe('hello from b');
    expect((await problemOf(ask(to(to(to(to('https://b.example/hello'))))))).code).toBe('outside_unreachable');
    expect((await problemOf(ask('https://a.example/loop'))).code).toBe('outside_unreachable');
  });

  it('without cookies, and without authorization where another origin redirected to', async () => {
    seen = [];
    const headers = { Cookie: 'a=b', Authorization: 'Bearer t', 'X-More': 'y' };
    await ask('https://a.example/to?url=https://a.example/to?url=https://b.example/hello', { headers });
    expect(seen.map(({ headers: h }) => [h.cookie, h.authorization, h['x-more'], h['user-agent']])).toEqual([
      [undefined, 'Bearer t', 'y', 'Afterword'],
      [undefined, 'Bearer t', 'y', 'Afterword'],
      [undefined, undefined, 'y', 'Afterword'],
    ]);
  });

  it('no other address with what a POST carries', async () => {
    seen = [];
    const init = { method: 'POST', body: 'secret' };
    expect((await problemOf(ask('https://a.example/keep?url=https://b.example/hello', init))).code).toBe(
      'outside_unreachable',
    );
    expect(seen.map(({ url, body }) => [url, body])).toEqual([['/a/keep?url=https://b.example/hello', 'secret']]);
  });

  it('and hands out a redirect when told not to follow', async () => {
    const fetchLike = outsideFetch(origins);
    const answer = await fetchLike('https://a.example/to?url=https://b.example/hello', { redirect: 'manual' });
    expect([answer.status, answer.headers.get('Location')]).toEqual([302, 'https://b.example/hello']);
  });
});

describe('takes an answer', () => {
  it('up to its size, and no further', async () => {
    expect(await (await ask('https://a.example/bytes?n=1000')).text()).toHaveLength(1000);
    expect((await problemOf(ask('https://a.example/bytes?n=1001'))).code).toBe('outside_unreachable');
    expect((await problemOf(ask('https://a.example/endless'))).code).toBe('outside_unreachable');
  });

  it('that has no body', async () => {
    const answer = await ask('https://a.example/nothing');
    expect([answer.status, await answer.text()]).toEqual([204, '']);
  });

  it('in its time, and then gives up', async () => {
    const problem = await problemOf(ask('https://a.example/silent', { timeoutMs: 50 }));
    expect([problem.code, problem.message]).toEqual(['outside_unreachable', 'a.example did not answer in time.']);
    const endless = await problemOf(ask('https://a.example/endless', { timeoutMs: 50, maxBytes: 1e9 }));
    expect(endless.code).toBe('outside_unreachable');
  });

  it('of an error for an answer, and a broken connection for none', async () => {
    expect((await ask('https://a.example/missing')).status).toBe(404);
    expect((await problemOf(ask('https://a.example/drops'))).code).toBe('outside_unreachable');
  });

  it('no longer when the asker has given up', async () => {
    const signal = AbortSignal.abort();
    expect((await problemOf(ask('https://a.example/hello', { signal }))).code).toBe('outside_unreachable');
  });
});
