/**
 * `POST /admin/backtest`: judges what was written as if other settings held, and counts how it would have fared. Good is what is
 * approved, spam what a person called spam or trash. What a phase needs and is gone (addresses, traps, how long the writing
 * took) speaks for nobody; authors are as they are known now, but for the comment itself. Nothing is changed.
 */
import { checkSettings } from '../../admin/check-settings';
import { needGrant, siteFor } from '../../admin/grant';
import { parseSettings } from '../../admin/settings';
import { type Backtest, type Finding, NewBacktest } from '../../contract-admin';
import type { Settings } from '../../contract-settings';
import type { ModelRow } from '../../db';
import { readOrigins } from '../../env';
import { selectSettings, selectTeamOf } from '../../identity/login-store';
import type { TeamMember } from '../../identity/names';
import { Problem } from '../../problem';
import { type AppContext, openDb, ownOrigin, readBody } from '../../request';
import { EMPTY_MODEL, type Model, parseModel } from '../classifier/bayes';
import { selectSiteModel } from '../classifier/learn-store';
import type { HistoryRow } from '../facts-store';
import { judge } from '../phases';
import { presentAdminComment } from '../queue/present';
import { describeComment } from '../text/describe';
import { type Facts, toStatus } from '../verdict';
import { selectHistories, selectTried, type TriedRow } from './backtest-store';

/** Comments that a request goes through: judging one twice takes a good half millisecond. */
const ROWS = 100;
const EXAMPLES = 10;

type Kind = 'good' | 'spam';
type Fate = keyof Backtest['now'];
const FATES = { approved: 'approved', pending: 'held', spam: 'spam' } as const;

export async function backtest(c: AppContext): Promise<Response> {
  const db = openDb(c, 'first-primary');
  const grant = await needGrant(c, db, 'comments:read');
  const { value: input } = await readBody(c, NewBacktest);
  const siteId = siteFor(grant, input.site)!;
  const [sites, models, team, tried] = await db.batch(
    selectSettings(siteId),
    selectSiteModel(siteId),
    selectTeamOf(siteId),
    selectTried(siteId, input.after ?? null, ROWS),
  );
  const site = sites!.rows[0] as { settings: string } | undefined;
  if (!site) throw new Problem('invalid_request', 'site: is none.', { field: 'site' });
  const settings = parseSettings(site.settings);
  const { rules } = input.settings;
  checkSettings({ rules }, settings, { has: () => true, origins: readOrigins(c.env) });
  const rows = tried!.rows as TriedRow[];
  const authors = new Set(rows.flatMap(({ author_id }) => author_id ?? []));
  const histories = await db.all(selectHistories(siteId, [...authors]));
  const model = models!.rows[0] as ModelRow | undefined;
  const past: Past = {
    rows,
    histories: new Map(histories.map(({ author_id, ...history }) => [author_id, history])),
    model: model ? parseModel(model) : EMPTY_MODEL,
    team: team!.rows as TeamMember[],
  };
  return c.json({
    ...tryOn(past, settings, { ...settings, ...input.settings } as Settings, ownOrigin(c)),
    next: rows.length < ROWS ? null : rows.at(-1)!.id,
  } satisfies Backtest);
}

/** What was written, newest first, and what is known beside it. */
interface Past {
  rows: TriedRow[];
  histories: Map<string, HistoryRow>;
  model: Model;
  team: TeamMember[];
}

function tryOn(past: Past, settings: Settings, trial: Settings, origin: string): Omit<Backtest, 'next'> {
  const answer: Omit<Backtest, 'next'> = { looked: 0, now: newTrial(), tried: newTrial(), examples: [] };
  for (const [at, row] of past.rows.entries()) {
    const kind = kindOf(row);
    if (kind === null) continue;
    const [now, tried] = judgeAgain(past, at, [settings, trial]);
    answer.looked++;
    answer.now[fateOf(now!)][kind]++;
    answer.tried[fateOf(tried!)][kind]++;
    if (fateOf(now!) !== fateOf(tried!) && answer.examples.length < EXAMPLES)
      answer.examples.push({ comment: presentAdminComment(row, origin), findings: tried! });
  }
  return answer;
}

/** null: nobody has decided, or it is by somebody who runs the site, and is not judged. */
function kindOf({ status, decided, author_badge }: TriedRow): Kind | null {
  if (author_badge !== null) return null;
  if (status === 'approved') return 'good';
  return decided && (status === 'spam' || status === 'trash') ? 'spam' : null;
}

/** @param at which of the past @returns what is said of it under each of the settings */
function judgeAgain({ rows, histories, model, team }: Past, at: number, settings: Settings[]): Finding[][] {
  const row = rows[at]!;
  const comment = describeComment({
    id: row.id,
    body: row.body,
    html: row.html,
    name: row.author_name,
    email: row.author_email,
    url: row.author_url,
    authorId: row.author_id,
    ipHash: row.ip_hash,
    netHash: row.net_hash,
    address: null,
    pageId: row.page_id,
    trap: null,
    writtenMs: null,
  });
  const facts: Omit<Facts, 'settings'> = {
    now: row.created_at,
    host: URL.parse(row.page_url)?.host ?? 'page.invalid',
    team,
    verified: row.author_verified !== null,
    history: otherThan(row, histories.get(row.author_id ?? '')),
    recent: rows.slice(at + 1),
    bans: [],
    pageCount: row.page_known,
    model,
    attack: false,
    settled: true,
  };
  return settings.map((one) => judge(comment, { ...facts, settings: one }));
}

function otherThan({ status }: TriedRow, history: HistoryRow | undefined): HistoryRow {
  if (!history) return { approved: 0, rejected: 0 };
  const { approved, rejected } = history;
  return status === 'approved'
    ? { approved: Math.max(0, approved - 1), rejected }
    : { approved, rejected: Math.max(0, rejected - 1) };
}

const fateOf = (findings: Finding[]): Fate =>
  findings.some(({ says }) => says === 'refuse') ? 'refused' : FATES[toStatus(findings)];

function newTrial(): Backtest['now'] {
  const none = () => ({ good: 0, spam: 0 });
  return { approved: none(), held: none(), spam: none(), refused: none() };
}
