/** The standard claims about a person, OpenID Connect Core 1.0 section 5.1, as the issuers among the providers tell them. */
import * as v from 'valibot';
import { makeProfile, narrowAnswer, type Profile, text, yes } from './profile';

export const Claims = v.object({
  sub: v.string(),
  name: text,
  given_name: text,
  family_name: text,
  nickname: text,
  preferred_username: text,
  email: text,
  email_verified: yes,
  picture: text,
  profile: text,
});

/** @throws Problem login_failed */
export function readClaims(service: string, answer: unknown): Profile {
  const claims = narrowAnswer(service, Claims, answer);
  const { sub, name, given_name, family_name, nickname, preferred_username, email, email_verified } = claims;
  return makeProfile(service, {
    subject: sub,
    names: [name, [given_name, family_name].filter(Boolean).join(' '), nickname, preferred_username],
    email: email_verified ? email : null,
    picture: claims.picture,
    url: claims.profile,
  });
}
