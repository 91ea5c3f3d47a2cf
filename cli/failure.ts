/** How the command line ends, and what it throws: an error for a person, with the exit code that goes with it. */

/** Exit codes, as docs/cli.md lists them. */
export const EXIT = {
  /** All was done. */
  ok: 0,
  /** Something failed: the network, the server, a file. */
  failed: 1,
  /** The command was not understood, or lacks something. */
  usage: 2,
  /** Nothing was done, or not all, because something has to be decided first: an import plan with open questions, doctor's findings. */
  attention: 3,
} as const;

/** An error for a person: one or a few clear lines, and how the process ends. */
export class Failure extends Error {
  readonly exit: keyof typeof EXIT;

  constructor(message: string, exit: keyof typeof EXIT = 'failed') {
    super(message);
    this.name = 'Failure';
    this.exit = exit;
  }
}
