/**
 * Reads a file through its format's reader into the stage: every item made to fit, what will not come along counted with its
 * reason. Nothing is connected here: replies and pages may come in any order.
 */
import { createHash } from 'node:crypto';
import { LIMITS } from '../../../worker/contract.ts';
import { type FormatReader, type SourceAuthor, type SourceComment, SourceError, type SourceFile } from '../source.ts';
import { fitBody, fitCount, fitEmail, fitLine, fitName, fitRef, fitTime, fitUrl } from './fit.ts';
import { makeAuthorId, type Namespace } from './ids.ts';
import { type Filling, fillStage, type Stage } from './stage-store.ts';
import { createTally, type Tally } from './tally.ts';

const ACCOUNT = /^[\w.-]+:\S{1,180}$/;

export interface Staged {
  comments: number;
  skipped: Tally;
  /** Kept, but told: dates that cannot be right, texts that were too long. */
  odd: Tally;
  /** Where the file breaks, when it does: what came before was read. */
  broken: { message: string; line: number | null; column: number | null } | null;
}

/**
 * @param now epoch ms
 * @param onProgress comments read so far
 */
export async function stageFile(
  stage: Stage,
  reader: FormatReader,
  file: SourceFile,
  { space, now, onProgress }: { space: Namespace; now: number; onProgress(count: number): void },
): Promise<Staged> {
  const filling = fillStage(stage);
  const staged: Staged = { comments: 0, skipped: createTally(), odd: createTally(), broken: null };
  let before: number | null = null;
  try {
    for await (const item of reader.read(file)) {
      if (item.kind === 'skip') staged.skipped.add(item.reason, item.what);
      else if (item.kind === 'page') {
        const page = {
          ref: fitRef(item.ref),
          // What is cut here is too long to land anywhere.
          url: item.url
            .trim()
            .toWellFormed()
            .slice(0, 2 * LIMITS.urlBytes),
          title: fitLine(item.title, LIMITS.titleChars),
          locked: item.locked === true,
          created: fitTime(item.createdAt, now).ms,
        };
        filling.addPage(page);
      } else {
        before = addComment(filling, staged, item, { space, now, before });
        if (++staged.comments % 1000 === 0) onProgress(staged.comments);
      }
    }
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    staged.broken = { message: error.message, line: error.at?.line ?? null, column: error.at?.column ?? null };
  }
  return staged;
}

/** @returns when it was written, or what was before it */
function addComment(
  filling: Filling,
  { skipped, odd }: Staged,
  item: SourceComment,
  { space, now, before }: { space: Namespace; now: number; before: number | null },
): number | null {
  const time = fitTime(item.createdAt, now);
  const isDeleted = item.status === 'deleted';
  const { text: body, wasCut } = isDeleted ? { text: '', wasCut: false } : fitBody(item);
  const author = isDeleted ? null : fitAuthor(space, item.author);
  const kind = item.type ?? null;
  const edited = fitTime(item.editedAt, now).ms;
  const isNew = filling.addComment({
    source: fitRef(item.id),
    own: item.ownId ?? null,
    page: fitRef(item.page),
    parent: item.parent === null ? null : fitRef(item.parent),
    author: author?.id ?? null,
    kind,
    status: item.status,
    created: time.ms,
    before,
    edited: edited !== null && (time.ms === null || edited >= time.ms) ? edited : null,
    up: fitCount(item.up),
    down: fitCount(item.down),
    locked: item.locked === true,
    // Without a date, two who say the same are two.
    twin: body === '' || time.ms === null ? null : hashTwin([author?.id ?? author?.name ?? '', time.ms, kind, body]),
    name: author?.name ?? '',
    email: author?.email ?? null,
    url: author?.url ?? null,
    badge: author?.badge ?? null,
    body,
  });
  if (!isNew) skipped.add('id that another comment has', item.id);
  else {
    if (author?.id) filling.addAuthor({ ...author, id: author.id });
    if (time.isOdd) odd.add('date before 1990 or in the future', item.id);
    if (time.ms === null) odd.add('no date: as old as what is next to it', item.id);
    if (wasCut) odd.add('text that was too long, and cut', item.id);
  }
  return time.ms ?? before;
}

function fitAuthor(space: Namespace, author: SourceAuthor) {
  const email = fitEmail(author.email);
  const account = author.account && ACCOUNT.test(author.account) ? author.account : null;
  // Whom the file does not call anything is who has the address; nobody is told by a name alone.
  const who = author.id !== null && author.id !== '' ? `id:${fitRef(author.id)}` : email && `email:${email}`;
  return {
    id: who ? makeAuthorId(space, who) : null,
    name: fitName(author.name),
    email,
    url: fitUrl(author.url),
    badge: author.badge ?? null,
    account,
  };
}

const hashTwin = (parts: unknown[]): Buffer =>
  createHash('sha256').update(JSON.stringify(parts)).digest().subarray(0, 16);
