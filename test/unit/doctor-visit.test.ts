/** How doctor fetches, and what it never does: real servers on two addresses of this machine, one of which plays the public network. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examinePage } from '../../cli/doctor/examine-page';
import { isInsideAddress, isInsideHost, isThisMachine } from '../../cli/doctor/inside';
import { readPage, TooDeep } from '../../cli/doctor/read-page';
import { type VisitError, visit } from '../../cli/doctor/visit';

/** 127.0.0.2 counts as public here. */
const isInside = (address: string) => address !== '127.0.0.2';
const options = { accept: 'text/html', maxBytes: 1_000, isInside };
const servers: Server[] = [];
/** What the private server was asked. */
const asked: string[] = [];
let open = '';
let closed = '';

async function listen(host: string, answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, host, done));
  return `http://${host}:${(server.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  closed = await listen('127.0.0.1', (request, response) => {
    asked.push(request.url!);
    response.end('router');
  });
  open = await listen('127.0.0.2', (request, response) => {
    const path = request.url!;
    const go = (location: string) => response.writeHead(302, { Location: location }).end();
    if (path === '/inside') go(`${closed}/reboot`);
    else if (path === '/named') go(closed.replace('127.0.0.1', 'localhost'));
    else if (path === '/round') go('/round');
    else if (path.startsWith('/hop')) path === '/hop5' ? response.end('there') : go(`/hop${Number(path[4]) + 1}`);
    else if (path === '/file') go('file:///etc/passwd');
    else if (path === '/bomb')
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync(Buffer.alloc(9_000_000)));
    else if (path === '/gzip') response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync('packed'));
    else if (path === '/never') response.write('<');
    else if (path === '/tag')
      response
        .setHeader('Content-Type', 'text/html')
        .end(`<title>T</title><script src="${closed}/embed.js?reboot" async></script>`);
    else response.end('hello');
  });
});
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

const troubleOf = (url: string, more = {}) =>
  visit(new URL(url), { ...options, ...more }).then(
    ({ body }) => `answered ${body}`,
    (error: VisitError) => error.trouble,
  );

describe('a visit', () => {
  it('follows five redirects and tells them, and no more', async () => {
    const { hops, body } = await visit(new URL(`${open}/hop0`), options);
    expect([body, hops.map(({ pathname }) => pathname)]).toEqual(['there', [0, 1, 2, 3, 4, 5].map((n) => `/hop${n}`)]);
    expect(await troubleOf(`${open}/round`)).toBe('redirects');
  });

  it('unpacks what is packed, and reads no further than the cap, counted unpacked', async () => {
    expect((await visit(new URL(`${open}/gzip`), options)).body).toBe('packed');
    const { bytes, cut } = await visit(new URL(`${open}/bomb`), options);
    expect([bytes.length, cut]).toEqual([1_000, true]);
  });

  it('ends in time, also where an answer begins and never ends', async () => {
    expect(await troubleOf(`${open}/never`, { timeoutMs: 300 })).toBe('timeout');
  });

  it('goes to private addresses that its user names', async () => {
    expect(await troubleOf(`${closed}/mine`)).toBe('answered router');
  });
});

describe('threat 2: from the public network into a private one', () => {
  it('no redirect leads, neither by address nor by name, and nothing there is asked', async () => {
    asked.length = 0;
    expect(await troubleOf(`${open}/inside`)).toBe('inside');
    expect(await troubleOf(`${open}/named`)).toBe('inside');
    expect(await troubleOf(`${closed}/x`, { publicOnly: true })).toBe('inside');
    expect(await troubleOf(`${open}/file`)).toBe('address');
    expect(asked).toEqual([]);
    const { findings } = await examinePage(new URL(`${open}/inside`), {
      server: undefined,
      sites: undefined,
      isInside,
    });
    expect(findings.map(({ code }) => code)).toEqual(['redirect_inside']);
  });

  it('no tag leads, unless to the instance that the owner named', async () => {
    asked.length = 0;
    const look = async (server: string | undefined) =>
      (await examinePage(new URL(`${open}/tag`), { server, sites: undefined, isInside })).findings.map(
        ({ code }) => code,
      );
    expect(await look(undefined)).toContain('tag_inside');
    expect(asked).toEqual([]);
    // Readers are somewhere else all the same.
    expect(await look(closed)).toContain('tag_inside');
    expect(asked).toContain('/embed.js?reboot');
  });

  it.each([
    '127.0.0.1',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '::1',
    '::',
    'fe80::1',
    'fc00::1',
    '::ffff:10.0.0.1',
    '64:ff9b::a00:1',
    'no address',
  ])('takes %s for private', (address) => {
    expect(isInsideAddress(address)).toBe(true);
  });

  it('takes 9.9.9.9 and 2620:fe::9 for public', () => {
    expect(['9.9.9.9', '2620:fe::9'].map(isInsideAddress)).toEqual([false, false]);
    expect(['printer', 'nas.local', '[::1]', '10.1.1.1', 'localhost.'].map(isInsideHost)).toEqual(Array(5).fill(true));
    expect(isInsideHost('cloudflare.com')).toBe(false);
    expect(['localhost', 'a.localhost', '127.9.9.9', '[::1]', '10.0.0.1'].map(isThisMachine)).toEqual([
      true,
      true,
      true,
      true,
      false,
    ]);
  });
});

describe('a hostile page', () => {
  const address = new URL('https://blog.example/');

  it('that is nested without end is given up at once', () => {
    const started = performance.now();
    expect(() => readPage('<div>'.repeat(1_000_000), address)).toThrow(TooDeep);
    expect(() => readPage(Array.from({ length: 100_000 }, (_, n) => `<p><b x=${n}>`).join(''), address)).toThrow(
      TooDeep,
    );
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('is read and not believed: templates, comments, foreign elements and texts are no tags', () => {
    const page = readPage(
      '<title>a</title><!-- <script src=/1></script> --><template><script src=/2></script></template><svg><script src=/3></script></svg>' +
        '<textarea><script src=/4></script></textarea><noscript><script src=/5></script></noscript><script>"<script src=/6>"</script><script src=/7></script>',
      address,
    );
    expect(page.scripts.map(({ attributes }) => attributes.get('src'))).toEqual(['/7']);
  });

  it('has policies in its head only, and the first base that is an address', () => {
    const meta = (text: string) => `<meta http-equiv=Content-Security-Policy content="${text}">`;
    const page = readPage(`<base target=x><base href=//cdn.example/a/>${meta('one')}<body>${meta('two')}`, address);
    expect(page.policies.map(({ text }) => text)).toEqual(['one']);
    expect(page.base.href).toBe('https://cdn.example/a/');
  });
});
