/** `afterword backup`: makes, lists and checks backups */
import type { Command } from 'commander';
import { type Context, Failure } from './context.ts';

export function addBackupCommand(program: Command, _context: () => Context): void {
  program
    .command('backup')
    .description('makes, lists and checks backups')
    .action(() => {
      throw new Failure('This is not there yet.');
    });
}
