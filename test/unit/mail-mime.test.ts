/** Mails as they travel: whatever stands in them comes out as it was, and never becomes a header. */
import fc from 'fast-check';
import { simpleParser } from 'mailparser';
import { describe, expect, it } from 'vitest';
import { checkAddress, parseMailbox, printHeader } from '../../worker/notify/mail/header';
import type { Mail } from '../../worker/notify/mail/mail';
import { printMail, type Sender } from '../../worker/notify/mail/mime';

const sender: Sender = { from: { address: 'blog@blog.example', name: 'Blog' }, host: 'comments.blog.example' };
const mail: Mail = {
  id: 'reply.1',
  to: 'ada@reader.example',
  subject: 'Hello',
  text: 'Hello',
  html: '<p>Hello</p>',
};
const NOW = Date.UTC(2026, 10, 23, 8, 5, 9);
const print = (more: Partial<Mail> = {}, from: Partial<Sender> = {}) =>
  printMail({ ...mail, ...more }, { ...sender, ...from }, NOW);
/** Names of the headers of the whole mail, in order. */
const namesOf = (source: string) =>
  source
    .slice(0, source.indexOf('\r\n\r\n'))
    .split('\r\n')
    .filter((line) => !line.startsWith(' '))
    .map((line) => line.split(':')[0]);

describe('a mail', () => {
  it('has all headers it should', () => {
    const source = print({ thread: 'comment.2', unsubscribeUrl: 'https://c.example/u/x.y', list: 'localhost:8787' });
    expect(source.slice(0, source.indexOf('\r\n\r\n'))).toBe(
      [
        'From: "Blog" <blog@blog.example>',
        'To: ada@reader.example',
        'Subject: Hello',
        'Date: Mon, 23 Nov 2026 08:05:09 +0000',
        'Message-ID: <reply.1@comments.blog.example>',
        'In-Reply-To: <comment.2@comments.blog.example>',
        'References: <comment.2@comments.blog.example>',
        'List-Id: <localhost-8787>',
        'List-Unsubscribe: <https://c.example/u/x.y>',
        'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
        'Precedence: list',
        'Auto-Submitted: auto-generated',
        'X-Auto-Response-Suppress: All',
        'MIME-Version: 1.0',
        'Content-Type: multipart/alternative; boundary="=_reply.1"',
      ].join('\r\n'),
    );
  });

  it('one that was asked for this moment has no way to end it', () => {
    expect(namesOf(print())).not.toContain('List-Unsubscribe');
  });

  it('comes out as it was, whatever letters it has, in seven bits and lines that every server takes', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 400 });
    await fc.assert(
      fc.asyncProperty(text, text, text, async (subject, plain, html) => {
        const source = print({ subject, text: plain, html });
        expect(source).toMatch(/^[\t\r\n\x20-\x7e]*$/);
        expect(source.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
        for (const line of source.split('\r\n')) expect(line.length).toBeLessThanOrEqual(78);
        const parsed = await simpleParser(source, { skipHtmlToText: true, skipTextToHtml: true });
        const lines = (of: string) => of.replace(/\r\n?/g, '\n');
        // The end of the last line belongs to what follows.
        expect(lines(parsed.text ?? '').replace(/\n+$/, '')).toBe(lines(plain).replace(/\n+$/, ''));
        expect(lines(String(parsed.html || '')).replace(/\n+$/, '')).toBe(lines(html).replace(/\n+$/, ''));
      }),
      { numRuns: 200 },
    );
  }, 30_000);

  it.each([
    ['plain', 'Ada replied to you'],
    ['long', 'Someone replied to you on '.repeat(8).trim()],
    ['of other letters', 'Ответ на ваш комментарий: «Как растут деревья в городе»'],
    ['right to left', 'תגובה חדשה לדיון'],
    ['faces', '🌳'.repeat(60)],
    ['one that looks encoded', '=?utf-8?B?SGk=?='],
  ])('a subject: %s', async (_what, subject) => {
    expect((await simpleParser(print({ subject }))).subject).toBe(subject);
  });

  it.each(['Blog', 'O’Hara & Söhne', 'A "quoted" \\ name', 'Doe, Jane <x@y.example>', 'م'.repeat(90)])(
    'a name: %s',
    async (name) => {
      const { from } = await simpleParser(print({}, { from: { address: 'a@b.example', name } }));
      expect(from?.value).toEqual([{ address: 'a@b.example', name }]);
    },
  );
});

describe('threat 8: nothing that is written to a mail becomes a header', () => {
  const PAYLOADS = [
    '\r\nBcc: all@victims.example',
    '\nBcc: x@y.example',
    '\rBcc: x',
    '\0',
    '\r\n\r\nHello',
    '\u2028Bcc: x',
  ];

  it.each(PAYLOADS)('subject %j', async (payload) => {
    const source = print({ subject: `Hello${payload}` });
    expect(namesOf(source)).toEqual(namesOf(print()));
    expect((await simpleParser(source)).bcc).toBeUndefined();
  });

  it.each(PAYLOADS)('sender’s name %j', (payload) => {
    const from = parseMailbox(`Blog${payload} <blog@blog.example>`);
    expect(namesOf(print({}, { from }))).toEqual(namesOf(print()));
    expect(namesOf(print({}, { from: { ...from, name: `Blog${payload}` } }))).toEqual(namesOf(print()));
  });

  it.each(PAYLOADS)('address, id, thread and address to end it %j', (payload) => {
    expect(() => print({ to: `ada@reader.example${payload}` })).toThrow('no address');
    expect(() => print({ to: `ada${payload}@reader.example` })).toThrow('no address');
    expect(() => print({ id: `reply.1${payload}` })).toThrow('cannot be written');
    expect(() => print({ thread: `reply.1${payload}` })).toThrow('cannot be written');
    expect(() => printHeader('Subject', `x${payload}`)).toThrow('cannot be written');
    const named = namesOf(print({ unsubscribeUrl: `https://c.example/u${payload}`, list: `blog${payload}` }));
    expect(named).toEqual(namesOf(print({ unsubscribeUrl: 'https://c.example/u', list: 'blog' })));
  });

  it('any text at all', () => {
    const any = fc.string({ unit: 'binary', maxLength: 200 });
    fc.assert(
      fc.property(any, any, any, (subject, name, list) => {
        const source = print({ subject, list: `x${list}` }, { from: { address: 'a@b.example', name } });
        expect(namesOf(source)).toEqual(namesOf(print({ list: 'x' })));
      }),
      { numRuns: 100 },
    );
  }, 30_000);
});

describe('an address', () => {
  it.each([
    ['ada@reader.example', 'ada@reader.example'],
    ['ada.b+tag@Reader.Example', 'ada.b+tag@reader.example'],
    ['ada@bücher.example', 'ada@xn--bcher-kva.example'],
    ['x@localhost', 'x@localhost'],
  ])('%s', (text, address) => expect(checkAddress(text)).toBe(address));

  it.each([
    '',
    'ada',
    '@reader.example',
    'ada@',
    'ada b@reader.example',
    'ada@reader.example,bob@reader.example',
    'ada@reader.example bob@reader.example',
    '<ada@reader.example>',
    '"ada b"@reader.example',
    'ada(b)@reader.example',
    'ada..b@reader.example',
    'ada@reader..example',
    'ada@-reader.example',
    'ada@[127.0.0.1]',
    'ada@127.0.0.1',
    'ada@127.1',
    'ада@reader.example',
    `${'a'.repeat(65)}@reader.example`,
    `a@${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.${'e'.repeat(60)}.${'f'.repeat(20)}`,
  ])('none: %s', (text) => expect(() => checkAddress(text)).toThrow('no address'));
});
