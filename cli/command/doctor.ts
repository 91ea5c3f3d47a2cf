/** `afterword doctor`: looks at a page and at the instance, and tells what is wrong */
import type { Command } from 'commander';
import { type Context, Failure } from './context.ts';

export function addDoctorCommand(program: Command, _context: () => Context): void {
  program
    .command('doctor')
    .description('looks at a page and at the instance, and tells what is wrong')
    .action(() => {
      throw new Failure('This is not there yet.');
    });
}
