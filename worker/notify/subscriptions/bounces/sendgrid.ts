/**
 * SendGrid: https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features. Signs time
 * and body by ECDSA; the owner has the public key.
 */
import { at, checkFresh, parseJson, type ReadReports, type Report, refuse, textAt } from './report';
import { fromBase64, readDer } from './signature';

const HEADER = 'X-Twilio-Email-Event-Webhook-';
/** Bytes of each of the two numbers of a signature on P-256. */
const NUMBER_BYTES = 32;

/** `secret`: the verification key, as SendGrid shows it. */
export const readSendGrid: ReadReports = async ({ headers, body, secret, now }) => {
  const timestamp = headers.get(`${HEADER}Timestamp`) ?? '';
  checkFresh(timestamp, now);
  const [spki, signature] = [fromBase64(secret), toRaw(fromBase64(headers.get(`${HEADER}Signature`) ?? ''))];
  if (!signature || !spki || !(await verify(spki, signature, timestamp + body)))
    throw refuse('the signature does not fit');
  const events = parseJson(body);
  return { reports: (Array.isArray(events) ? events : []).flatMap((event) => readEvent(event, now)) };
};

function readEvent(event: unknown, now: number): Report[] {
  const email = textAt(event, 'email');
  const seconds = at(event, 'timestamp');
  const when = typeof seconds === 'number' ? Math.min(seconds * 1000, now) : now;
  const name = textAt(event, 'event');
  if (name === 'spamreport') return [{ email, state: 'complained', at: when }];
  // The other type, `blocked`, is a server that would not take it today.
  if (name === 'bounce' && textAt(event, 'type') !== 'blocked') return [{ email, state: 'bounced', at: when }];
  return [];
}

async function verify(spki: BufferSource, signature: BufferSource, text: string): Promise<boolean> {
  try {
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
    const key = await crypto.subtle.importKey('spki', spki, algorithm, false, ['verify']);
    return await crypto.subtle.verify(algorithm, key, signature, new TextEncoder().encode(text));
  } catch {
    return false;
  }
}

/** From DER, a sequence of two numbers, to the two one behind the other, as Web Crypto wants it. */
function toRaw(der: Uint8Array | null): Uint8Array<ArrayBuffer> | null {
  if (!der) return null;
  const raw = new Uint8Array(2 * NUMBER_BYTES);
  try {
    const [sequence] = readDer(der);
    const numbers = readDer(der, sequence!.from, sequence!.to);
    if (numbers.length !== 2) return null;
    for (const [i, { from, to }] of numbers.entries()) {
      const digits = der.slice(from, to);
      const number = digits[0] === 0 ? digits.subarray(1) : digits;
      if (number.length > NUMBER_BYTES) return null;
      raw.set(number, (i + 1) * NUMBER_BYTES - number.length);
    }
  } catch {
    return null;
  }
  return raw;
}
