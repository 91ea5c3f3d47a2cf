/** What a login provider is to oauth.ts. Each has a file here that holds only what is odd about it; table.ts lists them. */
import type { AuthorizationServer, ClientAuth } from 'oauth4webapi';
import type { Origins } from '../../outgoing';
import type { Profile } from './profile';

/** What a provider knows this Afterword by. */
export interface Registration {
  id: string;
  secret: string;
}

/** What a login brought, for those who ask further or read it. */
export interface Grant {
  accessToken: string;
  /** Host of the reader's own server; empty when the provider is one service. */
  instance: string;
  /** What came back with the browser. */
  callback: URLSearchParams;
}

export interface Provider {
  /** Stands in addresses and rows: never changes. */
  id: string;
  /** As readers see it. */
  name: string;
  /** Every reader names their own server, on which Afterword registers by itself. */
  instance: boolean;
  /** OpenID Connect: an ID token comes with the login, and is checked. */
  openid: boolean;
  /** Also asks the issuer's UserInfo endpoint; without, the ID token says it all. */
  userInfo?: boolean;
  /** Issuer whose metadata is looked up (OpenID Connect Discovery), or the metadata of one that has none. */
  server: string | ((instance: string) => AuthorizationServer);
  /** Space-separated: the fewest that give a name, a picture and a verified address. */
  scopes: string;
  /** Knows PKCE (RFC 7636). */
  pkce: boolean;
  /** Parameters of the authorization request beyond the standards. */
  parameters?: Record<string, string>;
  /** null when the reader's own server gives one. */
  registration: Registration | null;
  /** @throws Problem outside_refused, outside_unreachable, login_failed */
  register?(instance: string, redirectUri: string, origins: Origins): Promise<Registration>;
  /** How the client proves its secret. @param now epoch ms */
  authenticate(secret: string, now: number): ClientAuth | Promise<ClientAuth>;
  /** What to ask with the access token. The first must answer; any other may fail. */
  resources?(grant: Grant): string[] | Promise<string[]>;
  /**
   * @param answers the ID token's claims and those of UserInfo, if any, then what `resources` answered; undefined for none
   * @throws Problem login_failed when they do not name an account
   */
  readProfile(answers: unknown[], grant: Grant): Profile;
}

/** Secrets of the worker by name; docs/login.md names them. */
export type Secrets = Readonly<Record<string, unknown>>;

/** @returns the secret's text, or undefined when it is not set */
export function readSecret(secrets: Secrets, name: string): string | undefined {
  const value = secrets[name];
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

/** The client id and secret of a provider, as an owner set them. @returns null unless both are */
export function readRegistration(secrets: Secrets, provider: string): Registration | null {
  const prefix = provider.toUpperCase();
  const id = readSecret(secrets, `${prefix}_CLIENT_ID`);
  const secret = readSecret(secrets, `${prefix}_CLIENT_SECRET`);
  return id && secret ? { id, secret } : null;
}
