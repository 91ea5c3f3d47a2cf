/** The examples below a command's help: what to type, and what it does. */
import { styleText } from 'node:util';
import type { Command } from 'commander';

export function addExamples(command: Command, examples: [line: string, meaning?: string][]): void {
  const lines = examples.map(([line, meaning]) =>
    meaning === undefined ? `  ${line}` : `  ${styleText('dim', `# ${meaning}`)}\n  ${line}`,
  );
  command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}
