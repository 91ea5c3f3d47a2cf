/** What a Content Security Policy lets through, for doctor: as browsers decide it. */
import { describe, expect, it } from 'vitest';
import {
  type Asked,
  allows,
  allowsTrustedPolicy,
  extend,
  type Kind,
  parsePolicies,
  parsePolicy,
} from '../../cli/doctor/csp';

const PAGE = new URL('https://blog.example/post');
const EMBED = new URL('https://comments.example/embed.js');
const may = (text: string, kind: Kind, asked: Asked = { url: EMBED, parserInserted: true }, page = PAGE) =>
  allows(parsePolicy(text), kind, asked, page);
const script = (text: string, more: Partial<Asked> = {}) =>
  may(text, 'script-src-elem', { url: EMBED, parserInserted: true, ...more });
const connect = (text: string, url = 'https://comments.example/api/v1/thread', page = PAGE) =>
  may(text, 'connect-src', { url: new URL(url) }, page);

describe('which directive decides', () => {
  it.each([
    ['', true],
    ['style-src none', true],
    ["default-src 'self'", false],
    ["default-src 'self'; script-src https://comments.example", true],
    ["script-src https://comments.example; script-src-elem 'self'", false],
    ["script-src 'none'; script-src-elem https://comments.example", true],
    ["SCRIPT-SRC https://comments.example; script-src 'none'", true],
    ["script-src 'none'; script-src https://comments.example", false],
    ['script-src', false],
    [';; ; script-src\thttps://comments.example ;', true],
    ["script-src-attr 'none'", true],
  ])('of “%s” for scripts: %s', (policy, allowed) => {
    expect(script(policy)).toBe(allowed);
  });

  it('falls back from frames to child-src, and from connections and pictures to default-src', () => {
    expect(may("child-src 'none'", 'frame-src')).toBe(false);
    expect(may("child-src 'none'; frame-src *", 'frame-src')).toBe(true);
    expect(may("default-src 'none'", 'img-src')).toBe(false);
    expect(may("default-src 'none'", 'connect-src')).toBe(false);
    expect(may("default-src 'none'; style-src *", 'style-src-elem')).toBe(true);
  });
});

describe('which sources match', () => {
  it.each([
    ['*', true],
    ['https:', true],
    ['http:', true],
    ['wss:', false],
    ['data:', false],
    ['comments.example', true],
    ['COMMENTS.EXAMPLE', true],
    ['https://comments.example', true],
    ['http://comments.example', true],
    ['https://comments.example:443', true],
    ['https://comments.example:8443', false],
    ['comments.example:*', true],
    ['http://comments.example:80', true],
    ['*.example', true],
    ['*.comments.example', false],
    ['https://*.example', true],
    ['example', false],
    ['https://comments.example/', true],
    ['https://comments.example/api/', true],
    ['https://comments.example/api', false],
    ['https://comments.example/api/v1/thread', true],
    ['https://comments.example/%61pi/', true],
    ['https://comments.example/other/', false],
    ["'self'", false],
    ["'none'", false],
    ["'none' https://comments.example", true],
    ["'unsafe-inline' 'unsafe-eval'", false],
    ['https://comments.example.evil.example', false],
    ['https://comments.example?x', false],
    ['%%%', false],
  ])('%s: %s', (source, allowed) => {
    expect(connect(`connect-src ${source}`)).toBe(allowed);
  });

  it('takes a source without a scheme for the page’s own or a safer one', () => {
    const http = new URL('http://blog.example/');
    expect(connect('connect-src comments.example', 'http://comments.example/api', PAGE)).toBe(false);
    expect(connect('connect-src comments.example', 'http://comments.example/api', http)).toBe(true);
    expect(connect('connect-src comments.example', 'https://comments.example/api', http)).toBe(true);
  });

  it('takes “self” for the page’s origin, and for its https twin', () => {
    expect(connect("connect-src 'self'", 'https://blog.example/api')).toBe(true);
    expect(connect("connect-src 'self'", 'https://blog.example:444/api')).toBe(false);
    expect(connect("connect-src 'self'", 'https://blog.example/api', new URL('http://blog.example/'))).toBe(true);
    expect(connect("connect-src 'self'", 'http://blog.example/api')).toBe(false);
    expect(connect("connect-src 'self'", 'http://localhost:8787/api', new URL('http://localhost:8787/'))).toBe(true);
  });

  it('needs the port where it is not the usual one', () => {
    const local = 'http://localhost:8787/api';
    const page = new URL('http://localhost:3000/');
    expect(connect('connect-src http://localhost', local, page)).toBe(false);
    expect(connect('connect-src http://localhost:8787', local, page)).toBe(true);
    expect(connect('connect-src localhost:*', local, page)).toBe(true);
    expect(connect('connect-src http://127.0.0.1:*', 'http://127.0.0.1:8787/api', page)).toBe(true);
  });
});

describe('scripts', () => {
  it('are let in by their nonce, of any host', () => {
    expect(script("script-src 'nonce-abc123'", { nonce: 'abc123' })).toBe(true);
    expect(script("script-src 'nonce-abc123'", { nonce: 'ABC123' })).toBe(false);
    expect(script("script-src 'nonce-abc123'")).toBe(false);
    expect(script("script-src 'nonce-abc123' https://comments.example")).toBe(true);
    expect(script("script-src 'nonce-'", { nonce: '' })).toBe(false);
  });

  it('are let in by digests that are all listed', () => {
    expect(script("script-src 'sha256-AAAA'", { integrity: 'sha256-AAAA' })).toBe(true);
    expect(script("script-src 'sha256-AAAA'", { integrity: 'sha256-AAAA sha384-BBBB' })).toBe(false);
    expect(script("script-src 'sha256-AA-_'", { integrity: 'sha256-AA+/' })).toBe(true);
    expect(script("script-src 'sha256-AAAA'")).toBe(false);
  });

  it('of the markup are judged by nonce or digest alone under strict-dynamic', () => {
    const policy = "script-src 'strict-dynamic' 'nonce-n' https://comments.example https:";
    expect(script(policy)).toBe(false);
    expect(script(policy, { nonce: 'n' })).toBe(true);
    expect(script(policy, { parserInserted: false })).toBe(true);
    expect(script("default-src 'strict-dynamic' 'nonce-n'", { nonce: 'n' })).toBe(true);
  });
});

describe('several policies', () => {
  it('are parted by commas, and empty ones are none', () => {
    const policies = parsePolicies("default-src 'self', script-src *; img-src 'none',, ;");
    expect(policies.map((policy) => [...policy.keys()])).toEqual([['default-src'], ['script-src', 'img-src']]);
  });
});

describe('Trusted Types', () => {
  it.each([
    ["require-trusted-types-for 'script'", true],
    ["require-trusted-types-for 'script'; trusted-types afterword", true],
    ["require-trusted-types-for 'script'; trusted-types other afterword 'allow-duplicates'", true],
    ["require-trusted-types-for 'script'; trusted-types *", true],
    ["require-trusted-types-for 'script'; trusted-types other", false],
    ["require-trusted-types-for 'script'; trusted-types Afterword", false],
    ["require-trusted-types-for 'script'; trusted-types 'none'", false],
    ["require-trusted-types-for 'script'; trusted-types", false],
    ['trusted-types other', true],
    ["default-src 'self'", true],
  ])('%s: %s', (policy, allowed) => {
    expect(allowsTrustedPolicy(parsePolicy(policy), 'afterword')).toBe(allowed);
  });
});

describe('the directive to write', () => {
  const source = 'https://comments.example';
  it.each<[string, Kind, string]>([
    ["script-src 'self'", 'script-src-elem', `script-src 'self' ${source}`],
    ["script-src 'none'", 'script-src-elem', `script-src ${source}`],
    ["script-src-elem 'self'", 'script-src-elem', `script-src-elem 'self' ${source}`],
    ["default-src 'self' https:", 'connect-src', `connect-src 'self' https: ${source}`],
    ["default-src 'none'", 'img-src', `img-src ${source}`],
    ["child-src 'self'", 'frame-src', `frame-src 'self' ${source}`],
    ['', 'connect-src', `connect-src ${source}`],
  ])('of “%s” for %s: %s, and it allows what was asked', (policy, kind, written) => {
    expect(extend(parsePolicy(policy), kind, source)).toBe(written);
    expect(may(`${written}; ${policy}`, kind)).toBe(true);
  });
});
