/** SMTP from workerd to real servers: TLS, logging in, one connection a run, and servers that misbehave. */
import { afterEach, describe, expect, it } from 'vitest';
import { type MailServerOptions, type Step, startMailServer, startScriptedServer } from '../mail-server.ts';
import { authority, mailTo, sendMails } from './mail-stage.ts';

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const certificate = authority.certify('localhost', '127.0.0.1');
const login = { user: 'me@blog.example', password: 'p@ss/w:ord %41' };
const USER = `${encodeURIComponent(login.user)}:${encodeURIComponent(login.password)}`;

async function serve(options?: MailServerOptions) {
  const server = await startMailServer(options);
  stops.push(server.stop);
  return server;
}
async function script(answers: Partial<Record<Step, string>>) {
  const server = await startScriptedServer(answers);
  stops.push(server.stop);
  return server;
}

describe('ways in', () => {
  it.each([
    ['plain text on this machine', {}, 'smtp://localhost'],
    ['plain text on this machine, logged in', { login }, `smtp://${USER}@127.0.0.1`],
    ['TLS', { certificate, secure: true }, 'smtps://localhost'],
    ['TLS, logged in by PLAIN', { certificate, secure: true, login, methods: ['PLAIN'] }, `smtps://${USER}@localhost`],
    ['TLS, logged in by LOGIN', { certificate, secure: true, login, methods: ['LOGIN'] }, `smtps://${USER}@localhost`],
    ['STARTTLS', { certificate }, 'smtp://localhost'],
    ['STARTTLS, logged in', { certificate, login }, `smtp://${USER}@localhost`],
  ])('%s', async (_what, options: MailServerOptions, url) => {
    const server = await serve(options);
    expect(await sendMails({ MAIL_URL: `${url}:${server.port}` }, mailTo('ada@reader.example'))).toMatchObject([
      { sent: true, answer: expect.stringMatching(/^250 /) },
    ]);
    const [mail] = await server.until(1);
    expect(mail).toMatchObject({
      from: 'blog@blog.example',
      to: ['ada@reader.example'],
      secure: 'certificate' in options,
      user: 'login' in options ? login.user : undefined,
    });
  });

  it('all mails of a run go by one connection', async () => {
    const server = await serve({ certificate });
    const mails = ['a', 'b', 'c', 'd'].map((name) => mailTo(`${name}@reader.example`));
    const outcomes = await sendMails({ MAIL_URL: `smtp://localhost:${server.port}` }, ...mails);
    expect(outcomes.map(({ sent }) => sent)).toEqual([true, true, true, true]);
    expect(new Set(server.mails.map(({ connection }) => connection)).size).toBe(1);
  });

  it('a wrong password is said, and is an outage: it is wrong for every mail', async () => {
    const server = await serve({ certificate, login });
    expect(
      await sendMails({ MAIL_URL: `smtp://me:wrong@localhost:${server.port}` }, mailTo('ada@reader.example')),
    ).toEqual([{ sent: false, outage: true, answer: '535 5.7.8 Who are you?' }]);
  });
});

describe('a server elsewhere', () => {
  // An address of this machine in a form that is not known as one.
  const ELSEWHERE = '[::ffff:127.0.0.1]';

  it('that offers no STARTTLS gets neither password nor mail', async () => {
    const server = await script({ EHLO: '250-here\n250 AUTH PLAIN' });
    const outcomes = await sendMails({ MAIL_URL: `smtp://${USER}@${ELSEWHERE}:${server.port}` }, mailTo('a@b.example'));
    expect(outcomes).toMatchObject([{ sent: false, outage: true }]);
    expect(server.lines.filter((line) => !/^(EHLO|STARTTLS|QUIT)/.test(line))).toEqual([]);
  });

  it('whose certificate nobody vouches for gets nothing', async () => {
    const server = await serve({ certificate, login });
    const outcomes = await sendMails({ MAIL_URL: `smtp://${USER}@${ELSEWHERE}:${server.port}` }, mailTo('a@b.example'));
    expect(outcomes).toMatchObject([{ sent: false, outage: true }]);
    expect(server.mails).toEqual([]);
  });
});

describe('certificates', () => {
  it.each(['smtp', 'smtps'])('%s: one for another name is refused, and nobody logs in', async (scheme) => {
    const server = await serve({
      certificate: authority.certify('mail.other.example'),
      secure: scheme === 'smtps',
      login,
    });
    const outcomes = await sendMails(
      { MAIL_URL: `${scheme}://${USER}@localhost:${server.port}` },
      mailTo('a@b.example'),
    );
    expect(outcomes).toMatchObject([{ sent: false, outage: true }]);
    expect(server.mails).toEqual([]);
  });
});

describe('a server that misbehaves', () => {
  it('4xx about one recipient waits, 5xx is final, and the next mail goes by the same connection', async () => {
    const server = await serve({
      onRecipient: (address) =>
        ({ 'grey@r.example': '451 4.7.1 Later', 'gone@r.example': '550 5.1.1 Nobody' })[address] ?? null,
    });
    const outcomes = await sendMails(
      { MAIL_URL: `smtp://localhost:${server.port}` },
      ...['a', 'grey', 'b', 'gone', 'c'].map((name) => mailTo(`${name}@r.example`)),
    );
    expect(outcomes).toEqual([
      { sent: true, answer: expect.any(String) },
      { sent: false, answer: '451 4.7.1 Later' },
      { sent: true, answer: expect.any(String) },
      { sent: false, answer: '550 5.1.1 Nobody', final: true },
      { sent: true, answer: expect.any(String) },
    ]);
    expect(new Set(server.mails.map(({ connection }) => connection)).size).toBe(1);
  });

  it.each<[Step, string, object]>([
    ['GREETING', '554 go away', { outage: true }],
    ['GREETING', '421 full', { outage: true }],
    ['GREETING', 'drop', { outage: true }],
    ['EHLO', 'drop', { outage: true }],
    ['MAIL', '421 4.3.2 closing', { outage: true }],
    ['MAIL', '550 sender not known', { outage: true }],
    ['RCPT', '421 4.3.2 closing', { outage: true }],
    ['RCPT', '530 log in first', { outage: true }],
    ['RCPT', '450 greylisted', {}],
    ['RCPT', '552 mailbox full', { final: true }],
    ['RCPT', 'drop', { outage: true }],
    ['DATA', '451 later', {}],
    ['DATA', '554 no', { final: true }],
    ['DATA', 'drop', { outage: true }],
    ['MESSAGE', '452 no room', {}],
    ['MESSAGE', '550 spam', { final: true }],
    ['MESSAGE', '421 closing', { outage: true }],
    ['MESSAGE', 'drop', { outage: true }],
  ])('%s → %s', async (step, answer, expected) => {
    const server = await script({ [step]: answer });
    const outcomes = await sendMails({ MAIL_URL: `smtp://localhost:${server.port}` }, mailTo('a@r.example'));
    expect(outcomes).toEqual([{ sent: false, answer: expect.any(String), ...expected }]);
    await expect.poll(() => server.open.size).toBe(0);
  });

  it('hanging at any step ends in time, as an outage, and leaves no connection behind', async () => {
    const steps: Step[] = ['GREETING', 'EHLO', 'MAIL', 'RCPT', 'DATA', 'MESSAGE'];
    const servers = await Promise.all(steps.map((step) => script({ [step]: 'hang' })));
    const begun = Date.now();
    const outcomes = await Promise.all(
      servers.map(({ port }) => sendMails({ MAIL_URL: `smtp://localhost:${port}` }, mailTo('a@r.example'))),
    );
    expect(outcomes.flat()).toEqual(steps.map(() => ({ sent: false, answer: expect.any(String), outage: true })));
    expect(Date.now() - begun).toBeLessThan(20_000);
    for (const { open } of servers) await expect.poll(() => open.size).toBe(0);
  });

  it('answering a letter a second ends in time as well', async () => {
    const steps: Step[] = ['GREETING', 'EHLO', 'RCPT', 'MESSAGE', 'RSET'];
    const servers = await Promise.all(
      steps.map((step) => script({ [step]: 'trickle', ...(step === 'RSET' && { RCPT: '450 later' }) })),
    );
    const begun = Date.now();
    const outcomes = await Promise.all(
      servers.map(({ port }) => sendMails({ MAIL_URL: `smtp://localhost:${port}` }, mailTo('a@r.example'))),
    );
    expect(outcomes.flat().map(({ sent }) => sent)).toEqual(steps.map(() => false));
    expect(outcomes[4]).toEqual([{ sent: false, answer: '450 later' }]);
    expect(Date.now() - begun).toBeLessThan(30_000);
    for (const { open } of servers) await expect.poll(() => open.size).toBe(0);
  });

  it.each<Step>(['GREETING', 'EHLO', 'RCPT'])('an answer to %s without an end is not read to its end', async (step) => {
    const server = await script({ [step]: `250-${'x'.repeat(500)}\n`.repeat(1000) });
    const outcomes = await sendMails({ MAIL_URL: `smtp://localhost:${server.port}` }, mailTo('a@r.example'));
    expect(outcomes).toMatchObject([{ sent: false, outage: true }]);
    expect(outcomes[0]!.answer!.length).toBeLessThanOrEqual(500);
  });

  it('nobody listens', async () => {
    const server = await script({});
    server.stop();
    expect(await sendMails({ MAIL_URL: `smtp://localhost:${server.port}` }, mailTo('a@r.example'))).toMatchObject([
      { sent: false, outage: true },
    ]);
  });
});
