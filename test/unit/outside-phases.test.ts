/** Phases that ask others: what they send, how they take what comes back, and that nothing they do loses a comment. */
import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as v from 'valibot';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Settings } from '../../worker/contract-settings';
import type { Bindings } from '../../worker/env';
import type { Asked, OutsidePhase } from '../../worker/moderation/outside/asked';
import { askOutside } from '../../worker/moderation/outside/outside';
import { turnstile } from '../../worker/moderation/outside/turnstile';

const NOW = Date.UTC(2026, 0, 31, 12);
const SECRETS = { AKISMET_KEY: 'akismet-key', TURNSTILE_SECRET: 'turnstile-secret', PHASE_SECRET: 'phase-secret' };
const PHASE_URL = 'https://phase.blog.example/comments?v=1';

interface Seen {
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}
let seen: Seen[] = [];
let answer: (response: ServerResponse) => void;
let server: Server;
let origins: string;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    seen.push({ url: request.url!, headers: request.headers, body });
    answer(response);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const base = `http://localhost:${(server.address() as AddressInfo).port}`;
  origins = JSON.stringify({
    'https://rest.akismet.com': base,
    'https://challenges.cloudflare.com': base,
    'https://phase.blog.example': base,
  });
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  seen = [];
});

const asked = (settings: object, env: object = SECRETS, headers: Record<string, string> = {}): Asked => ({
  siteId: 'blog',
  page: { url: 'https://blog.example/a/post', title: 'A post' },
  parent: null,
  idempotencyKey: 'a-key-of-16-chars',
  comment: {
    body: 'See [this](https://shop.example).',
    name: 'Mika',
    email: 'mika@mail.example',
    url: null,
    links: ['https://shop.example'],
    authorId: null,
    address: '203.0.113.7',
    writtenMs: 4200,
  } as Partial<Asked['comment']> as Asked['comment'],
  verified: false,
  newcomer: true,
  findings: [],
  settings: v.parse(Settings, settings),
  headers: new Headers({ 'User-Agent': 'A browser', ...headers }),
  env: { PROVIDER_ORIGINS: origins, ...env } as unknown as Bindings,
  now: NOW,
});

const says = (status: number, body: string, headers: Record<string, string> = {}) => {
  answer = (response) => response.writeHead(status, headers).end(body);
};

describe('Akismet', () => {
  const ask = (env?: object) => askOutside(asked({ akismet: true }, env));

  it('is told of the comment, its page and who sent it', async () => {
    says(200, 'false');
    expect(await ask()).toEqual([]);
    expect(seen).toHaveLength(1);
    expect(seen[0]!.url).toBe('/1.1/comment-check');
    expect(Object.fromEntries(new URLSearchParams(seen[0]!.body))).toEqual({
      api_key: 'akismet-key',
      blog: 'https://blog.example/',
      user_ip: '203.0.113.7',
      user_agent: 'A browser',
      permalink: 'https://blog.example/a/post',
      comment_type: 'comment',
      comment_author: 'Mika',
      comment_author_email: 'mika@mail.example',
      comment_author_url: '',
      comment_content: 'See [this](https://shop.example).',
      comment_date_gmt: '2026-01-31T12:00:00.000Z',
      blog_charset: 'UTF-8',
    });
  });

  it('says spam, and how sure it is', async () => {
    says(200, 'true');
    expect(await ask()).toEqual([{ phase: 'akismet', says: 'spam', reason: 'Akismet takes this for spam.' }]);
    says(200, 'true', { 'X-akismet-pro-tip': 'discard' });
    expect((await ask())[0]!.reason).toBe('Akismet is sure that this is spam.');
  });

  it('holds and says why when its key is wrong, missing, or it answers something else', async () => {
    says(200, 'invalid', { 'X-akismet-debug-help': 'We were unable to parse your key' });
    expect(await ask()).toEqual([
      {
        phase: 'akismet',
        says: 'hold',
        reason: 'Could not be asked: Akismet answered 200, “We were unable to parse your key”.',
      },
    ]);
    says(500, 'true');
    expect((await ask())[0]!.says).toBe('hold');
    expect((await ask({}))[0]!.reason).toBe('Could not be asked: the secret AKISMET_KEY is not set.');
  });
});

describe('Turnstile', () => {
  const ask = (headers: Record<string, string> = { 'Afterword-Turnstile': 'a-token' }, env?: object) =>
    askOutside(asked({ turnstile: 'site-key' }, env, headers), [turnstile]);

  it('is told the token, the address and a key by which the same post may ask again', async () => {
    says(200, '{"success":true,"error-codes":[]}');
    expect(await ask()).toEqual([]);
    expect(await ask()).toEqual([]);
    const forms = seen.map(({ body }) => Object.fromEntries(new URLSearchParams(body)));
    expect(forms[0]).toMatchObject({ secret: 'turnstile-secret', response: 'a-token', remoteip: '203.0.113.7' });
    expect(forms[0]!.idempotency_key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(forms[1]).toEqual(forms[0]);
  });

  it('asks for another token when there is none, or it was false or used', async () => {
    await expect(ask({})).rejects.toMatchObject({ code: 'challenge_required' });
    expect(seen).toEqual([]);
    for (const code of ['invalid-input-response', 'timeout-or-duplicate']) {
      says(200, JSON.stringify({ success: false, 'error-codes': [code] }));
      await expect(ask()).rejects.toMatchObject({ code: 'challenge_required' });
    }
  });

  it('holds when the secret is wrong or missing, or nothing sensible comes back', async () => {
    says(200, '{"success":false,"error-codes":["invalid-input-secret"]}');
    expect((await ask())[0]).toMatchObject({ phase: 'turnstile', says: 'hold' });
    says(200, '{"success":"yes"}');
    expect((await ask())[0]!.reason).toBe('Could not be asked: Turnstile answered 200, and not as it should.');
    says(502, '<html>');
    expect((await ask())[0]!.says).toBe('hold');
    expect((await ask({}, {}))[0]!.reason).toBe('Could not be asked: the secret TURNSTILE_SECRET is not set.');
  });
});

describe('a phase of the owner’s', () => {
  const ask = (settings: object = { phaseUrl: PHASE_URL }, env?: object) => askOutside(asked(settings, env));

  it('is told of the comment, without its writer’s address, and can tell who asks', async () => {
    says(200, '{"says":"pass"}');
    expect(await ask()).toEqual([]);
    const { url, headers, body } = seen[0]!;
    expect(url).toBe('/comments?v=1');
    expect(JSON.parse(body)).toEqual({
      site: 'blog',
      page: { url: 'https://blog.example/a/post', title: 'A post' },
      comment: {
        parent: null,
        body: 'See [this](https://shop.example).',
        author: { id: null, name: 'Mika', email: 'mika@mail.example', url: null, verified: false, newcomer: true },
        links: ['https://shop.example'],
        writtenMs: 4200,
      },
      findings: [],
    });
    const mac = createHmac('sha256', 'phase-secret')
      .update(`${NOW / 1000}.${body}`)
      .digest('hex');
    expect(headers['afterword-signature']).toBe(`t=${NOW / 1000},v1=${mac}`);
  });

  it('threat 12: can tell what is forged, altered or sent again from what is genuine', async () => {
    says(200, '{"says":"pass"}');
    await ask();
    const { headers, body } = seen[0]!;
    const MAX_AGE_S = 300;
    // As docs/moderation.md tells those who write one.
    const isGenuine = (header: string, text: string, nowS: number, secret = SECRETS.PHASE_SECRET): boolean => {
      const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(header) ?? [];
      const mac = createHmac('sha256', secret).update(`${t}.${text}`).digest('hex');
      return v1 === mac && Math.abs(nowS - Number(t)) <= MAX_AGE_S;
    };
    const header = String(headers['afterword-signature']);
    const nowS = NOW / 1000;
    expect(isGenuine(header, body, nowS + 2)).toBe(true);
    expect(isGenuine(header, body.replace('Mika', 'Mira'), nowS)).toBe(false);
    expect(isGenuine(header, body, nowS, 'another secret')).toBe(false);
    expect(isGenuine(header, body, nowS + 3_600)).toBe(false);
    expect(isGenuine(header.replace(/t=\d+/, `t=${nowS + 3_600}`), body, nowS + 3_600)).toBe(false);
  });

  it('holds, takes for spam and refuses, with its reason', async () => {
    for (const verdict of ['hold', 'spam', 'refuse']) {
      says(200, JSON.stringify({ says: verdict, reason: ' Bought last week. ' }));
      expect(await ask()).toEqual([{ phase: 'own', says: verdict, reason: 'Bought last week.' }]);
    }
    says(200, '{"says":"hold"}');
    expect((await ask())[0]!.reason).toBe('It gave no reason.');
    says(200, JSON.stringify({ says: 'hold', reason: '😀'.repeat(2000) }));
    expect([...(await ask())[0]!.reason]).toHaveLength(500);
  });

  it('holds when it answers anything else, or with more than a little', async () => {
    const wrong = [
      '',
      'pass',
      '[]',
      '{}',
      '{"says":"approve"}',
      '{"says":"pass","reason":1}',
      `"${'x'.repeat(20_000)}"`,
    ];
    for (const body of wrong) {
      says(200, body);
      expect((await ask())[0]).toMatchObject({ phase: 'own', says: 'hold' });
    }
    says(404, '{"says":"pass"}');
    expect((await ask())[0]!.reason).toBe('Could not be asked: it answered 404.');
    says(302, '', { Location: 'https://phase.blog.example/other' });
    expect((await ask())[0]!.says).toBe('hold');
    expect((await ask({ phaseUrl: PHASE_URL }, {}))[0]!.reason).toMatch(/PHASE_SECRET/);
  });

  it('threat 2: is not asked at an address inside', async () => {
    says(200, '{"says":"pass"}');
    const inside = [
      'https://localhost/',
      'https://10.0.0.1/',
      'https://[::ffff:192.168.1.1]/',
      'https://box.internal/',
    ];
    for (const phaseUrl of inside)
      expect((await ask({ phaseUrl }))[0], phaseUrl).toMatchObject({ phase: 'own', says: 'hold' });
    expect(seen).toEqual([]);
  });
});

describe('Workers AI', () => {
  const ask = (run: (model: string, input: object) => Promise<unknown>) =>
    askOutside(asked({ ai: true }, { AI: { run } }));
  const responds = (response: unknown) => ask(async () => ({ response }));

  it('is asked about the comment as data, and holds at most', async () => {
    let given = {} as { messages: { role: string; content: string }[] };
    const passed = await ask(async (_, input) => {
      given = input as typeof given;
      return { response: 'Good.' };
    });
    expect(passed).toEqual([]);
    expect(JSON.parse(given.messages[1]!.content)).toEqual({
      name: 'Mika',
      website: null,
      text: 'See [this](https://shop.example).',
    });
    expect(await responds('spam')).toEqual([{ phase: 'ai', says: 'hold', reason: 'Workers AI takes this for spam.' }]);
  });

  it('holds when it says anything else, fails or is not bound', async () => {
    for (const said of ['I think this is spam, because', '', 7, null]) {
      expect((await responds(said))[0]!.reason).toMatch(/one of its two words/);
    }
    const failing = await ask(async () => {
      throw new Error('3040: Capacity temporarily exceeded');
    });
    expect(failing[0]!.reason).toBe('Could not be asked: 3040: Capacity temporarily exceeded');
    expect((await askOutside(asked({ ai: true }, {})))[0]!.reason).toMatch(/binding AI/);
  });
});

describe('all of them', () => {
  it('are asked at once, and one that is silent holds the comment', async () => {
    answer = () => {};
    const start = performance.now();
    const findings = await askOutside(asked({ akismet: true, phaseUrl: PHASE_URL }));
    expect(performance.now() - start).toBeLessThan(4_500);
    expect(findings.map(({ phase, says }) => [phase, says])).toEqual([
      ['akismet', 'hold'],
      ['own', 'hold'],
    ]);
    expect(findings[0]!.reason).toMatch(/in time/);
  });

  it('hold a comment whatever a phase throws, and however long it takes', async () => {
    const phase = (name: string, ask: OutsidePhase['ask']): OutsidePhase => ({ name, isOn: () => true, ask });
    const findings = await askOutside(asked({}), [
      phase('throws', () => Promise.reject('a text')),
      phase('hangs', () => new Promise(() => {})),
      phase('passes', async () => null),
    ]);
    expect(findings.map((f) => `${f.phase}: ${f.reason}`)).toEqual([
      'throws: Could not be asked: a text',
      'hangs: Could not be asked: there was no answer in time.',
    ]);
  });

  it('are left alone when none is switched on', async () => {
    expect(await askOutside(asked({}))).toEqual([]);
    expect(seen).toEqual([]);
  });
});
