/** Who is offered, and how each provider's documented answer becomes a person: what is not certain is left out. */
import { describe, expect, it } from 'vitest';
import { readInstance } from '../../worker/identity/providers/mastodon';
import type { Grant, Provider } from '../../worker/identity/providers/provider';
import { listProviders } from '../../worker/identity/providers/table';
import { Problem } from '../../worker/problem';

const both = (name: string) => ({ [`${name}_CLIENT_ID`]: 'id', [`${name}_CLIENT_SECRET`]: 'secret' });
const APPLE = { APPLE_CLIENT_ID: 'id', APPLE_TEAM_ID: 'team', APPLE_KEY_ID: 'key', APPLE_PRIVATE_KEY: 'pem' };
const ISSUER = { id: 'work', name: 'Work', issuer: 'https://id.example', clientId: 'c', clientSecret: 's' };
const ALL = {
  ...Object.assign({}, ...['GOOGLE', 'GITHUB', 'FACEBOOK', 'X', 'WORDPRESS', 'MICROSOFT', 'DISCORD'].map(both)),
  ...APPLE,
  MASTODON: 'on',
  OIDC_PROVIDERS: JSON.stringify([ISSUER]),
};

const find = (id: string): Provider => listProviders(ALL).find((provider) => provider.id === id)!;
const grant = (more: Partial<Grant> = {}): Grant => ({
  accessToken: 't',
  instance: 'social.example',
  callback: new URLSearchParams(),
  ...more,
});
const read = (id: string, ...answers: unknown[]) => find(id).readProfile(answers, grant());

function problemOf(act: () => unknown): Problem {
  try {
    act();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('readers are offered', () => {
  it('nobody, where no secret is set', () => {
    expect(listProviders({})).toEqual([]);
    expect(listProviders({ ADMIN_TOKEN: 'x', GOOGLE_CLIENT_ID: '', GOOGLE_CLIENT_SECRET: ' ', MASTODON: '' })).toEqual(
      [],
    );
  });

  it('everybody whose secrets are set, each by a name and an id of its own', () => {
    const ids = listProviders(ALL).map(({ id }) => id);
    expect(ids).toEqual([
      'work',
      'google',
      'apple',
      'microsoft',
      'github',
      'facebook',
      'x',
      'wordpress',
      'discord',
      'mastodon',
    ]);
    expect(
      listProviders(ALL)
        .filter(({ instance }) => instance)
        .map(({ name }) => name),
    ).toEqual(['Mastodon']);
  });

  it.each(['GOOGLE', 'GITHUB', 'FACEBOOK', 'X', 'WORDPRESS', 'MICROSOFT', 'DISCORD'])(
    '%s only with both its secrets',
    (name) => {
      expect(listProviders(both(name)).map(({ id }) => id)).toEqual([name.toLowerCase()]);
      expect(listProviders({ [`${name}_CLIENT_ID`]: 'id' })).toEqual([]);
      expect(listProviders({ [`${name}_CLIENT_SECRET`]: 'secret' })).toEqual([]);
    },
  );

  it('Apple only with all four', () => {
    expect(listProviders(APPLE).map(({ id }) => id)).toEqual(['apple']);
    for (const missing of Object.keys(APPLE)) expect(listProviders({ ...APPLE, [missing]: undefined })).toEqual([]);
  });

  it('Mastodon when it is on', () => {
    expect(listProviders({ MASTODON: 'on' }).map(({ id }) => id)).toEqual(['mastodon']);
    expect(listProviders({ MASTODON: 'off' })).toEqual([]);
  });

  it('as many issuers as OIDC_PROVIDERS names', () => {
    const local = { ...ISSUER, id: 'here', issuer: 'http://localhost:4000', scopes: 'openid' };
    const list = listProviders({ OIDC_PROVIDERS: JSON.stringify([ISSUER, local]) });
    expect(list.map(({ id, name, server, scopes }) => [id, name, server, scopes])).toEqual([
      ['work', 'Work', 'https://id.example', 'openid email profile'],
      ['here', 'Work', 'http://localhost:4000', 'openid'],
    ]);
  });

  it.each([
    ['not JSON', '{', 'OIDC_PROVIDERS is not JSON.'],
    ['no list', JSON.stringify(ISSUER), 'OIDC_PROVIDERS must be a list.'],
    ['no id', [{ ...ISSUER, id: undefined }], 'OIDC_PROVIDERS: 0.id is missing.'],
    ['an odd id', [{ ...ISSUER, id: 'My Work' }], 'OIDC_PROVIDERS: 0.id must be 1 to 40 of a-z, 0-9 and -.'],
    ['an empty secret', [ISSUER, { ...ISSUER, clientSecret: '' }], 'OIDC_PROVIDERS: 1.clientSecret must not be empty.'],
    ['a number', [{ ...ISSUER, name: 5 }], 'OIDC_PROVIDERS: 0.name must be text.'],
    ['a misspelt member', [{ ...ISSUER, client_id: 'c' }], 'OIDC_PROVIDERS: 0.client_id is not known.'],
    ['the id of another', [{ ...ISSUER, id: 'google' }], 'OIDC_PROVIDERS: the id google is taken.', both('GOOGLE')],
    ['an id twice', [ISSUER, ISSUER], 'OIDC_PROVIDERS: the id work is taken.'],
    ['the id of single sign-on', [{ ...ISSUER, id: 'sso' }], 'OIDC_PROVIDERS: the id sso is taken.'],
    ...['http://id.example', 'ftp://id.example', 'id.example', 'https://id.example/?x', 'javascript:alert(1)'].map(
      (issuer) =>
        [
          `the issuer ${issuer}`,
          [{ ...ISSUER, issuer }],
          'OIDC_PROVIDERS: 0.issuer must be an https address (http on this machine only).',
        ] as const,
    ),
  ] as const)('nobody, but the owner is told, where OIDC_PROVIDERS has %s', (_what, value, detail, more = {}) => {
    const OIDC_PROVIDERS = typeof value === 'string' ? value : JSON.stringify(value);
    const problem = problemOf(() => listProviders({ OIDC_PROVIDERS, ...more }));
    expect([problem.code, problem.message]).toEqual(['setup_required', detail]);
  });
});

/** The shapes the providers document, reduced to what may matter. */
const GOOGLE = {
  iss: 'https://accounts.google.com',
  sub: '110169484474386276334',
  email: 'mika@mail.example',
  email_verified: true,
  name: 'Mika Lind',
  given_name: 'Mika',
  family_name: 'Lind',
  picture: 'https://lh3.googleusercontent.com/a/photo=s96-c',
};
const GITHUB = {
  login: 'mika',
  id: 1001,
  avatar_url: 'https://avatars.githubusercontent.com/u/1001?v=4',
  html_url: 'https://github.com/mika',
  name: 'Mika Lind',
  email: 'shown@mail.example',
};
const GITHUB_EMAILS = [
  { email: 'old@mail.example', verified: true, primary: false, visibility: null },
  { email: 'mika@mail.example', verified: true, primary: true, visibility: 'private' },
];
const FACEBOOK = {
  id: '10158000000000001',
  name: 'Mika Lind',
  email: 'mika@mail.example',
  picture: {
    data: { height: 200, width: 200, is_silhouette: false, url: 'https://platform-lookaside.fbsbx.com/p/?asid=1' },
  },
};
const X = {
  data: {
    id: '2244994945',
    name: 'Mika Lind',
    username: 'mika_lind',
    profile_image_url: 'https://pbs.twimg.com/profile_images/1/photo_normal.jpg',
    confirmed_email: 'mika@mail.example',
  },
};
const WORDPRESS = {
  ID: 78972699,
  display_name: 'Mika Lind',
  username: 'mika',
  email: 'mika@mail.example',
  avatar_URL: 'http://0.gravatar.com/avatar/a178ebb1731d432338e6bb0158720fcc?s=96&d=identicon&r=G',
  profile_URL: 'https://gravatar.com/mika',
  verified: false,
  email_verified: true,
};
const MICROSOFT = {
  iss: 'https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0',
  sub: 'AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ',
  tid: '72f988bf-86f1-41af-91ab-2d7cd011db47',
  name: 'Mika Lind',
  preferred_username: 'mika@work.example',
  email: 'mika@work.example',
};
const APPLE_CLAIMS = {
  iss: 'https://appleid.apple.com',
  sub: '001234.a1b2c3.1234',
  email: 'x7@privaterelay.appleid.com',
  email_verified: 'true',
  is_private_email: 'true',
};
const DISCORD = {
  id: '80351110224678912',
  username: 'mika',
  global_name: 'Mika Lind',
  avatar: '8342729096ea3675442027381ff50dfe',
  verified: true,
  email: 'mika@mail.example',
};
const MASTODON = {
  id: '14715',
  username: 'mika',
  acct: 'mika',
  display_name: 'Mika Lind',
  url: 'https://social.example/@mika',
  avatar: 'https://files.social.example/a.gif',
  avatar_static: 'https://files.social.example/a.png',
  source: { privacy: 'public' },
};

describe('a person, as they say it:', () => {
  it.each([
    ['google', [GOOGLE], [GOOGLE.sub, 'mika@mail.example', 'https://lh3.googleusercontent.com/a/photo=s96-c', null]],
    ['github', [GITHUB, GITHUB_EMAILS], ['1001', 'mika@mail.example', GITHUB.avatar_url, 'https://github.com/mika']],
    ['facebook', [FACEBOOK], [FACEBOOK.id, null, FACEBOOK.picture.data.url, null]],
    [
      'x',
      [X],
      [
        '2244994945',
        'mika@mail.example',
        'https://pbs.twimg.com/profile_images/1/photo_bigger.jpg',
        'https://x.com/mika_lind',
      ],
    ],
    [
      'wordpress',
      [WORDPRESS],
      [
        '78972699',
        'mika@mail.example',
        'https://0.gravatar.com/avatar/a178ebb1731d432338e6bb0158720fcc?s=96&d=identicon&r=G',
        'https://gravatar.com/mika',
      ],
    ],
    ['microsoft', [MICROSOFT], [MICROSOFT.sub, null, null, null]],
    [
      'discord',
      [DISCORD],
      [
        DISCORD.id,
        'mika@mail.example',
        'https://cdn.discordapp.com/avatars/80351110224678912/8342729096ea3675442027381ff50dfe.png?size=128',
        null,
      ],
    ],
    ['mastodon', [MASTODON], ['14715@social.example', null, MASTODON.avatar_static, MASTODON.url]],
    [
      'work',
      [
        { sub: 's-1' },
        {
          sub: 's-1',
          name: 'Mika Lind',
          email: 'mika@work.example',
          email_verified: true,
          profile: 'https://work.example/mika',
        },
      ],
      ['s-1', 'mika@work.example', null, 'https://work.example/mika'],
    ],
  ])('%s', (id, answers, [subject, email, picture, url]) => {
    expect(read(id, ...answers)).toEqual({ subject, name: 'Mika Lind', email, picture, url });
  });

  it('Apple, with the name at the first login, and without at any other', () => {
    const user = '{"name":{"firstName":"Mika","lastName":"Lind"},"email":"else@mail.example"}';
    const expected = { subject: APPLE_CLAIMS.sub, email: APPLE_CLAIMS.email, picture: null, url: null };
    const first = grant({ callback: new URLSearchParams({ user }) });
    expect(find('apple').readProfile([APPLE_CLAIMS], first)).toEqual({ ...expected, name: 'Mika Lind' });
    expect(read('apple', APPLE_CLAIMS)).toEqual({ ...expected, name: '' });
    for (const junk of ['', 'null', '[]', '{', '{"name":"Mika"}', '{"name":{"firstName":{}}}']) {
      const callback = new URLSearchParams({ user: junk });
      expect(find('apple').readProfile([APPLE_CLAIMS], grant({ callback })).name).toBe('');
    }
  });
});

describe('an address counts', () => {
  const emailOf = (id: string, ...answers: unknown[]) => read(id, ...answers).email;

  it('only when the provider says it is verified', () => {
    for (const no of [false, 'false', 0, null, undefined, 'yes', {}, []]) {
      expect(emailOf('google', { ...GOOGLE, email_verified: no })).toBe(null);
      expect(emailOf('work', { ...GOOGLE, email_verified: no })).toBe(null);
      expect(emailOf('wordpress', { ...WORDPRESS, email_verified: no })).toBe(null);
      expect(emailOf('discord', { ...DISCORD, verified: no })).toBe(null);
      expect(emailOf('github', GITHUB, [{ email: 'mika@mail.example', primary: true, verified: no }])).toBe(null);
      expect(emailOf('apple', { ...APPLE_CLAIMS, email_verified: no })).toBe(null);
    }
    expect(emailOf('x', { data: { ...X.data, confirmed_email: undefined } })).toBe(null);
  });

  it('of Microsoft’s only with a verified domain, or of a personal account', () => {
    const personal = '9188040d-6c67-4c5b-b112-36a304b66dad';
    expect(emailOf('microsoft', { ...MICROSOFT, email_verified: true })).toBe(null);
    expect(emailOf('microsoft', { ...MICROSOFT, xms_edov: false })).toBe(null);
    for (const yes of [true, 'true', 1, '1'])
      expect(emailOf('microsoft', { ...MICROSOFT, xms_edov: yes })).toBe('mika@work.example');
    expect(emailOf('microsoft', { ...MICROSOFT, tid: personal })).toBe('mika@work.example');
  });

  it('of GitHub’s not without the second answer, nor any but the primary', () => {
    for (const junk of [undefined, null, {}, [], [5], [{ email: 5, primary: true, verified: true }]])
      expect(emailOf('github', GITHUB, junk)).toBe(null);
    expect(emailOf('github', GITHUB, [GITHUB_EMAILS[0]])).toBe(null);
  });

  it('of no Mastodon server’s, nor Facebook’s', () => {
    expect(emailOf('mastodon', { ...MASTODON, email: 'mika@mail.example', email_verified: true })).toBe(null);
    expect(emailOf('facebook', FACEBOOK)).toBe(null);
  });

  it('only when it is one', () => {
    for (const email of ['mika', 'mika@', 5, {}, `${'m'.repeat(250)}@mail.example`, 'a@b.example\r\nBcc: c@d.example'])
      expect(emailOf('google', { ...GOOGLE, email })).toBe(null);
  });
});

describe('what a stranger writes', () => {
  const named = (name: unknown, more: object = {}) => read('google', { sub: '1', name, ...more }).name;

  it('becomes one line without hidden marks, of a length a name may have', () => {
    expect(named('  Mika \n\t Lind ')).toBe('Mika Lind');
    expect(named('\u202eMika\u200f\0')).toBe('Mika');
    expect(named('<img src=x onerror=alert(1)>')).toBe('<img src=x onerror=alert(1)>');
    expect(named('Mi\ud800ka')).toBe('Mi\ufffdka');
    expect(named('n'.repeat(5000))).toBe('n'.repeat(80));
    expect(named('👩‍👩‍👧'.repeat(90))).toBe('👩‍👩‍👧'.repeat(80));
  });

  it('gives way to the next name when nothing can be seen of it', () => {
    for (const blank of ['', '   ', '\u200b', '\u3164', '\u2800', '\u0301', 5, null, {}])
      expect(named(blank, { given_name: 'Mika', family_name: '' })).toBe('Mika');
    expect(named('', { nickname: 'miki' })).toBe('miki');
    expect(named('', { preferred_username: 'mika.lind' })).toBe('mika.lind');
    expect(named('')).toBe('');
    expect(read('github', { ...GITHUB, name: null }).name).toBe('mika');
    expect(read('mastodon', { ...MASTODON, display_name: '' }).name).toBe('mika');
    expect(read('discord', { ...DISCORD, global_name: null }).name).toBe('mika');
  });

  it.each([
    'javascript:alert(1)',
    'java\nscript:alert(1)',
    'data:image/svg+xml,<svg onload=alert(1)>',
    'blob:https://a.example/0f',
    'ftp://a.example/a.png',
    'https://user:word@a.example/a.png',
    '//a.example/a.png',
    `https://a.example/${'a'.repeat(2100)}`,
    '',
    5,
  ])('leads nowhere: %j', (address) => {
    expect(read('google', { sub: '1', name: 'M', picture: address, profile: address })).toEqual({
      subject: '1',
      name: 'M',
      email: null,
      picture: null,
      url: null,
    });
  });

  it('is no picture when it comes without TLS, or is the one everybody has', () => {
    expect(read('work', { sub: '1', picture: 'http://a.example/a.png' }).picture).toBe(null);
    const data = { ...FACEBOOK.picture.data, is_silhouette: true };
    expect(read('facebook', { ...FACEBOOK, picture: { data } }).picture).toBe(null);
    expect(read('discord', { ...DISCORD, avatar: null }).picture).toBe(null);
    expect(read('discord', { ...DISCORD, avatar: '../../evil' }).picture).toBe(null);
  });
});

describe('an answer that names no account', () => {
  const JUNK = [
    undefined,
    null,
    '',
    'text',
    5,
    true,
    [],
    {},
    { error: { message: 'no' } },
    { id: null, ID: '', sub: '' },
  ];

  it.each(listProviders(ALL).map(({ id }) => id))('is refused: %s', (id) => {
    for (const junk of [...JUNK, { data: null }, { data: {} }, { data: { id: '1', username: 'a/../b' } }]) {
      const problem = problemOf(() => read(id, junk));
      expect(problem.code).toBe('login_failed');
      expect(problem.message).not.toContain('undefined');
    }
  });

  it('is refused where the account is not what it should be', () => {
    expect(problemOf(() => read('google', { sub: 's'.repeat(256) })).code).toBe('login_failed');
    expect(problemOf(() => read('github', { ...GITHUB, id: '1001' })).code).toBe('login_failed');
    expect(problemOf(() => read('github', { ...GITHUB, id: 1.5 })).code).toBe('login_failed');
    expect(problemOf(() => read('mastodon', { ...MASTODON, id: '1@other.example' })).code).toBe('login_failed');
    expect(problemOf(() => read('discord', { ...DISCORD, id: '../1' })).code).toBe('login_failed');
  });
});

describe('a reader’s server', () => {
  it.each([
    'social.example',
    ' Social.Example ',
    'social.example.',
    'https://social.example',
    'http://social.example/',
    'https://social.example/@mika?x#y',
    'mika@social.example',
    '@mika@social.example',
  ])('is known however it is written: %j', (typed) => {
    expect(readInstance(typed)).toBe('social.example');
  });

  it.each([
    undefined,
    '',
    '@',
    'social',
    'localhost',
    'social.example:8443',
    'https://social.example:8443/',
    'a b.example',
    'ftp://social.example',
  ])('is refused when it is none: %j', (typed) => {
    const problem = problemOf(() => readInstance(typed));
    expect([problem.code, problem.options.field]).toEqual(['invalid_request', 'instance']);
  });
});
