/**
 * Databases that somebody hands over, which may have been made to harm: opened for reading only, nothing in their schema is run, and
 * only columns that really are stored in real tables are read. What is longer than any comment is not read at all.
 */
import { existsSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { SourceError, type SourceFile } from '../source.ts';
import type { Foreign } from './fields.ts';
import { MAX_TEXT } from './json-pick.ts';

const MAGIC = 'SQLite format 3\0';

/** Whether it is a database whose schema speaks of all these; a schema stands at the beginning of a file. */
export function isDatabaseWith(head: Buffer, ...words: string[]): boolean {
  return head.subarray(0, MAGIC.length).toString('latin1') === MAGIC && words.every((word) => head.includes(word));
}

export function isDatabase(head: Buffer): boolean {
  return isDatabaseWith(head);
}

export class SourceDatabase {
  readonly #database: DatabaseSync;

  private constructor(database: DatabaseSync) {
    this.#database = database;
  }

  static async open(file: SourceFile): Promise<SourceDatabase> {
    const path = await file.materialise();
    const url = pathToFileURL(path);
    url.searchParams.set('mode', 'ro');
    // Nobody writes to it meanwhile, and nothing is to be written beside it: unless the latest of it is in a log beside it.
    if (!hasLog(path)) url.searchParams.set('immutable', '1');
    return orDamaged(() => {
      const database = new DatabaseSync(url, {
        readOnly: true,
        allowExtension: false,
        defensive: true,
        enableForeignKeyConstraints: false,
        enableDoubleQuotedStringLiterals: false,
        readBigInts: true,
      });
      database.exec(
        'PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0; PRAGMA query_only = ON',
      );
      return new SourceDatabase(database);
    });
  }

  /** Columns that are stored, by their names. @throws SourceError when it is no real table, or lacks one that is needed */
  columns(table: string, needed: string[] = []): string[] {
    return orDamaged(() => {
      const real = this.#database
        .prepare("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?")
        .get(table) as { sql: string } | undefined;
      if (!real || !/^\s*CREATE\s+TABLE\b/i.test(real.sql)) throw new SourceError(`the database has no table ${table}`);
      const all = this.#database.prepare('SELECT name, hidden FROM pragma_table_xinfo(?)').all(table);
      const stored = all.flatMap(({ name, hidden }) => (Number(hidden) === 0 ? [String(name)] : []));
      const missing = needed.filter((name) => !stored.includes(name));
      if (missing.length) throw new SourceError(`its table ${table} has no column ${missing.join(', ')}`);
      return stored;
    });
  }

  hasTable(table: string): boolean {
    return orDamaged(
      () =>
        this.#database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(table) !==
        undefined,
    );
  }

  /** Rows with those of the columns that there are; a text that is too long is null, and its column is named in `$long`. */
  *rows(table: string, columns: string[], needed: string[] = []): Generator<Foreign> {
    const stored = this.columns(table, needed);
    const wanted = columns.filter((name) => stored.includes(name));
    const select = wanted.map((name) => {
      const column = quote(name);
      return `iif(octet_length(${column}) > ${MAX_TEXT}, NULL, ${column}) AS ${column}`;
    });
    const long = wanted.map((name) => `iif(octet_length(${quote(name)}) > ${MAX_TEXT}, '${name}', '')`).join(' || ');
    const rows = orDamaged(() =>
      this.#database.prepare(`SELECT ${select.join(', ')}, ${long} AS "$long" FROM ${quote(table)}`).iterate(),
    );
    while (true) {
      const next = orDamaged(() => rows.next());
      if (next.done) return;
      yield next.value as Foreign;
    }
  }

  close(): void {
    this.#database.close();
  }
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function hasLog(path: string): boolean {
  return ['-wal', '-journal'].some((end) => existsSync(path + end) && statSync(path + end).size > 0);
}

function orDamaged<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof SourceError || !(error instanceof Error)) throw error;
    throw new SourceError(`the database cannot be read any further: ${error.message}`);
  }
}
