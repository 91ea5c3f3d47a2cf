/**
 * Where an export goes: standard output, or a file that is there under its name only when it is whole. It is made for its
 * owner alone; what has no e-mail addresses in it gets the usual mode when it is done.
 */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, open, rename } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { Failure } from '../failure.ts';
import { removeAtExit } from '../leftovers.ts';

export interface Target {
  write(data: string | Uint8Array): Promise<void>;
  /** Ends it. @param secret only the owner may read it @returns bytes of the file */
  close(secret: boolean): Promise<number>;
}

/** @param path `-`: standard output @throws Failure when there is a file already */
export async function openTarget(path: string, options: { gzip: boolean; force: boolean }): Promise<Target> {
  if (path === '-') return throughGzip(process.stdout, options.gzip, async () => 0);
  if (!options.force && existsSync(path)) throw new Failure(`${path} is there already: --force replaces it.`, 'usage');
  const part = `${path}.part`;
  const handle = await open(part, 'w', 0o600).catch((cause: Error) => {
    throw new Failure(`${part} cannot be written: ${cause.message}`);
  });
  await handle.chmod(0o600); // one that an earlier run left may be wider
  removeAtExit(part);
  const file = handle.createWriteStream({ flush: true, autoClose: true });
  return throughGzip(file, options.gzip, async (secret) => {
    const bytes = file.bytesWritten;
    if (!secret) await chmod(part, 0o666 & ~process.umask());
    await rename(part, path);
    return bytes;
  });
}

function throughGzip(out: Writable, gzip: boolean, close: (secret: boolean) => Promise<number>): Target {
  const zip = gzip ? createGzip() : null;
  const into: Writable = zip ?? out;
  const isStdout = out === process.stdout;
  let failed: Error | undefined;
  const done = zip ? pipeline(zip, out, { end: !isStdout }) : finished(out);
  done.catch((error: Error) => {
    failed = error;
  });
  return {
    async write(data) {
      if (failed) throw failed;
      if (!into.write(data)) await Promise.race([once(into, 'drain'), done]);
    },
    async close(secret) {
      if (!zip && isStdout) return close(secret);
      into.end();
      await done;
      return close(secret);
    },
  };
}
