/** A real mail server on this machine that keeps what it gets, and one that follows a script, to misbehave at any step. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import type { Certificate } from './certificates.ts';

export interface ReceivedMail {
  /** From the envelope. */
  from: string;
  to: string[];
  /** Whether it came by TLS. */
  secure: boolean;
  user: string | undefined;
  /** Id of the connection it came by. */
  connection: string;
  source: string;
  parsed: ParsedMail;
}

export interface MailServer {
  port: number;
  mails: ReceivedMail[];
  /** Waits until there are so many. */
  until(count: number): Promise<ReceivedMail[]>;
  stop(): Promise<void>;
}

export interface MailServerOptions {
  certificate?: Certificate;
  /** TLS from the first byte on; else STARTTLS where there is a certificate. */
  secure?: boolean;
  /** Who must log in. */
  login?: { user: string; password: string };
  methods?: string[];
  /** What becomes of a recipient: null, or the answer, such as `450 4.2.0 Greylisted`. */
  onRecipient?: (address: string) => string | null;
}

const refusal = (answer: string) =>
  Object.assign(new Error(answer.slice(4)), { responseCode: Number(answer.slice(0, 3)) });

export async function startMailServer(options: MailServerOptions = {}): Promise<MailServer> {
  const { certificate, secure = false, login, methods = ['PLAIN', 'LOGIN'], onRecipient } = options;
  const mails: ReceivedMail[] = [];
  let arrived = Promise.withResolvers<void>();
  const server = new SMTPServer({
    ...certificate,
    secure,
    hideSTARTTLS: !certificate,
    allowInsecureAuth: !certificate,
    authOptional: !login,
    authMethods: methods,
    onAuth: ({ username, password }, _session, done) =>
      username === login?.user && password === login?.password
        ? done(null, { user: username })
        : done(refusal('535 5.7.8 Who are you?')),
    onRcptTo: ({ address }, _session, done) => {
      const answer = onRecipient?.(address) ?? null;
      done(answer === null ? null : refusal(answer));
    },
    async onData(stream, session, done) {
      const chunks: Buffer[] = [];
      try {
        for await (const chunk of stream) chunks.push(chunk as Buffer);
      } catch {
        // Whoever sent it was killed.
        return;
      }
      const source = Buffer.concat(chunks);
      const { mailFrom, rcptTo } = session.envelope;
      mails.push({
        from: mailFrom === false ? '' : mailFrom.address,
        to: rcptTo.map(({ address }) => address),
        secure: session.secure,
        user: session.user || undefined,
        connection: session.id,
        source: source.toString('latin1'),
        parsed: await simpleParser(source),
      });
      done(null);
      arrived.resolve();
      arrived = Promise.withResolvers();
    },
  });
  // Whoever does not trust the certificate leaves in the middle of a handshake.
  server.on('error', () => {});
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    async until(count) {
      while (mails.length < count) await arrived.promise;
      return mails;
    },
    stop: () => new Promise((done) => server.close(() => done())),
  };
}

export type Step = 'GREETING' | 'EHLO' | 'AUTH' | 'MAIL' | 'RCPT' | 'DATA' | 'MESSAGE' | 'RSET' | 'QUIT' | 'STARTTLS';

const POLITE: Record<Step, string> = {
  GREETING: '220 here',
  EHLO: '250 here',
  AUTH: '235 welcome',
  MAIL: '250 ok',
  RCPT: '250 ok',
  DATA: '354 go on',
  MESSAGE: '250 kept',
  RSET: '250 ok',
  QUIT: '221 bye',
  STARTTLS: '454 not now',
};

export interface ScriptedServer {
  port: number;
  /** Every line it was told, messages left out. */
  lines: string[];
  /** Connections that are open now. */
  open: Set<Socket>;
  stop(): void;
}

/** @param answers at which step what else is said: nothing (`hang`), a letter a second without end (`trickle`), or the line is cut (`drop`) */
export async function startScriptedServer(answers: Partial<Record<Step, string>>): Promise<ScriptedServer> {
  const script = { ...POLITE, ...answers };
  const lines: string[] = [];
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket)).on('error', () => {});
    const say = (step: Step) => {
      if (script[step] === 'drop') socket.destroy();
      else if (script[step] === 'trickle') {
        const timer = setInterval(() => socket.write('2'), 1000);
        socket.on('close', () => clearInterval(timer));
      } else if (script[step] !== 'hang') socket.write(`${script[step].replaceAll('\n', '\r\n')}\r\n`);
    };
    let rest = '';
    let inMessage = false;
    socket.setEncoding('latin1').on('data', (text: string) => {
      rest += text;
      for (;;) {
        const end = rest.indexOf(inMessage ? '\r\n.\r\n' : '\r\n');
        if (end < 0) return;
        const line = rest.slice(0, end);
        rest = rest.slice(end + (inMessage ? 5 : 2));
        if (inMessage) {
          inMessage = false;
          say('MESSAGE');
          continue;
        }
        lines.push(line);
        const step = line.split(' ')[0]!.toUpperCase() as Step;
        say(step);
        inMessage = step === 'DATA' && script.DATA.startsWith('354');
      }
    });
    say('GREETING');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    lines,
    open,
    stop() {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}
