/** Cloudflare's binding: what it is given, and what its failures mean. */
import { describe, expect, it } from 'vitest';
import type { Mail } from '../../worker/notify/mail/mail';
import { openCloudflare } from '../../worker/notify/mail/transports/cloudflare';

const sender = { from: { address: 'blog@blog.example', name: 'Blög' }, host: 'c.blog.example' };
const mail: Mail = {
  id: 'reply.1',
  to: 'ada@reader.example',
  subject: 'Grüße\r\nBcc: x@y.example',
  text: 'Hello',
  html: '<p>Hello</p>',
  thread: 'comment.2',
  unsubscribeUrl: 'https://c.example/u',
  list: 'blog.example',
};

describe('the binding', () => {
  it('is given fields, and only headers that it takes', async () => {
    const given: object[] = [];
    const send = async (message: object) => void given.push(message);
    expect(await openCloudflare({ send }, sender).send(mail)).toEqual({ sent: true });
    expect(given).toEqual([
      {
        to: 'ada@reader.example',
        from: { email: 'blog@blog.example', name: 'Blög' },
        subject: 'Grüße Bcc: x@y.example',
        text: 'Hello',
        html: '<p>Hello</p>',
        headers: {
          'In-Reply-To': '<comment.2@c.blog.example>',
          References: '<comment.2@c.blog.example>',
          'List-Id': '<blog.example>',
          'List-Unsubscribe': '<https://c.example/u>',
          'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
          'Auto-Submitted': 'auto-generated',
          'X-Auto-Response-Suppress': 'All',
        },
      },
    ]);
  });

  it('threat 8: is not asked with an address that has a line break', async () => {
    const send = () => Promise.reject(new Error('asked'));
    const to = 'ada@reader.example\r\nBcc: x@y.example';
    await expect(openCloudflare({ send }, sender).send({ ...mail, to })).rejects.toThrow('no address');
  });

  it.each<[string, object]>([
    ['E_RECIPIENT_SUPPRESSED', { final: true }],
    ['E_CONTENT_TOO_LARGE', { final: true }],
    ['E_DELIVERY_FAILED', {}],
    ['E_VALIDATION_ERROR', {}],
    ['E_RATE_LIMIT_EXCEEDED', { outage: true }],
    ['E_SENDER_NOT_VERIFIED', { outage: true }],
    ['E_HEADER_NOT_ALLOWED', { outage: true }],
    ['E_INTERNAL_SERVER_ERROR', { outage: true }],
    ['', { outage: true }],
  ])('%s', async (code, expected) => {
    const send = () => Promise.reject(Object.assign(new Error('why'), code && { code }));
    const answer = `${code} why`.trim();
    expect(await openCloudflare({ send }, sender).send(mail)).toEqual({ sent: false, answer, ...expected });
  });

  it('that is missing is said', () => {
    expect(() => openCloudflare(undefined, sender)).toThrow('no binding EMAIL');
  });
});
