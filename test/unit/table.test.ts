/** What the command line prints: tables that fit, text that is harmless, progress that says how long it will take. */
import fc from 'fast-check';
import stringWidth from 'string-width';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { formatBytes, formatCount, formatDuration, formatTime } from '../../cli/output/format.ts';
import { guard, harmlessLine, harmlessText, toJson } from '../../cli/output/harmless.ts';
import { besideProgress, startProgress } from '../../cli/output/progress.ts';
import { cut, drawTable } from '../../cli/output/table.ts';

const ESC = '\u001b';
const plain = (text: string) => text.replace(new RegExp(`${ESC}\\[[\\d;]*m`, 'g'), '');
/** Anything that a terminal obeys instead of showing it, and what turns the direction of text. */
const OBEYED = /[^\P{Cc}\n]|[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/u;

describe('a table', () => {
  const columns = [{ title: 'ID', whole: true }, { title: 'NAME' }, { title: 'N', right: true }];
  const rows = [
    ['01j', '日本語の名前', '1,200'],
    ['02k', '👩‍👩‍👧‍👦 family', '3'],
    ['03l', 'مرحبا بالعالم', ''],
  ];

  it('stands in columns whatever the letters are', () => {
    expect(plain(drawTable(columns, rows, 80))).toBe(
      [
        'ID   NAME               N',
        '01j  日本語の名前   1,200',
        '02k  👩‍👩‍👧‍👦 family          3',
        '03l  مرحبا بالعالم',
      ].join('\n'),
    );
  });

  it('is cut in its widest columns where the terminal ends, ids never', () => {
    const drawn = plain(drawTable(columns, [['0123456789', 'a long name that does not fit here', '12']], 30));
    expect(drawn.split('\n')[1]).toBe('0123456789  a long name t…  12');
  });

  it('becomes a list where the terminal is too narrow for columns', () => {
    const drawn = drawTable(
      columns,
      [
        ['0123456789', 'a long name', '12'],
        ['1', 'b', ''],
      ],
      14,
    );
    expect(drawn).toBe('ID: 0123456789\nNAME: a long…\nN: 12\n\nID: 1\nNAME: b');
  });

  it('fits any width with any text', () => {
    const cell = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.string({ unit: 'binary', maxLength: 60 }));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell, cell, cell), { maxLength: 5 }),
        fc.integer({ min: 30, max: 120 }),
        (some, width) => {
          const free = columns.map(({ title }) => ({ title }));
          for (const line of plain(drawTable(free, some, width)).split('\n')) {
            expect(stringWidth(line)).toBeLessThanOrEqual(width);
            expect(line).not.toMatch(OBEYED);
          }
        },
      ),
    );
  });

  it('cuts at a character, never inside one', () => {
    expect(cut('👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 5)).toBe('👩‍👩‍👧‍👦👩‍👩‍👧‍👦…');
    expect(cut('日本語', 4)).toBe('日…');
    expect(cut('e\u0301e\u0301e\u0301', 2)).toBe('e\u0301…');
    expect(cut('exact', 5)).toBe('exact');
  });
});

describe('threat 4: hostile text in a terminal', () => {
  it.each([
    [`${ESC}[2J${ESC}]0;title\u0007`, '␛[2J␛]0;title␇'],
    [`${ESC}]8;;https://evil.example${ESC}\\click${ESC}]8;;${ESC}\\`, '␛]8;;https://evil.example␛\\click␛]8;;␛\\'],
    ['\u009b31mred', '\ufffd31mred'],
    ['user\u202egnp.exe', 'usergnp.exe'],
    ['\u2066\u2069\u200f\u061cx', 'x'],
    ['over\rwritten\b\b', 'over written␈␈'],
    ['a\u2028b\u0085c', 'a b\ufffdc'],
    ['\ud800lone', '\ufffdlone'],
    [`Z${'\u0301'.repeat(50)}`, `Z${'\u0301'.repeat(6)}`],
  ])('%j is one harmless line', (text, shown) => {
    expect(harmlessLine(text)).toBe(shown);
  });

  it('what people write stays as it is', () => {
    for (const text of ['Grüße — naïve', 'שלום', 'می‌خواهم', '👨‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿', 'हिन्दी', 'กำลังใช้'])
      expect(harmlessLine(text)).toBe(text);
    expect(harmlessText('one\r\ntwo\n\n\tthree')).toBe('one\ntwo\n\n    three');
  });

  it('the last guard leaves our own colours and nothing else', () => {
    expect(guard(`${ESC}[1mbold${ESC}[22m ${ESC}[2J`)).toBe(`${ESC}[1mbold${ESC}[22m ␛[2J`);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(plain(guard(text))).not.toMatch(OBEYED);
      }),
    );
  });

  it('JSON is harmless and means the same', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const json = toJson({ text });
        expect(json).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069\u2028\u2029]/u);
        expect(JSON.parse(json)).toEqual({ text });
      }),
    );
  });
});

describe('progress', () => {
  afterEach(() => vi.unstubAllEnvs());
  function watch(isTTY: boolean, columns = 80) {
    let written = '';
    let ms = 0;
    const stream = {
      isTTY,
      columns,
      write: (text: string) => {
        written += text;
      },
    };
    return { stream, now: () => ms, wait: (more: number) => (ms += more), written: () => written };
  }

  it('on a terminal is one line, drawn over, with bar, rate and time left', () => {
    vi.stubEnv('TERM', 'xterm');
    const { stream, now, wait, written } = watch(true);
    const progress = startProgress({ label: 'Import', total: 1000, unit: 'comments' }, stream, now);
    wait(2_000);
    progress.update(250);
    besideProgress(() => stream.write('a line\n'));
    progress.done();
    const drawn = written().split(`\r${ESC}[K`);
    expect(drawn[1]).toBe(`Import  ${'░'.repeat(20)} 0 % 0 of 1,000 comments`);
    expect(drawn[2]).toBe(`Import  █████${'░'.repeat(15)} 25 % 250 of 1,000 comments, 125 a second, 6 s left`);
    expect(drawn[3]).toBe(`a line\n${drawn[2]}`);
    expect(written().endsWith('\n')).toBe(true);
  });

  it('is never wider than the terminal', () => {
    vi.stubEnv('TERM', 'xterm');
    const { stream, now, wait, written } = watch(true, 30);
    const progress = startProgress({ label: 'Import', total: 1000, unit: 'comments' }, stream, now);
    wait(500);
    progress.update(10);
    progress.done();
    for (const line of written().split(`\r${ESC}[K`)) expect(stringWidth(line.trimEnd())).toBeLessThan(30);
  });

  it('without a terminal says a plain line now and then', () => {
    const { stream, now, wait, written } = watch(false);
    const progress = startProgress({ label: 'Import', total: 1000, unit: 'comments', from: 100 }, stream, now);
    for (let n = 101; n <= 1000; n++) {
      wait(50);
      progress.update(n);
    }
    progress.done();
    const lines = written().trimEnd().split('\n');
    expect(lines).toHaveLength(9);
    expect(lines[0]).toBe('Import  20 % 200 of 1,000 comments, 20 a second, 40 s left');
    expect(lines.at(-1)).toBe('Import  100 % 1,000 of 1,000 comments, 20 a second');
    expect(written()).not.toContain(ESC);
  });

  it('goes on saying something where nothing moves, and knows no share where there is no total', () => {
    const { stream, now, wait, written } = watch(false);
    const progress = startProgress({ label: 'Export', unit: 'records' }, stream, now);
    wait(10_000);
    progress.update(5);
    progress.done();
    expect(written()).toBe('Export  5 records, 0.5 a second\n');
  });
});

describe('amounts', () => {
  it('are written as people read them', () => {
    expect([0, 1, 1200].map((n) => formatCount(n, 'comment'))).toEqual(['0 comments', '1 comment', '1,200 comments']);
    expect([999, 1000, 1536, 52_428_800, 3e12].map(formatBytes)).toEqual([
      '999 bytes',
      '1 kB',
      '1.5 kB',
      '52 MB',
      '3 TB',
    ]);
    expect([0.2, 59, 61, 200, 3599, 3600, 7500].map(formatDuration)).toEqual([
      '1 s',
      '59 s',
      '1 min 1 s',
      '3 min 20 s',
      '59 min',
      '1 h',
      '2 h 5 min',
    ]);
    expect([formatTime('2026-01-31T12:34:56.000Z'), formatTime(null)]).toEqual(['2026-01-31 12:34', '']);
  });
});
