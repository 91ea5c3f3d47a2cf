/** Amazon SES: SendEmail of its API, version 2, with the mail as it travels. */
import type { Origins } from '../../../outgoing';
import { checkAddress } from '../header';
import type { MailUrl } from '../mail-url';
import type { Transport } from '../mailer';
import { printBase64, printMail, type Sender } from '../mime';
import { signAws } from './aws-signature';
import { askProvider, type Judge } from './provider';

const judge: Judge = ({ status, headers, text }) => {
  if (status !== 400) return null;
  const type = headers.get('x-amzn-ErrorType') ?? '';
  // Of the sender, or, while the account is in the sandbox, of everybody who was not verified.
  if (/^MessageRejected/.test(type)) return /not verified/i.test(text) ? 'outage' : 'final';
  if (/^BadRequest/.test(type)) return /address|recipient/i.test(text) ? 'final' : 'retry';
  return 'outage';
};

export function openSes(
  { accessKey, secretKey, region }: MailUrl & { by: 'ses' },
  sender: Sender,
  origins: Origins,
): Transport {
  return {
    async send(mail) {
      const now = Date.now();
      const raw = printBase64(new TextEncoder().encode(printMail(mail, sender, now)));
      const body = JSON.stringify({
        FromEmailAddress: sender.from.address,
        Destination: { ToAddresses: [checkAddress(mail.to)] },
        Content: { Raw: { Data: raw } },
      });
      const url = `https://email.${region}.amazonaws.com/v2/email/outbound-emails`;
      const keys = { accessKey, secretKey, region, service: 'ses' };
      const headers = await signAws(keys, url, { 'content-type': 'application/json' }, body, now);
      return askProvider({ url, headers, body, secret: secretKey }, judge, origins);
    },
  };
}
