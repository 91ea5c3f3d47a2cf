/** `afterword import`: brings comments of another system */
import type { Command } from 'commander';
import { type Context, Failure } from './context.ts';

export function addImportCommand(program: Command, _context: () => Context): void {
  program
    .command('import')
    .description('brings comments of another system')
    .action(() => {
      throw new Failure('This is not there yet.');
    });
}
