/** Where the runtime enters: requests go to the app, the hourly cron to what has had its time. Nothing else. */
import { app } from './app';
import { purgeExpired } from './comments/store';
import { Db } from './db';
import type { Bindings } from './env';
import { forgetDue, purgeIdentity } from './identity/forget-store';
import { timePrefix } from './ids';

const DAY_MS = 86_400_000;
/** How long address hashes and idempotency keys are kept. */
const KEPT_MS = 30 * DAY_MS;
/** How long the cron may have been out of order without one being overlooked. */
const SLACK_MS = 7 * DAY_MS;

export default {
  fetch: app.fetch,
  async scheduled(controller, env) {
    const before = controller.scheduledTime - KEPT_MS;
    const db = new Db(env.DB, 'first-primary');
    await db.batch(
      purgeExpired(timePrefix(before - SLACK_MS), timePrefix(before)),
      ...purgeIdentity(controller.scheduledTime),
    );
    await forgetDue(db, controller.scheduledTime);
  },
} satisfies ExportedHandler<Bindings>;
