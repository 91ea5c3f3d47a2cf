/** Cloudflare's own sending, by the binding EMAIL: no key anywhere. */
import type { Bindings } from '../../../env';
import { Problem } from '../../../problem';
import type { Outcome } from '../../outbox/outcome';
import { checkAddress, oneLine } from '../header';
import type { Transport } from '../mailer';
import { headersOf, type Sender } from '../mime';

/** Which headers it takes: it has a Message-ID of its own, and refuses a mail with any it does not know. */
const TAKEN = [
  'In-Reply-To',
  'References',
  'List-Id',
  'List-Unsubscribe',
  'List-Unsubscribe-Post',
  'Auto-Submitted',
  'X-Auto-Response-Suppress',
];
/** What it says of this mail alone, for good or for now; everything else is true of every mail. */
const FINAL = ['E_RECIPIENT_SUPPRESSED', 'E_CONTENT_TOO_LARGE'];
const LATER = ['E_DELIVERY_FAILED', 'E_VALIDATION_ERROR'];

/** @throws Problem setup_required */
export function openCloudflare(binding: Bindings['EMAIL'], sender: Sender): Transport {
  if (!binding)
    throw new Problem('setup_required', 'MAIL_URL is cloudflare:, but the worker has no binding EMAIL (send_email).');
  const { address, name } = sender.from;
  return {
    async send(mail) {
      const headers = Object.fromEntries(Object.entries(headersOf(mail, sender)).filter(([n]) => TAKEN.includes(n)));
      const message = {
        to: checkAddress(mail.to),
        from: name ? { email: address, name } : address,
        subject: oneLine(mail.subject),
        text: mail.text,
        html: mail.html,
        headers,
      };
      try {
        await binding.send(message);
        return { sent: true };
      } catch (error) {
        return outcomeOf(error as Error & { code?: string });
      }
    },
  };
}

function outcomeOf({ code = '', message }: Error & { code?: string }): Outcome {
  const answer = `${code} ${message}`.trim().slice(0, 300);
  if (LATER.includes(code)) return { sent: false, answer };
  return { sent: false, answer, ...(FINAL.includes(code) ? { final: true } : { outage: true }) };
}
