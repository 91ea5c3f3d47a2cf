/** `afterword tokens`: lists API tokens, makes and revokes them */
import type { Command } from 'commander';
import { type Context, Failure } from './context.ts';

export function addTokensCommand(program: Command, _context: () => Context): void {
  program
    .command('tokens')
    .description('lists API tokens, makes and revokes them')
    .action(() => {
      throw new Failure('This is not there yet.');
    });
}
