/** Which transport mail goes out by, and what stands between it and a mail that cannot be written. */
import { type Bindings, readOrigins } from '../../env';
import { Problem } from '../../problem';
import type { Outcome } from '../outbox/outcome';
import type { Mail } from './mail';
import { type MailUrl, parseMailUrl, readSender } from './mail-url';
import type { Sender } from './mime';
import { openCloudflare } from './transports/cloudflare';
import { openMailgun } from './transports/mailgun';
import { openPostmark } from './transports/postmark';
import { openResend } from './transports/resend';
import { openSendgrid } from './transports/sendgrid';
import { openSes } from './transports/ses';
import { openSmtp } from './transports/smtp';

export interface Mailer {
  /** Never throws: what fails is told. */
  send(mail: Mail): Promise<Outcome>;
  close(): Promise<void>;
}

/** What a transport is: one file each in transports/. What it throws as a Problem makes the mail final, all else an outage. */
export interface Transport {
  send(mail: Mail): Promise<Outcome>;
  close?(): Promise<void>;
}

/** @returns null when MAIL_URL is not set; one that only tells what is wrong, when something in the set-up is */
export function openMailer(env: Bindings): Mailer | null {
  if (!env.MAIL_URL) return null;
  let transport: Transport;
  try {
    transport = openTransport(env);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { send: async () => ({ sent: false, answer: error.message, outage: true }), close: async () => {} };
  }
  return {
    async send(mail) {
      try {
        return await transport.send(mail);
      } catch (error) {
        if (error instanceof Problem && error.code === 'invalid_request')
          return { sent: false, answer: error.message, final: true };
        return { sent: false, answer: error instanceof Error ? error.message : String(error), outage: true };
      }
    },
    close: async () => transport.close?.(),
  };
}

/** @returns what in the set-up keeps mail from going out, or null: nothing does, or none is to */
export function findMailTrouble(env: Bindings): string | null {
  try {
    if (env.MAIL_URL) openTransport(env);
    return null;
  } catch (error) {
    if (error instanceof Problem) return error.message;
    throw error;
  }
}

/** @throws Problem setup_required that names the variable, and never its secret */
export function openTransport(env: Bindings): Transport {
  const url = parseMailUrl(env.MAIL_URL ?? '');
  const sender = readSender(env.MAIL_FROM, env.PUBLIC_URL);
  return choose(url, sender, env);
}

function choose(url: MailUrl, sender: Sender, env: Bindings): Transport {
  const origins = readOrigins(env);
  switch (url.by) {
    case 'smtp':
      return openSmtp(url, sender);
    case 'cloudflare':
      return openCloudflare(env.EMAIL, sender);
    case 'resend':
      return openResend(url.key, sender, origins);
    case 'postmark':
      return openPostmark(url.key, sender, origins);
    case 'sendgrid':
      return openSendgrid(url.key, sender, origins);
    case 'mailgun':
      return openMailgun(url, sender, origins);
    case 'ses':
      return openSes(url, sender, origins);
  }
}
