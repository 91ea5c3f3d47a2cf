/** Postmark: POST /email, in the stream for transactional mails. Nothing is tracked. */
import type { Origins } from '../../../outgoing';
import { checkAddress, oneLine, printMailbox } from '../header';
import type { Transport } from '../mailer';
import { headersOf, type Sender } from '../mime';
import { askProvider, type Judge } from './provider';

const INVALID_MAIL = 300;
const INACTIVE_RECIPIENT = 406;

const judge: Judge = ({ status, json: { ErrorCode: code, Message: message } }) => {
  if (status !== 422) return null;
  if (code === INACTIVE_RECIPIENT) return 'final';
  if (code === INVALID_MAIL) return /'To'/.test(String(message)) ? 'final' : 'retry';
  // Sender not confirmed, account pending: all others are about the account.
  return 'outage';
};

export function openPostmark(token: string, sender: Sender, origins: Origins): Transport {
  return {
    async send(mail) {
      const body = {
        From: printMailbox(sender.from).replaceAll('\r\n ', ' '),
        To: checkAddress(mail.to),
        Subject: oneLine(mail.subject),
        TextBody: mail.text,
        HtmlBody: mail.html,
        MessageStream: 'outbound',
        TrackOpens: false,
        TrackLinks: 'None',
        Headers: [
          ...Object.entries(headersOf(mail, sender)).map(([Name, Value]) => ({ Name, Value })),
          { Name: 'X-PM-KeepID', Value: 'true' },
        ],
      };
      const headers = { 'X-Postmark-Server-Token': token, 'Content-Type': 'application/json' };
      const url = 'https://api.postmarkapp.com/email';
      return askProvider({ url, headers, body: JSON.stringify(body), secret: token }, judge, origins);
    },
  };
}
