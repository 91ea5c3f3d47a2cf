/** Time passes: changes rows of a running local server, which no request could. */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const BUSY_MS = 5_000;

/** Whatever login this key has on its way has expired. */
export function expireLogins(persistDir: string, jkt: string): void {
  for (const file of globSync(join(persistDir, 'v3/d1/*/*.sqlite'))) {
    const db = new DatabaseSync(file, { timeout: BUSY_MS });
    const isOurs = db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'logins'").get();
    if (isOurs) db.prepare('UPDATE logins SET expires_at = ? WHERE jkt = ?').run(Date.now() - 1, jkt);
    db.close();
  }
}
