/**
 * SMTP: one connection for all mails of a run. Everything but addresses of this machine is spoken to by TLS, with its certificate
 * checked by the runtime, or not at all; nothing falls back to plain text.
 */
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import SMTPConnection, { type SMTPError } from 'nodemailer/lib/smtp-connection';
import type { Outcome } from '../../outbox/outcome';
import { checkAddress } from '../header';
import type { MailUrl } from '../mail-url';
import type { Transport } from '../mailer';
import { printMail, type Sender } from '../mime';

/** For connecting, the greeting, and each answer. */
const ANSWER_MS = 10_000;
/** For one mail in all: a server that says a byte now and then is one that hangs. */
const MAIL_MS = 20_000;
/** Credentials are wanted, or wrong: true of every mail. */
const ABOUT_US = [421, 530, 534, 535, 538, 454];

export function openSmtp(url: MailUrl & { by: 'smtp' }, sender: Sender): Transport {
  let connection: SMTPConnection | null = null;
  const leave = () => {
    connection?.close();
    connection = null;
  };
  return {
    async send(mail) {
      const to = checkAddress(mail.to);
      const text = printMail(mail, sender, Date.now());
      const deadline = AbortSignal.timeout(MAIL_MS);
      try {
        connection ??= await open(url, sender.host, deadline);
        return { sent: true, answer: await sendBy(connection, deadline, sender.from.address, to, text) };
      } catch (error) {
        const outcome = outcomeOf(error as SMTPError);
        // The next mail begins anew on the same connection, if the server still listens.
        if ((!outcome.sent && outcome.outage) || !connection || !(await reset(connection, deadline))) leave();
        return outcome;
      }
    },
    async close() {
      connection?.quit();
      connection = null;
    },
  };
}

async function open(
  { host, port, secure, loopback, user, password }: MailUrl & { by: 'smtp' },
  name: string,
  deadline: AbortSignal,
): Promise<SMTPConnection> {
  // Opened here, because the library would look the name up itself and then check the certificate of a number.
  const socket = secure ? connectTls({ host, port, servername: host }) : connectTcp({ host, port });
  const connection = new SMTPConnection({
    connection: socket as never,
    host,
    port,
    name,
    secure,
    secured: secure,
    requireTLS: !secure && !loopback,
    connectionTimeout: ANSWER_MS,
    greetingTimeout: ANSWER_MS,
    socketTimeout: ANSWER_MS,
    socketCloseTimeout: 0,
    maxResponseSize: 65_536,
  });
  // What fails while nobody waits is found by whoever waits next.
  connection.on('error', () => {});
  try {
    await settle<void>(connection, deadline, (done) => connection.connect(done));
    if (!connection.secure && !loopback) throw new Error('The mail server offers no encryption.');
    if (user !== '')
      await settle<boolean>(connection, deadline, (done) => connection.login({ user, pass: password }, done));
    return connection;
  } catch (error) {
    connection.close();
    throw Object.assign(error as Error, { command: 'CONN' });
  }
}

const sendBy = (connection: SMTPConnection, deadline: AbortSignal, from: string, to: string, text: string) =>
  settle<string>(connection, deadline, (done) =>
    connection.send({ from, to: [to] }, text, (error, info) => done(error, info?.response)),
  );

const reset = (connection: SMTPConnection, deadline: AbortSignal): Promise<boolean> =>
  settle<boolean>(connection, deadline, (done) => connection.reset(done)).then(
    () => true,
    () => false,
  );

/** Its answer, or its failure, or that it is gone, or took too long: whichever comes first. */
async function settle<T>(
  connection: SMTPConnection,
  deadline: AbortSignal,
  begin: (done: (error: Error | null | undefined, value?: T) => void) => void,
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const onEnd = () => reject(new Error('The mail server closed the connection.'));
  const onLate = () => reject(new Error('The mail server took too long.'));
  connection.on('error', reject);
  connection.on('end', onEnd);
  deadline.addEventListener('abort', onLate);
  if (deadline.aborted) onLate();
  else begin((error, value) => (error ? reject(error) : resolve(value as T)));
  try {
    return await promise;
  } finally {
    connection.off('error', reject);
    connection.off('end', onEnd);
    deadline.removeEventListener('abort', onLate);
  }
}

/** What the server said decides: 4xx waits, 5xx about this mail is final, all else is not about this mail. */
function outcomeOf({ message, response, responseCode: code, command }: SMTPError): Outcome {
  const answer = (response ?? message).replace(/\s+/g, ' ').slice(0, 500);
  const aboutMail = code !== undefined && !ABOUT_US.includes(code) && /^(RCPT TO|DATA)$/.test(command ?? '');
  if (!aboutMail) return { sent: false, answer, outage: true };
  return { sent: false, answer, ...(code >= 500 && { final: true }) };
}
