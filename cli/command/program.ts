/** All of the command line as commander knows it: global options and the table of commands, each in a file of its own. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { ROOT } from '../root.ts';
import { addBackupCommand } from './backup.ts';
import { addCommentsCommand } from './comments.ts';
import type { Context } from './context.ts';
import { addDoctorCommand } from './doctor.ts';
import { addExamples } from './examples.ts';
import { addExportCommand } from './export.ts';
import { addImportCommand } from './import.ts';
import { addLoginCommands } from './login.ts';
import { type GlobalFlags, openContext } from './open-context.ts';
import { addRestoreCommand } from './restore.ts';
import { addSitesCommand } from './sites.ts';
import { addTokensCommand } from './tokens.ts';

/** In the order in which help lists them. */
const COMMANDS: ((program: Command, context: () => Context) => void)[] = [
  addImportCommand,
  addExportCommand,
  addBackupCommand,
  addRestoreCommand,
  addDoctorCommand,
  addSitesCommand,
  addCommentsCommand,
  addTokensCommand,
  addLoginCommands,
];

/** Throws instead of ending the process: whoever runs it decides how. */
export function buildProgram(): Command {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  const program = new Command('afterword')
    .description('Brings comments to an Afterword, takes them along, and runs its sites.')
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'explain a command, with examples')
    .helpCommand('help [command]', 'explain a command, with examples')
    .option('--server <url>', 'the instance to speak to, such as https://comments.example.com')
    .option('--token <token>', 'an API token; others on this machine can see it, so better: afterword login')
    .option('--insecure', 'speak http to a server that is not on this machine')
    .option('--json', 'print JSON, and nothing else, to standard output')
    .option('--verbose', 'say which server and token are used')
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: true })
    .exitOverride();
  addExamples(program, [
    ['npx afterword login --server https://comments.example.com', 'once: stores server and token'],
    ['npx afterword import disqus.xml --site blog', 'shows what would be imported, then asks'],
    ['npx afterword comments list --status pending', 'what waits for you'],
    ['npx afterword doctor https://blog.example/post', 'why are there no comments on that page?'],
  ]);
  let context: Context | undefined;
  const open = () => {
    context ??= openContext(program.opts<GlobalFlags>());
    return context;
  };
  for (const add of COMMANDS) add(program, open);
  return program;
}
