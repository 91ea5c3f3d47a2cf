/** Checks of the page's Content Security Policies: whether the widget may do what it does, and else which directive to write. Pure. */
import {
  type Asked,
  allows,
  allowsTrustedPolicy,
  extend,
  type Kind,
  type Policy,
  parsePolicies,
  parsePolicy,
} from './csp.ts';
import { type Code, type Finding, find } from './finding.ts';
import type { PageFacts, Tag } from './page-facts.ts';

/** Where Cloudflare's script and frame come from, for sites that use Turnstile. */
const TURNSTILE = new URL('https://challenges.cloudflare.com/turnstile/v0/api.js');

interface Sent {
  where: string;
  policy: Policy;
  /** Place of the <meta>; a policy decides about what comes behind it. */
  at: number;
}

export function checkPolicies(facts: PageFacts): Finding[] {
  const tag = facts.tags[0];
  if (!tag) return [];
  const api = facts.threads[0]?.api ?? new URL('/api/v1', tag.src);
  const found = listPolicies(facts).flatMap((sent) => judge(sent, tag, api, facts));
  // Several policies may lack the same: each has to be changed.
  return found;
}

function listPolicies({ visit, page }: PageFacts): Sent[] {
  const header = visit.headers.get('Content-Security-Policy') ?? '';
  return [
    ...parsePolicies(header).map((policy) => ({ where: 'header Content-Security-Policy', policy, at: 0 })),
    ...page.policies.map(({ at, text }) => ({ where: 'meta Content-Security-Policy', policy: parsePolicy(text), at })),
  ];
}

function judge({ where, policy, at }: Sent, tag: Tag, api: URL, facts: PageFacts): Finding[] {
  const { url } = facts;
  const findings: Finding[] = [];
  const look = (code: Code, kind: Kind, asked: Asked, what: string, source = asked.url.origin) => {
    if (allows(policy, kind, asked, url)) return true;
    findings.push(find(code, where, what, sayFix(policy, kind, source, asked)));
    return false;
  };
  const script: Asked = {
    url: tag.src,
    parserInserted: true,
    ...(tag.get('nonce') !== null && { nonce: tag.get('nonce')! }),
    ...(tag.get('integrity') !== null && { integrity: tag.get('integrity')! }),
  };
  const { integrity: _, ...inherited } = script;
  const later: Asked = { ...inherited, url: new URL('/lazy/', tag.src) };
  // A tag that stands before a <meta> is loaded before its policy holds; what it loads later is not.
  const isLoaded = at > tag.at || look('csp_script', 'script-src-elem', script, 'It does not let embed.js in.');
  if (isLoaded)
    look(
      'csp_modules',
      'script-src-elem',
      later,
      'It lets embed.js in, but not what that loads later: nobody can write.',
    );
  look('csp_connect', 'connect-src', { url: api }, `It does not let the widget ask ${api.origin}.`);
  look('csp_pictures', 'img-src', { url: api }, 'It does not let pictures of people in.');
  if (facts.sites?.some(({ settings, origins }) => settings.turnstile && origins.includes(bareHost(url)))) {
    const asked = { url: TURNSTILE, parserInserted: false };
    const what = 'The site uses Turnstile, which it does not let in: newcomers cannot write.';
    look('csp_turnstile', 'script-src-elem', asked, what);
    look('csp_turnstile', 'frame-src', asked, what);
  }
  if (!allowsTrustedPolicy(policy, 'afterword')) {
    const names = (policy.get('trusted-types') ?? []).filter((name) => name.toLowerCase() !== "'none'");
    const what = 'It asks for Trusted Types and does not know the policy “afterword”: no comment can be drawn.';
    findings.push(
      find(
        'csp_trusted_types',
        where,
        what,
        `Write the directive so:\n${['trusted-types', ...names, 'afterword'].join(' ')}`,
      ),
    );
  }
  const sandbox = at === 0 ? policy.get('sandbox') : undefined;
  const lacks = ['allow-scripts', 'allow-same-origin'].filter((name) => sandbox && !sandbox.includes(name));
  if (lacks.length > 0)
    findings.push(
      find(
        'csp_sandbox',
        where,
        `Its sandbox lacks ${lacks.join(' and ')}: the widget cannot run as a part of this page.`,
        `Write the directive so:\n${['sandbox', ...sandbox!, ...lacks].join(' ')}`,
      ),
    );
  return findings;
}

function sayFix(policy: Policy, kind: Kind, source: string, { nonce }: Asked): string {
  const values = policy.get('script-src-elem') ?? policy.get('script-src') ?? policy.get('default-src') ?? [];
  if (kind === 'script-src-elem' && values.some((value) => value.toLowerCase() === "'strict-dynamic'")) {
    const why = nonce === undefined ? '' : ' (the one it has is not the one of the policy)';
    return `With 'strict-dynamic' hosts do not count. Give the tag the nonce of this page’s policy, made anew for each answer${why}:\n<script src="${source}/embed.js" nonce="NONCE" async></script>`;
  }
  return `Write the directive so:\n${extend(policy, kind, source)}`;
}

const bareHost = ({ host }: URL): string => host.replace(/^www\./, '');
