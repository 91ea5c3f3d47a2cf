/** Settings through the API: what is refused, by its name, and what a setting needs to be there. */
import { describe, expect, it } from 'vitest';
import { changeSite, siteChanged, siteRow } from './admin';
import { ADMIN, call, createSite, problem } from './api';

describe('settings', () => {
  const rule = { match: 'text', pattern: 'x', says: 'hold' };
  it.each([
    ['name', { name: '\u200b' }],
    ['name', { name: 5 }],
    ['origins.1', { origins: ['https://a.example', 'https://a.example/path'] }],
    ['origins.0', { origins: ['null'] }],
    ['origins.0', { origins: ['ftp://a.example'] }],
    ['origins.0', { origins: ['https://a..example'] }],
    ['origins.0', { origins: [7] }],
    ['settings.nothing', { settings: { nothing: 1 } }],
    ['settings.__proto__', '{"settings":{"__proto__":{"hold":true}}}'],
    ['settings.hold', { settings: { hold: 'yes' } }],
    ['settings.hold', { settings: { hold: null } }],
    ['settings.trustAfter', { settings: { trustAfter: 1.5 } }],
    ['settings.retention', { settings: { retention: 0 } }],
    ['settings.languages.1', { settings: { languages: ['en', 'English'] } }],
    ['settings.rules.1.match', { settings: { rules: [rule, { ...rule, match: 'glob' }] } }],
    ['settings.rules.2.pattern', { settings: { rules: [rule, rule, { ...rule, match: 'regex', pattern: '(' }] } }],
    ['settings.rules.0.pattern', { settings: { rules: [{ ...rule, match: 'regex', pattern: '(?=x)' }] } }],
    [
      'settings.rules.0.pattern',
      { settings: { rules: [{ ...rule, match: 'regex', pattern: '((a{999}){999}){999}' }] } },
    ],
    ['settings.rules.0.flags', { settings: { rules: [{ ...rule, flags: 'i' }] } }],
    ['settings.team.0.name', { settings: { team: [{ name: ' \u200b ' }] } }],
    ['settings.phaseUrl', { settings: { phaseUrl: 'http://phase.example/' } }],
    ['settings.phaseUrl', { settings: { phaseUrl: 'https://127.0.0.1/' } }],
    ['settings.phaseUrl', { settings: { phaseUrl: 'https://[::ffff:10.0.0.1]/' } }],
    ['settings.phaseUrl', { settings: { phaseUrl: 'https://me:secret@phase.example/' } }],
    ['settings.phaseUrl', { settings: { phaseUrl: 'https://metadata.internal/' } }],
    ['settings.ssoJwks', { settings: { ssoJwks: 'https://localhost/keys' } }],
    ['settings.ssoJwks', { settings: { ssoJwks: 'javascript:alert(1)' } }],
  ])('refuses a wrong %s and names it', async (field, body) => {
    const { site } = await createSite();
    const answer = call(
      `/admin/sites/${site}`,
      {
        method: 'PATCH',
        headers: { ...ADMIN, 'Content-Type': 'application/json' },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      },
      { PHASE_SECRET: 'test-phase-secret-0123456789-abcdefg' },
    );
    expect(await problem(answer)).toEqual({ status: 400, code: 'invalid_request', field });
    expect((await siteRow(site))!.version).toBe(1);
  });

  it.each([
    ['akismet', true, 'AKISMET_KEY'],
    ['turnstile', '0x4AAAAAAA', 'TURNSTILE_SECRET'],
    ['phaseUrl', 'https://phase.example/judge', 'PHASE_SECRET'],
    ['ai', true, 'AI'],
  ])(
    'refuses %s without what it needs, and says what that is; what is on already stays',
    async (name, value, needs) => {
      const { site } = await createSite();
      const without = { [needs]: undefined } as never;
      const answer = await changeSite(site, { settings: { [name]: value } }, without);
      const { detail } = (await answer.clone().json()) as { detail: string };
      expect(await problem(answer)).toEqual({ status: 400, code: 'invalid_request', field: `settings.${name}` });
      expect(detail).toContain(needs);
      const withIt = {
        [needs]: needs === 'AI' ? { run: async () => null } : 'test-secret-0123456789-abcdefghijkl',
      } as never;
      expect((await changeSite(site, { settings: { [name]: value } }, withIt)).status).toBe(200);
      expect((await changeSite(site, { settings: { [name]: value, hold: true } }, without)).status).toBe(200);
      expect(
        (
          await changeSite(
            site,
            { settings: { [name]: name === 'turnstile' || name === 'phaseUrl' ? null : false } },
            without,
          )
        ).status,
      ).toBe(200);
    },
  );

  it('take a rule that compiles, with its defaults', async () => {
    const { site } = await createSite();
    const { settings } = await siteChanged(site, {
      settings: { rules: [{ match: 'regex', pattern: '(?i)cas[i1]no|\\p{Greek}{20,}', says: 'spam' }] },
    });
    expect(settings.rules).toEqual([
      { match: 'regex', pattern: '(?i)cas[i1]no|\\p{Greek}{20,}', says: 'spam', in: 'any' },
    ]);
  });

  it('threat 23: % and _ in an origin match nothing but themselves', async () => {
    await createSite({}, 'a-b.example');
    const { site } = await createSite();
    expect((await problem(changeSite(site, { origins: ['https://%'] }))).field).toBe('origins.0');
    expect((await siteChanged(site, { origins: ['https://a_b.example'] })).origins).toEqual(['a_b.example']);
    expect((await siteChanged('a-b-example', {})).origins).toEqual(['a-b.example']);
  });
});
