/** How doctor's findings are printed, and that every code is explained and tried. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { drawReport } from '../../cli/doctor/draw-report';
import { CODES, find } from '../../cli/doctor/finding';
import { ROOT } from '../../cli/root';

const draw = (width: number, ...findings: Parameters<typeof drawReport>[0][0]['findings']) =>
  stripVTControlCharacters(drawReport([{ title: 'https://blog.example/post', findings }], width));
const TAG = '<script src="https://comments.example.com/embed.js" async></script>';

describe('the report', () => {
  it('says that nothing is wrong, also beside notes', () => {
    expect(draw(80)).toBe('https://blog.example/post\n  ✓ Nothing to say.\n\nNothing wrong (no findings).');
    expect(draw(80, find('canonical_missing', 'a', 'b.', 'c.'))).toContain('Nothing wrong (1 note).');
  });

  it.each([80, 40])('fits %i places, and leaves whole what is to be pasted', (width) => {
    const text = draw(
      width,
      find(
        'tag_missing',
        'the page',
        `It has ${'many words '.repeat(20)}in it.`,
        `Paste this where the conversation shall be:\n${TAG}`,
      ),
    );
    const lines = text.split('\n');
    expect(lines.filter((line) => line.length > width && !line.endsWith(TAG))).toEqual([]);
    expect(lines).toContain(`        ${TAG}`);
    expect(lines[1]).toMatch(/^ {2}✗ the page: It has/);
    expect(text).toMatch(/1 error\.\sCodes\sare\sexplained/);
  });

  it('threat 2: makes strangers’ text harmless: no escape sequences, no line breaks, no turned text', () => {
    const text = drawReport(
      [
        {
          title: 'x\x1b]0;title\x07',
          findings: [find('attribute_value', '\x1b[2Jwhere', 'a\nb\r\x1b[31mc\u202ed', 'e\x1b[1m\nf\x1b[A')],
        },
      ],
      80,
    );
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what must not come out
    expect(stripVTControlCharacters(text)).not.toMatch(/[\x00-\x09\x0b-\x1f\u202e]/);
    expect(text).not.toContain('\x1b[2J');
    expect(text).not.toContain('\x1b[A');
  });
});

describe('codes', () => {
  it('are explained in docs/doctor.md, each once with its level, and no other', () => {
    const text = readFileSync(join(ROOT, 'docs/doctor.md'), 'utf8');
    const rows = [...text.matchAll(/^\| `(\w+)` *\| (error|warning|note) *\|/gm)].map(([, code, level]) => [
      code,
      level,
    ]);
    expect(rows).toEqual(Object.entries(CODES));
  });

  it('are each brought about by a test', () => {
    const folders = ['test/unit', 'test/cli'].map((folder) => join(ROOT, folder));
    const text = folders
      .flatMap((folder) =>
        readdirSync(folder)
          .filter((name) => /^doctor.*\.test\.ts$/.test(name))
          .map((name) => readFileSync(join(folder, name), 'utf8')),
      )
      .join('\n');
    expect(Object.keys(CODES).filter((code) => !text.includes(`'${code}'`))).toEqual([]);
  });
});
