/** What MAIL_URL, MAIL_FROM and PUBLIC_URL say, or what is wrong with them. Their secrets stand in no message. Pure. */
import { isLoopback } from '../../outgoing';
import { Problem } from '../../problem';
import { parseMailbox } from './header';
import type { Sender } from './mime';

/** How mail goes out, and with which keys. */
export type MailUrl =
  | { by: 'smtp'; host: string; port: number; secure: boolean; loopback: boolean; user: string; password: string }
  | { by: 'resend' | 'postmark' | 'sendgrid'; key: string }
  | { by: 'mailgun'; key: string; domain: string; region: 'us' | 'eu' }
  | { by: 'ses'; accessKey: string; secretKey: string; region: string }
  | { by: 'cloudflare' };

const FORMS: Record<string, string> = {
  smtp: 'smtp://USER:PASSWORD@HOST:587',
  smtps: 'smtps://USER:PASSWORD@HOST:465',
  resend: 'resend://KEY',
  postmark: 'postmark://TOKEN',
  sendgrid: 'sendgrid://KEY',
  mailgun: 'mailgun://KEY@DOMAIN',
  ses: 'ses://ACCESS_KEY:SECRET_KEY@REGION',
  cloudflare: 'cloudflare:',
};
const HOST = /^(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]+\])$/i;
const REGION = /^[a-z0-9-]+$/;

/** @throws Problem setup_required */
export function parseMailUrl(text: string): MailUrl {
  const [, scheme = '', rest = ''] = /^([a-z]+):(?:\/\/)?(.*)$/s.exec(text.trim()) ?? [];
  if (!(scheme in FORMS))
    throw new Problem('setup_required', `MAIL_URL must begin with one of ${Object.keys(FORMS).join(', ')}.`);
  const parsed = readParts(scheme, rest);
  if (parsed) return parsed;
  throw new Problem('setup_required', `MAIL_URL must look like ${FORMS[scheme]}.`);
}

function readParts(scheme: string, rest: string): MailUrl | null {
  if (scheme === 'cloudflare') return rest.replace(/\/$/, '') === '' ? { by: 'cloudflare' } : null;
  // A password may have any character, an @ and a slash as well; what is written as %40 is read as @.
  const at = rest.lastIndexOf('@');
  const colon = rest.slice(0, Math.max(at, 0)).indexOf(':');
  const user = decode(rest.slice(0, colon >= 0 ? colon : Math.max(at, 0)));
  const password = colon >= 0 ? decode(rest.slice(colon + 1, at)) : '';
  const [, place = '', search = ''] = /^([^/?]*)\/?(?:\?(.*))?$/s.exec(rest.slice(at + 1)) ?? [];
  if (/[\p{Cc}]/u.test(user + password)) return null;
  switch (scheme) {
    case 'smtp':
    case 'smtps':
      return readSmtp(scheme === 'smtps', place, user, password);
    case 'mailgun': {
      const region = new URLSearchParams(search).get('region') ?? 'us';
      if (user === '' || !HOST.test(place) || (region !== 'us' && region !== 'eu')) return null;
      return { by: 'mailgun', key: user, domain: place, region };
    }
    case 'ses':
      return user && password && REGION.test(place)
        ? { by: 'ses', accessKey: user, secretKey: password, region: place }
        : null;
    default: {
      const key = decode(place);
      return at < 0 && /^[\x21-\x7e]+$/.test(key) ? { by: scheme as 'resend' | 'postmark' | 'sendgrid', key } : null;
    }
  }
}

function readSmtp(secure: boolean, place: string, user: string, password: string): MailUrl | null {
  const [, host = '', port = secure ? '465' : '587'] = /^(.*?)(?::(\d{1,5}))?$/s.exec(place) ?? [];
  if (!HOST.test(host) || Number(port) < 1 || Number(port) > 65_535) return null;
  const loopback = isLoopback(new URL(`http://${host}`));
  return { by: 'smtp', host: host.replace(/^\[|\]$/g, ''), port: Number(port), secure, loopback, user, password };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Whom mails are from. @throws Problem setup_required */
export function readSender(mailFrom: string | undefined, publicUrl: string | undefined): Sender {
  const url = URL.parse(publicUrl ?? '');
  if (!url || !/^https?:$/.test(url.protocol))
    throw new Problem('setup_required', 'PUBLIC_URL must say where this Afterword answers: https://…');
  if (!mailFrom) throw new Problem('setup_required', 'MAIL_FROM is missing: set the address that mails are from.');
  try {
    return { from: parseMailbox(mailFrom), host: url.hostname };
  } catch (cause) {
    throw new Problem(
      'setup_required',
      'MAIL_FROM must be an address, or a name with an address: Name <me@blog.example>.',
      {
        cause,
      },
    );
  }
}
