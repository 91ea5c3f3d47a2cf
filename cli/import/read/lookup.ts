/**
 * What comes later in a file than it is needed, such as the list of people behind the comments: kept beside the memory, in a database
 * that SQLite makes for itself and takes away again.
 */
import { DatabaseSync } from 'node:sqlite';

export class Lookup<T> {
  readonly #database = new DatabaseSync('');
  readonly #put;
  readonly #get;

  constructor() {
    this.#database.exec(
      'PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; CREATE TABLE kept (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID; BEGIN',
    );
    this.#put = this.#database.prepare('INSERT OR IGNORE INTO kept (key, value) VALUES (?, ?)');
    this.#get = this.#database.prepare('SELECT value FROM kept WHERE key = ?');
  }

  /** The first one stays. */
  put(key: string, value: T): void {
    this.#put.run(key, JSON.stringify(value));
  }

  get(key: string): T | null {
    const found = this.#get.get(key);
    return found ? (JSON.parse(String(found.value)) as T) : null;
  }

  close(): void {
    this.#database.close();
  }
}
