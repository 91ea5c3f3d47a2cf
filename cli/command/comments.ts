/** `afterword comments`: lists comments, and decides about them */
import type { Command } from 'commander';
import { type Context, Failure } from './context.ts';

export function addCommentsCommand(program: Command, _context: () => Context): void {
  program
    .command('comments')
    .description('lists comments, and decides about them')
    .action(() => {
      throw new Failure('This is not there yet.');
    });
}
