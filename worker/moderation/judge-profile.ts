/**
 * Judging a new name or website of somebody who logged in. It would stand beside all that they have written, so nothing may
 * come there this way that would not have come there with a comment.
 */
import type { CompiledQuery } from 'kysely';
import type { Settings } from '../contract-settings';
import type { TeamMember } from '../identity/names';
import type { Person } from '../identity/standing';
import type { ClientHashes } from '../request';
import { listBanNames } from './bans/ban-match';
import { EMPTY_MODEL } from './classifier/bayes';
import { type FittingBan, selectBans } from './facts-store';
import { checkRefusal } from './judge';
import { judge, PROFILE_PHASES } from './phases';
import { describeComment } from './text/describe';

/** Of no page: their own. */
const HOST = 'page.invalid';

/** @param url the new website @param now epoch ms */
export function selectProfileBans(
  siteId: string,
  personId: string,
  url: string | null,
  client: ClientHashes,
  now: number,
): CompiledQuery<FittingBan> {
  const names = listBanNames({ authorId: personId, ...client, email: null, url, links: [] }, HOST);
  return selectBans({ site: siteId }, names, personId, now);
}

export interface ProfileCase {
  /** As they will be. */
  person: Pick<Person, 'id' | 'name' | 'email' | 'url'>;
  address: string;
  client: ClientHashes;
  settings: Settings;
  /** Beside those in the settings. */
  team: TeamMember[];
  bans: FittingBan[];
  /** Epoch ms. */
  now: number;
}

/** @returns whether it may stand beside what is there: a comment with it would not wait @throws Problem banned, comment_refused */
export function judgeProfile({ person, address, client, settings, team, bans, now }: ProfileCase): boolean {
  const comment = describeComment({
    id: null,
    body: '',
    html: '',
    name: person.name,
    email: person.email,
    url: person.url,
    authorId: person.id,
    ...client,
    address,
    pageId: null,
    trap: null,
    writtenMs: null,
  });
  // There is no text: what a rule says of texts is not meant.
  const rules = settings.rules.filter((rule) => rule.in === 'any' || rule.in === 'name' || rule.in === 'url');
  const facts = {
    now,
    host: HOST,
    settings: { ...settings, rules },
    team,
    verified: true,
    history: { approved: 0, rejected: 0 },
    recent: [],
    bans,
    pageCount: 0,
    model: EMPTY_MODEL,
    attack: false,
    settled: true,
  };
  const findings = judge(comment, facts, PROFILE_PHASES);
  checkRefusal(findings);
  return findings.length === 0;
}
