/**
 * The part of OAuth that all stand-ins share: who may ask (RFC 6749, section 4.1.1), the person's answer, codes that work
 * once and for whom they were made (4.1.3), PKCE (RFC 7636). Words and shapes of errors are each provider's own.
 */
import { createHash, randomBytes } from 'node:crypto';
import { type Account, type Fault, findPerson, type Misbehaviour } from '../accounts.ts';
import { consentPage } from '../consent-page.ts';
import { type Answer, type Asked, errorPage, html, redirect } from './exchange.ts';

export interface App {
  id: string;
  secret: string;
  redirectUris: string[];
}

export interface Rules {
  /** As the consent page shows it. */
  provider: string;
  findApp(id: string): App | undefined;
  /** A sentence when the app may not ask for these. */
  refuseScopes(scopes: string[], app: App): string | undefined;
  /** ` ` by RFC 6749, section 3.3, but not everywhere. */
  scopeSeparator: string;
  /** Parameters of the authorization address that must be there, beside `client_id` and `redirect_uri`. */
  requires: string[];
  /** `ignored`: the provider documents no PKCE. Where it is known, only S256 is taken, though X knows `plain` too. */
  pkce: 'required' | 'optional' | 'ignored';
  /** Added to the redirect when the person says no. */
  denied: Record<string, string>;
  /** The fragment of every redirect with a code. */
  fragment?: string;
}

interface Grant {
  app: App;
  account: Account;
  scopes: string[];
  redirectUri: string;
  challenge: string | null;
  misbehaviour: Misbehaviour | null;
}

export interface Redemption {
  code: string | null;
  app: App;
  redirectUri: string | null;
  verifier: string | null;
}

export interface Authorization {
  /** The authorization endpoint: its page, and what the page's form posts. */
  authorize(asked: Asked): Answer;
  /** Spends a code. @returns the token and its grant, or which parameter was wrong */
  redeem(redemption: Redemption): { token: string; grant: Grant } | 'code' | 'redirect_uri' | 'code_verifier';
  findGrant(token: string | null): Grant | undefined;
}

export function createAuthorization(rules: Rules): Authorization {
  const codes = new Map<string, Grant>();
  const tokens = new Map<string, Grant>();

  return {
    authorize({ method, query, body }) {
      const app = rules.findApp(query.get('client_id') ?? '');
      const redirectUri = query.get('redirect_uri');
      if (!app) return errorPage('This app is not known: wrong client_id.');
      if (!redirectUri || !app.redirectUris.includes(redirectUri)) {
        return errorPage('The redirect_uri is none of those that the app has registered.');
      }
      const back = (parameters: Record<string, string>, fragment = '') => {
        const url = new URL(redirectUri);
        for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
        const state = query.get('state');
        if (state !== null) url.searchParams.set('state', state);
        url.hash = fragment;
        return redirect(url.href);
      };
      const missing = rules.requires.find((name) => !query.get(name));
      if (missing) return back({ error: 'invalid_request', error_description: `${missing} is missing` });
      if ((query.get('response_type') ?? 'code') !== 'code') return back({ error: 'unsupported_response_type' });
      const scopes = (query.get('scope') ?? '').split(rules.scopeSeparator).filter(Boolean);
      const scopeError = rules.refuseScopes(scopes, app);
      if (scopeError) return back({ error: 'invalid_scope', error_description: scopeError });
      const challenge = rules.pkce === 'ignored' ? null : query.get('code_challenge');
      const challengeError = refuseChallenge(challenge, query.get('code_challenge_method'), rules.pkce === 'required');
      if (challengeError) return back({ error: 'invalid_request', error_description: challengeError });

      if (method === 'GET') return html(200, consentPage(rules.provider));
      if (body.get('decision') !== 'continue') return back(rules.denied);
      const person = findPerson(body.get('account') ?? '');
      if (!person) return html(422, consentPage(rules.provider, body.get('account') ?? ''));
      const code = randomName();
      codes.set(code, { app, ...person, scopes, redirectUri, challenge });
      return back({ code }, rules.fragment);
    },

    redeem({ code, app, redirectUri, verifier }) {
      const grant = codes.get(code ?? '');
      codes.delete(code ?? ''); // whoever shows it, it was shown
      if (!grant || grant.app.id !== app.id || grant.misbehaviour === 'expired-code') return 'code';
      if (grant.redirectUri !== redirectUri) return 'redirect_uri';
      if (grant.challenge !== null && grant.challenge !== hashVerifier(verifier)) return 'code_verifier';
      const token = randomName();
      tokens.set(token, grant);
      return { token, grant };
    },

    findGrant: (token) => tokens.get(token ?? ''),
  };
}

/** Which fault this grant's owner chose for an endpoint. */
export function faultAt(endpoint: 'token' | 'profile', { misbehaviour }: Grant): Fault | undefined {
  const [where, ...fault] = misbehaviour?.split('-') ?? [];
  return where === endpoint ? (fault.join('-') as Fault) : undefined;
}

/** RFC 7636, section 4.2: 43 characters of base64url are a SHA-256. */
function refuseChallenge(challenge: string | null, method: string | null, required: boolean): string | undefined {
  if (challenge === null) return required ? 'code_challenge is required' : undefined;
  if (method !== 'S256') return 'code_challenge_method must be S256';
  return /^[\w-]{43}$/.test(challenge) ? undefined : 'code_challenge is malformed';
}

const hashVerifier = (verifier: string | null) =>
  verifier && /^[\w.~-]{43,128}$/.test(verifier)
    ? createHash('sha256').update(verifier).digest('base64url')
    : undefined;

export const randomName = () => randomBytes(24).toString('base64url');
