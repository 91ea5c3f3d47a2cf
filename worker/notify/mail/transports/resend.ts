/** Resend: POST /emails. Its idempotency key is the mail's id, so a mail whose answer was lost is not sent again within a day. */
import type { Origins } from '../../../outgoing';
import { checkAddress, oneLine, printMailbox } from '../header';
import type { Transport } from '../mailer';
import { headersOf, type Sender } from '../mime';
import { askProvider, type Judge } from './provider';

const judge: Judge = ({ status, json }) => {
  // The same mail, composed anew: words in it may have changed since it was taken.
  if (json.name === 'invalid_idempotent_request') return 'earlier';
  return (status === 400 || status === 422) && /`to`/.test(String(json.message)) ? 'final' : null;
};

export function openResend(key: string, sender: Sender, origins: Origins): Transport {
  return {
    async send(mail) {
      const body = {
        from: printMailbox(sender.from).replaceAll('\r\n ', ' '),
        to: [checkAddress(mail.to)],
        subject: oneLine(mail.subject),
        text: mail.text,
        html: mail.html,
        headers: headersOf(mail, sender),
      };
      const headers = {
        Authorization: `Bearer ${key}`,
        'Content-Type': 'application/json',
        'Idempotency-Key': mail.id,
      };
      const request = { url: 'https://api.resend.com/emails', headers, body: JSON.stringify(body), secret: key };
      return askProvider(request, judge, origins);
    },
  };
}
