/**
 * Sends deliveries that this run has taken, and writes down what became of each, some at a time: what is killed in between may be
 * sent twice. Whatever goes wrong with one, or with all of a kind, is no reason to lose another.
 */
import type { NoticeKind } from '../../contract-notify';
import type { DeliveryRow } from '../../db';
import { Problem } from '../../problem';
import { type Mailer, openMailer } from '../mail/mailer';
import { CUT_SHORT } from './deliveries-store';
import { type Composed, KINDS, type Kind } from './kinds';
import { isGone, MAX_ATTEMPTS, type Outcome, waitOut } from './outcome';
import type { Run } from './run';
import { type Later, SETTLE_QUERIES, type Settled, settle } from './settle';

/** What a kind may ask the database, and what writing down what became of all takes at least. */
export const KIND_QUERIES = 4;
export const SETTLING_QUERIES = 8;
/** What is not begun by then waits for the next run. */
const SENDING_MS = 20_000;
/** How many mails are sent before it is written down, as far as the queries last. */
const GROUP = 5;
const NEXT_RUN_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Of what was cut short, how many are tried together: one of them may be what cuts a run short. */
const SUSPECTS = 5;
const LONE_ATTEMPTS = 4;
/** What it takes to find the one that nothing can be made of, and to write all down. */
const QUERIES_TO_FIND = 16;

/** Whom somebody waits for first. */
const ORDER: NoticeKind[] = ['code', 'opt_in', 'moderator', 'reply', 'digest', 'moderator_digest', 'webhook'];

export async function send(run: Run, rows: DeliveryRow[]): Promise<void> {
  const spent = rows.filter(({ attempts }) => attempts > MAX_ATTEMPTS);
  const dead: Outcome = { sent: false, final: true, answer: CUT_SHORT };
  if (spent.length > 0)
    await settle(
      run.db,
      spent.map((row) => ({ row, outcome: dead })),
      run.clock(),
    );
  const alive = rows.filter((row) => !spent.includes(row));
  const suspects = alive.filter(({ answer }) => answer === CUT_SHORT).sort((a, b) => a.attempts - b.attempts);
  await sendSome(
    run,
    alive.filter((row) => !suspects.includes(row)),
  );
  const some = suspects.slice(0, (suspects[0]?.attempts ?? 0) < LONE_ATTEMPTS ? SUSPECTS : 1);
  const others = suspects.slice(some.length);
  if (others.length > 0)
    await settle(
      run.db,
      others.map((row) => ({ row, outcome: { later: run.clock() + NEXT_RUN_MS, answer: CUT_SHORT } })),
      run.clock(),
    );
  await sendSome(run, some);
}

async function sendSome(run: Run, rows: DeliveryRow[]): Promise<void> {
  const byKind = ORDER.flatMap((name) => {
    const of = rows.filter(({ kind }) => kind === name);
    return of.length > 0 ? [{ kind: KINDS[name], rows: of }] : [];
  });
  const mails: Written[] = [];
  const requests: Promise<void>[] = [];
  for (const { kind, rows: of } of byKind) {
    const kept = SETTLE_QUERIES * (requests.length + 1);
    if (run.left() < KIND_QUERIES + kept)
      mails.push(...of.map((row) => ({ row, made: { later: run.clock() + NEXT_RUN_MS } })));
    else if (kind.by === 'request') requests.push(request(run, kind, of));
    else mails.push(...(await write(run, kind, of)));
  }
  // A server that hangs does not hold up the other kind.
  await Promise.all([...requests, sendMails(run, mails, requests.length * SETTLE_QUERIES)]);
}

async function request(run: Run, kind: Kind & { by: 'request' }, rows: DeliveryRow[]): Promise<void> {
  let made: (Outcome | Later | null)[] = [];
  let failed = NOTHING;
  try {
    made = await kind.send(run, rows);
  } catch (error) {
    failed = fail(rows[0]!.kind, error);
  }
  const settled = rows.map((row, i) => ({ row, outcome: made[i] === undefined ? failed : made[i]! }));
  await settle(run.db, settled, run.clock());
}

interface Written {
  row: DeliveryRow;
  made: Composed | Outcome | Later | null;
}

async function write(run: Run, kind: Kind & { by: 'mail' }, rows: DeliveryRow[]): Promise<Written[]> {
  const all = (made: Written['made']) => rows.map((row) => ({ row, made }));
  if (!run.env.MAIL_URL || !run.env.PUBLIC_URL)
    return all({ later: run.clock() + HOUR_MS, answer: 'There is nothing to send mail by.' });
  try {
    const made = await kind.compose(run, rows);
    return rows.map((row, i) => ({ row, made: made[i] === undefined ? NOTHING : made[i]! }));
  } catch (error) {
    if (rows.length === 1) return all(fail(rows[0]!.kind, error));
    // One of them is the reason, and the others are not to suffer for it.
    if (run.left() < QUERIES_TO_FIND) return all({ later: run.clock() + NEXT_RUN_MS, answer: CUT_SHORT });
    const half = rows.length >> 1;
    return [...(await write(run, kind, rows.slice(0, half))), ...(await write(run, kind, rows.slice(half)))];
  }
}

const NOTHING: Outcome = { sent: false, answer: 'Nothing was made of it.' };

const fail = (what: string, error: unknown): Outcome => ({ sent: false, answer: describe(what, error) });

/** Names of errors only: what they say may be a stranger's text. */
export function describe(what: string, error: unknown): string {
  const name = error instanceof Problem ? error.code : error instanceof Error ? error.name : 'unknown';
  console.error(`notices: ${what}: ${name}`);
  return `Failed here: ${name}.`;
}

/** @param kept queries that others of this run still need */
async function sendMails(run: Run, written: Written[], kept: number): Promise<void> {
  if (written.length === 0) return;
  let outage = false;
  let group: Settled[] = [];
  const left = () => run.left() - kept;
  const cost = () => SETTLE_QUERIES + group.reduce((sum, { after }) => sum + (after?.length ?? 0), 0);
  const groups = Math.max(1, Math.floor(left() / SETTLE_QUERIES));
  const size = Math.max(GROUP, Math.ceil(written.length / groups));
  const mailer = open(run);
  try {
    for (const { row, made } of written) {
      if (made === null || !('mail' in made)) group.push({ row, outcome: made });
      else if ('later' in mailer) group.push({ row, outcome: mailer });
      else if (outage) group.push({ row, outcome: { later: run.clock() + waitOut(run.clock() - row.created_at) } });
      else if (run.elapsed() > SENDING_MS || left() < cost() + Math.max(made.after?.length ?? 0, made.gone ? 1 : 0))
        group.push({ row, outcome: { later: run.clock() + NEXT_RUN_MS } });
      else {
        const outcome = await mailer.send({ ...made.mail, id: idOf(row) }).catch((error) => fail(row.kind, error));
        outage = !outcome.sent && outcome.outage === true;
        // What has come together since an earlier attempt is still to be told.
        const told = outcome.sent && !outcome.earlier && made.after;
        const after = outcome.sent ? told : isGone(outcome) && made.gone && [made.gone()];
        group.push({ row, outcome, ...(after && { after }) });
      }
      // Behind this group there must be one more.
      if (group.length < size || left() < cost() + SETTLE_QUERIES) continue;
      const full = group;
      group = [];
      await settle(run.db, full, run.clock());
    }
  } finally {
    if (group.length > 0) await settle(run.db, group, run.clock());
    if ('close' in mailer) await mailer.close();
  }
}

function open(run: Run): Mailer | Later {
  const later = run.clock() + HOUR_MS;
  try {
    return openMailer(run.env) ?? { later };
  } catch (error) {
    return { later, answer: describe('mail', error) };
  }
}

/** The same at every attempt, and never that of another mail. */
const idOf = ({ event_id, target, created_at }: DeliveryRow) => `${event_id}.${target}.${created_at.toString(36)}`;
