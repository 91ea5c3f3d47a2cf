/** What doctor says about an instance, judged from what is known of it. */
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { compareVersions } from '../../cli/doctor/check-state';
import { judgeInstance } from '../../cli/doctor/examine-instance';
import type { Code } from '../../cli/doctor/finding';
import type { InstanceFacts } from '../../cli/doctor/instance-facts';
import type { AdminSite } from '../../worker/contract-admin';
import { Settings } from '../../worker/contract-settings';
import type { Backup, Instance } from '../../worker/contract-transfer';

const NOW = Date.parse('2026-06-15T12:00:00Z');
const ago = (hours: number) => new Date(NOW - hours * 3_600_000).toISOString();

const backup = (over: Partial<Backup> = {}): Backup => ({
  id: '20260615T030000Z',
  status: 'done',
  parts: 1,
  records: 1,
  bytes: 1,
  verified: 1,
  error: null,
  startedAt: ago(9),
  finishedAt: ago(9),
  ...over,
});
const instance = (over: Partial<Instance> = {}): Instance => ({
  version: '1.2.0',
  time: ago(0),
  schema: [{ table: 'pages', columns: ['id', 'url'] }],
  indexes: ['pages_url'],
  crons: [{ name: 'forget', ranAt: ago(1) }],
  secrets: ['ADMIN_TOKEN', 'AUTH_SECRET'].map((name) => ({ name, weakness: null })),
  backups: [backup()],
  mail: null,
  tokens: 0,
  ...over,
});
const site = (settings: Partial<AdminSite['settings']> = {}, over: Partial<AdminSite> = {}): AdminSite => ({
  id: 'main',
  name: 'Main',
  origins: ['blog.example'],
  settings: { ...v.parse(Settings, {}), ...settings },
  attackUntil: null,
  createdAt: ago(24 * 90),
  ...over,
});
/** One with which nothing is wrong. */
const facts = (over: Partial<InstanceFacts> = {}): InstanceFacts => ({
  server: 'https://comments.example',
  isLocal: false,
  now: NOW,
  clock: { name: 'the instance', theirs: NOW, ours: NOW },
  witnesses: [],
  own: {
    version: '1.2.0',
    tables: new Map([
      [
        'pages',
        new Map([
          ['id', ''],
          ['url', ''],
        ]),
      ],
    ]),
    indexes: ['pages_url'],
  },
  hasToken: true,
  grant: {
    kind: 'root',
    name: 'root',
    scopes: ['comments:read', 'sites:write'],
    site: null,
    expiresAt: null,
    sites: [{ id: 'main', name: 'Main' }],
  },
  instance: instance(),
  sites: [site()],
  httpOnly: [],
  closed: [],
  groups: [],
  ...over,
});
const judge = (over: Partial<InstanceFacts> = {}) => judgeInstance(facts(over), over.witnesses ?? []);
const codes = (over: Partial<InstanceFacts> = {}) => judge(over).map(({ code }) => code);
const withSites = (...sites: AdminSite[]) => ({ sites });

describe('an instance that is right', () => {
  it('has nothing to be said about', () => {
    expect(judge()).toEqual([]);
  });
});

describe('an instance with one thing wrong', () => {
  const clock = (skewS: number) => ({ name: 'the instance', theirs: NOW + skewS * 1000, ours: NOW });
  const dead = { instance: undefined, grant: undefined, sites: undefined } as unknown as Partial<InstanceFacts>;
  const group = {
    site: 'main',
    reason: 'title' as const,
    pages: [
      { id: 'A', url: 'https://blog.example/a', count: 1 },
      { id: 'B', url: 'https://blog.example/b', count: 5 },
    ],
  };
  it.each<[Code, Partial<InstanceFacts>, string]>([
    ['instance_insecure', { server: 'http://comments.example' }, 'https address'],
    [
      'setup_required',
      { ...dead, refusal: { status: 503, code: 'setup_required', detail: 'AUTH_SECRET is missing' } },
      'npm run deploy',
    ],
    ['instance_failing', { ...dead, refusal: { status: 500, code: 'internal', detail: '' } }, 'npx wrangler tail'],
    ['instance_old', { instance: undefined, isOld: true } as unknown as Partial<InstanceFacts>, 'npm run deploy'],
    ['version_older', { instance: instance({ version: '1.1.9' }) }, 'npm run deploy'],
    ['version_newer', { instance: instance({ version: '1.10.0', schema: [] }) }, 'git pull'],
    ['schema_behind', { instance: instance({ schema: [] }) }, 'npm run deploy'],
    ['schema_behind', { instance: instance({ schema: [{ table: 'pages', columns: ['id'] }] }) }, 'npm run deploy'],
    ['index_missing', { instance: instance({ indexes: [] }) }, 'npm run deploy'],
    [
      'secret_missing',
      { instance: instance({ secrets: [{ name: 'ADMIN_TOKEN', weakness: null }] }) },
      'npx wrangler secret put AUTH_SECRET',
    ],
    ['secret_missing', withSites(site({ turnstile: 'key' })), 'npx wrangler secret put TURNSTILE_SECRET'],
    ['secret_missing', withSites(site({ akismet: true })), 'npx wrangler secret put AKISMET_KEY'],
    ['secret_missing', withSites(site({ phaseUrl: 'https://judge.example/' })), 'npx wrangler secret put PHASE_SECRET'],
    [
      'secret_weak',
      { instance: instance({ secrets: [...instance().secrets, { name: 'PHASE_SECRET', weakness: 'It is short.' }] }) },
      'npx wrangler secret put PHASE_SECRET',
    ],
    [
      'secret_previous',
      { instance: instance({ secrets: [...instance().secrets, { name: 'AUTH_SECRET_PREVIOUS', weakness: null }] }) },
      'npx wrangler secret delete AUTH_SECRET_PREVIOUS',
    ],
    [
      'mail_broken',
      { instance: instance({ mail: 'MAIL_FROM is missing: set the address that mails are from.' }) },
      'npx wrangler secret put MAIL_FROM',
    ],
    ['cron_never', { instance: instance({ crons: [{ name: 'forget', ranAt: null }] }) }, 'npx wrangler tail'],
    ['cron_late', { instance: instance({ crons: [{ name: 'forget', ranAt: ago(5) }] }) }, 'npx wrangler tail'],
    ['cron_local', { isLocal: true }, 'Nothing to do'],
    ['backup_off', { instance: instance({ backups: null }) }, 'docs/backups.md'],
    ['backup_none', { instance: instance({ backups: [] }) }, 'npx afterword backup create'],
    [
      'backup_late',
      { instance: instance({ backups: [backup({ startedAt: ago(72), finishedAt: ago(72) })] }) },
      'npx afterword backup create',
    ],
    [
      'backup_failed',
      { instance: instance({ backups: [backup({ status: 'failed', error: 'no room' }), backup()] }) },
      'npx afterword backup create',
    ],
    ['clock_skew', { clock: clock(90) }, 'network time'],
    ['clock_skew', { clock: clock(-90) }, 'network time'],
    ['tokens_forever', { instance: instance({ tokens: 2 }) }, 'npx afterword tokens list'],
    ['site_none', withSites(), 'npx afterword sites create main --origin'],
    ['site_without_origins', withSites(site({}, { origins: [] })), 'npx afterword sites add-origin main'],
    ['origin_http_only', { httpOnly: [{ site: 'main', host: 'blog.example' }] }, 'https'],
    ['nobody_may_write', { closed: ['main'] }, 'npx afterword sites set main guests=true'],
    [
      'moderation_off',
      withSites(site({ classifier: false, challenge: 'never' })),
      'npx afterword sites set main classifier=true',
    ],
    ['pages_alike', { groups: [group] }, '/admin/pages/A/merge'],
  ])('is told so: %s (%#)', (code, over, fix) => {
    const findings = judge(over);
    expect(findings.map((finding) => finding.code)).toEqual([code]);
    expect(findings[0]!.fix).toContain(fix);
  });

  it('says what a token is not for, and that there is none', () => {
    const unknown = { instance: undefined, sites: undefined } as unknown as Partial<InstanceFacts>;
    const grant = { ...facts().grant!, scopes: ['stats:read' as const] };
    expect(codes({ ...unknown, grant })).toEqual(['not_looked']);
    expect(codes({ ...unknown, grant: undefined, hasToken: false } as unknown as Partial<InstanceFacts>)).toEqual([
      'not_looked',
    ]);
    expect(codes({ ...unknown, grant: undefined } as unknown as Partial<InstanceFacts>)).toEqual([
      'token_refused',
      'not_looked',
    ]);
  });

  it('says which clock is wrong when others agree', () => {
    const say = (skewS: number, otherS: number) =>
      judge({ clock: clock(skewS), witnesses: [{ name: 'blog.example', theirs: NOW + otherS * 1000, ours: NOW }] })[0]!
        .what;
    expect(say(300, 300)).toContain('this machine’s is wrong');
    expect(say(300, 0)).toContain('the instance’s is wrong');
    expect(say(300, -900)).toContain('One of the two');
  });
});

describe('what is not wrong', () => {
  it.each<[string, Partial<InstanceFacts>]>([
    ['a clock half a minute off', { clock: { name: 'x', theirs: NOW + 30_000, ours: NOW } }],
    ['the clock of a page’s server', { witnesses: [{ name: 'blog.example', theirs: 0, ours: NOW }] }],
    [
      'no cron and no backup in the first hours',
      {
        ...withSites(site({}, { createdAt: ago(1) })),
        instance: instance({ crons: [{ name: 'forget', ranAt: null }], backups: [] }),
      },
    ],
    ['comments that are held by hand', withSites(site({ classifier: false, challenge: 'never', hold: true }))],
    ['a token for one site that has nothing', { ...withSites(), grant: { ...facts().grant!, site: 'main' } }],
    [
      'an older checkout that knows fewer tables',
      { instance: instance({ schema: [...instance().schema, { table: 'later', columns: [] }] }) },
    ],
  ])('%s', (_, over) => {
    expect(codes(over)).toEqual([]);
  });

  it('a backup job that has no bucket to write to', () => {
    const over = instance({
      backups: null,
      crons: [
        { name: 'forget', ranAt: ago(0) },
        { name: 'backup', ranAt: null },
      ],
    });
    expect(codes({ instance: over })).toEqual(['backup_off']);
  });

  it('compares versions by number', () => {
    expect(compareVersions('0.9.0', '0.10.0')).toBeLessThan(0);
    expect(compareVersions('1.0.0', '1.0.0')).toBe(0);
    expect(compareVersions('2.0', '1.9.9')).toBeGreaterThan(0);
  });
});
