/**
 * Postmark: https://postmarkapp.com/developer/webhooks. Signs nothing: the owner has it send a header `Afterword-Secret` with each of
 * them. A report that comes again stops nobody who has agreed since.
 */
import { at, parseJson, type ReadReports, refuse, textAt, timeOr } from './report';
import { isSame } from './signature';

/** An empty secret would let everybody in. */
const SECRET_CHARS = 16;

export const readPostmark: ReadReports = async ({ headers, body, secret, now }) => {
  const given = headers.get('Afterword-Secret') ?? '';
  if (secret.length < SECRET_CHARS || !(await isSame(given, secret)))
    throw refuse('Afterword-Secret is not the one set');
  const event = parseJson(body);
  const email = textAt(event, 'Email');
  const type = textAt(event, 'RecordType');
  const when = timeOr(textAt(event, 'BouncedAt'), now);
  if (type === 'SpamComplaint') return { reports: [{ email, state: 'complained', at: when }] };
  // Inactive: Postmark sends nothing there any more, whatever kind of bounce it was.
  if (type === 'Bounce' && (textAt(event, 'Type') === 'HardBounce' || at(event, 'Inactive') === true))
    return { reports: [{ email, state: 'bounced', at: when }] };
  return { reports: [] };
};
