/** `npm start`: builds, starts a local server on PORT and a mailbox, fills the demo and says on one screen what to open. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildAll } from './build.ts';
import { type Mailbox, startMailbox } from './dev-mail.ts';
import { ROOT } from './root.ts';
import { ensureSecrets } from './secrets.ts';
import { seedConversations, seedCrowd } from './seed.ts';
import { isPortFree, type Server, startServer } from './server.ts';

const SECRETS = '.dev.vars';
const MAIL = '.wrangler/mail';
const MINUTE_MS = 60_000;

async function start(): Promise<void> {
  const port = readPort(process.env.PORT ?? '8787');
  const secretsFile = join(ROOT, SECRETS);
  await ensureSecrets(secretsFile, SECRETS);
  if (!(await isPortFree(port))) {
    throw new Error(
      `Port ${port} is taken. Stop what runs there, or choose another: PORT=${port < 65_535 ? port + 1 : 8787} npm start`,
    );
  }
  say(dim('Building and starting …'));
  await buildAll({ demo: true });
  const persistDir = join(ROOT, '.wrangler/state');
  const mailbox = (await sendsMailElsewhere(secretsFile)) ? null : await startMailbox(join(ROOT, MAIL));
  const onLog = (text: string) => void process.stderr.write(text);
  const server = await startServer({ port, persistDir, secretsFile, vars: mailVars(port, mailbox), onLog });

  const leaving = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      leaving.abort();
      void server.stop();
    });
  }
  void server.exited.then(() => {
    if (!leaving.signal.aborted) console.error('The worker ended. Start again: npm start');
    process.exit(leaving.signal.aborted ? 0 : 1);
  });

  const clock = setInterval(() => void sendNotices(server), MINUTE_MS);
  leaving.signal.addEventListener('abort', () => clearInterval(clock));
  await seedConversations(server, Date.now());
  say(welcome(server, mailbox !== null));
  seedCrowd(server, Date.now(), leaving.signal).catch((error: unknown) => {
    if (leaving.signal.aborted) return;
    console.error(`The page of 1,000 comments is not complete; the next start goes on. ${messageOf(error)}`);
  });
}

/** What the cron of wrangler.toml does where there is one: digests that are due go out, and what failed is tried again. */
async function sendNotices({ url }: Server): Promise<void> {
  const query = new URLSearchParams({ cron: '* * * * *' });
  // The next minute tries again.
  await fetch(`${url}/cdn-cgi/handler/scheduled?${query}`).catch(() => {});
}

/** Whoever wants to try a real mail server says so where the secrets are. */
async function sendsMailElsewhere(secretsFile: string): Promise<boolean> {
  return /^\s*(export\s+)?MAIL_URL\s*=/m.test(await readFile(secretsFile, 'utf8'));
}

function mailVars(port: number, mailbox: Mailbox | null): Record<string, string> {
  if (!mailbox) return {};
  return {
    PUBLIC_URL: `http://localhost:${port}`,
    MAIL_URL: mailbox.smtpUrl,
    MAIL_FROM: 'Afterword <afterword@localhost>',
    DEV_MAIL: mailbox.webUrl,
  };
}

function readPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new Error(`PORT must be a number from 1 to 65535, not "${text}".`);
}

function welcome({ url }: Server, hasMailbox: boolean): string {
  const tag = `<script src="${url}/embed.js" async></script>`;
  const rows: [what: string, where: string][] = [
    ['A conversation', bold(`${url}/`)],
    ['More pages', `${url}/demo/pages`],
    ['The console', `${url}/console`],
    ...(hasMailbox ? [['Mail it sends', `${url}/dev/mail`] satisfies [string, string]] : []),
    ['The API, to try', `${url}/docs`],
    ['', ''],
    ['For a page of yours', tag],
    ['and where it lives', 'npm run site -- add demo http://localhost:3000'],
    ['', ''],
    ['Admin token', SECRETS],
    ['Data', '.wrangler/state'],
    ['To stop', 'Ctrl+C'],
  ];
  const lines = rows.map(([what, where]) => (what ? `  ${dim(what.padEnd(22))}${where}` : ''));
  return `\n  ${bold('Afterword')} is running.\n\n${lines.join('\n')}\n`;
}

const isTerminal = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
const bold = (text: string) => (isTerminal ? `\x1b[1m${text}\x1b[22m` : text);
const dim = (text: string) => (isTerminal ? `\x1b[2m${text}\x1b[22m` : text);
const say = (text: string) => console.log(text);
const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

try {
  await start();
} catch (error) {
  console.error(messageOf(error));
  process.exit(1);
}
