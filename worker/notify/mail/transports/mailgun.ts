/** Mailgun: POST /v3/{domain}/messages, in the US or the EU. Nothing is tracked. */
import type { Origins } from '../../../outgoing';
import { checkAddress, oneLine, printMailbox } from '../header';
import type { MailUrl } from '../mail-url';
import type { Transport } from '../mailer';
import { headersOf, type Sender } from '../mime';
import { askProvider, type Judge } from './provider';

const ORIGINS = { us: 'https://api.mailgun.net', eu: 'https://api.eu.mailgun.net' };

const judge: Judge = ({ status, json }) =>
  status === 400 && /\bto\b.*\baddress/i.test(String(json.message)) ? 'final' : null;

export function openMailgun(
  { key, domain, region }: MailUrl & { by: 'mailgun' },
  sender: Sender,
  origins: Origins,
): Transport {
  return {
    async send(mail) {
      const body = new URLSearchParams({
        from: printMailbox(sender.from).replaceAll('\r\n ', ' '),
        to: checkAddress(mail.to),
        subject: oneLine(mail.subject),
        text: mail.text,
        html: mail.html,
        'o:tracking': 'no',
      });
      for (const [name, value] of Object.entries(headersOf(mail, sender))) body.set(`h:${name}`, value);
      const headers = { Authorization: `Basic ${btoa(`api:${key}`)}` };
      const url = `${ORIGINS[region]}/v3/${domain}/messages`;
      return askProvider({ url, headers, body, secret: key }, judge, origins);
    },
  };
}
