/** What every command is given: a client for the instance it speaks to, and how it may speak to the person. */
import type { Client } from '../remote/client.ts';
import type { Target } from '../remote/target.ts';

export interface Context {
  /** Made when first asked for. @throws Failure `usage` when no server or token is known */
  client(): Client;
  /** Which server and token are meant; either may be unknown. @throws Failure `usage` for what will not do */
  target(): Target;
  /** --json: standard output is one JSON document (or lines of it), and nothing else. */
  json: boolean;
  /** Both standard input and output are terminals: questions may be asked, lines drawn over. */
  interactive: boolean;
  /** Prints a result: as JSON with --json, else what `human` makes of it. */
  print(value: unknown, human: () => string): void;
  /** Says something beside the result: to standard error. */
  say(line: string): void;
  /** Asks yes or no; without a terminal the answer is no. */
  confirm(question: string): Promise<boolean>;
}
