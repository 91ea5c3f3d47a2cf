/** Asks for something that must not be seen: typed without an echo on a terminal, or read from a pipe. */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';

/** @returns trimmed; empty when nothing came */
export async function readSecret(question: string): Promise<string> {
  if (!process.stdin.isTTY) return (await text(process.stdin)).trim();
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  const secret = await new Promise<string>((done) => {
    lines.on('SIGINT', () => {
      // The terminal is put right before the process ends.
      lines.close();
      process.kill(process.pid, 'SIGINT');
    });
    lines.once('line', done);
    lines.once('close', () => done(''));
  });
  lines.close();
  process.stderr.write('\n');
  return secret.trim();
}
