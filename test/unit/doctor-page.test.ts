/** What doctor says about a page, where it takes more than this machine to have such a page: judged from what is known of it. */
import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../cli/doctor/address';
import { REACH_CHECKS } from '../../cli/doctor/check-answers';
import { ATTRIBUTE_CHECKS } from '../../cli/doctor/check-attributes';
import { checkPolicies } from '../../cli/doctor/check-csp';
import { findTags, findThreads } from '../../cli/doctor/find-tags';
import type { PageFacts } from '../../cli/doctor/page-facts';
import { readPage } from '../../cli/doctor/read-page';

const SERVER = 'https://comments.example';

async function facts(address: string, policy: string, over: Partial<PageFacts> = {}): Promise<PageFacts> {
  const url = new URL(address);
  const page = readPage(`<title>a</title><body><script src="${SERVER}/embed.js" async></script>`, url);
  const around = { url, page, publicOnly: true, server: SERVER, isInside: () => true };
  // Nobody is there: the tag is known by its origin.
  const tags = await findTags(around);
  return {
    visit: {
      url,
      hops: [url],
      status: 200,
      headers: new Headers({ 'Content-Type': 'text/html', 'Content-Security-Policy': policy }),
      body: '',
      bytes: Buffer.alloc(0),
      cut: false,
      isPublic: true,
      at: 0,
    },
    url,
    page,
    tags,
    counters: [],
    threads: findThreads(around, tags),
    server: SERVER,
    sites: undefined,
    variants: [],
    ...over,
  };
}
const reach = async (address: string) => {
  const all = await facts(address, '');
  return REACH_CHECKS.flatMap((check) => check(all)).map(({ code }) => code);
};

describe('a page without https', () => {
  it('cannot have votes, edits and logins, except on this machine', async () => {
    expect(await reach('http://blog.example/')).toEqual(['page_insecure']);
    expect(await reach('https://blog.example/')).toEqual([]);
    expect(await reach('http://localhost:3000/')).toEqual([]);
  });
});

describe('a site that uses Turnstile', () => {
  const sites = (turnstile: string | null) => [{ id: 'main', origins: ['blog.example'], settings: { turnstile } }];
  const look = async (address: string, turnstile: string | null) =>
    checkPolicies(await facts(address, `default-src ${SERVER}`, { sites: sites(turnstile) }));

  it('needs its script and its frame let in, and is told both directives', async () => {
    const findings = await look('https://www.blog.example/', 'key');
    expect(findings.map(({ code, fix }) => [code, fix.split('\n')[1]])).toEqual([
      ['csp_turnstile', `script-src ${SERVER} https://challenges.cloudflare.com`],
      ['csp_turnstile', `frame-src ${SERVER} https://challenges.cloudflare.com`],
    ]);
  });

  it('is no other site, and none that does not', async () => {
    expect(await look('https://blog.example/', null)).toEqual([]);
    expect(await look('https://other.example/', 'key')).toEqual([]);
  });
});

describe('a policy in a <meta>', () => {
  it('decides about what comes behind it: a script before it is loaded, what that asks later is not', async () => {
    const all = await facts('https://blog.example/', '');
    const meta = (at: number) => ({ ...all, page: { ...all.page, policies: [{ at, text: "default-src 'none'" }] } });
    expect(checkPolicies(meta(1)).map(({ code }) => code)).toEqual(['csp_script', 'csp_connect', 'csp_pictures']);
    expect(checkPolicies(meta(99)).map(({ code }) => code)).toEqual(['csp_modules', 'csp_connect', 'csp_pictures']);
  });
});

describe('threat 2: lines that are to be pasted', () => {
  it.each(['$(reboot)', 'a;reboot', 'a`reboot`', 'a"b', "a'b", 'a&b', 'a|b', '{a,b}'])(
    'name no host like %s',
    (host) => {
      expect(parseAddress(`https://${host}/embed.js`)).toBeUndefined();
      expect(parseAddress(`//${host}/`, new URL('https://blog.example/'))).toBeUndefined();
    },
  );

  it('name hosts that there can be', () => {
    for (const host of [
      'blog.example',
      'a-b.c_d.example:8443',
      'localhost:1',
      '127.0.0.1',
      '[::1]:8787',
      'xn--tda.example',
      'ü.example',
      'a.example.',
    ])
      expect(parseAddress(`https://${host}/`)?.protocol).toBe('https:');
  });

  it('carry no markup of the page’s', async () => {
    const page = readPage(
      "<script src=/embed.js></script><afterword-thread data-sort='a\"><script>\nreboot'></afterword-thread>",
      new URL('https://blog.example/'),
    );
    const all = await facts('https://blog.example/', '');
    const [finding] = ATTRIBUTE_CHECKS.flatMap((check) => check({ ...all, page }));
    expect(finding!.fix).toContain('sort="a&#34;>&#60;script>&#10;reboot"');
  });
});
