/** `afterword restore`: fills an empty instance from an export or a backup */
import type { Command } from 'commander';
import { type Context, Failure } from './context.ts';

export function addRestoreCommand(program: Command, _context: () => Context): void {
  program
    .command('restore')
    .description('fills an empty instance from an export or a backup')
    .action(() => {
      throw new Failure('This is not there yet.');
    });
}
