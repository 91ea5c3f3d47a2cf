/** Where the runtime enters: requests go to the app, the nightly cron to the purge. Nothing else. */
import { app } from './app';
import { purgeExpired } from './comments/store';
import { Db } from './db';
import type { Bindings } from './env';
import { timePrefix } from './ids';

/** How long address hashes and idempotency answers are kept, in milliseconds. */
const KEPT_MS = 30 * 24 * 3600 * 1000;

export default {
  fetch: app.fetch,
  async scheduled(controller, env) {
    const before = controller.scheduledTime - KEPT_MS;
    await new Db(env.DB, 'first-primary').batch(...purgeExpired(timePrefix(before), before));
  },
} satisfies ExportedHandler<Bindings>;
