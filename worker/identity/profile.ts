/** Changing one's own name and website. */
import { parseSettings } from '../admin/settings';
import { cleanLine, cleanWebsite } from '../clean';
import { MeEdit } from '../contract';
import type { FittingBan } from '../moderation/facts-store';
import { judgeProfile, selectProfileBans } from '../moderation/judge-profile';
import { Problem } from '../problem';
import { type AppContext, clientAddress, hashClient, readBody } from '../request';
import { selectSettings, selectTeamOf } from './login-store';
import { answerMe, look, needPerson } from './me';
import { renameComments, renamePerson } from './me-store';
import { findReserved, type TeamMember } from './names';

/**
 * `PATCH /me`: a name and a website, for all that the person wrote; but what would make a comment wait comes with the next
 * comments only.
 * @throws Problem login_required, name_reserved, banned, comment_refused
 */
export async function editMe(c: AppContext): Promise<Response> {
  const { value: input } = await readBody(c, MeEdit);
  const { siteId, personId } = c.get('viewer').identity?.token ?? { siteId: '', personId: '' };
  const website = cleanWebsite(input.url, 'url');
  const client = await hashClient(c);
  const [asker, [sites, team, bans]] = await look(
    c,
    selectSettings(siteId),
    selectTeamOf(siteId),
    selectProfileBans(siteId, personId, website, client, Date.now()),
  );
  const person = needPerson(asker);
  const name = input.name === undefined ? person.name : cleanLine(input.name);
  const url = input.url === undefined ? person.url : website;
  if (name === '') throw new Problem('invalid_request', 'name: must not be blank.', { field: 'name' });
  if (name === person.name && url === person.url) return answerMe(c, asker);
  const settings = parseSettings((sites!.rows[0] as { settings: string } | undefined)?.settings ?? '{}');
  const reserved = [...settings.team, ...(team!.rows as TeamMember[])];
  if (name !== person.name && person.role === null && findReserved({ name }, reserved))
    throw new Problem('name_reserved', undefined, { field: 'name' });
  const given = {
    person: { ...person, name, url },
    address: clientAddress(c),
    client,
    settings,
    team: team!.rows as TeamMember[],
    bans: bans!.rows as FittingBan[],
    now: asker.now,
  };
  // Those who run the site are not judged.
  const mayStand = person.role !== null || judgeProfile(given);
  const beside = mayStand ? renameComments(person.id, { name, url }) : [];
  return answerMe(c, asker, renamePerson(person.id, { name, url }), ...beside);
}
