/**
 * What providers of mail say of mail that came back: read as each documents it, with signatures made here by node:crypto, of the
 * documents and not of our code.
 */
import { execFileSync } from 'node:child_process';
import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readMailgun } from '../../worker/notify/subscriptions/bounces/mailgun';
import { readPostmark } from '../../worker/notify/subscriptions/bounces/postmark';
import type { Delivered, ReadReports } from '../../worker/notify/subscriptions/bounces/report';
import { readResend } from '../../worker/notify/subscriptions/bounces/resend';
import { readSendGrid } from '../../worker/notify/subscriptions/bounces/sendgrid';
import { readSes } from '../../worker/notify/subscriptions/bounces/ses';

const NOW = Date.parse('2026-01-31T12:00:00Z');
const SECONDS = String(NOW / 1000);
const EMAIL = 'mika@reader.example';
const given = (over: Partial<Delivered>): Delivered => ({
  headers: new Headers(),
  body: '',
  secret: 'a secret of a good length',
  now: NOW,
  origins: {},
  ...over,
});
const refused = (read: ReadReports, delivered: Delivered) =>
  expect(read(delivered)).rejects.toMatchObject({ code: 'unauthorized' });

/** Each provider's own way: what it sends of a bounce, and everything by which that can be wrong. */
interface Provider {
  read: ReadReports;
  secret: string;
  /** As the provider would send this event at that time. */
  send(event: object, atSeconds?: string): Delivered | Promise<Delivered>;
  hard: object;
  soft: object;
  spam: object;
}

const resendKey = Buffer.from('0123456789abcdef0123456789abcdef');
const resend: Provider = {
  read: readResend,
  secret: `whsec_${resendKey.toString('base64')}`,
  send(event, timestamp = SECONDS) {
    const body = JSON.stringify(event);
    const mac = createHmac('sha256', resendKey).update(`msg_1.${timestamp}.${body}`).digest('base64');
    const headers = { 'svix-id': 'msg_1', 'svix-timestamp': timestamp, 'svix-signature': `v1,AAAA v1,${mac}` };
    return given({ body, secret: this.secret, headers: new Headers(headers) });
  },
  hard: {
    type: 'email.bounced',
    created_at: '2026-01-31T11:59:00Z',
    data: { to: [EMAIL], bounce: { type: 'Permanent' } },
  },
  soft: {
    type: 'email.bounced',
    created_at: '2026-01-31T11:59:00Z',
    data: { to: [EMAIL], bounce: { type: 'Transient' } },
  },
  spam: { type: 'email.complained', created_at: '2026-01-31T11:59:00Z', data: { to: [EMAIL] } },
};

const mailgun: Provider = {
  read: readMailgun,
  secret: 'signing-key-of-mailgun',
  send(event, timestamp = SECONDS) {
    const token = 'a'.repeat(50);
    const signature = createHmac('sha256', this.secret)
      .update(timestamp + token)
      .digest('hex');
    return given({
      secret: this.secret,
      body: JSON.stringify({ signature: { timestamp, token, signature }, 'event-data': event }),
    });
  },
  hard: { event: 'failed', severity: 'permanent', recipient: EMAIL, timestamp: NOW / 1000 - 60 },
  soft: { event: 'failed', severity: 'temporary', recipient: EMAIL, timestamp: NOW / 1000 - 60 },
  spam: { event: 'complained', recipient: EMAIL, timestamp: NOW / 1000 - 60 },
};

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const sendgrid: Provider = {
  read: readSendGrid,
  secret: ec.publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
  send(event, timestamp = SECONDS) {
    const body = JSON.stringify([{ email: 'other@reader.example', event: 'delivered' }, event]);
    const signature = createSign('SHA256')
      .update(timestamp + body)
      .sign(ec.privateKey, 'base64');
    const headers = {
      'X-Twilio-Email-Event-Webhook-Signature': signature,
      'X-Twilio-Email-Event-Webhook-Timestamp': timestamp,
    };
    return given({ body, secret: this.secret, headers: new Headers(headers) });
  },
  hard: { email: EMAIL, event: 'bounce', type: 'bounce', timestamp: NOW / 1000 - 60 },
  soft: { email: EMAIL, event: 'bounce', type: 'blocked', timestamp: NOW / 1000 - 60 },
  spam: { email: EMAIL, event: 'spamreport', timestamp: NOW / 1000 - 60 },
};

const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:bounces';
const rsa = { key: '', certificate: '' };
let asked: string[] = [];
let amazon: Server;
let origins: Record<string, string>;
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sns-'));
  const [key, pem] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=sns.amazonaws.com'];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', pem, '-days', '2', ...subject],
    {
      stdio: 'ignore',
    },
  );
  Object.assign(rsa, { key: readFileSync(key, 'utf8'), certificate: readFileSync(pem, 'utf8') });
  amazon = createServer((request, answer) => {
    asked.push(request.url!);
    answer.end(request.url!.endsWith('.pem') ? rsa.certificate : '<ConfirmSubscriptionResponse/>');
  });
  await new Promise<void>((done) => amazon.listen(0, '127.0.0.1', done));
  const here = `http://127.0.0.1:${(amazon.address() as AddressInfo).port}`;
  origins = { 'https://sns.eu-west-1.amazonaws.com': here };
});
afterAll(() => amazon.close());

function signSns(message: Record<string, string>, version = '2'): Delivered {
  const names =
    message.Type === 'Notification'
      ? ['Message', 'MessageId', 'Timestamp', 'TopicArn', 'Type']
      : ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
  const text = names.map((name) => `${name}\n${message[name]}\n`).join('');
  const Signature = createSign(version === '1' ? 'RSA-SHA1' : 'RSA-SHA256')
    .update(text)
    .sign(rsa.key, 'base64');
  const body = {
    SignatureVersion: version,
    Signature,
    SigningCertURL:
      'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem',
    ...message,
  };
  return given({ secret: TOPIC, origins, body: JSON.stringify(body) });
}
const ses: Provider = {
  read: readSes,
  secret: TOPIC,
  send: (event, seconds = SECONDS) =>
    signSns({
      Type: 'Notification',
      MessageId: 'm1',
      TopicArn: TOPIC,
      Timestamp: new Date(Number(seconds) * 1000).toISOString(),
      Message: JSON.stringify(event),
    }),
  hard: {
    notificationType: 'Bounce',
    bounce: {
      bounceType: 'Permanent',
      timestamp: '2026-01-31T11:59:00Z',
      bouncedRecipients: [{ emailAddress: EMAIL }],
    },
  },
  soft: {
    notificationType: 'Bounce',
    bounce: {
      bounceType: 'Transient',
      timestamp: '2026-01-31T11:59:00Z',
      bouncedRecipients: [{ emailAddress: EMAIL }],
    },
  },
  spam: {
    eventType: 'Complaint',
    complaint: { timestamp: '2026-01-31T11:59:00Z', complainedRecipients: [{ emailAddress: EMAIL }] },
  },
};

const postmark: Provider = {
  read: readPostmark,
  secret: 'a long secret of ours',
  send(event) {
    return given({
      secret: this.secret,
      body: JSON.stringify(event),
      headers: new Headers({ 'Afterword-Secret': this.secret }),
    });
  },
  hard: { RecordType: 'Bounce', Type: 'HardBounce', Email: EMAIL, BouncedAt: '2026-01-31T11:59:00Z' },
  soft: { RecordType: 'Bounce', Type: 'Transient', Email: EMAIL, BouncedAt: '2026-01-31T11:59:00Z', Inactive: false },
  spam: { RecordType: 'SpamComplaint', Email: EMAIL, BouncedAt: '2026-01-31T11:59:00Z' },
};

const signing = { resend, mailgun, sendgrid, ses };

describe.each(Object.entries({ ...signing, postmark }))('%s', (_, provider) => {
  const at = NOW - 60_000;
  it('says what came back for good and what was called spam, and when', async () => {
    expect(await provider.read(await provider.send(provider.hard))).toMatchObject({
      reports: [{ email: EMAIL, state: 'bounced', at }],
    });
    expect(await provider.read(await provider.send(provider.spam))).toMatchObject({
      reports: [{ email: EMAIL, state: 'complained', at }],
    });
  });

  it('says nothing of a mailbox that is full today, nor of what it does not know', async () => {
    for (const event of [provider.soft, {}, { type: 'email.opened' }, { event: 'opened', recipient: EMAIL }])
      expect(await provider.read(await provider.send(event))).toMatchObject({ reports: [] });
  });

  it('threat 12: by another secret it is nobody’s', async () => {
    const sent = await provider.send(provider.hard);
    const others = ['', 'another secret of a good length', `whsec_${Buffer.from('x'.repeat(32)).toString('base64')}`];
    for (const secret of others) await refused(provider.read, { ...sent, secret });
  });

  it('threat 12: whatever is left out, it is refused, not believed', async () => {
    const sent = await provider.send(provider.hard);
    for (const body of ['{}', '[]', 'null', '""', '0', JSON.stringify({ signature: null, Type: 'Notification' })])
      await refused(provider.read, { ...sent, headers: new Headers(), body });
  });
});

describe.each(Object.entries(signing))('%s', (name, provider) => {
  it('threat 12: refuses what was changed on the way', async () => {
    const sent = await provider.send(provider.hard);
    const changed = sent.body.replaceAll(EMAIL, 'victim@reader.example');
    // Mailgun’s signature is not of the body: what it has signed counts once instead.
    if (name === 'mailgun')
      expect((await provider.read(sent)).once).toEqual({ iat: NOW / 1000, token: 'a'.repeat(50) });
    else await refused(provider.read, { ...sent, body: changed });
  });

  it('threat 12: refuses what was signed long ago, or is of the future', async () => {
    for (const seconds of [NOW / 1000 - 4_000, NOW / 1000 + 4_000, Number.NaN])
      if (!Number.isNaN(seconds) || name !== 'ses')
        await refused(provider.read, await provider.send(provider.hard, String(seconds)));
    await refused(provider.read, { ...(await provider.send(provider.hard)), now: NOW + 4_000_000 });
  });
});

describe('ses', () => {
  const confirmation = (over: object = {}) =>
    signSns({
      Type: 'SubscriptionConfirmation',
      MessageId: 'm2',
      TopicArn: TOPIC,
      Timestamp: new Date(NOW).toISOString(),
      Message: 'You have chosen to subscribe',
      Token: 't',
      SubscribeURL: 'https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=t',
      ...over,
    });

  it('confirms a subscription of the owner’s topic, at Amazon alone', async () => {
    asked = [];
    expect(await readSes(confirmation())).toEqual({ reports: [] });
    expect(asked.at(-1)).toBe('/?Action=ConfirmSubscription&Token=t');
    for (const SubscribeURL of [
      'https://sns.eu-west-1.amazonaws.com.evil.example/',
      'https://evil.example/?x=.amazonaws.com',
      'http://sns.eu-west-1.amazonaws.com/',
      'https://me@sns.eu-west-1.amazonaws.com/',
      'https://127.0.0.1/',
      'file:///etc/passwd',
    ]) {
      asked = [];
      await refused(readSes, confirmation({ SubscribeURL }));
      expect(asked).toEqual([]);
    }
  });

  it('threat 12: somebody else’s topic is signed by Amazon as well, and counts for nothing', async () => {
    asked = [];
    await refused(readSes, confirmation({ TopicArn: 'arn:aws:sns:eu-west-1:999999999999:theirs' }));
    expect(asked).toEqual([]);
  });

  it('threat 2: asks nobody but Amazon for a certificate', async () => {
    asked = [];
    for (const SigningCertURL of [
      'https://evil.example/x.pem',
      'https://sns.eu-west-1.amazonaws.com:444/x.pem',
      'https://sns.eu-west-1.amazonaws.com/x.html',
    ]) {
      const { body, ...sent } = signSns(JSON.parse(confirmation().body));
      await refused(readSes, { ...sent, body: JSON.stringify({ ...JSON.parse(body), SigningCertURL }) });
    }
    expect(asked).toEqual([]);
  });

  it('reads both versions of its signature', async () => {
    const message = { Type: 'Notification', MessageId: 'm1', TopicArn: TOPIC, Timestamp: new Date(NOW).toISOString() };
    for (const version of ['1', '2'])
      expect(await readSes(signSns({ ...message, Message: JSON.stringify(ses.hard) }, version))).toMatchObject({
        reports: [{ email: EMAIL }],
      });
  });
});
