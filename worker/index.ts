/** Where the runtime enters: requests go to the app, the hourly cron to what has had its time. Nothing else. */
import { keepStats } from './admin/stats-store';
import { app } from './app';
import { purgeExpired } from './comments/store';
import { Db } from './db';
import type { Bindings } from './env';
import { forgetDue, purgeIdentity } from './identity/forget-store';
import { timePrefix } from './ids';
import { purgeModeration } from './moderation/decisions/purge-store';
import { fillSearchFurther } from './moderation/queue/search-store';

const DAY_MS = 86_400_000;
/** One of two in wrangler.toml: each run may ask D1 for 50 queries on the free plan. */
const MODERATION_CRON = '47 * * * *';
/** How long address hashes and idempotency keys are kept. */
const KEPT_MS = 30 * DAY_MS;
/** How long the cron may have been out of order without one being overlooked. */
const SLACK_MS = 7 * DAY_MS;

export default {
  fetch: app.fetch,
  async scheduled(controller, env) {
    const db = new Db(env.DB, 'first-primary');
    if (controller.cron === MODERATION_CRON) {
      await purgeModeration(db, controller.scheduledTime);
      await keepStats(db, controller.scheduledTime);
      await fillSearchFurther(db);
      return;
    }
    const before = controller.scheduledTime - KEPT_MS;
    await db.batch(
      purgeExpired(timePrefix(before - SLACK_MS), timePrefix(before)),
      ...purgeIdentity(controller.scheduledTime),
    );
    await forgetDue(db, controller.scheduledTime);
  },
} satisfies ExportedHandler<Bindings>;
