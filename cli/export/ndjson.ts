/** Everything as an instance tells it (docs/format.md): answer by answer, as lines or as records. Where they go is the command's matter. */
import { setTimeout as wait } from 'node:timers/promises';
import type { AnyRecord, FileHead } from '../../worker/contract-transfer.ts';
import { Failure } from '../failure.ts';
import { ApiError, type Client } from '../remote/client.ts';

/** How often an answer that broke off in the middle is asked for. */
const TRIES = 5;
const FIRST_WAIT_MS = 500;

export interface Export {
  head: FileHead;
  /** Of each answer, the head's own among the first ones. */
  answers: AsyncIterable<string[]>;
}

/** @param site undefined: all that the token is for */
export async function openExport(client: Client, site: string | undefined): Promise<Export> {
  const query = site === undefined ? '' : `?${new URLSearchParams({ site })}`;
  const answers = readAnswers(client, `/admin/export${query}`);
  const first = await answers.next();
  const head = JSON.parse(first.value?.[0] ?? 'null') as FileHead | null;
  if (head?.type !== 'afterword') throw new Failure(`${client.server} does not answer with an export.`);
  return { head, answers: putBefore(first.value!, answers) };
}

/** Without the first line and the last one. */
export async function* readRecords({ answers }: Export): AsyncGenerator<AnyRecord> {
  for await (const lines of answers)
    for (const line of lines) {
      const record = JSON.parse(line) as AnyRecord | { type: 'afterword' | 'end' };
      if (record.type === 'end') return;
      if (record.type !== 'afterword') yield record as AnyRecord;
    }
  throw new Failure('The server ended the export before its end: try again.');
}

async function* putBefore(first: string[], rest: AsyncIterable<string[]>): AsyncGenerator<string[]> {
  yield first;
  yield* rest;
}

async function* readAnswers(client: Client, start: string): AsyncGenerator<string[], undefined> {
  for (let next: string | undefined = start; next !== undefined; ) {
    const answer = await readAnswer(client, next);
    yield answer.lines;
    next = answer.next;
  }
}

async function readAnswer(client: Client, path: string): Promise<{ lines: string[]; next: string | undefined }> {
  for (let left = TRIES, waitMs = FIRST_WAIT_MS; ; left--, waitMs *= 2) {
    const answer = await client.fetch(path);
    const text = await answer.text().catch((cause: unknown) => {
      if (left <= 1) throw new Failure(`${client.server} broke off in the middle of an answer: ${String(cause)}`);
      return undefined;
    });
    if (text === undefined) {
      await wait(waitMs);
      continue;
    }
    const lines = text.split('\n');
    if (lines.pop() !== '') throw new Failure(`${client.server} answered with half a line.`);
    const link = /^<([^>]+)>; rel="next"$/.exec(answer.headers.get('Link') ?? '')?.[1];
    // A token follows nobody to another place: of the address only what it asks counts.
    return { lines, next: link === undefined ? undefined : `/admin/export${new URL(link, client.server).search}` };
  }
}

export function explainRefusal(error: unknown): never {
  if (error instanceof ApiError && error.code === 'not_found')
    throw new Failure('There is no such site. `afterword sites list` tells which there are.');
  throw error;
}
