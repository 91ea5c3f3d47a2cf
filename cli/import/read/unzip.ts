/** The one file of a ZIP, as a stream. Folders and what macOS adds do not count. */
import type { Readable } from 'node:stream';
import { type Entry, open, type ZipFile } from 'yauzl';
import { SourceError } from '../source.ts';

/** Enough to see that there are several, and to name some. */
const MAX_LISTED = 20;

/** @throws SourceError when it is no ZIP, or has not exactly one file */
export async function openOnlyFile(path: string): Promise<Readable> {
  const zip = await openZip(path);
  try {
    const files = await listFiles(zip);
    const [only] = files;
    if (!only) throw new SourceError('There is no file in this ZIP.');
    if (files.length > 1) {
      const names = files.map((entry) => JSON.stringify(entry.fileName)).join(', ');
      throw new SourceError(
        `There are several files in this ZIP: ${names}${files.length >= MAX_LISTED ? ' …' : ''}. Unpack it and import them one by one.`,
      );
    }
    if (only.isEncrypted()) throw new SourceError('This ZIP is encrypted: unpack it first.');
    const stream = await new Promise<Readable>((done, fail) =>
      zip.openReadStream(only, (error, opened) => (error ? fail(broken(error)) : done(opened))),
    );
    stream.once('close', () => zip.close());
    return stream;
  } catch (error) {
    zip.close();
    throw error;
  }
}

function openZip(path: string): Promise<ZipFile> {
  return new Promise((done, fail) =>
    open(path, { lazyEntries: true, autoClose: false }, (error, zip) => (error ? fail(broken(error)) : done(zip))),
  );
}

function listFiles(zip: ZipFile): Promise<Entry[]> {
  return new Promise((done, fail) => {
    const files: Entry[] = [];
    zip.on('entry', (entry: Entry) => {
      const isFile = !entry.fileName.endsWith('/') && !/(^|\/)(__MACOSX\/|\.DS_Store$)/.test(entry.fileName);
      if (isFile) files.push(entry);
      if (files.length >= MAX_LISTED) done(files);
      else zip.readEntry();
    });
    zip.once('end', () => done(files));
    zip.once('error', (error) => fail(broken(error)));
    zip.readEntry();
  });
}

const broken = (error: Error) => new SourceError(`The ZIP is damaged: ${error.message.replace(/\.+$/, '')}.`);
