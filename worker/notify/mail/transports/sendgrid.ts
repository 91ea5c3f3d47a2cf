/** SendGrid: POST /v3/mail/send. Nothing is tracked. */
import type { Origins } from '../../../outgoing';
import { checkAddress, oneLine } from '../header';
import type { Transport } from '../mailer';
import { headersOf, type Sender } from '../mime';
import { askProvider, type Judge } from './provider';

const judge: Judge = ({ status, json }) => {
  const [first] = Array.isArray(json.errors) ? (json.errors as { field?: string | null }[]) : [];
  return status === 400 && first?.field?.startsWith('personalizations') ? 'final' : null;
};

export function openSendgrid(key: string, sender: Sender, origins: Origins): Transport {
  const { address: email, name } = sender.from;
  return {
    async send(mail) {
      const body = {
        personalizations: [{ to: [{ email: checkAddress(mail.to) }] }],
        from: { email, ...(name && { name }) },
        subject: oneLine(mail.subject),
        content: [
          { type: 'text/plain', value: mail.text },
          { type: 'text/html', value: mail.html },
        ],
        headers: headersOf(mail, sender),
        tracking_settings: {
          click_tracking: { enable: false, enable_text: false },
          open_tracking: { enable: false },
          subscription_tracking: { enable: false },
        },
      };
      const headers = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' };
      const url = 'https://api.sendgrid.com/v3/mail/send';
      return askProvider({ url, headers, body: JSON.stringify(body), secret: key }, judge, origins);
    },
  };
}
