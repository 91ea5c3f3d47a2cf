/**
 * Opens the file to import, whatever it is wrapped in: as it is, gzipped (several members behind each other too) or the one
 * file of a ZIP, told by its first bytes and never by its name. Never holds more than a piece of it, and stops what grows
 * beyond all measure when it is unpacked. What the file says is the readers' matter.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Failure } from '../../failure.ts';
import { removeAtExit } from '../../leftovers.ts';
import { SourceError, type SourceFile } from '../source.ts';
import { openOnlyFile } from './unzip.ts';

const HEAD_BYTES = 65_536;
/** What unpacking may make of a file: no export is packed 1,000 to 1, and a small one may be. */
const MAX_RATIO = 1000;
const MAX_RATIO_FROM_BYTES = 64 * 2 ** 20;
const MAX_BYTES = 50 * 2 ** 30;

export interface OpenedFile extends SourceFile {
  /** SHA-256 of the file as it lies there, hexadecimal. */
  digest: string;
  /** Removes what was unpacked to the disk. */
  close(): Promise<void>;
}

/**
 * @throws Failure when there is no such file
 * @throws SourceError when what it is wrapped in is broken
 */
export async function openFile(path: string): Promise<OpenedFile> {
  if (path === '-') throw new Failure('Standard input cannot be read twice: save it as a file first.');
  const info = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw new Failure(cause.code === 'ENOENT' ? `There is no file ${path}.` : `${path}: ${cause.message}`);
  });
  if (!info.isFile())
    throw new Failure(`${path} is not a file${info.isFIFO() ? ' that can be read twice: save it as one first' : ''}.`);
  const wrapping = await readWrapping(path);
  const unpack = async (): Promise<Readable> => {
    if (wrapping === 'none') return createReadStream(path);
    const inner = wrapping === 'zip' ? await openOnlyFile(path) : joinStreams(createReadStream(path), createGunzip());
    return joinStreams(inner, limitGrowth(info.size));
  };
  let folder: string | undefined;
  const file: OpenedFile = {
    path,
    digest: await digestFile(path),
    head: await readHead(await unpack()),
    open: () => deferred(unpack),
    async materialise() {
      if (wrapping === 'none') return path;
      folder ??= removeAtExit(await mkdtemp(join(tmpdir(), 'afterword-import-')));
      const target = join(folder, 'unpacked');
      await pipeline(file.open(), (await open(target, 'w', 0o600)).createWriteStream());
      return target;
    },
    async close() {
      if (folder) await rm(folder, { recursive: true, force: true });
    },
  };
  return file;
}

async function readWrapping(path: string): Promise<'none' | 'gzip' | 'zip'> {
  const handle = await open(path, 'r');
  try {
    const start = Buffer.alloc(4);
    await handle.read(start, 0, 4, 0);
    if (start[0] === 0x1f && start[1] === 0x8b) return 'gzip';
    // A local file, or, when there is none in it, the end of the directory.
    const signature = start.toString('latin1');
    return signature === 'PK\x03\x04' || signature === 'PK\x05\x06' ? 'zip' : 'none';
  } finally {
    await handle.close();
  }
}

async function digestFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function readHead(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= HEAD_BYTES) break;
    }
  } catch (error) {
    // What can be read tells what it is; where it breaks is found when it is read.
    if (error instanceof SourceError || size === 0) throw asSourceError(error);
  }
  return Buffer.concat(chunks).subarray(0, HEAD_BYTES);
}

/** A stream that is only there a moment later, as one. */
function deferred(make: () => Promise<Readable>): Readable {
  const out = new Transform({ transform: (chunk, _encoding, done) => done(null, chunk) });
  void make().then(
    (stream) => {
      stream.once('error', (error) => out.destroy(asSourceError(error)));
      out.once('close', () => stream.destroy());
      stream.pipe(out);
    },
    (error: Error) => out.destroy(asSourceError(error)),
  );
  return out;
}

function joinStreams(from: Readable, through: Transform): Transform {
  from.once('error', (error) => through.destroy(error));
  through.once('close', () => from.destroy());
  return from.pipe(through);
}

/** Threat: a few kilobytes that unpack to more than the disk holds. */
function limitGrowth(packedBytes: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      const isBomb = bytes > MAX_BYTES || (bytes > MAX_RATIO_FROM_BYTES && bytes > packedBytes * MAX_RATIO);
      if (isBomb)
        done(
          new SourceError(
            `It unpacks to far more than it is (${bytes} bytes and more): unpack it yourself if that is right.`,
          ),
        );
      else done(null, chunk);
    },
  });
}

/** zlib's errors, in our words. */
function asSourceError(error: unknown): Error {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'Z_BUF_ERROR') return new SourceError('The compressed file is cut off.');
  if (code?.startsWith('Z_')) return new SourceError('The compressed file is damaged.');
  return error as Error;
}
