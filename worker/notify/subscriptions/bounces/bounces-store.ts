/** SQL of what is done about mail that did not arrive: its address gets none any more, on no site. */
import { type CompiledQuery, sql } from 'kysely';
import { query } from '../../../db';
import type { Report } from './report';

/** Providers count in seconds. */
const SLACK_MS = 60_000;

/** Whoever agreed after that stays; a complaint is for ever. */
export const stopMail = (reports: Report[]): CompiledQuery[] =>
  (['bounced', 'complained'] as const).flatMap((state) => {
    const of = reports.filter((report) => report.state === state);
    return of.length > 0 ? [stopAddresses(state, of)] : [];
  });

function stopAddresses(state: Report['state'], reports: Report[]): CompiledQuery {
  return sql`
    UPDATE recipients SET state = ${state}, author_id = NULL, network = NULL, digest_due_at = NULL
    WHERE id IN (
      SELECT r.id FROM json_each(${JSON.stringify(reports)}) j CROSS JOIN sites s
      CROSS JOIN recipients r ON r.site_id = s.id AND r.role IN ('reader', 'moderator') AND r.email = j.value ->> 'email'
      WHERE r.state <> 'complained' AND r.asked_at <= (j.value ->> 'at') + ${SLACK_MS})`.compile(query);
}

/** Fails the whole batch when it comes again. @param iat seconds, within the time for which proofs are kept */
export const useOnce = (provider: string, { iat, token }: { iat: number; token: string }): CompiledQuery =>
  query.insertInto('proofs').values({ iat, jkt: provider, jti: token }).compile();
