/**
 * A mail as bytes travel: headers and two parts, plain and HTML, in seven bits. Whoever takes mails apart into fields of their own
 * (most providers) is told the same further headers. Pure. The library that speaks SMTP could write this as well, at eight times
 * the computing time.
 */
import { Problem } from '../../problem';
import { type Address, checkAddress, printHeader, printMailbox, printText } from './header';
import type { Mail } from './mail';

export interface Sender {
  from: Address;
  /** Host of PUBLIC_URL: right side of Message-ID. */
  host: string;
}

const ID = /^[\w.-]{1,200}$/;
/** Of a line, what ends it not counted (RFC 2045). */
const LINE_CHARS = 76;

/** Headers beside From, To, Subject and Date. @throws Problem invalid_request */
export function headersOf(mail: Mail, { host }: Sender): Record<string, string> {
  const idOf = (left: string) => {
    if (!ID.test(left)) throw new Problem('invalid_request', 'The id of a mail cannot be written.');
    return `<${left}@${host}>`;
  };
  const list = mail.list?.toLowerCase().replace(/[^a-z0-9.-]+/g, '-');
  return {
    'Message-ID': idOf(mail.id),
    ...(mail.thread && { 'In-Reply-To': idOf(mail.thread), References: idOf(mail.thread) }),
    ...(list && { 'List-Id': `<${list}>` }),
    ...(mail.unsubscribeUrl && {
      'List-Unsubscribe': `<${addressOf(mail.unsubscribeUrl)}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      Precedence: 'list',
    }),
    // Neither holiday notes nor read receipts come back for these.
    'Auto-Submitted': 'auto-generated',
    'X-Auto-Response-Suppress': 'All',
  };
}

function addressOf(text: string): string {
  const url = URL.parse(text);
  if (url && /^https?:$/.test(url.protocol)) return url.href.replace(/[<>]/g, encodeURIComponent);
  throw new Problem('invalid_request', 'The address that ends these mails is no web address.');
}

/** @param now epoch ms @throws Problem invalid_request when it cannot be written safely */
export function printMail(mail: Mail, sender: Sender, now: number): string {
  // `=_` occurs in nothing that is encoded below.
  const boundary = `=_${mail.id}`.slice(0, 60);
  const headers = {
    From: printMailbox(sender.from),
    To: checkAddress(mail.to),
    Subject: printText(mail.subject),
    Date: new Date(now).toUTCString().replace('GMT', '+0000'),
    ...headersOf(mail, sender),
    'MIME-Version': '1.0',
    'Content-Type': `multipart/alternative; boundary="${boundary}"`,
  };
  return [
    ...Object.entries(headers).map(([name, value]) => printHeader(name, value)),
    '',
    `--${boundary}`,
    ...printPart('plain', mail.text),
    `--${boundary}`,
    ...printPart('html', mail.html),
    `--${boundary}--`,
    '',
  ].join('\r\n');
}

function printPart(kind: string, text: string): string[] {
  const lines = text.replace(/\r\n?/g, '\n');
  // Quoted-printable takes three characters for a byte that is no ASCII: where many are, base64 is shorter.
  const foreign = lines.match(/[^\x20-\x7e\n]/g)?.length ?? 0;
  const quoted = foreign * 8 < lines.length;
  return [
    `Content-Type: text/${kind}; charset=utf-8`,
    `Content-Transfer-Encoding: ${quoted ? 'quoted-printable' : 'base64'}`,
    '',
    quoted ? printQuoted(lines) : printBase64(new TextEncoder().encode(lines.replaceAll('\n', '\r\n')), LINE_CHARS),
  ];
}

/** @param lineChars 0: all in one line */
export function printBase64(bytes: Uint8Array, lineChars = 0): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  const all = btoa(binary);
  return lineChars === 0 ? all : (all.match(new RegExp(`.{1,${lineChars}}`, 'g')) ?? []).join('\r\n');
}

const encoder = new TextEncoder();
const hex = (text: string) =>
  Array.from(encoder.encode(text), (byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');

function printQuoted(text: string): string {
  return text
    .split('\n')
    .map((line) =>
      breakLine(
        line
          .replaceAll('=', '=3D')
          .replace(/[^\t\x20-\x7e]+/g, hex)
          .replace(/[\t ]$/, hex),
      ),
    )
    .join('\r\n');
}

/** With soft breaks, none of them inside `=XX`. */
function breakLine(line: string): string {
  const parts: string[] = [];
  let at = 0;
  while (line.length - at > LINE_CHARS) {
    let end = at + LINE_CHARS - 1;
    if (line[end - 1] === '=') end -= 1;
    else if (line[end - 2] === '=') end -= 2;
    parts.push(`${line.slice(at, end)}=`);
    at = end;
  }
  return parts.join('\r\n') + (parts.length > 0 ? '\r\n' : '') + line.slice(at);
}
