/** Asks for something that must not be seen: typed without an echo on a terminal, or read from a pipe. */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';

/** @returns trimmed; empty when nothing came */
export async function readSecret(question: string): Promise<string> {
  if (!process.stdin.isTTY) return (await text(process.stdin)).trim();
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  // Only now, when nothing is echoed any more.
  process.stderr.write(question);
  const secret = await new Promise<string>((done) => {
    // The terminal is put right when the process ends.
    lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    lines.once('line', done);
    lines.once('close', () => done(''));
  });
  lines.close();
  process.stderr.write('\n');
  return secret.trim();
}
