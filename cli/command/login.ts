/** `afterword login`: stores a server and a token */
import type { Command } from 'commander';
import { type Context, Failure } from './context.ts';

export function addLoginCommands(program: Command, _context: () => Context): void {
  program
    .command('login')
    .description('stores a server and a token')
    .action(() => {
      throw new Failure('This is not there yet.');
    });
}
