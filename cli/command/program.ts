/** All of the command line as commander knows it: global options and the table of commands, each in a file of its own. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { ROOT } from '../root.ts';
import type { Context } from './context.ts';
import { addExamples } from './examples.ts';
import { type GlobalFlags, openContext } from './open-context.ts';

type AddCommand = (program: Command, context: () => Context) => void;

/** In the order in which help lists them. Only what is asked for is loaded: a file brings its parsers along. */
const COMMANDS: [names: string[], load: () => Promise<AddCommand>][] = [
  [['import'], async () => (await import('./import.ts')).addImportCommand],
  [['export'], async () => (await import('./export.ts')).addExportCommand],
  [['backup'], async () => (await import('./backup.ts')).addBackupCommand],
  [['restore'], async () => (await import('./restore.ts')).addRestoreCommand],
  [['doctor'], async () => (await import('./doctor.ts')).addDoctorCommand],
  [['sites'], async () => (await import('./sites.ts')).addSitesCommand],
  [['comments'], async () => (await import('./comments.ts')).addCommentsCommand],
  [['tokens'], async () => (await import('./tokens.ts')).addTokensCommand],
  [['login', 'logout', 'whoami'], async () => (await import('./login.ts')).addLoginCommands],
];

/**
 * Throws instead of ending the process: whoever runs it decides how.
 * @param words of the command line: commands that none of them names are left out, unless none is named
 */
export async function buildProgram(words: string[] = []): Promise<Command> {
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
  const named = COMMANDS.filter(([names]) => names.some((name) => words.includes(name)));
  for (const [, load] of named.length > 0 ? named : COMMANDS) (await load())(program, open);
  return program;
}
