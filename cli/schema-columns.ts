/**
 * What schema.sql says about columns, and which of them a database lacks that an older one made: CREATE TABLE IF NOT
 * EXISTS adds none to a table that is there. Pure; database.ts asks the database and applies the answer.
 */

/** Tables and their columns, each with its definition: `pages` -> `title` -> `title TEXT`. */
export type Tables = Map<string, Map<string, string>>;

const TABLE = /\bCREATE TABLE IF NOT EXISTS (\w+) \(/g;
/** What rows that are there have in a new column, where that is more than its default. */
const FILLED: Record<string, string> = {
  'comments.site_id': 'UPDATE comments SET site_id = (SELECT site_id FROM pages WHERE pages.id = comments.page_id)',
  'comments.flagged': `UPDATE comments SET flagged = (SELECT COUNT(*) FROM flags WHERE comment_id = comments.id) WHERE status = 'approved'`,
};
const TABLE_CONSTRAINT = /^(?:PRIMARY|UNIQUE|CHECK|FOREIGN|CONSTRAINT)\b/;

/** Knows the SQL that schema.sql is written in, not all of it. Virtual tables are passed over. */
export function readTables(schema: string): Tables {
  // An apostrophe in a comment begins no string, dashes in a string no comment.
  const sql = schema.replace(/('(?:[^']|'')*')|--.*/g, '$1');
  const tables = [...sql.matchAll(TABLE)];
  return new Map(tables.map((match) => [match[1]!, readColumns(sql.slice(match.index + match[0].length))]));
}

/** @param sql what follows the table's opening parenthesis */
function readColumns(sql: string): Map<string, string> {
  const columns = new Map<string, string>();
  let depth = 0;
  let definition = '';
  for (const [piece] of sql.matchAll(/'(?:[^']|'')*'|[^']/g)) {
    if (depth === 0 && (piece === ',' || piece === ')')) {
      const text = definition.trim().replace(/\s+/g, ' ');
      if (!TABLE_CONSTRAINT.test(text)) columns.set(text.split(' ')[0]!, text);
      if (piece === ')') break;
      definition = '';
    } else {
      if (piece === '(') depth++;
      if (piece === ')') depth--;
      definition += piece;
    }
  }
  return columns;
}

/** Asks a database what it has: one row a column, `{table, column}`, none for a table it does not have. */
export function columnsQuery(tables: Tables): string {
  const names = [...tables.keys()].map((name) => `'${name}'`).join(', ');
  // table_xinfo also tells generated columns.
  return (
    `SELECT t.name AS "table", c.name AS "column" FROM sqlite_master AS t, pragma_table_xinfo(t.name) AS c ` +
    `WHERE t.type = 'table' AND t.name IN (${names})`
  );
}

/**
 * Statements that give the tables a database has the columns it lacks. Tables it lacks are left to schema.sql.
 * @throws Error a column that rows which are there would have no value for
 */
export function addMissingColumns(tables: Tables, existing: { table: string; column: string }[]): string {
  const found = Map.groupBy(existing, (row) => row.table);
  const statements: string[] = [];
  for (const [table, columns] of tables) {
    const has = found.get(table)?.map((row) => row.column);
    if (!has) continue;
    for (const [column, definition] of columns) {
      if (has.includes(column)) continue;
      if (/\bNOT NULL\b/.test(definition) && !/\b(?:DEFAULT|GENERATED)\b/.test(definition)) {
        throw new Error(
          `The database has a table ${table} without the column ${column}, and it cannot be added: in schema.sql it is ` +
            `"${definition}". Make it nullable, or give it a DEFAULT.`,
        );
      }
      statements.push(`ALTER TABLE ${table} ADD COLUMN ${definition};\n`);
      const filled = FILLED[`${table}.${column}`];
      if (filled) statements.push(`${filled};\n`);
    }
  }
  return statements.join('');
}
