/** `afterword login`, `logout`, `whoami`: which server and token are stored on this machine, and what the token may do. */
import type { Command } from 'commander';
import type { Grant } from '../../worker/contract-admin.ts';
import { Failure } from '../failure.ts';
import { formatTime } from '../output/format.ts';
import { harmlessLine } from '../output/harmless.ts';
import { readSecret } from '../output/secret.ts';
import { openClient } from '../remote/client.ts';
import { configPath, readConfig, writeConfig } from '../remote/config.ts';
import type { Context } from './context.ts';
import { addExamples } from './examples.ts';

export function addLoginCommands(program: Command, context: () => Context): void {
  const login = program
    .command('login')
    .description('stores a server and a token on this machine; the token is asked for, or read from standard input')
    .action(() => logIn(context()));
  addExamples(login, [
    ['npx afterword login --server https://comments.example.com'],
    ['npx afterword login --server https://comments.example.com < token.txt', 'where nobody can type'],
  ]);
  const logout = program
    .command('logout')
    .description('forgets the stored token of a server')
    .action(() => logOut(context()));
  addExamples(logout, [['npx afterword logout'], ['npx afterword logout --server https://comments.example.com']]);
  const whoami = program
    .command('whoami')
    .description('tells which server and token are used, and what the token may do')
    .action(() => showGrant(context()));
  addExamples(whoami, [['npx afterword whoami']]);
}

async function logIn(context: Context): Promise<void> {
  const { server, token } = context.target();
  if (!server) throw new Failure('Which server? afterword login --server https://comments.example.com', 'usage');
  const typed =
    token?.from === '--token' ? token.value : await readSecret(`API token for ${harmlessLine(server.value)}: `);
  if (typed === '') throw new Failure('No token was given: nothing was stored.', 'usage');
  if (!/^[\w.~+/=-]+$/.test(typed)) throw new Failure('That is no token: it has characters that none has.', 'usage');
  const grant = await openClient(server.value, typed).ask<Grant>('GET', '/admin/me');
  const path = configPath(process.env);
  const config = readConfig(path);
  writeConfig(path, { server: server.value, tokens: { ...config.tokens, [server.value]: typed } });
  context.print({ server: server.value, name: grant.name, scopes: grant.scopes, site: grant.site, stored: path }, () =>
    [`Logged in to ${server.value} as ${nameOf(grant)}. Stored in ${path}, for you alone.`, ...overrides()].join('\n'),
  );
}

/** What would win over what was stored. */
const overrides = (): string[] =>
  ['AFTERWORD_SERVER', 'AFTERWORD_TOKEN'].flatMap((name) =>
    process.env[name] ? [`${name} is set in this terminal, and is used instead.`] : [],
  );

function logOut(context: Context): void {
  const path = configPath(process.env);
  const config = readConfig(path);
  const server = context.target().server?.value;
  const token = server === undefined ? undefined : config.tokens[server];
  if (server === undefined || token === undefined)
    throw new Failure(`No token is stored${server === undefined ? '' : ` for ${server}`} in ${path}.`, 'usage');
  const { [server]: _forgotten, ...tokens } = config.tokens;
  writeConfig(path, { server: config.server === server ? null : config.server, tokens });
  context.print(
    { server, stored: null },
    () => `The token of ${server} is forgotten here. It is still good: revoke it with afterword tokens revoke.`,
  );
}

async function showGrant(context: Context): Promise<void> {
  const client = context.client();
  const { server, token } = context.target();
  const grant = await client.ask<Grant>('GET', '/admin/me');
  context.print({ server, tokenFrom: token?.from, ...grant }, () =>
    [
      `Server   ${client.server} (${server?.from})`,
      `Token    ${nameOf(grant)} (${token?.from})`,
      `For      ${grant.site === null ? 'all sites' : `the site ${grant.site}`}: ${grant.sites.map(({ id }) => id).join(', ') || 'there is none yet'}`,
      `May do   ${grant.scopes.join(', ')}`,
      `Expires  ${grant.expiresAt === null ? 'never' : `${formatTime(grant.expiresAt)} UTC`}`,
    ].join('\n'),
  );
}

const nameOf = ({ kind, name }: Grant): string =>
  kind === 'root' ? 'the owner, by the root token' : `“${harmlessLine(name)}”`;
