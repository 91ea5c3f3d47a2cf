/** Time passes: changes rows of a running local server, which no request could. */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const BUSY_MS = 5_000;

/** Whatever login this key has on its way has expired. */
export const expireLogins = (persistDir: string, jkt: string): void =>
  change(persistDir, 'UPDATE logins SET expires_at = 0 WHERE jkt = ?', jkt);

/** Whatever login anybody has on its way has expired. */
export const expireEveryLogin = (persistDir: string): void => change(persistDir, 'UPDATE logins SET expires_at = 0');

function change(persistDir: string, sql: string, ...parameters: string[]): void {
  for (const file of globSync(join(persistDir, 'v3/d1/*/*.sqlite'))) {
    const db = new DatabaseSync(file, { timeout: BUSY_MS });
    const isOurs = db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'logins'").get();
    if (isOurs) db.prepare(sql).run(...parameters);
    db.close();
  }
}
