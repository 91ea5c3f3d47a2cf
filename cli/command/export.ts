/** `afterword export`: takes everything along, as a file */
import type { Command } from 'commander';
import { type Context, Failure } from './context.ts';

export function addExportCommand(program: Command, _context: () => Context): void {
  program
    .command('export')
    .description('takes everything along, as a file')
    .action(() => {
      throw new Failure('This is not there yet.');
    });
}
