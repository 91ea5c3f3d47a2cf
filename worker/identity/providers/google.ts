/**
 * Google: OpenID Connect as it is written.
 * @see https://developers.google.com/identity/openid-connect/openid-connect
 */
import { ClientSecretPost } from 'oauth4webapi';
import { readClaims } from './claims';
import { type Provider, readRegistration, type Secrets } from './provider';

const NAME = 'Google';

export function google(secrets: Secrets): Provider[] {
  const registration = readRegistration(secrets, 'google');
  if (!registration) return [];
  return [
    {
      id: 'google',
      name: NAME,
      instance: false,
      openid: true,
      server: 'https://accounts.google.com',
      scopes: 'openid email profile',
      pkce: true,
      registration,
      authenticate: ClientSecretPost,
      readProfile: ([claims]) => readClaims(NAME, claims),
    },
  ];
}
