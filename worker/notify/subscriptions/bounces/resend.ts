/** Resend: https://resend.com/docs/webhooks. Signs as Svix does, of which Standard Webhooks came. */
import { at, checkFresh, listAt, parseJson, type ReadReports, refuse, textAt, timeOr } from './report';
import { fromBase64, hmacSha256, isSame, toBase64 } from './signature';

const STATES: Record<string, 'bounced' | 'complained'> = {
  'email.bounced': 'bounced',
  'email.complained': 'complained',
};

/** An empty secret would let everybody in. */
const SECRET_BYTES = 16;

/** `secret`: `whsec_…`, as Resend shows it. */
export const readResend: ReadReports = async ({ headers, body, secret, now }) => {
  const [id, timestamp, signatures] = ['svix-id', 'svix-timestamp', 'svix-signature'].map(
    (name) => headers.get(name) ?? '',
  );
  checkFresh(timestamp!, now);
  const key = fromBase64(secret.replace(/^whsec_/, ''));
  const right = key && key.length >= SECRET_BYTES && toBase64(await hmacSha256(key, `${id}.${timestamp}.${body}`));
  const given = signatures!.split(' ').slice(0, 5);
  const fits = await Promise.all(given.map((each) => isSame(each, `v1,${right}`)));
  if (!right || !fits.includes(true)) throw refuse('svix-signature does not fit');
  const event = parseJson(body);
  const state = STATES[textAt(event, 'type')];
  // A mailbox that is full today is none that is not there.
  const isPassing = /^(transient|undetermined)$/i.test(textAt(event, 'data', 'bounce', 'type'));
  if (!state || isPassing) return { reports: [] };
  const when = timeOr(textAt(event, 'created_at'), now);
  const to = at(event, 'data', 'to');
  const addresses = typeof to === 'string' ? [to] : listAt(event, 'data', 'to');
  return {
    reports: addresses.filter((email) => typeof email === 'string').map((email) => ({ email, state, at: when })),
  };
};
