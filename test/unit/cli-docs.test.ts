/** docs/cli.md and the program tell the same: commands, options, exit codes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { buildProgram } from '../../cli/command/program.ts';
import { EXIT } from '../../cli/failure.ts';
import { ROOT } from '../../cli/root.ts';

const text = readFileSync(join(ROOT, 'docs/cli.md'), 'utf8');
const optionsOf = (section: string) => [...section.matchAll(/^\| `(--[^`]+)`/gm)].map(([, flags]) => flags!);
const parts = text.split(/^#{2,3} /m).slice(1);
const partOf = (heading: string) => parts.find((part) => part.startsWith(`${heading}\n`))!;

/** Command with its arguments -> its options, as the document has them. */
function readDocumented(): Record<string, string[]> {
  const filters = optionsOf(partOf('Filters'));
  const found = parts.flatMap((part): [string, string[]][] => {
    const [, heading] = /^`(afterword [^`]+)`\n/.exec(part) ?? [];
    if (heading === undefined) return [];
    const options = [...(part.includes('[filters](#filters)') ? filters : []), ...optionsOf(part)];
    const [, before, names, after] = /^(.* )?((?:\w+\|)+\w+)( .*)?$/.exec(heading) ?? [];
    const all = names === undefined ? [heading] : names.split('|').map((name) => `${before}${name}${after ?? ''}`);
    return all.map((command) => [command, options.sort()]);
  });
  expect(found).toHaveLength(new Set(found.map(([command]) => command)).size);
  return Object.fromEntries(found);
}

/** Those that do something, as the program has them. */
function listReal(command: Command, path: string): [string, string[]][] {
  const words = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
    return argument.required ? ` <${name}>` : ` [${name}]`;
  });
  const below = command.commands.flatMap((each) => listReal(each, `${path} ${each.name()}`));
  const isGroup = below.length > 0 && words.length === 0;
  const options = command.options.map(({ flags }) => flags).sort();
  return isGroup ? below : [[`${path}${words.join('')}`, options], ...below];
}

const program = await buildProgram();

describe('docs/cli.md', () => {
  it('explains every command with its arguments and options, and no other', () => {
    expect(readDocumented()).toEqual(Object.fromEntries(listReal(program, 'afterword')));
  });

  it('explains the options of every command', () => {
    const documented = optionsOf(partOf('For every command'));
    expect(documented.sort()).toEqual(program.options.map(({ flags }) => flags).sort());
  });

  it('lists the exit codes', () => {
    const codes = [...text.matchAll(/^\| `(\d+)` /gm)].map(([, code]) => Number(code));
    expect(codes).toEqual([...Object.values(EXIT), 130]);
  });

  it('every example names a command and options that are there', () => {
    const commands = Object.keys(readDocumented());
    const lines = [...text.matchAll(/npx (afterword [^\n|<]+)/g)].map(([, line]) => line!);
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines.filter((each) => !each.startsWith('afterword --help'))) {
      const command = commands.find((each) => line.startsWith(each.split(/ [<[]/)[0]!));
      expect([line, command !== undefined]).toEqual([line, true]);
    }
  });
});

describe('help', () => {
  const all = (command: Command): Command[] => [command, ...command.commands.flatMap(all)];
  it('describes every command and option, and has examples for every command of the first level', () => {
    for (const command of all(program)) {
      expect([command.name(), command.description()]).not.toEqual([command.name(), '']);
      for (const option of command.options) expect([option.flags, option.description]).not.toEqual([option.flags, '']);
    }
    for (const command of program.commands) {
      let help = '';
      command.configureOutput({ writeOut: (part) => (help += part) }).outputHelp();
      expect([command.name(), help.includes('Examples:')]).toEqual([command.name(), true]);
    }
  });
});
