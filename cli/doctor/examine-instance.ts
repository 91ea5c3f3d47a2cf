/** One instance: asks what it tells everybody, and with a token what it tells its owner, and lets the checks speak. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AdminSite, AdminSites, Grant, PageDuplicates } from '../../worker/contract-admin.ts';
import type { Instance } from '../../worker/contract-transfer.ts';
import { ApiError, type Client } from '../remote/client.ts';
import { ROOT } from '../root.ts';
import { readTables } from '../schema-columns.ts';
import { FRONT_CHECKS, SITE_CHECKS } from './check-sites.ts';
import { STATE_CHECKS } from './check-state.ts';
import { type Finding, find } from './finding.ts';
import { isInsideHost, isThisMachine } from './inside.ts';
import type { Clock, InstanceFacts } from './instance-facts.ts';
import { type Visit, VisitError, visit } from './visit.ts';

const MAX_BYTES = 1_000_000;
/** Hosts of sites that are tried for https; a few tell enough. */
const MAX_HOSTS = 10;
const HOST_TIMEOUT_MS = 5_000;
const CHECKS = [...FRONT_CHECKS, ...STATE_CHECKS, ...SITE_CHECKS];

/**
 * @param client for this very server; undefined where there is no token
 * @param publicOnly a page of the public network named it
 * @returns a finding when there is nothing to look at
 */
export async function collectInstance(
  server: string,
  client: Client | undefined,
  publicOnly = false,
): Promise<InstanceFacts | Finding> {
  const said = await askHealth(server, publicOnly);
  if (!('answer' in said)) return said;
  const { answer } = said;
  const facts: InstanceFacts = {
    server,
    isLocal: isThisMachine(new URL(server).hostname),
    now: Date.now(),
    clock: undefined,
    witnesses: [],
    own: await readOwn(),
    hasToken: client !== undefined,
    httpOnly: [],
    closed: [],
    groups: [],
  };
  const refusal = await askRefusal(server, publicOnly);
  if (refusal) facts.refusal = refusal;
  else if (client) await askInside(facts, client);
  facts.clock ??= readClock(answer);
  return facts;
}

/** @param witnesses clocks of others that were asked */
export function judgeInstance(collected: InstanceFacts | Finding, witnesses: Clock[]): Finding[] {
  return 'code' in collected ? [collected] : CHECKS.flatMap((check) => check({ ...collected, witnesses }));
}

/** What comes out of a cache tells when it was put there. */
export function readClock({ headers, url, at }: Visit): Clock | undefined {
  const theirs = Date.parse(headers.get('Date') ?? '');
  return Number.isNaN(theirs) || headers.has('Age') ? undefined : { name: url.host, theirs, ours: at };
}

async function askHealth(server: string, publicOnly: boolean): Promise<{ answer: Visit } | Finding> {
  try {
    const answer = await visit(new URL('/healthz', server), { accept: '*/*', maxBytes: MAX_BYTES, publicOnly });
    if (/^\s*\{\s*"ok"\s*:\s*true\s*\}\s*$/.test(answer.body) && answer.url.origin === server) return { answer };
    if (answer.status >= 500)
      return find('instance_failing', server, `It answers ${answer.status}.`, 'Its log says more:\nnpx wrangler tail');
    const where = answer.url.origin === server ? '' : ` (it redirects to ${answer.url.origin})`;
    return find(
      'instance_not_afterword',
      server,
      `What answers there is no Afterword${where}.`,
      'Is this the address of the worker, and not of your pages?',
    );
  } catch (error) {
    if (!(error instanceof VisitError)) throw error;
    const isCertificate = error.trouble === 'certificate';
    const fix = isCertificate
      ? 'Renew the certificate: browsers refuse it too.'
      : 'Is the address right, and is it running? On this machine:\nnpm start';
    return find(
      isCertificate ? 'instance_certificate' : 'instance_unreachable',
      server,
      `It cannot be asked: ${error.message}.`,
      fix,
    );
  }
}

/** What keeps it from answering anybody. A token that cannot be one makes it look at its secrets, and at nothing else. */
async function askRefusal(server: string, publicOnly: boolean): Promise<InstanceFacts['refusal']> {
  const address = new URL(`/api/v1/thread?url=${encodeURIComponent(server)}`, server);
  const headers = { Authorization: 'Bearer doctor' };
  const answer = await visit(address, { accept: '*/*', headers, maxBytes: MAX_BYTES, publicOnly }).catch(
    () => undefined,
  );
  if (answer && answer.status < 500) return undefined;
  let problem: { code?: unknown; detail?: unknown } = {};
  try {
    problem = JSON.parse(answer?.body ?? '{}') ?? {};
  } catch {
    // Something that stands before the worker answered.
  }
  return { status: answer?.status ?? 0, code: String(problem.code ?? 'unknown'), detail: String(problem.detail ?? '') };
}

/** Each only where the token is for it; what is refused stays unknown, and not_looked says so. */
async function askInside(facts: InstanceFacts, client: Client): Promise<void> {
  const grant = await orNothing(client.ask<Grant>('GET', '/admin/me'));
  if (!grant) return;
  facts.grant = grant;
  const may = (scope: Grant['scopes'][0]) => grant.scopes.includes(scope);
  if (may('sites:write') && grant.site === null) {
    const instance = await orNothing(client.ask<Instance>('GET', '/admin/instance'));
    const theirs = Date.parse(instance?.time ?? '');
    if (instance) facts.instance = instance;
    else facts.isOld = true;
    if (!Number.isNaN(theirs)) facts.clock = { name: 'the instance', theirs, ours: Date.now() };
  }
  if (may('sites:write')) {
    const sites = (await orNothing(client.ask<AdminSites>('GET', '/admin/sites')))?.sites;
    if (sites) {
      facts.sites = sites;
      await askSites(facts, sites);
    }
  }
  if (may('comments:read'))
    for (const { id: site } of grant.sites) {
      const found = await orNothing(
        client.ask<PageDuplicates>('GET', `/admin/pages/duplicates?site=${encodeURIComponent(site)}`),
      );
      facts.groups.push(...(found?.groups ?? []).map((group) => ({ site, ...group })));
    }
}

async function askSites(facts: InstanceFacts, sites: AdminSite[]): Promise<void> {
  const hosts = sites
    .flatMap(({ id, origins }) => origins.map((host) => ({ site: id, host })))
    .filter(({ host }) => URL.canParse(`https://${host}`) && !isInsideHost(new URL(`https://${host}`).hostname))
    .slice(0, MAX_HOSTS);
  const isHttpOnly = await Promise.all(hosts.map(({ host }) => comesByHttpOnly(host)));
  facts.httpOnly = hosts.filter((_, i) => isHttpOnly[i]);
  for (const { id, settings, origins } of sites) {
    if (settings.guests || !origins[0]) continue;
    const query = new URLSearchParams({ url: `https://${origins[0]}/`, site: id });
    const answer = await visit(new URL(`/api/v1/site?${query}`, facts.server), {
      accept: '*/*',
      maxBytes: MAX_BYTES,
    }).catch(() => undefined);
    if (answer?.status !== 200) continue;
    const { providers, sso } = JSON.parse(answer.body) as { providers: unknown[]; sso: boolean };
    if (providers.length === 0 && !sso) facts.closed.push(id);
  }
}

async function comesByHttpOnly(host: string): Promise<boolean> {
  const answers = (scheme: string) =>
    visit(new URL(`${scheme}://${host}/`), {
      accept: '*/*',
      maxBytes: 1_000,
      timeoutMs: HOST_TIMEOUT_MS,
      publicOnly: true,
    })
      .then(({ url }) => url.protocol === 'http:')
      .catch(() => undefined);
  // What redirects to https has it, whether or not it can be reached from here.
  return (await answers('https')) === undefined && (await answers('http')) === true;
}

async function readOwn(): Promise<InstanceFacts['own']> {
  const [schema, manifest] = await Promise.all(
    ['schema.sql', 'package.json'].map((name) => readFile(join(ROOT, name), 'utf8')),
  );
  const { version } = JSON.parse(manifest!) as { version: string };
  const indexes = [...schema!.matchAll(/^CREATE (?:UNIQUE )?INDEX IF NOT EXISTS (\w+)/gm)].map(([, name]) => name!);
  const tables = readTables(schema!);
  // What virtual tables have, only their modules know.
  for (const [, name] of schema!.matchAll(/^CREATE VIRTUAL TABLE IF NOT EXISTS (\w+)/gm)) tables.set(name!, new Map());
  return { version, tables, indexes };
}

/** What the instance refuses is not known. Whatever else goes wrong is an error. */
async function orNothing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ApiError && error.status < 500) return undefined;
    throw error;
  }
}
