/**
 * The worker with two doors more, for the benchmark: a run of the outbox that tells what it asked the database, and its floor, which
 * sends as many mails by the same transport and does nothing else.
 */

import type { Bindings } from '../../worker/env.ts';
import worker from '../../worker/index.ts';
import { openMailer } from '../../worker/notify/mail/mailer.ts';
import { drain, RUN } from '../../worker/notify/outbox/drain.ts';

export interface RunBill {
  /** Round trips, statements, rows. */
  trips: number;
  queries: number;
  read: number;
  written: number;
}

export default {
  async fetch(request: Request, env: Bindings, context: unknown): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === '/bench/drain') {
      const bill: RunBill = { trips: 0, queries: 0, read: 0, written: 0 };
      await drain({ ...env, DB: count(env.DB, bill) }, Number(searchParams.get('now')), RUN.cron);
      return Response.json(bill);
    }
    if (pathname === '/bench/floor') {
      const mailer = openMailer(env)!;
      for (let n = 0; n < RUN.cron; n++) {
        const outcome = await mailer.send({ id: `floor.${n}`, to: `floor${n}@reader.example`, ...LETTER });
        if (!outcome.sent) throw new Error(outcome.answer);
      }
      await mailer.close();
      return Response.json({});
    }
    return worker.fetch(request as never, env as never, context as never);
  },
  scheduled: worker.scheduled,
};

/** As long as a notice of a short comment. */
const LETTER = {
  subject: 'A new comment on “A page”',
  text: 'The first sun for a week. '.repeat(40),
  html: `<!doctype html><html lang="en"><body>${'<p>The first sun for a week.</p>'.repeat(180)}</body></html>`,
  unsubscribeUrl: 'https://comments.bench.example/api/v1/mail/unsubscribe/x',
  list: 'bench.example',
};

function count(db: Bindings['DB'], bill: RunBill): Bindings['DB'] {
  return new Proxy(db, {
    get(target, name) {
      if (name !== 'withSession') return Reflect.get(target, name);
      return (start: string) => {
        const session = target.withSession(start);
        return {
          prepare: (text: string) => session.prepare(text),
          getBookmark: () => session.getBookmark(),
          batch: async (statements: Parameters<typeof session.batch>[0]) => {
            bill.trips++;
            bill.queries += statements.length;
            const results = await session.batch(statements);
            for (const { meta } of results) {
              bill.read += meta.rows_read;
              bill.written += meta.rows_written;
            }
            return results;
          },
        };
      };
    },
  });
}
