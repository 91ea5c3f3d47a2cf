/** MAIL_URL, MAIL_FROM and PUBLIC_URL: what is understood, and that what is not is named without its secret. */
import { describe, expect, it } from 'vitest';
import { type MailUrl, parseMailUrl, readSender } from '../../worker/notify/mail/mail-url';
import { signAws } from '../../worker/notify/mail/transports/aws-signature';

describe('MAIL_URL', () => {
  it.each<[string, MailUrl]>([
    [
      'smtp://me%40blog.example:p%40ss%2Fword@mail.blog.example',
      {
        by: 'smtp',
        host: 'mail.blog.example',
        port: 587,
        secure: false,
        loopback: false,
        user: 'me@blog.example',
        password: 'p@ss/word',
      },
    ],
    [
      // As people paste it: nothing encoded.
      'smtps://me@blog.example:p@ss/w%rd?#:x@mail.blog.example',
      {
        by: 'smtp',
        host: 'mail.blog.example',
        port: 465,
        secure: true,
        loopback: false,
        user: 'me@blog.example',
        password: 'p@ss/w%rd?#:x',
      },
    ],
    [
      'smtp://localhost:1025',
      { by: 'smtp', host: 'localhost', port: 1025, secure: false, loopback: true, user: '', password: '' },
    ],
    [
      'smtp://[::1]:1025',
      { by: 'smtp', host: '::1', port: 1025, secure: false, loopback: true, user: '', password: '' },
    ],
    ['resend://re_Abc_123', { by: 'resend', key: 're_Abc_123' }],
    ['postmark://0b0-1', { by: 'postmark', key: '0b0-1' }],
    ['sendgrid://SG.aB.c-D_e', { by: 'sendgrid', key: 'SG.aB.c-D_e' }],
    ['mailgun://key-1@mg.blog.example', { by: 'mailgun', key: 'key-1', domain: 'mg.blog.example', region: 'us' }],
    [
      'mailgun://key-1@mg.blog.example?region=eu',
      { by: 'mailgun', key: 'key-1', domain: 'mg.blog.example', region: 'eu' },
    ],
    ['ses://AKIA1:s/e+c@eu-west-1', { by: 'ses', accessKey: 'AKIA1', secretKey: 's/e+c', region: 'eu-west-1' }],
    ['ses://AKIA1:s%2Fe%2Bc@eu-west-1', { by: 'ses', accessKey: 'AKIA1', secretKey: 's/e+c', region: 'eu-west-1' }],
    ['cloudflare:', { by: 'cloudflare' }],
    ['cloudflare://', { by: 'cloudflare' }],
  ])('%s', (text, expected) => expect(parseMailUrl(text)).toEqual(expected));

  it.each([
    'S3CRET',
    'ftp://me:S3CRET@host',
    'smtp://me:S3CRET@',
    'smtp://me:S3CRET@host:99999',
    'smtp://me:S3CRET@ho st',
    'smtp://me:S3CRET@host/..@/x',
    'smtp://me:S3CR\r\nET@host',
    'resend://',
    'resend://S3CRET@host',
    'resend://S3CRET x',
    'mailgun://S3CRET',
    'mailgun://S3CRET@domain?region=mars',
    'mailgun://S3CRET@../../x',
    'ses://S3CRET@eu-west-1',
    'ses://A:S3CRET@evil.example#',
    'ses://A:S3CRET@eu/west',
    'cloudflare:S3CRET',
  ])('not understood, and not told: %j', (text) => {
    expect(() => parseMailUrl(text)).toThrow(
      expect.objectContaining({
        code: 'setup_required',
        message: expect.stringMatching(/^MAIL_URL must (?!.*S3C)/),
      }),
    );
  });
});

describe('whom mails are from', () => {
  it.each([
    ['me@blog.example', { address: 'me@blog.example' }],
    ['Blog <me@blog.example>', { address: 'me@blog.example', name: 'Blog' }],
    ['"A, B" <me@blog.example>', { address: 'me@blog.example', name: 'A, B' }],
    ['<me@blog.example>', { address: 'me@blog.example' }],
  ])('%s', (text, from) => {
    expect(readSender(text, 'https://c.blog.example/x')).toEqual({ from, host: 'c.blog.example' });
  });

  it.each([
    [undefined, 'https://c.blog.example', 'MAIL_FROM is missing'],
    ['blog', 'https://c.blog.example', 'MAIL_FROM must be'],
    ['Blog <me@blog.example>, you@blog.example', 'https://c.blog.example', 'MAIL_FROM must be'],
    ['me@blog.example', undefined, 'PUBLIC_URL must say'],
    ['me@blog.example', 'c.blog.example', 'PUBLIC_URL must say'],
    ['me@blog.example', 'javascript:alert(1)', 'PUBLIC_URL must say'],
  ])('%s at %s: %s', (from, url, message) => expect(() => readSender(from, url)).toThrow(message));
});

it('a request to Amazon is signed as its documentation’s example is', async () => {
  const keys = {
    accessKey: 'AKIDEXAMPLE',
    secretKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
    region: 'us-east-1',
    service: 'service',
  };
  const now = Date.UTC(2015, 7, 30, 12, 36, 0);
  expect(await signAws(keys, 'https://example.amazonaws.com/', {}, '', now)).toEqual({
    'x-amz-date': '20150830T123600Z',
    Authorization:
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, ' +
      'SignedHeaders=host;x-amz-date, Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
  });
});
