/** `POST /mail/bounces/{provider}`: what a provider of mail says of mail that did not arrive, if it is that provider who says it. */
import { LIMITS } from '../../../contract';
import { readOrigins } from '../../../env';
import { readText } from '../../../parse';
import { Problem } from '../../../problem';
import { type AppContext, openDb } from '../../../request';
import { stopMail, useOnce } from './bounces-store';
import { readMailgun } from './mailgun';
import { readPostmark } from './postmark';
import { type ReadReports, refuse } from './report';
import { readResend } from './resend';
import { readSendGrid } from './sendgrid';
import { readSes } from './ses';

/** Each with the secret that the owner set for it: one provider's, which may be public, is none of another. */
const PROVIDERS: Record<string, { read: ReadReports; secret: string }> = {
  resend: { read: readResend, secret: 'RESEND_WEBHOOK_SECRET' },
  postmark: { read: readPostmark, secret: 'POSTMARK_WEBHOOK_SECRET' },
  mailgun: { read: readMailgun, secret: 'MAILGUN_SIGNING_KEY' },
  sendgrid: { read: readSendGrid, secret: 'SENDGRID_VERIFICATION_KEY' },
  ses: { read: readSes, secret: 'SES_TOPIC_ARN' },
};

/** @throws Problem not_found for a provider that has no secret here, unauthorized for what is forged, stale, or comes again */
export async function receiveBounces(c: AppContext): Promise<Response> {
  const name = c.req.param('provider') ?? '';
  const provider = Object.hasOwn(PROVIDERS, name) ? PROVIDERS[name] : undefined;
  const secret = provider && c.env[provider.secret];
  if (!provider || typeof secret !== 'string' || secret === '') throw new Problem('not_found');
  const body = await readText(c.req.raw, LIMITS.importBytes);
  const delivered = { headers: c.req.raw.headers, body, secret, now: Date.now(), origins: readOrigins(c.env) };
  const { reports, once } = await provider.read(delivered);
  const queries = [...(once ? [useOnce(name, once)] : []), ...stopMail(reports.filter(({ email }) => email !== ''))];
  if (queries.length > 0)
    await openDb(c, 'first-primary')
      .batch(...queries)
      .catch((error) => {
        if (error instanceof Problem && /UNIQUE constraint failed: proofs/.test(String(error.options.cause)))
          throw refuse('it has come before');
        throw error;
      });
  return c.json({ ok: true });
}
