/** The context of this process: its terminal, its flags, its environment. */
import { createInterface } from 'node:readline/promises';
import { Failure } from '../failure.ts';
import { guard, toJson } from '../output/harmless.ts';
import { besideProgress } from '../output/progress.ts';
import { type Client, openClient } from '../remote/client.ts';
import { findTarget, type Target, type TargetFlags } from '../remote/target.ts';
import type { Context } from './context.ts';

export interface GlobalFlags extends TargetFlags {
  json?: boolean;
  verbose?: boolean;
}

export function openContext(flags: GlobalFlags): Context {
  let target: Target | undefined;
  let client: Client | undefined;
  const json = flags.json === true;
  const interactive = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const say = (line: string) => besideProgress(() => process.stderr.write(`${guard(line)}\n`));
  const findOnce = () => {
    target ??= findTarget(flags);
    return target;
  };
  return {
    json,
    interactive,
    say,
    target: findOnce,
    client() {
      if (client) return client;
      const { server, token } = findOnce();
      if (!server) throw new Failure(NO_SERVER, 'usage');
      if (!token)
        throw new Failure(`No token is known for ${server.value} (${server.from}). ${HOW_TO_LOG_IN}`, 'usage');
      if (flags.verbose) say(`Server ${server.value} (${server.from}), token of ${token.from}.`);
      client = openClient(server.value, token.value);
      return client;
    },
    print(value, human) {
      const text = json ? toJson(value, 2) : guard(human());
      if (text !== '') besideProgress(() => process.stdout.write(`${text}\n`));
    },
    async confirm(question) {
      if (!interactive) return false;
      const lines = createInterface({ input: process.stdin, output: process.stderr });
      lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
      // Closed input is no answer, and no is one.
      const closed = new Promise<string>((done) => lines.once('close', () => done('\n')));
      const answer = await Promise.race([lines.question(`${guard(question)} [y/N] `), closed]);
      lines.close();
      if (answer === '\n') process.stderr.write(answer);
      return /^\s*y(es)?\s*$/i.test(answer);
    },
  };
}

const HOW_TO_LOG_IN = 'Log in with `afterword login`, or set AFTERWORD_TOKEN.';
const NO_SERVER =
  'No server is known. Log in with `afterword login --server https://comments.example.com`, or set AFTERWORD_SERVER and AFTERWORD_TOKEN; in a checkout, `npm start` makes a local one.';
