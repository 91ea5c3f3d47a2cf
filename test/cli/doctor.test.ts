/** `afterword doctor` as a process: on pages with one thing wrong each, before the real instance. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { buildAll } from '../../cli/build.ts';
import type { Code, Finding } from '../../cli/doctor/finding.ts';
import { CERTIFICATE, closeServers, front, listen } from './sick-servers.ts';
import { afterword, api, createSite, folder, type RunOptions } from './stage.ts';

interface Sick {
  html: string;
  headers: Record<string, string>;
  status: number;
}
interface Report {
  pages: { url: string; address: string | null; instance: string | null; findings: Finding[] }[];
  instance: { server: string; findings: Finding[] } | null;
}

const NOWHERE = 'http://localhost:1';
const pages = new Map<string, Sick>();
const instance = inject('instance');
let site = '';
/** The instance as its pages know it. */
let server = '';
let origin = '';
let secure = '';
let stranger = '';
/** What stands before the same instance and spoils something. */
const bad: Record<'type' | 'cors' | 'corp' | 'bare' | 'api' | 'down' | 'moved' | 'wrong', string> = {} as never;
let digest = '';

const answerPages: Parameters<typeof listen>[0] = (request, response) => {
  const page = pages.get(new URL(request.url!, origin).pathname);
  if (!page) return response.writeHead(404).end('nothing here');
  response.writeHead(page.status, { 'Content-Type': 'text/html; charset=utf-8', ...page.headers }).end(page.html);
};

beforeAll(async () => {
  const built = join(folder, 'built');
  await buildAll({ outDir: built });
  digest = createHash('sha384')
    .update(readFileSync(join(built, 'embed.js')))
    .digest('base64');
  const before = (spoil?: Parameters<typeof front>[2]) => front(instance.url, built, spoil);
  const embed = (headers: Record<string, string | null>) =>
    before((path) => (path === '/embed.js' ? { headers } : undefined));
  server = await before();
  bad.type = await embed({ 'Content-Type': 'text/plain' });
  bad.cors = await embed({ 'Access-Control-Allow-Origin': null });
  bad.corp = await embed({ 'Cross-Origin-Resource-Policy': 'same-origin' });
  bad.bare = await embed({ 'Cross-Origin-Resource-Policy': null });
  bad.wrong = await before((path) => (path === '/embed.js' ? { body: 'alert(1)' } : undefined));
  bad.api = await before((path) =>
    path.startsWith('/api') ? { headers: { 'Access-Control-Allow-Origin': 'https://other.example' } } : undefined,
  );
  bad.down = await before((path) =>
    path.startsWith('/api') ? { status: 502, body: '<h1>Bad gateway</h1>' } : undefined,
  );
  bad.moved = await before((path) =>
    path.startsWith('/api') ? { status: 308, headers: { Location: server + path } } : undefined,
  );
  origin = await listen(answerPages);
  secure = await listen(answerPages, { secure: true });
  stranger = await listen(answerPages);
  site = await createSite([origin, secure]);
});
afterAll(closeServers);

const tag = (from = server, more = '') => `<script src="${from}/embed.js" async ${more}></script>`;
let count = 0;
/** A right page, but for what is said. @returns its path */
function sick({
  head,
  body = tag(),
  html,
  status = 200,
  headers = {},
}: Partial<Sick & { head: string; body: string }> = {}): string {
  const path = `/page-${++count}`;
  const links = head ?? `<link rel="canonical" href="${path}">`;
  pages.set(path, {
    status,
    headers,
    html:
      html ??
      `<!doctype html><html lang="en"><head><title>Page ${count}</title>${links}</head><body><p>Text</p>${body}</body></html>`,
  });
  return path;
}

async function doctor(urls: string[], args: string[] = [], options: RunOptions = {}) {
  const ran = await afterword(['doctor', '--json', ...args, ...urls], {
    ...options,
    env: { AFTERWORD_SERVER: server, NODE_EXTRA_CA_CERTS: CERTIFICATE, ...options.env },
  });
  if (ran.stdout === '') throw new Error(ran.stderr);
  return { ...ran, report: JSON.parse(ran.stdout) as Report };
}
const codesOf = (findings: Finding[] | undefined) => findings?.map(({ code }) => code);
const csp = (text: string) => ({ headers: { 'Content-Security-Policy': text } });

describe('a right page', () => {
  it('has nothing to be said about, whichever right way it is made', async () => {
    const right = [
      sick(),
      sick({ body: `${tag()}<afterword-thread></afterword-thread>` }),
      sick({
        head: `${tag()}<link rel=canonical href=/elsewhere-1>`,
        body: `<afterword-thread url=/a></afterword-thread><afterword-thread url=/b></afterword-thread>`,
      }),
      sick({ head: '', body: tag(server, 'data-page-id=one') }),
      sick({
        body: tag(
          server,
          `data-site=${site} data-sort=best data-theme=dark data-limit=20 data-lang=fr id=x class=y data-turbo-track=reload`,
        ),
      }),
      sick(
        csp(
          `default-src 'none'; script-src ${server}; connect-src ${server}; img-src ${server}; require-trusted-types-for 'script'; trusted-types afterword`,
        ),
      ),
      sick({ ...csp("script-src 'nonce-n1' 'strict-dynamic'"), body: tag(server, 'nonce=n1') }),
      sick({
        headers: {
          'X-Frame-Options': 'DENY',
          'Referrer-Policy': 'no-referrer',
          'Cross-Origin-Embedder-Policy': 'require-corp',
          'Permissions-Policy': 'camera=()',
        },
      }),
      sick({ body: `${tag()}<script src="${server}/count.js" async></script><span data-afterword-count=/a></span>` }),
      sick({ body: `${tag()}<script src="${NOWHERE}/other/embed.js" async></script>` }),
    ];
    const { report } = await doctor([...right.map((path) => origin + path), secure + right[0]]);
    expect(report.pages.map(({ findings }) => codesOf(findings))).toEqual(Array(right.length + 1).fill([]));
    expect(report.pages[0]).toMatchObject({ url: origin + right[0], address: origin + right[0], instance: server });
  });
});

describe('a page with one thing wrong', () => {
  it('is told so, with what to do', async () => {
    const at = (path: string) => origin + path;
    const cases: [url: string, codes: Code[], fix: string][] = [
      // Reaching it.
      [`${NOWHERE}/`, ['page_unreachable'], 'address right'],
      [at(sick({ status: 500, html: 'oh' })), ['page_status'], 'logging in'],
      [at(sick({ headers: { 'Content-Type': 'application/pdf' }, html: '%PDF' })), ['page_not_html'], 'text/html'],
      [at(sick({ html: '<div>'.repeat(5000) })), ['page_unreadable'], 'address of a page'],
      [at(sick({ body: `${tag()}${' '.repeat(5_100_000)}` })), ['page_cut'], 'Nothing to do'],
      [at(sick({ status: 301, headers: { Location: sick() } })), ['redirects'], 'Nothing to do'],
      // The tag.
      [at(sick({ body: '' })), ['tag_missing'], tag().replace(' ></script>', '></script>')],
      [at(sick({ body: '<afterword-thread></afterword-thread>' })), ['tag_missing'], 'Paste this'],
      [at(sick({ body: tag() + tag() })), ['tag_twice'], '<afterword-thread url'],
      [at(sick({ body: tag(bad.bare) })), ['tag_other_instance'], `--server`],
      [at(sick({ body: tag(server, 'type=module') })), ['tag_module'], 'Remove type'],
      [at(sick({ body: tag(server, 'type=text/plain') })), ['tag_inert'], 'Remove it'],
      [at(sick({ body: tag(server, 'nomodule') })), ['tag_inert'], 'Remove it'],
      [at(sick({ body: tag().replace('async', '') })), ['tag_blocking'], 'Add async'],
      [
        at(sick({ head: `${tag()}<link rel=canonical href=/page-${count + 1}>`, body: '' })),
        ['tag_without_place'],
        '<afterword-thread>',
      ],
      [at(sick({ body: tag(NOWHERE) })), ['script_unreachable', 'api_unreachable'], 'npx afterword doctor'],
      [at(sick({ body: tag(bad.wrong, 'data-x') })), ['tag_missing'], 'Paste this'],
      [at(sick({ body: tag(bad.type, `data-api="${server}/api/v1"`) })), ['script_type'], 'text/javascript'],
      [
        at(sick({ body: tag(bad.cors, `data-api="${server}/api/v1"`) })),
        ['script_cors'],
        'Access-Control-Allow-Origin: *',
      ],
      [at(sick({ body: tag(bad.corp, `data-api="${server}/api/v1"`) })), ['script_corp'], 'cross-origin'],
      [
        at(
          sick({
            body: tag(bad.bare, `data-api="${server}/api/v1"`),
            headers: { 'Cross-Origin-Embedder-Policy': 'require-corp' },
          }),
        ),
        ['script_corp'],
        'cross-origin',
      ],
      [
        at(sick({ body: tag(server, 'crossorigin integrity=sha384-AAAA') })),
        ['integrity_mismatch'],
        'Remove integrity',
      ],
      [at(sick({ body: tag(server, `integrity=sha384-${digest}`) })), ['integrity_opaque'], 'Remove integrity'],
      [
        at(sick({ body: tag(server, `crossorigin integrity=sha384-${digest}`) })),
        ['integrity_pinned'],
        'Remove integrity',
      ],
      [secure + sick({ body: tag('http://comments.invalid') }), ['mixed_content'], 'https://comments.invalid'],
      // Attributes.
      [at(sick({ body: tag(server, 'page-id=one') })), ['attribute_ignored'], 'data-page-id="one"'],
      [
        at(sick({ body: `${tag()}<afterword-thread data-sort=best></afterword-thread>` })),
        ['attribute_ignored'],
        'sort="best"',
      ],
      [at(sick({ body: tag(server, 'data-theme=pink') })), ['attribute_value'], 'light, dark or auto'],
      [at(sick({ body: tag(server, 'data-page-id="{{ page.id }}"') })), ['attribute_template'], 'page-id'],
      [at(sick({ body: tag(server, 'data-page-id=""') })), ['attribute_template'], 'page-id'],
      [
        at(sick({ body: `${tag()}${'<afterword-thread></afterword-thread>'.repeat(2)}` })),
        ['threads_same'],
        '<afterword-thread url',
      ],
      [at(sick({ body: `${tag()}<span data-afterword-count=/a></span>` })), ['count_missing'], `${server}/count.js`],
      [
        at(
          sick({
            body: `${tag()}<script src="${server}/count.js" async></script><span data-afterword-page-id=a></span>`,
          }),
        ),
        ['count_without_site'],
        'data-site="SITE"',
      ],
      // What the API says.
      [at(sick({ body: tag(server, `data-api=${NOWHERE}/api/v1`) })), ['api_unreachable'], 'npx afterword doctor'],
      [at(sick({ body: tag(server, `data-api=${bad.down}/api/v1`) })), ['api_failing'], 'npx afterword doctor'],
      [at(sick({ body: tag(server, `data-api=${bad.moved}/api/v1`) })), ['api_redirects'], 'address it leads to'],
      [at(sick({ body: tag(server, `data-api=${bad.api}/api/v1`) })), ['api_cors'], 'Access-Control-Allow-Origin: *'],
      [
        stranger + sick(),
        ['origin_unregistered'],
        `npx afterword sites add-origin SITE ${stranger} --server ${server}`,
      ],
      [at(sick({ body: tag(server, 'data-site=nobody') })), ['site_wrong'], 'remove it'],
      [
        at(sick({ body: tag(server, 'data-url=https://elsewhere.example/x') })),
        ['address_unregistered', 'address_overrides'],
        'canonical link',
      ],
      // Content Security Policy.
      [at(sick(csp("script-src 'self'"))), ['csp_script'], `script-src 'self' ${server}`],
      [at(sick(csp(`script-src ${server}/embed.js`))), ['csp_modules'], server],
      [at(sick(csp(`default-src 'self'; script-src *; img-src *`))), ['csp_connect'], `connect-src 'self' ${server}`],
      [at(sick(csp("img-src 'self' data:"))), ['csp_pictures'], `img-src 'self' data: ${server}`],
      [
        at(sick(csp("require-trusted-types-for 'script'; trusted-types x"))),
        ['csp_trusted_types'],
        'trusted-types x afterword',
      ],
      [
        at(sick(csp('sandbox allow-forms allow-scripts'))),
        ['csp_sandbox'],
        'sandbox allow-forms allow-scripts allow-same-origin',
      ],
      [at(sick(csp("script-src 'strict-dynamic' 'nonce-n1'"))), ['csp_script'], 'nonce="NONCE"'],
      [at(sick(csp("script-src *, script-src 'self'"))), ['csp_script'], `script-src 'self' ${server}`],
      [
        at(
          sick({
            head: `<link rel=canonical href=/page-${count + 1}><meta http-equiv=content-security-policy content="connect-src 'none'">`,
          }),
        ),
        ['csp_connect'],
        `connect-src ${server}`,
      ],
      // Which page it is.
      [at(sick({ head: '' })), ['canonical_missing'], 'rel="canonical"'],
      [at(sick({ head: '<link rel=canonical href="mailto:x">' })), ['canonical_invalid'], 'rel="canonical"'],
      [
        at(sick({ head: `<link rel=canonical href=/page-${count + 1}><link rel=canonical href=/b>` })),
        ['canonical_several'],
        'Keep one',
      ],
      [at(sick({ head: `<link rel=canonical href=${secure}/x>` })), ['canonical_elsewhere'], 'rel="canonical"'],
      [at(sick({ head: '<link rel=canonical href=/>' })), ['canonical_home'], 'rel="canonical"'],
      [at(sick({ head: '<link rel=canonical href=/other>' })), ['canonical_other_page'], 'rel="canonical"'],
      [at(sick({ body: tag(server, 'data-url=/a') })), ['address_overrides'], 'Nothing to do'],
      [
        at(sick({ head: `<link rel=canonical href=/page-${count + 1}><meta property=og:url content=/b>` })),
        ['og_url_differs'],
        'og:url',
      ],
      [
        at(sick({ head: `<base href="${secure}/"><link rel=canonical href=/page-${count + 1}>` })),
        ['canonical_elsewhere', 'base_elsewhere'],
        'rel="canonical"',
      ],
    ];
    const split = sick({ head: '' });
    pages.set(`${split}.html`, pages.get(split)!);
    cases.push([at(split), ['canonical_missing', 'variants_split'], 'rel="canonical"']);
    const round = sick({ status: 302, headers: { Location: `/page-${count + 1}` } });
    cases.push([at(round), ['redirects_endless'], 'two rules']);

    const { report, code } = await doctor(cases.map(([url]) => url));
    const got = report.pages.map(({ url, findings }) => [url, codesOf(findings)]);
    expect(got).toEqual(cases.map(([url, codes]) => [url, codes]));
    for (const [i, [url, codes, fix]] of cases.entries())
      if (codes.length > 0)
        expect([url, report.pages[i]!.findings[0]!.fix]).toEqual([url, expect.stringContaining(fix)]);
    expect(code).toBe(1);
  });

  it('is told of a script that is not Afterword’s when nothing else can be meant, and of a certificate that nobody knows', async () => {
    const wrong = sick({ body: `${tag(bad.wrong)}<afterword-thread></afterword-thread>` });
    const { report } = await doctor([origin + wrong]);
    expect(codesOf(report.pages[0]!.findings)).toEqual(['script_wrong']);
    const certificate = await doctor([secure + sick()], [], { env: { NODE_EXTRA_CA_CERTS: '' } });
    expect(codesOf(certificate.report.pages[0]!.findings)).toEqual(['page_certificate']);
    expect(certificate.code).toBe(1);
  });
});

describe('the instance', () => {
  const look = async (env: Record<string, string>, args: string[] = []) => {
    const { report, code } = await doctor([], args, { env });
    return { codes: codesOf(report.instance!.findings), code };
  };

  it('has the schema of this checkout, strong secrets and clocks that agree', async () => {
    const { codes } = await look({});
    for (const code of ['schema_behind', 'index_missing', 'secret_weak', 'clock_skew', 'not_looked', 'version_older'])
      expect(codes).not.toContain(code);
    expect(codes).toContain('cron_local');
  });

  it('that is not there, or is something else, or has a bad certificate', async () => {
    expect(await look({ AFTERWORD_SERVER: NOWHERE })).toEqual({ codes: ['instance_unreachable'], code: 1 });
    expect(await look({ AFTERWORD_SERVER: origin })).toEqual({ codes: ['instance_not_afterword'], code: 3 });
    expect(await look({ AFTERWORD_SERVER: secure, NODE_EXTRA_CA_CERTS: '' })).toEqual({
      codes: ['instance_certificate'],
      code: 1,
    });
    expect(await look({ AFTERWORD_SERVER: bad.down })).toEqual({ codes: ['instance_failing'], code: 3 });
  });

  it('that a token does not open, or opens in part, is looked at from outside', async () => {
    expect((await look({ AFTERWORD_TOKEN: 'wrong' })).codes).toEqual(['token_refused', 'not_looked']);
    const { token } = await api<{ token: string }>('POST', '/admin/tokens', { name: 'part', scopes: ['stats:read'] });
    expect(await look({ AFTERWORD_TOKEN: token })).toEqual({ codes: ['not_looked'], code: 0 });
    expect((await look({})).codes).toContain('tokens_forever');
  });

  it('that takes no guests and knows no login lets nobody write', async () => {
    const closed = await createSite();
    await api('PATCH', `/admin/sites/${closed}`, { settings: { guests: false } });
    expect((await look({})).codes).toContain('nobody_may_write');
    await api('PATCH', `/admin/sites/${closed}`, { settings: { guests: true } });
  });

  it('is found by the tag of a page where none is named, and is not given the token', async () => {
    const { report, code } = await doctor([origin + sick()], [], { env: { AFTERWORD_SERVER: '', PORT: '1' } });
    expect(report.instance!.server).toBe(server);
    expect(codesOf(report.instance!.findings)).toEqual(['not_looked']);
    expect(code).toBe(0);
  });
});

describe('the report', () => {
  it('for people is grouped, and ends with the sum', async () => {
    const page = origin + sick({ body: '' });
    const ran = await afterword(['doctor', page], { env: { AFTERWORD_SERVER: server } });
    expect(ran.code).toBe(3);
    expect(ran.stdout).toContain(`${page}\n  ✗ the page: The page has no Afterword tag.`);
    expect(ran.stdout).toContain(`        <script src="${server}/embed.js" async></script>`);
    expect(ran.stdout).toMatch(/\nThe instance http/);
    expect(ran.stdout).toMatch(/\n1 error.*\. Codes are explained in docs\/doctor\.md\.\n$/);
  });

  it('is refused for what is no address of a page', async () => {
    for (const [args, said] of [
      [['ftp://blog.example/'], 'no web address'],
      [['javascript:alert(1)'], 'no web address'],
      [['https://'], 'no web address'],
    ] as const) {
      const ran = await afterword(['doctor', ...args]);
      expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining(said)]);
    }
  });
});
