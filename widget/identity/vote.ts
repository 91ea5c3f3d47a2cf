/**
 * Votes on comments, and reactions to the page: shown at once, sent in order, the last click wins. What is refused is taken
 * back, and said why.
 */
import type { NewReaction, Reaction, Vote } from '../../worker/contract';
import type { ApiError } from '../api';
import type { Thread } from '../store';
import type { Node } from '../tree';
import { changed } from '../writing/kit';
import { keep, memoryOf } from '../writing/memory';
import { ask } from './ask';
import { type Subject, sayBelow } from './below';
import { hasKeys } from './key';
import { isOwn } from './session';
import { texts } from './texts';
import { sayWhy } from './words';

export function vote(s: Thread, n: Node, direction: 1 | -1): void {
  const { id, votes } = n.c;
  if (isOwn(s, n)) {
    sayBelow(s, n, texts(s).ownVote);
    return;
  }
  const was = memoryOf(s.key).voted?.[id] ?? 0;
  const value = was === direction ? 0 : direction;
  choose<Vote['value'], Vote>(s, n, {
    before: { votes, value: was },
    chosen: { votes: votes - was + value, value },
    send: (value) => ask<Vote>(s, 'PUT', `/comments/${id}/vote`, { value }),
    show({ votes, value }) {
      n.c = { ...n.c, votes };
      const { [id]: _, ...voted } = memoryOf(s.key).voted ?? {};
      keep(s.key, { voted: value ? { ...voted, [id]: value } : voted });
      changed(s, n);
    },
  });
}

export function react(s: Thread, reaction: string): void {
  const { page, url, site, pageId, title, key } = s;
  if (!page) return;
  const { reactions } = page;
  const was = memoryOf(key).reacted ?? null;
  const value = was === reaction ? null : reaction;
  const step = (each: string) => Number(each === value) - Number(each === was);
  choose<Reaction['value'], Reaction>(s, undefined, {
    before: { reactions, value: was },
    chosen: { reactions: reactions.map((r) => ({ ...r, count: r.count + step(r.value) })), value },
    send(value) {
      const body: NewReaction = { url, site: site ?? undefined, pageId: pageId ?? undefined, title, value };
      return ask<Reaction>(s, 'PUT', '/reaction', body);
    },
    show({ reactions, value }) {
      s.page = { ...page, ...s.page, reactions };
      keep(key, { reacted: value });
      changed(s);
    },
  });
}

interface Choice<V, Answer extends { value: V }> {
  /** What is on view now. */
  before: Answer;
  /** What is on view until the server has answered. */
  chosen: Answer;
  send(value: V): Promise<Answer>;
  show(answer: Answer): void;
}

/** What is chosen by now, for whatever has a request on its way. */
const choosing = new WeakMap<object, { value: unknown }>();

async function choose<V, Answer extends { value: V }>(s: Thread, n: Subject, choice: Choice<V, Answer>): Promise<void> {
  const { before, chosen, send, show } = choice;
  if (!hasKeys()) {
    sayBelow(s, n, texts(s).insecure);
    return;
  }
  show(chosen);
  const running = choosing.get(n ?? s);
  if (running) {
    running.value = chosen.value;
    return;
  }
  const job: { value: unknown } = { value: chosen.value };
  choosing.set(n ?? s, job);
  let settled = before;
  let sent: V;
  try {
    do {
      sent = job.value as V;
      settled = await send(sent);
    } while (job.value !== sent);
  } catch (error) {
    sayBelow(s, n, sayWhy(s, error as ApiError));
  }
  choosing.delete(n ?? s);
  show(settled);
}
