/** `afterword tokens …`: API tokens with the scopes they need and no more; a new one is shown once. */
import { type Command, Option } from 'commander';
import { type CreatedToken, SCOPES, Scope, type Token, type Tokens } from '../../worker/contract-admin.ts';
import { Failure } from '../failure.ts';
import { formatTime } from '../output/format.ts';
import { harmlessLine } from '../output/harmless.ts';
import { drawTable } from '../output/table.ts';
import { readSiteId } from '../remote/sites.ts';
import type { Context } from './context.ts';
import { addExamples } from './examples.ts';
import { readTime } from './time-option.ts';

interface CreateOptions {
  name: string;
  scope: Scope[];
  site?: string;
  expires?: string;
}

export function addTokensCommand(program: Command, context: () => Context): void {
  const tokens = program.command('tokens').description('lists API tokens, makes and revokes them');
  const list = tokens
    .command('list')
    .description('lists the tokens that count; never what they are')
    .option('--all', 'those that were revoked or have expired, too')
    .action(({ all }: { all?: boolean }) => listTokens(context(), all === true));
  addExamples(list, [['npx afterword tokens list --all']]);
  const create = tokens
    .command('create')
    .description('makes a token, and prints it, this once, to standard output')
    .requiredOption('--name <name>', 'what it is for, for people')
    .addOption(
      new Option('--scope <scope...>', `what it may do; one of these, or several: ${Scope.options.join(', ')}`)
        .choices(Scope.options)
        .makeOptionMandatory(),
    )
    .option('--site <site>', 'the one site it is for; all, unless given')
    .option('--expires <time>', 'a day, a time, or how long from now, such as 90d; never, unless given')
    .action((options: CreateOptions) => createToken(context(), options));
  create.addHelpText(
    'after',
    `\nScopes:\n${Object.entries(SCOPES)
      .map(([scope, what]) => `  ${scope.padEnd(18)}${what}`)
      .join('\n')}`,
  );
  addExamples(create, [
    ['npx afterword tokens create --name "Nightly export" --scope transfer comments:read --expires 90d'],
    [
      'npx afterword tokens create --name CI --scope transfer --site blog > token.txt',
      'the token alone is in the file',
    ],
  ]);
  const revoke = tokens
    .command('revoke')
    .description('revokes tokens at once, for good')
    .argument('<ids...>', 'as list shows them')
    .option('--yes', 'do not ask')
    .action((ids: string[], { yes }: { yes?: boolean }) => revokeTokens(context(), ids, yes === true));
  addExamples(revoke, [['npx afterword tokens revoke 01j0000000example000000000 --yes']]);
  addExamples(tokens, [['npx afterword tokens list'], ['npx afterword tokens create --help']]);
}

async function listTokens(context: Context, isAll: boolean): Promise<void> {
  const answer = await context.client().ask<Tokens>('GET', '/admin/tokens');
  const tokens = answer.tokens.filter((token) => isAll || stateOf(token) === '');
  context.print({ tokens }, () =>
    tokens.length === 0
      ? 'No token counts, but the root token.'
      : drawTable(
          [
            { title: 'ID', whole: true },
            { title: 'NAME' },
            { title: 'MAY DO' },
            { title: 'SITE' },
            { title: 'EXPIRES' },
            { title: 'LAST USED' },
            ...(isAll ? [{ title: 'STATE', paint: () => 'dim' as const }] : []),
          ],
          tokens.map((token) => [
            token.id,
            token.name,
            token.scopes.join(' '),
            token.site ?? 'all',
            token.expiresAt?.slice(0, 10) ?? 'never',
            token.usedAt === null ? 'never' : formatTime(token.usedAt),
            stateOf(token),
          ]),
        ),
  );
}

function stateOf({ revokedAt, expiresAt }: Token): string {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && Date.parse(expiresAt) <= Date.now() ? 'expired' : '';
}

async function createToken(context: Context, { name, scope, site, expires }: CreateOptions): Promise<void> {
  const input = {
    name,
    scopes: scope,
    ...(site !== undefined && { site: readSiteId(site) }),
    ...(expires !== undefined && { expiresAt: readTime(expires, 1, '--expires') }),
  };
  const made = await context.client().ask<CreatedToken>('POST', '/admin/tokens', input, { once: true });
  const until = made.expiresAt === null ? 'never expires' : `expires ${formatTime(made.expiresAt)} UTC`;
  context.print(made, () => made.token);
  if (!context.json)
    context.say(
      `“${harmlessLine(made.name)}” (${made.id}) is for ${made.scopes.join(', ')} on ${made.site ?? 'all sites'}, and ${until}. It is shown this once.`,
    );
}

async function revokeTokens(context: Context, ids: string[], isSure: boolean): Promise<void> {
  const client = context.client();
  const { tokens } = await client.ask<Tokens>('GET', '/admin/tokens');
  const named = ids.map((id) => {
    const token = tokens.find((each) => each.id === id);
    if (token) return token;
    throw new Failure(`There is no token ${harmlessLine(id)}: nothing was revoked. \`afterword tokens\` lists them.`);
  });
  const names = named.map((token) => `“${harmlessLine(token.name)}”`).join(', ');
  if (!isSure && !(await context.confirm(`Revoke ${names}, for good?`)))
    throw new Failure(`Nothing was revoked. Add --yes to revoke ${names}.`, 'attention');
  const revoked: Token[] = [];
  for (const { id } of named) revoked.push(await client.ask<Token>('DELETE', `/admin/tokens/${id}`));
  context.print({ tokens: revoked }, () => `Revoked ${names}.`);
}
