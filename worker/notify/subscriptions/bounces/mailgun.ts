/** Mailgun: https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks. Its signature is of a token, not of the body: each counts once. */
import { at, checkFresh, parseJson, type ReadReports, refuse, textAt } from './report';
import { hmacSha256, isSame, toHex } from './signature';

/** An empty secret would let everybody in. */
const SECRET_CHARS = 16;

/** `secret`: the HTTP webhook signing key. */
export const readMailgun: ReadReports = async ({ body, secret, now }) => {
  const sent = parseJson(body);
  const [timestamp, token, signature] = ['timestamp', 'token', 'signature'].map((name) =>
    textAt(sent, 'signature', name),
  );
  if (!/^[\w-]{16,100}$/.test(token!) || secret.length < SECRET_CHARS) throw refuse('it has no token');
  if (!(await isSame(signature!, toHex(await hmacSha256(secret, `${timestamp}${token}`)))))
    throw refuse('the signature does not fit');
  const once = { iat: checkFresh(timestamp!, now), token: token! };
  const event = at(sent, 'event-data');
  const email = textAt(event, 'recipient');
  const seconds = at(event, 'timestamp');
  const when = typeof seconds === 'number' ? Math.min(seconds * 1000, now) : now;
  const name = textAt(event, 'event');
  if (name === 'complained') return { reports: [{ email, state: 'complained', at: when }], once };
  if (name === 'failed' && textAt(event, 'severity') === 'permanent')
    return { reports: [{ email, state: 'bounced', at: when }], once };
  return { reports: [], once };
};
