/** `afterword …`: runs a command, and turns whatever comes of it into clear lines and an exit code (docs/cli.md). */
import { constants } from 'node:os';
import { CommanderError } from 'commander';
import { buildProgram } from './command/program.ts';
import { EXIT, Failure } from './failure.ts';
import { harmlessText } from './output/harmless.ts';
import { besideProgress } from './output/progress.ts';
import { describeTrouble } from './output/trouble.ts';

/** Whoever leaves the table early (`| head`) has had enough: no error. */
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.failed));

/** As shells count them; what tidies up does so on `exit`. */
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(name, () => {
    if (process.stderr.isTTY) process.stderr.write('\n');
    process.exit(128 + constants.signals[name]);
  });

try {
  const program = await buildProgram(process.argv.slice(2));
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

function report(error: unknown): number {
  // Commander has said it already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  const isDebugged = Boolean(process.env.AFTERWORD_DEBUG || process.env.DEBUG);
  const text = isDebugged && error instanceof Error ? (error.stack ?? error.message) : describeTrouble(error);
  besideProgress(() => process.stderr.write(`${harmlessText(text)}\n`));
  return EXIT[error instanceof Failure ? error.exit : 'failed'];
}
