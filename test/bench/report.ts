/** What the benchmark says: tables, notes, and verdicts of targets and budgets. */

export interface Verdict {
  what: string;
  target: string;
  measured: string;
  ok: boolean;
  /** Missing it breaks the run: bytes, rows and round trips do not depend on the machine. Times do. */
  firm: boolean;
}

/** Everything printed, as data for `--json`. */
export interface Report {
  tables: { title: string; head: string[]; rows: string[][]; notes: string[] }[];
  verdicts: Verdict[];
}

export const newReport = (): Report => ({ tables: [], verdicts: [] });

/** Prints a table; cells but the first are numbers, and stand to the right. */
export function printTable(
  report: Report,
  title: string,
  head: string[],
  rows: string[][],
  notes: string[] = [],
): void {
  report.tables.push({ title, head, rows, notes });
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.max(...all.map((row) => (row[i] ?? '').length)));
  const line = (row: string[]) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('   ');
  console.log(`\n${title}`);
  console.log(`  ${line(head)}`);
  for (const row of rows) console.log(`  ${line(row)}`);
  for (const note of notes) console.log(`  (${note})`);
}

/** Prints all verdicts. @returns whether the run counts as good */
export function printVerdicts({ verdicts }: Report): boolean {
  const widths = (['what', 'target', 'measured'] as const).map((key) =>
    Math.max(key.length, ...verdicts.map((v) => v[key].length)),
  );
  const line = (...cells: string[]) => cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('   ');
  console.log('\nVerdict');
  console.log(`  ${line('what', 'target', 'measured')}`);
  for (const { what, target, measured, ok, firm } of verdicts)
    console.log(`  ${line(what, target, measured)}   ${ok ? 'ok' : firm ? 'BROKEN' : 'missed'}`);
  return verdicts.every(({ ok, firm }) => ok || !firm);
}

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Of two series that were measured in turns: the middle of their quotients. */
export const medianRatio = (above: number[], below: number[]): number =>
  median(above.map((value, i) => value / below[i]!));

export const whole = (n: number) => Math.round(n).toLocaleString('en');
export const fixed = (n: number, digits = 2) => n.toFixed(digits);
