/** Where the runtime enters: requests go to the app, the crons to what has had its time, to backups and to notices. Nothing else. */
import { markRun } from './admin/jobs-store';
import { keepStats } from './admin/stats-store';
import { app } from './app';
import { purgeExpired } from './comments/store';
import { Db } from './db';
import type { Bindings } from './env';
import { purgeFeedKeys } from './feeds/feed-keys-store';
import { forgetDue, purgeIdentity } from './identity/forget-store';
import { timePrefix } from './ids';
import { purgeModeration } from './moderation/decisions/purge-store';
import { fillSearchFurther } from './moderation/queue/search-store';
import { purgeDeliveries } from './notify/outbox/deliveries-store';
import { drain, RUN } from './notify/outbox/drain';
import { CONFIRM_TTL_MS } from './notify/subscriptions/reader-links';
import { purgeAsked } from './notify/subscriptions/readers-store';
import { OVERLAP_MS } from './notify/webhooks/sign';
import { forgetSecrets } from './notify/webhooks/webhooks-store';
import { runBackups } from './transfer/backups/backups';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** Of four in wrangler.toml: each run may ask for 50 things on the free plan, and has 10 ms. */
const PURGE_CRON = '47 * * * *';
const BACKUP_CRON = '*/10 * * * *';
const NOTICES_CRON = '* * * * *';
/** Of the log, a run: more than come in an hour. */
const PURGED_DELIVERIES = 5_000;
/** How long address hashes, idempotency keys and the log of deliveries are kept. */
const KEPT_MS = 30 * DAY_MS;
/** How long the cron may have been out of order without one being overlooked. */
const SLACK_MS = 7 * DAY_MS;

export default {
  fetch: app.fetch,
  async scheduled(controller, env) {
    const now = controller.scheduledTime;
    if (controller.cron === BACKUP_CRON) return runBackups(env, now);
    if (controller.cron === NOTICES_CRON) {
      // Once an hour it says that it runs.
      const says = now % HOUR_MS < MINUTE_MS;
      if (says) await new Db(env.DB, 'first-primary').batch(markRun('notices', now));
      return drain(env, now, RUN.cron, says ? 1 : 0);
    }
    const db = new Db(env.DB, 'first-primary');
    if (controller.cron === PURGE_CRON) {
      const before = now - KEPT_MS;
      await db.batch(
        purgeExpired(timePrefix(before - SLACK_MS), timePrefix(before)),
        ...purgeIdentity(now),
        purgeFeedKeys(now),
      );
      await purgeModeration(db, now);
      await db.batch(
        purgeDeliveries(before, PURGED_DELIVERIES),
        forgetSecrets(now - OVERLAP_MS),
        ...purgeAsked(now - CONFIRM_TTL_MS),
      );
      await db.batch(markRun('purge', now));
      await keepStats(db, now);
      await db.batch(markRun('stats', now));
      await fillSearchFurther(db);
      await db.batch(markRun('search', now));
      return;
    }
    await forgetDue(db, now);
    await db.batch(markRun('forget', now));
  },
} satisfies ExportedHandler<Bindings>;
