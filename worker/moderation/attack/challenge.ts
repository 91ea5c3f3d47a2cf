/**
 * What a newcomer passes before a comment is taken: proof of work (work.ts), Cloudflare Turnstile (turnstile.ts). A comment
 * without is refused with `challenge_required`; what it needs, GET /challenge says, and then it is sent again. Whoever logged in
 * is not asked, nor who is known here.
 */
import { parseSettings } from '../../admin/settings';
import { type Challenge, ChallengeQuery } from '../../contract';
import type { Finding } from '../../contract-admin';
import type { Settings } from '../../contract-settings';
import { getConfig } from '../../env';
import { findSiteOf } from '../../pages/site';
import { parseQuery } from '../../parse';
import { Problem } from '../../problem';
import { type AppContext, openDb } from '../../request';
import type { Asked } from '../outside/asked';
import { askOutside } from '../outside/outside';
import { turnstile } from '../outside/turnstile';
import { createWork, isWorkDone } from './work';

const WORK_HEADER = 'Afterword-Work';

/** @param attack attack mode is on */
const asksWork = ({ challenge }: Settings, attack: boolean): boolean =>
  challenge === 'newcomers' || (challenge === 'attack' && attack);

/**
 * @param attack attack mode was on before this comment
 * @returns that it could not be asked whether the writer is a person, if so
 * @throws Problem challenge_required
 */
export async function passChallenge(asked: Asked, attack: boolean): Promise<Finding[]> {
  const { settings, headers, env, now, newcomer, verified } = asked;
  if (!newcomer || verified) return [];
  if (asksWork(settings, attack) && !(await isWorkDone(headers.get(WORK_HEADER) ?? '', asked, getConfig(env), now)))
    throw new Problem('challenge_required');
  return askOutside(asked, [turnstile]);
}

export async function readChallenge(c: AppContext): Promise<Response> {
  const { url, site: siteId, key } = parseQuery(ChallengeQuery, new URL(c.req.url).searchParams);
  const site = await findSiteOf(c, openDb(c), url, siteId);
  const settings = parseSettings(site.settings);
  const now = Date.now();
  const work = asksWork(settings, site.attack_until > now)
    ? await createWork({ siteId: site.id, idempotencyKey: key }, getConfig(c.env), now)
    : null;
  c.header('Cache-Control', 'no-store');
  return c.json({ work, turnstile: c.env.TURNSTILE_SECRET ? settings.turnstile : null } satisfies Challenge);
}
