/** Backups as the command line reads them: each part is what was written, by the digest that the server kept of it. */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import * as v from 'valibot';
import { type Backup, BackupId, type Backups } from '../../worker/contract-transfer.ts';
import { Failure } from '../failure.ts';
import type { Client } from './client.ts';

/** Of a part, uncompressed: many times what one has. */
const MAX_PART_BYTES = 256 * 2 ** 20;
/** How often a part is asked for whose bytes did not all arrive. */
const TRIES = 3;
const unzip = promisify(gunzip);

export const isBackupId = (text: string): boolean => v.is(BackupId, text);

export const listBackups = async (client: Client): Promise<Backup[]> =>
  (await client.ask<Backups>('GET', '/admin/backups')).backups;

/** @throws Failure when there is none, or none that is whole */
export async function getBackup(client: Client, id: string): Promise<Backup> {
  const backup = isBackupId(id) ? (await listBackups(client)).find((one) => one.id === id) : undefined;
  if (!backup) throw new Failure(`There is no backup ${id}: \`afterword backup list\` shows those there are.`);
  if (backup.status === 'done') return backup;
  const why = backup.status === 'failed' ? `it failed: ${backup.error ?? ''}` : 'it is not done yet.';
  throw new Failure(`The backup ${id} is of no use: ${why}`);
}

/**
 * The parts as they are stored: one behind the other they are a .gz file.
 * @throws Failure a part that is not what was written
 */
export async function* openBackup(client: Client, { id, parts }: Backup): AsyncGenerator<Buffer> {
  for (let n = 1; n <= parts; n++) yield await fetchPart(client, id, n);
}

/** Uncompressed. @throws as openBackup */
export async function* unpackBackup(client: Client, backup: Backup): AsyncGenerator<Buffer> {
  let n = 0;
  for await (const part of openBackup(client, backup)) {
    n++;
    yield await unzip(part, { maxOutputLength: MAX_PART_BYTES }).catch((cause: Error) => {
      throw new Failure(`Part ${n} of the backup ${backup.id} cannot be unpacked: ${cause.message}`);
    });
  }
}

async function fetchPart(client: Client, id: string, n: number): Promise<Buffer> {
  for (let left = TRIES; ; left--) {
    const answer = await client.fetch(`/admin/backups/${id}/parts/${n}`);
    const expected = /sha-256=:([^:]+):/.exec(answer.headers.get('Repr-Digest') ?? '')?.[1];
    try {
      const bytes = Buffer.from(await answer.arrayBuffer());
      if (createHash('sha256').update(bytes).digest('base64') === expected) return bytes;
    } catch (cause) {
      if (left <= 1) throw new Failure(`Part ${n} of the backup ${id} did not arrive whole: ${String(cause)}`);
      continue;
    }
    if (left <= 1)
      throw new Failure(
        `Part ${n} of the backup ${id} is not what was written: its SHA-256 differs. Take another one.`,
      );
  }
}
