/** How far something is that takes a while: a bar on a terminal's standard error, a line now and then where it is a file. */
import { formatDuration, formatNumber } from './format.ts';
import { cut } from './table.ts';

export interface Progress {
  /** @param n how much is done altogether */
  update(n: number): void;
  /** Leaves the last state standing. Must be called, also when it failed. */
  done(): void;
}

export interface ProgressOptions {
  label: string;
  /** undefined: nobody knows. */
  total?: number | undefined;
  /** What is counted: `comments`. */
  unit: string;
  /** What was done before, and says nothing about how fast it goes. */
  from?: number;
}

export interface ProgressStream {
  isTTY?: boolean | undefined;
  columns?: number | undefined;
  write(text: string): unknown;
}

const REDRAW_MS = 100;
const LINE_MS = 10_000;
const MIN_LINE_MS = 1_000;
const BAR = 20;
const CLEAR = '\r\u001b[K';

/** The bar that stands in the terminal's last line, if there is one. */
let standing: { stream: ProgressStream; line: string } | undefined;

/** Writes something else, with the bar out of the way meanwhile. */
export function besideProgress(write: () => void): void {
  standing?.stream.write(CLEAR);
  write();
  standing?.stream.write(standing.line);
}

/** @param now for tests, as is the stream */
export function startProgress(
  { label, total, unit, from = 0 }: ProgressOptions,
  stream: ProgressStream = process.stderr,
  now: () => number = Date.now,
): Progress {
  const begun = now();
  const isTerminal = stream.isTTY === true && process.env.TERM !== 'dumb';
  let at = from;
  let drawn = { ms: isTerminal ? -Infinity : begun, n: from };
  const describe = () => {
    const seconds = (now() - begun) / 1000;
    const rate = seconds > 0 ? (at - from) / seconds : 0;
    const known = total !== undefined && total > 0 ? { total, share: Math.min(1, at / total) } : undefined;
    const bar = known && isTerminal ? `${'█'.repeat(Math.round(known.share * BAR)).padEnd(BAR, '░')} ` : '';
    const percent = known ? `${Math.floor(known.share * 100)} % ` : '';
    const counted = `${formatNumber(at)}${total === undefined ? '' : ` of ${formatNumber(total)}`} ${unit}`;
    const speed = rate > 0 ? `, ${formatNumber(rate >= 10 ? Math.round(rate) : Number(rate.toFixed(1)))} a second` : '';
    const left = known && rate > 0 && at < known.total ? `, ${formatDuration((known.total - at) / rate)} left` : '';
    return `${label}  ${bar}${percent}${counted}${speed}${left}`;
  };
  const draw = () => {
    drawn = { ms: now(), n: at };
    if (!isTerminal) {
      stream.write(`${describe()}\n`);
      return;
    }
    standing = { stream, line: cut(describe(), (stream.columns || 80) - 1) };
    stream.write(`${CLEAR}${standing.line}`);
  };
  const isDue = () => {
    const waited = now() - drawn.ms;
    if (isTerminal) return waited >= REDRAW_MS;
    return waited >= LINE_MS || (total !== undefined && at - drawn.n >= total / 10 && waited >= MIN_LINE_MS);
  };
  if (isTerminal) draw();
  return {
    update(n) {
      at = n;
      if (isDue()) draw();
    },
    done() {
      if (isTerminal || at !== drawn.n || at === from) draw();
      if (isTerminal) stream.write('\n');
      standing = undefined;
    },
  };
}
