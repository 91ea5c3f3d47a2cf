/** Checks of an instance's outside: that it answers, who asks, and its sites. Pure. */
import { SCOPES } from '../../worker/contract-admin.ts';
import { type Finding, find } from './finding.ts';
import type { InstanceFacts } from './instance-facts.ts';

type Check = (facts: InstanceFacts) => Finding[];

/** Guesses for people to judge: more of them help nobody at once. */
const MAX_GROUPS = 10;

export const FRONT_CHECKS: Check[] = [
  function isSecure({ server, isLocal }) {
    if (isLocal || !server.startsWith('http:')) return [];
    const what = 'It is asked without https: whoever is on the way reads tokens and changes comments.';
    return [find('instance_insecure', server, what, 'Use its https address, also in the tags of your pages.')];
  },

  function isSetUp({ refusal, server }) {
    if (!refusal) return [];
    if (refusal.code === 'setup_required')
      return [
        find(
          'setup_required',
          server,
          refusal.detail,
          'Do what it says; npm run deploy sets what is missing.\nnpm run deploy',
        ),
      ];
    const said = refusal.code === 'unknown' ? '' : ` ${refusal.code}: ${refusal.detail}`;
    return [
      find('instance_failing', server, `It answers ${refusal.status}.${said}`, 'Its log says more:\nnpx wrangler tail'),
    ];
  },

  function tokenCounts({ refusal, hasToken, grant, server }) {
    if (refusal || !hasToken || grant) return [];
    return [find('token_refused', server, 'It does not know the token.', 'Use another one:\nnpx afterword login')];
  },

  function isSeenWhole({ refusal, hasToken, grant, instance, isOld, sites, server }) {
    if (refusal) return [];
    if (isOld)
      return [find('instance_old', server, 'It is too old to say how it is.', 'Bring it up to date:\nnpm run deploy')];
    const unseen = [
      ...(instance ? [] : ['schema, secrets, scheduled jobs, backups and tokens (scope sites:write, for all sites)']),
      ...(sites ? [] : ['sites (scope sites:write)']),
      ...(grant?.scopes.includes('comments:read') ? [] : ['pages that may be one (scope comments:read)']),
    ];
    if (unseen.length === 0) return [];
    const why = hasToken ? 'The token is not for that.' : 'There is no token.';
    return [
      find(
        'not_looked',
        server,
        `Not looked at: ${unseen.join('; ')}. ${why}`,
        `Make a token with these scopes (${Object.keys(SCOPES).join(', ')} are all there are) and log in with it:\nnpx afterword login --server ${server}`,
      ),
    ];
  },
];

export const SITE_CHECKS: Check[] = [
  function isAny({ sites, grant }) {
    if (!sites || sites.length > 0 || grant?.site) return [];
    return [
      find(
        'site_none',
        'sites',
        'There is no site: no page may have a conversation.',
        'Make one:\nnpx afterword sites create main --origin https://blog.example',
      ),
    ];
  },

  function haveOrigins({ sites = [] }) {
    return sites
      .filter(({ origins }) => origins.length === 0)
      .map(({ id }) =>
        find(
          'site_without_origins',
          `site ${id}`,
          'It has no origin: no page belongs to it.',
          `Add one:\nnpx afterword sites add-origin ${id} https://blog.example`,
        ),
      );
  },

  function haveHttps({ httpOnly }) {
    return httpOnly.map(({ site, host }) =>
      find(
        'origin_http_only',
        `site ${site}`,
        `${host} answers by http, not by https: readers can post there, but neither vote, edit nor log in.`,
        'Serve its pages by https, and redirect http there.',
      ),
    );
  },

  function letSomebodyWrite({ closed }) {
    return closed.map((id) =>
      find(
        'nobody_may_write',
        `site ${id}`,
        'It takes no guests, and there is no way to log in: nobody can write.',
        `docs/login.md says how to switch a login on. Or let guests write:\nnpx afterword sites set ${id} guests=true`,
      ),
    );
  },

  function holdSomething({ sites = [], isLocal }) {
    return sites
      .filter(({ settings }) => {
        const {
          hold,
          trustAfter,
          classifier,
          challenge,
          attackAfter,
          rules,
          guests,
          turnstile,
          akismet,
          phaseUrl,
          ai,
        } = settings;
        const asksOthers = turnstile || akismet || phaseUrl || ai;
        const holds = hold || trustAfter > 0 || classifier || rules.length > 0 || asksOthers;
        return !isLocal && guests && !holds && (challenge === 'never' || (challenge === 'attack' && attackAfter === 0));
      })
      .map(({ id }) =>
        find(
          'moderation_off',
          `site ${id}`,
          'Nothing but the number of links keeps spam back.',
          `If that was for a trial only:\nnpx afterword sites set ${id} classifier=true challenge=attack attackAfter=20`,
        ),
      );
  },

  function arePagesOne({ groups, server }) {
    return groups.slice(0, MAX_GROUPS).map(({ site, reason, pages }) => {
      const [into, ...others] = pages.toSorted((a, b) => b.count - a.count) as [(typeof pages)[0], ...typeof pages];
      const why = reason === 'title' ? 'have one title' : 'have nearly one address';
      const more = groups.length > MAX_GROUPS ? ` (one of ${groups.length} such groups)` : '';
      const merge = others.map(
        ({ id }) =>
          `curl -X POST ${server}/api/v1/admin/pages/${id}/merge -H "Authorization: Bearer $AFTERWORD_TOKEN" -H "Content-Type: application/json" -d '{"into":"${into.id}"}'`,
      );
      return find(
        'pages_alike',
        `site ${site}`,
        `${pages.map(({ url, count }) => `${url} (${count})`).join(', ')} ${why}${more}.`,
        `If they are one page, merge them in the console (Pages), or by:\n${merge.join('\n')}`,
      );
    });
  },
];
