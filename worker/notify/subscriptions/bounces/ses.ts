/**
 * Amazon SES by SNS: https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html. Signed with a certificate that
 * is asked for at Amazon's only; and since anybody can have a topic there, only the owner's counts.
 */
import { fetchOutside } from '../../../outgoing';
import { Problem } from '../../../problem';
import { type Delivered, listAt, parseJson, type ReadReports, refuse, textAt, timeOr } from './report';
import { fromBase64, isSame, readDer } from './signature';

/** SNS sends again for an hour what was not taken. */
const AGE_MS = 65 * 60_000;
const CAPS = { maxBytes: 16_384, timeoutMs: 8_000 };
/** Amazon's own hosts for this, of any region. */
const SNS_HOST = /^sns\.(?!s3)[a-z]{2,4}(-[a-z]+)+-\d+\.amazonaws\.com(\.cn)?$/;
const CERTIFICATE = /^\/SimpleNotificationService-[\w-]+\.pem$/;
const HASHES: Record<string, string> = { '1': 'SHA-1', '2': 'SHA-256' };
const SIGNED: Record<string, string[]> = {
  Notification: ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'],
  SubscriptionConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
};
/** Certificates by their address: they stay for as long as this instance does. */
const keys = new Map<string, ArrayBuffer>();
const KEYS = 8;

/** `secret`: the topic's ARN. */
export const readSes: ReadReports = async (delivered) => {
  const message = parseJson(delivered.body);
  const names = SIGNED[textAt(message, 'Type')];
  if (!names) throw refuse('it is of no type known');
  if (!(await isSame(textAt(message, 'TopicArn'), delivered.secret))) throw refuse('it is of another topic');
  if (Math.abs(delivered.now - Date.parse(textAt(message, 'Timestamp'))) <= AGE_MS === false)
    throw refuse('its time is not now');
  const text = names
    .filter((name) => name !== 'Subject' || textAt(message, name) !== '')
    .map((name) => `${name}\n${textAt(message, name)}\n`)
    .join('');
  const hash = HASHES[textAt(message, 'SignatureVersion')];
  const signature = fromBase64(textAt(message, 'Signature'));
  const address = snsAddress(textAt(message, 'SigningCertURL'));
  if (!hash || !signature || !CERTIFICATE.test(address.pathname) || address.search !== '')
    throw refuse('it is not signed');
  if (!(await verify(await certificateKey(address, delivered), hash, signature, text)))
    throw refuse('the signature does not fit');
  if (textAt(message, 'Type') === 'SubscriptionConfirmation') {
    await fetchOutside(snsAddress(textAt(message, 'SubscribeURL')), { ...CAPS, redirect: 'manual' }, delivered.origins);
    return { reports: [] };
  }
  return { reports: readMessage(parseJson(textAt(message, 'Message')), delivered.now) };
};

function readMessage(event: unknown, now: number) {
  // What it is called depends on whether a topic hears of it by itself or by a configuration set.
  const type = textAt(event, 'notificationType') || textAt(event, 'eventType');
  const of = (name: string, list: string, state: 'bounced' | 'complained') =>
    listAt(event, name, list).map((each) => ({
      email: textAt(each, 'emailAddress'),
      state,
      at: timeOr(textAt(event, name, 'timestamp'), now),
    }));
  if (type === 'Complaint') return of('complaint', 'complainedRecipients', 'complained');
  if (type === 'Bounce' && textAt(event, 'bounce', 'bounceType') === 'Permanent')
    return of('bounce', 'bouncedRecipients', 'bounced');
  return [];
}

/** @throws Problem unauthorized for an address that is not Amazon's */
function snsAddress(text: string): URL {
  const url = URL.parse(text);
  if (url?.protocol === 'https:' && url.port === '' && SNS_HOST.test(url.hostname) && !url.username) return url;
  throw refuse('it names an address that is not Amazon’s');
}

/** The public key within a certificate. */
async function certificateKey(address: URL, { origins }: Delivered): Promise<ArrayBuffer> {
  const known = keys.get(address.href);
  if (known) return known;
  const answer = await fetchOutside(address, { ...CAPS, redirect: 'manual' }, origins);
  const pem = /-----BEGIN CERTIFICATE-----([\s\S]+?)-----END CERTIFICATE-----/.exec(await answer.text())?.[1] ?? '';
  const key = spkiOf(fromBase64(pem.replace(/\s/g, '')));
  if (keys.size >= KEYS) keys.clear();
  keys.set(address.href, key);
  return key;
}

/** RFC 5280, 4.1: the seventh of what is signed in a certificate is the subject's public key, when the first is its version. */
function spkiOf(der: Uint8Array | null): ArrayBuffer {
  try {
    const [certificate] = readDer(der!);
    const [signed] = readDer(der!, certificate!.from, certificate!.to);
    const fields = readDer(der!, signed!.from, signed!.to);
    const field = fields[fields[0]!.tag === 0xa0 ? 6 : 5]!;
    const before = fields[fields[0]!.tag === 0xa0 ? 5 : 4]!;
    return der!.slice(before.to, field.to).buffer as ArrayBuffer;
  } catch (cause) {
    throw new Problem('outside_unreachable', 'Amazon did not answer with a certificate.', { cause });
  }
}

async function verify(spki: ArrayBuffer, hash: string, signature: BufferSource, text: string): Promise<boolean> {
  try {
    const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash };
    const key = await crypto.subtle.importKey('spki', spki, algorithm, false, ['verify']);
    return await crypto.subtle.verify(algorithm, key, signature, new TextEncoder().encode(text));
  } catch {
    return false;
  }
}
