/** `afterword sites`: lists sites, and changes them */
import type { Command } from 'commander';
import { type Context, Failure } from './context.ts';

export function addSitesCommand(program: Command, _context: () => Context): void {
  program
    .command('sites')
    .description('lists sites, and changes them')
    .action(() => {
      throw new Failure('This is not there yet.');
    });
}
