/** Providers by HTTP, asked from workerd: requests as their documentation has them, and what their answers mean. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { simpleParser } from 'mailparser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mailTo, sendMails } from './mail-stage.ts';

interface Asked {
  path: string;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

interface Answer {
  status: number;
  body?: object | string;
  headers?: Record<string, string>;
}

const asked: Asked[] = [];
let answers: Answer[] = [];
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  asked.push({ path: request.url!, headers: request.headers, body: Buffer.concat(chunks).toString() });
  const { status, body = '', headers } = answers.shift() ?? { status: 500 };
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
});
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => void server.close());

const ORIGINS = [
  'https://api.resend.com',
  'https://api.postmarkapp.com',
  'https://api.sendgrid.com',
  'https://api.mailgun.net',
  'https://api.eu.mailgun.net',
  'https://email.eu-west-1.amazonaws.com',
];

/** @returns what was asked, and what came of it */
async function send(url: string, mail: ReturnType<typeof mailTo>, ...given: Answer[]) {
  asked.length = 0;
  answers = given;
  const base = `http://localhost:${(server.address() as AddressInfo).port}`;
  const origins = Object.fromEntries(ORIGINS.map((origin) => [origin, `${base}/${new URL(origin).hostname}`]));
  const [outcome] = await sendMails({ MAIL_URL: url, PROVIDER_ORIGINS: JSON.stringify(origins) }, mail);
  return { outcome, asked: asked[0]! };
}

const mail = mailTo('ada@reader.example', {
  subject: 'Grüße\r\nBcc: x@y.example',
  thread: 'comment.2',
  unsubscribeUrl: 'https://c.example/u/x',
  list: 'blog.example',
});
const HEADERS = {
  'Message-ID': '<reply.1@comments.blog.example>',
  'In-Reply-To': '<comment.2@comments.blog.example>',
  References: '<comment.2@comments.blog.example>',
  'List-Id': '<blog.example>',
  'List-Unsubscribe': '<https://c.example/u/x>',
  'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  Precedence: 'list',
  'Auto-Submitted': 'auto-generated',
  'X-Auto-Response-Suppress': 'All',
};
const SUBJECT = 'Grüße Bcc: x@y.example';
const CONTENT = { text: 'Hello', html: '<p>Hello</p>' };

describe('requests', () => {
  it('Resend', async () => {
    const { outcome, asked } = await send('resend://re_123', mail, { status: 200, body: { id: '49a3' } });
    expect(outcome).toEqual({ sent: true, answer: '200 {"id":"49a3"}' });
    expect(asked.path).toBe('/api.resend.com/emails');
    expect(asked.headers).toMatchObject({
      authorization: 'Bearer re_123',
      'content-type': 'application/json',
      'idempotency-key': 'reply.1',
    });
    expect(JSON.parse(asked.body)).toEqual({
      from: '"Blog" <blog@blog.example>',
      to: ['ada@reader.example'],
      subject: SUBJECT,
      ...CONTENT,
      headers: HEADERS,
    });
  });

  it('Postmark', async () => {
    const { outcome, asked } = await send('postmark://token-1', mail, { status: 200, body: { ErrorCode: 0 } });
    expect(outcome).toMatchObject({ sent: true });
    expect(asked.path).toBe('/api.postmarkapp.com/email');
    expect(asked.headers['x-postmark-server-token']).toBe('token-1');
    expect(JSON.parse(asked.body)).toEqual({
      From: '"Blog" <blog@blog.example>',
      To: 'ada@reader.example',
      Subject: SUBJECT,
      TextBody: CONTENT.text,
      HtmlBody: CONTENT.html,
      MessageStream: 'outbound',
      TrackOpens: false,
      TrackLinks: 'None',
      Headers: [
        ...Object.entries(HEADERS).map(([Name, Value]) => ({ Name, Value })),
        { Name: 'X-PM-KeepID', Value: 'true' },
      ],
    });
  });

  it('SendGrid', async () => {
    const { outcome, asked } = await send('sendgrid://SG.a.b', mail, { status: 202 });
    expect(outcome).toEqual({ sent: true, answer: '202' });
    expect(asked.path).toBe('/api.sendgrid.com/v3/mail/send');
    expect(asked.headers).toMatchObject({ authorization: 'Bearer SG.a.b', accept: 'application/json' });
    expect(JSON.parse(asked.body)).toEqual({
      personalizations: [{ to: [{ email: 'ada@reader.example' }] }],
      from: { email: 'blog@blog.example', name: 'Blog' },
      subject: SUBJECT,
      content: [
        { type: 'text/plain', value: CONTENT.text },
        { type: 'text/html', value: CONTENT.html },
      ],
      headers: HEADERS,
      tracking_settings: {
        click_tracking: { enable: false, enable_text: false },
        open_tracking: { enable: false },
        subscription_tracking: { enable: false },
      },
    });
  });

  it.each([
    ['mailgun://key-1@mg.blog.example', 'api.mailgun.net'],
    ['mailgun://key-1@mg.blog.example?region=eu', 'api.eu.mailgun.net'],
  ])('Mailgun: %s', async (url, host) => {
    const { outcome, asked } = await send(url, mail, { status: 200, body: { id: '<x>', message: 'Queued.' } });
    expect(outcome).toMatchObject({ sent: true });
    expect(asked.path).toBe(`/${host}/v3/mg.blog.example/messages`);
    expect(asked.headers.authorization).toBe(`Basic ${btoa('api:key-1')}`);
    expect(asked.headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/);
    expect(Object.fromEntries(new URLSearchParams(asked.body))).toEqual({
      from: '"Blog" <blog@blog.example>',
      to: 'ada@reader.example',
      subject: SUBJECT,
      ...CONTENT,
      'o:tracking': 'no',
      ...Object.fromEntries(Object.entries(HEADERS).map(([name, value]) => [`h:${name}`, value])),
    });
  });

  it('Amazon SES', async () => {
    const { outcome, asked } = await send('ses://AKIA1:secret/+1@eu-west-1', mail, {
      status: 200,
      body: { MessageId: '1' },
    });
    expect(outcome).toMatchObject({ sent: true });
    expect(asked.path).toBe('/email.eu-west-1.amazonaws.com/v2/email/outbound-emails');
    const day = new Date().toISOString().slice(0, 10).replaceAll('-', '');
    expect(asked.headers['x-amz-date']).toMatch(/^\d{8}T\d{6}Z$/);
    expect(asked.headers.authorization).toMatch(
      new RegExp(
        `^AWS4-HMAC-SHA256 Credential=AKIA1/${day}/eu-west-1/ses/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=[0-9a-f]{64}$`,
      ),
    );
    const { Content, ...rest } = JSON.parse(asked.body);
    expect(rest).toEqual({
      FromEmailAddress: 'blog@blog.example',
      Destination: { ToAddresses: ['ada@reader.example'] },
    });
    const parsed = await simpleParser(Buffer.from(Content.Raw.Data, 'base64'));
    expect(parsed).toMatchObject({ subject: SUBJECT, html: '<p>Hello</p>', messageId: HEADERS['Message-ID'] });
    expect(parsed.bcc).toBeUndefined();
  });
});

describe('answers', () => {
  const AMAZON = (type: string) => ({ 'x-amzn-ErrorType': `${type}:http://internal.amazon.example/` });
  it.each<[string, string, Answer, object]>([
    [
      'Resend: too much at once',
      'resend://k',
      { status: 429, headers: { 'Retry-After': '7' } },
      { outage: true, retryAfterS: 7 },
    ],
    ['Resend: wrong key', 'resend://k', { status: 403, body: { name: 'invalid_api_key' } }, { outage: true }],
    [
      'Resend: recipient',
      'resend://k',
      { status: 422, body: { name: 'validation_error', message: 'Invalid `to` field.' } },
      { final: true },
    ],
    ['Resend: something else', 'resend://k', { status: 422, body: { message: 'Invalid `from` field.' } }, {}],
    ['Resend: at it', 'resend://k', { status: 409, body: { name: 'concurrent_idempotent_requests' } }, {}],
    ['Resend: broken', 'resend://k', { status: 500, body: '<html>' }, { outage: true }],
    ['Postmark: recipient inactive', 'postmark://k', { status: 422, body: { ErrorCode: 406 } }, { final: true }],
    [
      'Postmark: recipient',
      'postmark://k',
      { status: 422, body: { ErrorCode: 300, Message: "Invalid 'To' address: 'x'." } },
      { final: true },
    ],
    ['Postmark: sender', 'postmark://k', { status: 422, body: { ErrorCode: 400 } }, { outage: true }],
    ['Postmark: wrong token', 'postmark://k', { status: 401, body: { ErrorCode: 10 } }, { outage: true }],
    [
      'SendGrid: recipient',
      'sendgrid://k',
      { status: 400, body: { errors: [{ field: 'personalizations.0.to' }] } },
      { final: true },
    ],
    ['SendGrid: something else', 'sendgrid://k', { status: 400, body: { errors: [{ field: null }] } }, {}],
    ['SendGrid: too large', 'sendgrid://k', { status: 413 }, { final: true }],
    ['SendGrid: sender', 'sendgrid://k', { status: 403 }, { outage: true }],
    [
      'Mailgun: recipient',
      'mailgun://k@d.example',
      { status: 400, body: { message: "'to' parameter is not a valid address" } },
      { final: true },
    ],
    ['Mailgun: wrong domain', 'mailgun://k@d.example', { status: 404 }, { outage: true }],
    [
      'SES: sender',
      'ses://a:k@eu-west-1',
      { status: 400, headers: AMAZON('MessageRejected'), body: { message: 'Email address is not verified.' } },
      { outage: true },
    ],
    [
      'SES: content',
      'ses://a:k@eu-west-1',
      { status: 400, headers: AMAZON('MessageRejected'), body: { message: 'Virus' } },
      { final: true },
    ],
    [
      'SES: paused',
      'ses://a:k@eu-west-1',
      { status: 400, headers: AMAZON('SendingPausedException') },
      { outage: true },
    ],
    [
      'SES: recipient',
      'ses://a:k@eu-west-1',
      { status: 400, headers: AMAZON('BadRequestException'), body: { message: 'Illegal address' } },
      { final: true },
    ],
    [
      'SES: too much at once',
      'ses://a:k@eu-west-1',
      { status: 429, headers: AMAZON('TooManyRequestsException') },
      { outage: true },
    ],
    [
      'a redirect is followed by none',
      'resend://k',
      { status: 307, headers: { Location: 'https://elsewhere.example/' } },
      { outage: true },
    ],
    ['an answer without an end', 'resend://k', { status: 500, body: 'x'.repeat(100_000) }, { outage: true }],
  ])('%s', async (_what, url, answer, expected) => {
    const { outcome } = await send(url, mail, answer);
    expect(outcome).toEqual({ sent: false, answer: expect.any(String), ...expected });
  });

  it('Resend says that the same mail was sent before, in other words: then it was sent', async () => {
    const { outcome } = await send('resend://k', mail, { status: 409, body: { name: 'invalid_idempotent_request' } });
    expect(outcome).toMatchObject({ sent: true, earlier: true });
  });

  it('threat 8: an address with a line break in it is asked of nobody', async () => {
    for (const url of [
      'resend://k',
      'postmark://k',
      'sendgrid://k',
      'mailgun://k@d.example',
      'ses://a:k@eu-west-1',
      'smtp://localhost:1',
    ]) {
      const { outcome } = await send(url, { ...mail, to: 'ada@reader.example\r\nBcc: x@y.example' }, { status: 200 });
      expect(outcome).toEqual({ sent: false, final: true, answer: expect.stringContaining('no address') });
      expect(asked).toEqual([]);
    }
  });

  it('a key that comes back in an answer is not shown', async () => {
    const { outcome } = await send('resend://re_S3CRET', mail, { status: 401, body: { message: 'Key re_S3CRET?' } });
    expect(JSON.stringify(outcome)).not.toContain('S3CRET');
  });
});

describe('set-up', () => {
  it.each([
    [{ MAIL_URL: 'pigeon://k' }, 'MAIL_URL must begin with'],
    [{ MAIL_URL: 'resend://k', MAIL_FROM: '' }, 'MAIL_FROM is missing'],
    [{ MAIL_URL: 'resend://k', PUBLIC_URL: '' }, 'PUBLIC_URL must say'],
    [{ MAIL_URL: 'cloudflare:' }, 'no binding EMAIL'],
  ])('%j is said, and everything waits', async (vars, message) => {
    expect(await sendMails(vars, mail, mail)).toEqual(
      [mail, mail].map(() => ({ sent: false, outage: true, answer: expect.stringContaining(message) })),
    );
  });
});
