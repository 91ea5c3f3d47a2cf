/**
 * Made-up comments for the benchmark, as rows of schema.sql: a tree of mixed branches, some long and deep, with bodies of
 * about 60 to 500 characters rendered by the worker's own renderer. The same ones every time. Knows nothing of databases.
 */

import { makeCrowd } from '../../cli/demo-crowd.ts';
import { newId } from '../../worker/ids.ts';
import { loadCode } from './code.ts';
import type { Row } from './database.ts';

/** As LIMITS.repliesInline in worker/contract.ts; the answers show whether it still is. */
const REPLIES_INLINE = 5;
const START = Date.parse('2026-01-01T00:00:00Z');
const STEP_MS = 61_000;
/** Of a hundred comments, so many are top-level; and so many answer in the branch that everybody talks in just now. */
const ROOTS_OF_100 = 35;
const HOT_OF_100 = 12;
/** After so many comments, the next top-level one becomes the branch that everybody talks in. */
const HOT_FOR = 250;
/** Other replies answer one of the latest. */
const RECENT = 25;

const EXTRAS = [
  'There is more about it on [a page of notes](https://notes.example/small-things?from=here), with *pictures*.',
  '> Small things have terrible publicity.\n\nI could not put it better.',
  'What I use:\n\n- a pencil\n- a **good** eraser\n- `make clean`, and time',
  'In short:\n\n```\nwhile (awake) listen();\n```\n\nThat is the whole of it, see https://code.example/listen for the rest.',
];

interface Renderer {
  render: (source: string) => string;
  version: number;
}

/** worker/comments/markdown.ts as the worker has it. */
export async function loadRenderer(): Promise<Renderer> {
  const { renderMarkdown, RENDERER_VERSION } = await loadCode<{
    renderMarkdown: (source: string, options: { images: boolean }) => string;
    RENDERER_VERSION: number;
  }>(['comments/markdown']);
  return { render: (source) => renderMarkdown(source, { images: false }), version: RENDERER_VERSION };
}

/** Which comments to make. */
export interface Plan {
  count: number;
  pageId: string;
  /** Another seed makes other ids and another tree. */
  seed: number;
  /** No branch is longer than what comes with the thread, so that a thread shows every comment. */
  short?: boolean;
}

/** A page's comments, parents before their replies. */
export function makeComments({ count, pageId, seed, short = false }: Plan, renderer: Renderer): Row[] {
  const random = makeRandom(seed);
  const below = (n: number) => Math.floor(random() * n);
  const bytes = () => Uint8Array.from({ length: 16 }, () => below(256));
  const crowd = makeCrowd();
  const bodies = crowd.map(({ author, body }, i) => {
    const more = i % 2 === 0 ? `\n\n${crowd[(i * 7) % crowd.length]!.body}` : '';
    const extra = i % 6 === 0 ? `\n\n${EXTRAS[(i / 6) % EXTRAS.length]}` : '';
    const text = `${body}${more}${extra}`;
    return { name: author?.name ?? '', text, html: renderer.render(text) };
  });
  const rows: (Row & { id: string; depth: number; root_id: string })[] = [];
  const roots = new Map<string, Row & { replies: number }>();
  let hot: (typeof rows)[number] | undefined;
  for (let i = 0; i < count; i++) {
    const dice = below(100);
    const inHot = hot !== undefined && dice >= 100 - HOT_OF_100;
    const wanted = inHot ? hot : rows[Math.max(0, i - 1 - below(RECENT))];
    const isFull = short && wanted !== undefined && roots.get(wanted.root_id)!.replies >= REPLIES_INLINE;
    const parent = dice < ROOTS_OF_100 || isFull ? undefined : wanted;
    const createdAt = START + i * STEP_MS;
    const id = newId(createdAt, bytes(), parent?.id);
    const root = parent && roots.get(parent.root_id)!;
    const { name, text, html } = bodies[below(bodies.length)]!;
    const row = {
      id,
      page_id: pageId,
      parent_id: parent?.id ?? null,
      root_id: parent?.root_id ?? id,
      depth: parent ? parent.depth + 1 : 0,
      status: 'approved',
      shown: 1,
      inline: !root || root.replies < REPLIES_INLINE ? 1 : 0,
      replies: 0,
      up: below(20),
      // As most are: by somebody who proved a key.
      author_id: `key-of-author-${String(below(400)).padStart(3, '0')}`.padEnd(43, '-'),
      score: random(),
      author_name: name,
      author_email: null,
      author_url: i % 3 === 0 ? `https://people.example/${i}` : null,
      author_badge: i % 40 === 7 ? 'author' : null,
      body: text,
      html,
      html_version: renderer.version,
      ip_hash: null,
      created_at: createdAt,
      edited_at: i % 25 === 3 ? createdAt + STEP_MS : null,
    };
    if (root) root.replies++;
    else roots.set(id, row);
    if (!parent && (!hot || i % HOT_FOR > HOT_FOR - 10)) hot = row;
    else if (inHot && below(2) === 0) hot = row;
    rows.push(row);
  }
  return rows;
}

/** xorshift32: small, and the same on every machine. */
function makeRandom(seed: number): () => number {
  let state = seed * 2_654_435_761 + 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4_294_967_296;
  };
}
