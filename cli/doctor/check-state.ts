/** Checks of an instance's inside: version, schema, secrets, scheduled jobs, backups, clock. Pure. */
import { type Finding, find } from './finding.ts';
import type { Clock, InstanceFacts } from './instance-facts.ts';

type Check = (facts: InstanceFacts) => Finding[];

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Jobs run hourly or more often; a deploy or an outage may cost one or two. */
const LATE_MS = 3 * HOUR_MS;
/** Backups are daily. */
const BACKUP_LATE_MS = 2 * DAY_MS;
/** A proof counts within a minute of the worker's clock (docs/errors.md, proof_expired); an HTTP date is to the second. */
const SKEW_MS = MINUTE_MS;

/** What the owner makes up; other secrets are given by services. */
const OWN_SECRET = /^(?:ADMIN_TOKEN|AUTH_SECRET(?:_PREVIOUS)?|PHASE_SECRET)$/;

const update = ({ isLocal }: InstanceFacts): string => (isLocal ? 'npm start' : 'npm run deploy');
const putSecret = (name: string): string => `npx wrangler secret put ${name}`;

/** Where the instance could be asked. */
const inside =
  (check: (instance: NonNullable<InstanceFacts['instance']>, facts: InstanceFacts) => Finding[]): Check =>
  (facts) =>
    facts.instance ? check(facts.instance, facts) : [];

export const STATE_CHECKS: Check[] = [
  inside(function hasThisVersion({ version }, facts) {
    const order = compareVersions(version, facts.own.version);
    if (order === 0) return [];
    const what = `The instance is version ${version}, this checkout ${facts.own.version}.`;
    return order < 0
      ? [find('version_older', 'version', what, `Bring it up to date:\n${update(facts)}`)]
      : [
          find(
            'version_newer',
            'version',
            what,
            'Bring this checkout up to date: what follows is judged by it.\ngit pull && npm ci',
          ),
        ];
  }),

  inside(function hasTheSchema({ schema, version }, facts) {
    if (compareVersions(version, facts.own.version) > 0) return [];
    const real = new Map(schema.map(({ table, columns }) => [table, new Set(columns)]));
    const missing = [...facts.own.tables].flatMap(([table, columns]) => {
      const has = real.get(table);
      if (!has) return [`table ${table}`];
      return [...columns.keys()].filter((column) => !has.has(column)).map((column) => `${table}.${column}`);
    });
    if (missing.length === 0) return [];
    const what = `The database lacks ${list(missing)}.`;
    return [find('schema_behind', 'database', what, `Apply the schema of this version:\n${update(facts)}`)];
  }),

  inside(function hasTheIndexes({ indexes, version }, facts) {
    if (compareVersions(version, facts.own.version) > 0) return [];
    const missing = facts.own.indexes.filter((name) => !indexes.includes(name));
    if (missing.length === 0) return [];
    const what = `The database lacks ${missing.length === 1 ? 'the index' : 'the indexes'} ${list(missing)}: reading costs more rows than it should.`;
    return [find('index_missing', 'database', what, `Apply the schema of this version:\n${update(facts)}`)];
  }),

  inside(function hasSecrets({ secrets }, { sites = [] }) {
    const set = new Set(secrets.map(({ name }) => name));
    const need = (name: string, why: string) => (set.has(name) ? [] : [{ name, why }]);
    const wanted = [
      ...need('AUTH_SECRET', 'nothing can be signed'),
      ...need('ADMIN_TOKEN', 'nobody can run it'),
      ...sites.flatMap(({ id, settings }) => [
        ...(settings.turnstile ? need('TURNSTILE_SECRET', `site ${id} asks Turnstile`) : []),
        ...(settings.akismet ? need('AKISMET_KEY', `site ${id} asks Akismet`) : []),
        ...(settings.phaseUrl ? need('PHASE_SECRET', `site ${id} asks ${settings.phaseUrl}`) : []),
      ]),
    ];
    return wanted.map(({ name, why }) =>
      find('secret_missing', name, `${name} is not set: ${why}.`, `Set it:\n${putSecret(name)}`),
    );
  }),

  inside(function canMail({ mail = null }) {
    if (mail === null) return [];
    const name = /^\w+/.exec(mail)![0];
    return [find('mail_broken', name, mail, `Set it as docs/mail.md says:\n${putSecret(name)}`)];
  }),

  inside(function hasStrongSecrets({ secrets }) {
    return secrets.flatMap(({ name, weakness }) => {
      if (weakness === null) return [];
      const how = OWN_SECRET.test(name)
        ? `Set another one, such as what the first line prints:\nnode -p "crypto.randomBytes(32).toString('base64url')"`
        : 'Was it pasted whole? Set it again:';
      return [find('secret_weak', name, weakness, `${how}\n${putSecret(name)}`)];
    });
  }),

  inside(function leavesNoOldSecret({ secrets }) {
    if (!secrets.some(({ name }) => name === 'AUTH_SECRET_PREVIOUS')) return [];
    const what = 'AUTH_SECRET_PREVIOUS is still set. Ten minutes after the change nothing needs it.';
    return [
      find(
        'secret_previous',
        'AUTH_SECRET_PREVIOUS',
        what,
        'Take it away:\nnpx wrangler secret delete AUTH_SECRET_PREVIOUS',
      ),
    ];
  }),

  inside(function runsItsJobs({ crons: all, backups }, facts) {
    if (facts.isLocal)
      return [
        find(
          'cron_local',
          'scheduled jobs',
          'None run on this machine: spam is kept, and no backup is made.',
          'Nothing to do. Where it is deployed they run by themselves.',
        ),
      ];
    // Without a bucket there is nothing to do for that one.
    const crons = all.filter(({ name }) => name !== 'backup' || backups !== null);
    const never = crons.filter(({ ranAt }) => ranAt === null).map(({ name }) => name);
    // In its first hours none can have run.
    const isYoung = facts.now - birthOf(facts) < LATE_MS;
    const late = crons.flatMap(({ name, ranAt }) => {
      const age = ranAt === null ? 0 : facts.now - Date.parse(ranAt);
      return age > LATE_MS ? [`${name} ${Math.floor(age / HOUR_MS)} hours ago`] : [];
    });
    const fix = `See what the worker says when they run; deploying again sets the triggers of wrangler.toml:\nnpx wrangler tail\n${update(facts)}`;
    return [
      ...(never.length > 0 && !isYoung
        ? [find('cron_never', 'scheduled jobs', `Never ran: ${list(never)}.`, fix)]
        : []),
      ...(late.length > 0
        ? [find('cron_late', 'scheduled jobs', `Should run every hour; last ran: ${list(late)}.`, fix)]
        : []),
    ];
  }),

  inside(function hasBackups({ backups }, facts) {
    const make = 'npx afterword backup create';
    if (facts.isLocal) return [];
    if (backups === null)
      return [
        find(
          'backup_off',
          'backups',
          'No bucket is bound: no backups are made.',
          `docs/backups.md says how to switch them on. For a copy now:\nnpx afterword export --out afterword.ndjson`,
        ),
      ];
    const [latest] = backups;
    const done = backups.find(({ status }) => status === 'done');
    const age = done ? facts.now - Date.parse(done.finishedAt ?? done.startedAt) : facts.now - birthOf(facts);
    const findings = [];
    if (latest?.status === 'failed')
      findings.push(
        find(
          'backup_failed',
          'backups',
          `The last one, ${latest.id}, failed: ${latest.error ?? 'it does not say why'}.`,
          `Try again:\n${make}`,
        ),
      );
    if (age > BACKUP_LATE_MS) {
      const what = done
        ? `The last good one, ${done.id}, is ${Math.floor(age / DAY_MS)} days old.`
        : 'There is none yet.';
      findings.push(
        find(
          done ? 'backup_late' : 'backup_none',
          'backups',
          what,
          `They are made daily by a scheduled job. For one now:\n${make}`,
        ),
      );
    }
    return findings;
  }),

  function clockIsRight({ clock, witnesses }) {
    if (!clock || Math.abs(skewOf(clock)) <= SKEW_MS) return [];
    const seconds = Math.round(Math.abs(skewOf(clock)) / 1000);
    const what = `Its clock is ${seconds} seconds ${skewOf(clock) > 0 ? 'ahead of' : 'behind'} this machine’s.`;
    const says = (skew: number) => witnesses.some((other) => Math.abs(skewOf(other) - skew) <= SKEW_MS);
    const [withIt, withUs] = [says(skewOf(clock)), says(0)];
    if (withIt && !withUs)
      return [
        find(
          'clock_skew',
          'clock',
          `${what} ${witnesses[0]!.name} agrees with it: this machine’s is wrong.`,
          'Set it, by your system’s network time.',
        ),
      ];
    const why =
      withUs && !withIt
        ? ` ${witnesses[0]!.name} agrees with this machine: the instance’s is wrong.`
        : ' One of the two is wrong.';
    return [
      find(
        'clock_skew',
        'clock',
        what + why,
        'Set the wrong one by network time: proofs and logins count for minutes only.',
      ),
    ];
  },

  inside(function tokensEnd({ tokens }) {
    if (tokens === 0) return [];
    const what = tokens === 1 ? 'One API token never expires.' : `${tokens} API tokens never expire.`;
    return [find('tokens_forever', 'tokens', what, 'Revoke what nobody uses:\nnpx afterword tokens list')];
  }),
];

const skewOf = ({ theirs, ours }: Clock): number => theirs - ours;
/** How old it is at most, told by its oldest site; nothing is late in what was made today. */
const birthOf = ({ sites = [], now }: InstanceFacts): number =>
  Math.min(now, ...sites.map(({ createdAt }) => Date.parse(createdAt)));

/** @returns negative when `a` is older */
export function compareVersions(a: string, b: string): number {
  const numbers = (version: string) => version.split(/[.-]/).map((part) => Number.parseInt(part, 10) || 0);
  const [left, right] = [numbers(a), numbers(b)];
  for (let i = 0; i < 3; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

const SHOWN = 6;
const list = (items: string[]): string =>
  items.length > SHOWN ? `${items.slice(0, SHOWN).join(', ')} and ${items.length - SHOWN} more` : items.join(', ');
