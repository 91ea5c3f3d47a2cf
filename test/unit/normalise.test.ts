/** What lands on one key and what does not, rule by rule, and the properties that hold for any address. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normaliseHost, normalisePage } from '../../worker/pages/normalise';
import { Problem } from '../../worker/problem';

const keyOf = (input: string) => normalisePage(input).key;

function problemOf(input: string): Problem {
  try {
    normalisePage(input);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error(`${input} was accepted`);
}

describe('refuses an address', () => {
  it.each([
    ['', 'url_invalid'],
    ['/blog/post', 'url_invalid'],
    ['example.com/post', 'url_invalid'],
    ['http://', 'url_invalid'],
    ['https://?p=1', 'url_invalid'],
    ['https://exa mple.com/', 'url_invalid'],
    ['https://[::1/', 'url_invalid'],
    ['https://example.com:65536/', 'url_invalid'],
    ['https://./', 'url_invalid'],
    ['https://example..com/', 'url_invalid'],
    ['https://www../', 'url_invalid'],
    ['https://0x7f.1../', 'url_invalid'],
    ['ftp://example.com/', 'url_not_http'],
    ['file:///home/me/post.html', 'url_not_http'],
    ['mailto:me@example.com', 'url_not_http'],
    ['javascript:alert(1)', 'url_not_http'],
    ['about:srcdoc', 'url_not_http'],
    ['data:text/html,x', 'url_not_http'],
    ['blob:https://example.com/0f', 'url_not_http'],
  ])('%j with %s, naming the field', (input, code) => {
    const problem = problemOf(input);
    expect(problem.code).toBe(code);
    expect(problem.options.field).toBe('url');
  });

  const ofBytes = (bytes: number, fill: string) => {
    const start = 'https://example.com/';
    return start + fill.repeat((bytes - start.length) / new TextEncoder().encode(fill).length);
  };

  it('over 2,048 bytes, and takes one of exactly 2,048', () => {
    expect(keyOf(ofBytes(2048, 'a'))).toHaveLength(2048);
    expect(problemOf(ofBytes(2049, 'a')).code).toBe('url_too_long');
    expect(problemOf('x'.repeat(70_000)).code).toBe('url_too_long');
  });

  it('by UTF-8 bytes, not by characters', () => {
    const input = ofBytes(2050, 'é');
    expect(input.length).toBeLessThan(2048);
    expect(problemOf(input).code).toBe('url_too_long');
  });

  it('that percent-encoding makes longer than 2,048 bytes', () => {
    expect(problemOf(ofBytes(1800, 'é')).code).toBe('url_too_long');
    expect(problemOf(`https://example.com/#!${'é'.repeat(500)}`).code).toBe('url_too_long');
    // The key alone encodes `|`; the address to link to alone still has its `www.`.
    expect(problemOf(ofBytes(800, '|')).code).toBe('url_too_long');
    expect(problemOf(`https://www.example.com/aaaa${'é'.repeat(337)}`).code).toBe('url_too_long');
    expect(keyOf(`https://www.example.com/aa${'é'.repeat(337)}`)).toHaveLength(2044);
  });

  it('with a lone surrogate no differently than with the replacement character', () => {
    expect(keyOf('https://example.com/\ud800')).toBe(keyOf('https://example.com/\ufffd'));
  });
});

describe('lands on one key', () => {
  const home = 'https://example.com/';
  const post = 'https://example.com/a/b';
  const query = 'https://example.com/?p=123';
  it.each([
    // Spelling that the URL standard itself ignores
    ['  \t\nHTTPS://EXAMPLE.com\n', home],
    ['https://exam\tple.com/a\n/b', post],
    ['https:\\\\example.com\\a\\b', post],
    ['https:example.com/a/b', post],
    ['https://example.com/x/../a/./b', post],
    ['https://example.com/x/%2E%2e/a/%2e/b', post],
    ['https://example.com?p=123', query],
    // Scheme, www, port, userinfo, the final dot
    ['http://example.com', home],
    ['http://www.example.com/a/b', post],
    ['https://www.WWW.example.com/a/b', post],
    ['https://%77%77%77.example.com/a/b', post],
    ['https://example.com./a/b', post],
    ['http://example.com:80/a/b', post],
    ['http://example.com:443/a/b', post],
    ['https://example.com:80/a/b', post],
    ['https://me:secret@example.com/a/b', post],
    // Fragments that are no route
    ['https://example.com/a/b#comments', post],
    ['https://example.com/a/b#', post],
    ['https://example.com/a/b#!', post],
    ['https://example.com/a/b#!/', post],
    ['https://example.com/a/b#/', post],
    // Paths
    ['https://example.com/a/b/', post],
    ['https://example.com//a///b//', post],
    ['https://example.com/a/b/index.html', post],
    ['https://example.com/a/b/index.htm', post],
    ['https://example.com/a/b/index.php/', post],
    ['https://example.com/a/b/%69ndex%2ehtml', post],
    ['https://example.com/a/b/index.php/index.html', post],
    ['https://example.com/index.html', home],
    ['https://example.com/index.php?p=123', query],
    // Percent-encoding
    ['https://example.com/%61/%62', post],
    ['https://example.com/?%70=%31%32%33', query],
    // Tracking and empty parts of the query
    ['https://example.com/a/b?', post],
    ['https://example.com/a/b?&&', post],
    ['https://example.com/a/b?utm_source=feed&utm_anything_new=1', post],
    ['https://example.com/?fbclid=x&p=123&gclid=y', query],
    ['https://example.com/?UTM_Source=x&p=123&ScCid', query],
    ['https://example.com/?%75tm%5fsource=x&p=123&%66bclid=1', query],
    ['https://example.com/?&p=123&', query],
  ])('%j → %s', (input, key) => {
    expect(keyOf(input)).toBe(key);
  });

  it.each([
    ['https://bücher.example/', 'https://xn--bcher-kva.example/'],
    ['https://BÜCHER。example/', 'https://xn--bcher-kva.example/'],
    ['http://www.localhost:8787/', 'https://www.localhost:8787/'],
    ['http://[0:0::1]:80/a/', 'https://[::1]/a'],
    ['http://0x7f.1:8080/', 'https://127.0.0.1:8080/'],
    ['http://127.0.0.1./', 'https://127.0.0.1/'],
    ['https://example.com/é', 'https://example.com/%C3%A9'],
    ['https://example.com/%c3%a9', 'https://example.com/%C3%A9'],
    ['https://example.com/?q={a|b}&tag[]=x', 'https://example.com/?q=%7Ba%7Cb%7D&tag%5B%5D=x'],
    ['https://example.com/?q=%7ba%7Cb%7d&tag%5b%5d=x', 'https://example.com/?q=%7Ba%7Cb%7D&tag%5B%5D=x'],
    ['https://example.com/?b=2&a=1', 'https://example.com/?a=1&b=2'],
    ['https://example.com/?%62=2&a=1', 'https://example.com/?a=1&b=2'],
    ['https://example.com/#!/caf%c3%a9', 'https://example.com/#!/caf%C3%A9'],
  ])('%j → %s', (input, key) => {
    expect(keyOf(input)).toBe(key);
  });
});

describe('keeps apart', () => {
  it.each([
    ['https://example.com/?p=123', 'https://example.com/?p=124'],
    ['https://example.com/?p=123', 'https://example.com/'],
    ['https://example.com/?p', 'https://example.com/?p='],
    ['https://example.com/??p', 'https://example.com/?p'],
    ['https://example.com/?a=1&a=2', 'https://example.com/?a=2&a=1'],
    ['https://example.com/?a=b+c', 'https://example.com/?a=b%2Bc'],
    ['https://example.com/?a=1%262', 'https://example.com/?a=1&2'],
    ['https://example.com/?ref=a', 'https://example.com/'],
    ['https://example.com/?si=a', 'https://example.com/'],
    ['https://example.com/?utm=a', 'https://example.com/'],
    ['https://example.com/?x=utm_source', 'https://example.com/'],
    ['https://example.com/Post', 'https://example.com/post'],
    ['https://example.com/a%2Fb', 'https://example.com/a/b'],
    ['https://example.com/a%3Fb', 'https://example.com/a?b'],
    ['https://example.com/a%23!b', 'https://example.com/a#!b'],
    ['https://example.com/a;v=1', 'https://example.com/a'],
    ['https://example.com/index.php/foo', 'https://example.com/foo'],
    ['https://example.com/myindex.html', 'https://example.com/'],
    ['https://example.com/%2541', 'https://example.com/A'],
    ['https://example.com/%%34%31', 'https://example.com/A'],
    ['https://example.com/%4%31', 'https://example.com/A'],
    ['https://example.com/#!/a', 'https://example.com/#!/b'],
    ['https://example.com/#/a', 'https://example.com/'],
    ['https://example.com:8080/', 'https://example.com/'],
    ['https://blog.example.com/', 'https://example.com/'],
    ['https://wwww.example.com/', 'https://example.com/'],
    ['https://www.com/', 'https://com/'],
  ])('%j and %j', (one, other) => {
    expect(keyOf(one)).not.toBe(keyOf(other));
  });

  it('a malformed percent sequence from the one that decoding would make of it', () => {
    expect(keyOf('https://example.com/%%34%31')).toBe('https://example.com/%%341');
    expect(keyOf('https://example.com/%4%31')).toBe('https://example.com/%4%31');
    expect(keyOf('https://example.com/%zz%7e%')).toBe('https://example.com/%zz~%');
  });
});

describe('beside the key', () => {
  it('gives the address as it was, without credentials and fragment, to look up aliases', () => {
    const { exact } = normalisePage('http://me:secret@WWW.example.com:443//a/index.html?utm_source=x&p=1#top');
    expect(exact).toBe('http://www.example.com:443//a/index.html?utm_source=x&p=1');
    expect(normalisePage('https://example.com/?#!/a%2e').exact).toBe('https://example.com/?#!/a%2e');
  });

  it('gives an address to link to, of the same scheme, host and order, without tracking', () => {
    const { url } = normalisePage('http://me@www.example.com:8080/A/?b=%7e&utm_source=x&a=2&fbclid=y#top');
    expect(url).toBe('http://www.example.com:8080/A/?b=%7e&a=2');
    expect(normalisePage('http://example.com/index.php?gclid=1#/a').url).toBe('http://example.com/index.php#/a');
  });

  it('gives the host that the site is found by', () => {
    expect(normalisePage('http://www.example.com:80/a').host).toBe('example.com');
    expect(normalisePage('https://example.com:8443/a').host).toBe('example.com:8443');
  });
});

describe('normaliseHost', () => {
  it.each([
    ['https://www.Example.com:443', 'example.com'],
    ['http://example.com', 'example.com'],
    ['https://example.com/', 'example.com'],
    ['http://localhost:8787', 'localhost:8787'],
    ['http://[::1]:8787', '[::1]:8787'],
    ['https://bücher.example', 'xn--bcher-kva.example'],
  ])('reads %j as %s', (origin, host) => {
    expect(normaliseHost(origin)).toBe(host);
  });

  it.each([
    ...['null', '', '*', 'example.com', 'file://', 'ftp://example.com', 'chrome-extension://abc', 'https://a..b'],
    ...['https://example.com/blog', 'https://example.com?a', 'https://example.com#a', 'https://me@example.com'],
  ])('makes nothing of %j', (origin) => {
    expect(normaliseHost(origin)).toBeUndefined();
  });
});

/** Addresses dense in what the rules look at, and in what decoding could expose. */
const HOSTS = [
  'example.com',
  'www.example.com',
  'www.www.a.b',
  'www.com',
  'EXAMPLE.com.',
  'a..',
  '.b',
  'www..',
  'ü.de',
];
const IPS = ['1.2.3.4', '0x7f.1..', 'www.1.2.3.4..', '[::1]', 'xn--a', '١.example', 'me:pw@host'];
const PIECES = [
  'a',
  'B',
  '4',
  '1',
  'é',
  '.',
  '..',
  '%2e',
  '%2E%2e',
  '/',
  '//',
  '\\',
  '%',
  '%4',
  '%%34%31',
  '%69ndex.html',
];
const MORE = [
  'index.html',
  'index.php',
  '%2f',
  '%2F',
  '%7e',
  '%c3%a9',
  '%25',
  '[',
  '|',
  '^',
  "'",
  ';',
  ' ',
  '\t',
  '😀',
  '@',
  ':',
];
const PARTS = [
  'p=1',
  'p',
  'p=',
  'a=%61',
  'a=2',
  '%61=3',
  'utm_x=1',
  '%75tm_a',
  'fbclid=',
  '=',
  '',
  'b={}',
  '%=%31',
  '?',
  "'",
  '+',
];
const FRAGMENTS = ['', '#', '#top', '#!', '#!/', '#/', '#!x', '#/x%7e', '#/%2f', '#!#', '#!%%34%31'];
const address = fc
  .tuple(
    fc.constantFrom('http://', 'https://', ' HTTP:\\\\', 'https:'),
    fc.constantFrom(...HOSTS, ...IPS),
    fc.constantFrom('', ':80', ':443', ':8080', ':'),
    fc.array(fc.constantFrom(...PIECES, ...MORE), { maxLength: 8 }).map((pieces) => `/${pieces.join('')}`),
    fc.option(fc.array(fc.constantFrom(...PARTS), { maxLength: 5 }), { nil: undefined }),
    fc.constantFrom(...FRAGMENTS),
  )
  .map(([scheme, host, port, path, parts, fragment]) => {
    return `${scheme}${host}${port}${path}${parts ? `?${parts.join('&')}` : ''}${fragment}`;
  });

/** What is accepted of these inputs; a Problem is a fair answer, any other error is not. */
function accept(input: string) {
  try {
    return normalisePage(input);
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

describe('for any address', () => {
  it('is idempotent, on its key, its url and its host', () => {
    let accepted = 0;
    fc.assert(
      fc.property(fc.oneof(address, fc.webUrl({ withQueryParameters: true, withFragments: true })), (input) => {
        const page = accept(input);
        if (!page) return;
        accepted++;
        expect(normalisePage(page.key).key).toBe(page.key);
        expect(normalisePage(page.url)).toMatchObject({ key: page.key, url: page.url });
        expect(normalisePage(page.exact).key).toBe(page.key);
        expect(normaliseHost(`https://${page.host}`)).toBe(page.host);
        expect(new URL(page.key).href).toBe(page.key);
      }),
      { numRuns: 3000 },
    );
    expect(accepted).toBeGreaterThan(1000);
  });

  it('throws nothing but a Problem, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('', 'http://', 'https://a/', 'https://a/?'),
        (text, start) => {
          accept(start + text);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('gives the variants of a page its key', () => {
    const word = fc.stringMatching(/^[a-zA-Z0-9_~-]{1,8}$/);
    const pages = fc.record({
      path: fc.array(word, { maxLength: 4 }),
      // A name that starts with x is never a tracking parameter.
      query: fc.uniqueArray(fc.tuple(word, word), { maxLength: 4, selector: ([name]) => name }),
    });
    const seeds = fc.infiniteStream(fc.boolean());
    fc.assert(
      fc.property(pages, seeds, ({ path, query }, flips) => {
        const flip = () => flips.next().value === true;
        const encode = (text: string) =>
          [...text].map((c) => (flip() ? `%${c.charCodeAt(0).toString(16)}` : c)).join('');
        const parts = query.map(([name, value]) => `x${name}=${value}`);
        const plain = `https://example.com/${path.join('/')}?${parts.join('&')}`;
        const shuffled = query.map(([name, value]) => `${encode(`x${name}`)}=${encode(value)}`);
        if (flip()) shuffled.reverse();
        if (flip()) shuffled.unshift('utm_source=feed');
        if (flip()) shuffled.push('', 'fbclid=1');
        const variant = [
          flip() ? 'http://' : 'https://',
          flip() ? 'www.' : '',
          flip() ? 'EXAMPLE.com' : 'example.com.',
          flip() ? ':443' : '',
          flip() ? '/' : '//',
          path.map(encode).join(flip() ? '/' : '///'),
          flip() ? '/' : '',
          flip() ? '/index.html' : '',
          `?${shuffled.join('&')}`,
          flip() ? '#comments' : '',
        ].join('');
        expect(keyOf(variant)).toBe(keyOf(plain));
      }),
      { numRuns: 1000 },
    );
  });

  it('takes the longest of every pathological kind far within the 10 ms of a request', () => {
    const started = performance.now();
    let inputs = 0;
    for (const unit of ['/', 'www.', '%', '%4', '%%34%31', '&', 'a=&', '/index.html', '.', '[', '#!', '\\']) {
      const fill = unit.repeat(2020 / unit.length);
      for (const input of [`https://${fill}`, `https://a/${fill}`, `https://a/?${fill}`, `https://a/#!${fill}`]) {
        accept(input);
        inputs++;
      }
    }
    expect((performance.now() - started) / inputs).toBeLessThan(5);
  });
});
