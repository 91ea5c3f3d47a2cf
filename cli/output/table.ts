/**
 * Tables for people: columns as wide as what is in them, cut with … where the terminal ends, and one value a line where even
 * that does not fit. Knows widths as terminals have them: CJK and emoji take two places, marks none.
 */
import { styleText } from 'node:util';
import stringWidth from 'string-width';
import { harmlessLine } from './harmless.ts';

export interface Column {
  title: string;
  /** Numbers stand at the right. */
  right?: boolean;
  /** Never cut: ids and addresses that are typed again. */
  whole?: boolean;
  /** The colour of a cell, by what is in it. */
  paint?: (cell: string) => Parameters<typeof styleText>[0] | undefined;
}

const GAP = 2;
/** A column that is narrower says nothing. */
const NARROWEST = 10;
const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** @param width places in a line; Infinity where nothing is cut @returns lines without a newline at the end */
export function drawTable(columns: Column[], rows: string[][], width = terminalWidth()): string {
  const cells = rows.map((row) => columns.map((_, n) => harmlessLine(row[n] ?? '')));
  const widths = columns.map(({ title }, n) =>
    Math.max(stringWidth(title), ...cells.map((row) => stringWidth(row[n]!))),
  );
  if (!shrink(columns, widths, width - GAP * (columns.length - 1))) return drawList(columns, cells, width);
  const lines = cells.map((row) => drawLine(columns, row, widths, true));
  const titles = columns.map(({ title }) => title);
  return [styleText('dim', drawLine(columns, titles, widths, false)), ...lines].join('\n');
}

/** Places in a line of standard output; a pipe has no end. */
export const terminalWidth = (): number => (process.stdout.isTTY ? process.stdout.columns || 80 : Infinity);

/** Cuts at a character as people see it. */
export function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let kept = '';
  let left = width - 1;
  for (const { segment } of segmenter.segment(text)) {
    left -= stringWidth(segment);
    if (left < 0) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}

/** Makes the widest columns narrower until all fit. @returns whether they do */
function shrink(columns: Column[], widths: number[], room: number): boolean {
  let excess = widths.reduce((sum, width) => sum + width, 0) - room;
  while (excess > 0) {
    const able = widths.filter((width, n) => !columns[n]!.whole && width > NARROWEST);
    if (able.length === 0) return false;
    const widest = Math.max(...able);
    const second = Math.max(NARROWEST, ...able.filter((width) => width < widest));
    const alike = widths.flatMap((width, n) => (width === widest && !columns[n]!.whole ? [n] : []));
    const step = Math.min(widest - second, Math.ceil(excess / alike.length)) || 1;
    for (const n of alike.slice(0, excess)) widths[n]! -= Math.min(step, Math.max(excess, 1));
    excess = widths.reduce((sum, width) => sum + width, 0) - room;
  }
  return true;
}

function drawLine(columns: Column[], row: string[], widths: number[], isPainted: boolean): string {
  return columns
    .map((column, n) => {
      const text = cut(row[n]!, widths[n]!);
      const isLast = n === columns.length - 1;
      const space = ' '.repeat(isLast && !column.right ? 0 : Math.max(0, widths[n]! - stringWidth(text)));
      const format = isPainted ? column.paint?.(row[n]!) : undefined;
      const painted = format === undefined ? text : styleText(format, text);
      return column.right ? space + painted : painted + space;
    })
    .join(' '.repeat(GAP))
    .trimEnd();
}

/** For a terminal that is too narrow: `title: value`, rows apart by an empty line. */
function drawList(columns: Column[], rows: string[][], width: number): string {
  const drawRow = (row: string[]) =>
    columns
      .flatMap(({ title, whole }, n) => {
        const line = `${title}: ${row[n]}`;
        return row[n] === '' ? [] : [whole ? line : cut(line, width)];
      })
      .join('\n');
  return rows.map(drawRow).join('\n\n');
}
