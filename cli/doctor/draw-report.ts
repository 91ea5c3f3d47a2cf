/** doctor's findings for people: a line each with a mark, what to do below it, and the sum. Texts of strangers come out harmless. */
import { styleText } from 'node:util';
import stringWidth from 'string-width';
import { formatCount } from '../output/format.ts';
import { harmlessLine } from '../output/harmless.ts';
import type { Finding, Level } from './finding.ts';

const MARKS: Record<Level, [mark: string, colour: Parameters<typeof styleText>[0]]> = {
  error: ['✗', 'red'],
  warning: ['!', 'yellow'],
  note: ['·', 'dim'],
};
/** Longer lines are hard to read. */
const MAX_WIDTH = 100;
const INDENT = 2;

export interface Section {
  title: string;
  findings: Finding[];
}

/** @param width places in a line of the terminal */
export function drawReport(sections: Section[], width: number): string {
  const room = Math.min(width, MAX_WIDTH);
  const all = sections.flatMap(({ findings }) => findings);
  const drawn = sections.map(({ title, findings }) =>
    [
      styleText('bold', harmlessLine(title)),
      ...(findings.length > 0
        ? findings.map((finding) => drawFinding(finding, room))
        : [`  ${styleText('green', '✓')} Nothing to say.`]),
    ].join('\n'),
  );
  return [...drawn, wrap(drawSum(all), room).join('\n')].join('\n\n');
}

function drawFinding({ code, level, where, what, fix }: Finding, room: number): string {
  const [mark, colour] = MARKS[level];
  const [prose = '', ...typed] = fix.split('\n');
  const text = `${harmlessLine(where)}: ${harmlessLine(what)}`;
  const first = wrap(`${text} [${code}]`, room - INDENT - 2).map((line, i) =>
    i === 0 ? `${' '.repeat(INDENT)}${styleText(colour, mark)} ${line}` : ' '.repeat(INDENT + 2) + line,
  );
  const below = wrap(harmlessLine(prose), room - INDENT - 4).map((line) => ' '.repeat(INDENT + 4) + line);
  // What is to be typed or pasted is never broken into lines.
  const commands = typed.map((line) => ' '.repeat(INDENT + 6) + styleText('cyan', harmlessLine(line)));
  return [...first, ...below, ...commands].join('\n');
}

function drawSum(findings: Finding[]): string {
  const count = (level: Level) => findings.filter((finding) => finding.level === level).length;
  const parts = (['error', 'warning', 'note'] as const).flatMap((level) =>
    count(level) > 0 ? [styleText(MARKS[level][1], formatCount(count(level), level))] : [],
  );
  const isRight = count('error') + count('warning') === 0;
  const sum = parts.length > 0 ? parts.join(', ') : 'no findings';
  return isRight
    ? `${styleText('green', 'Nothing wrong')} (${sum}).`
    : `${sum}. Codes are explained in docs/doctor.md.`;
}

/** Breaks between words; an address that is longer than a line stays whole. */
function wrap(text: string, room: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && stringWidth(longer) > room) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}
