/**
 * Says each page of a file that names its pages with every comment: once, or again after very many others, which is no harm and keeps
 * the memory flat.
 */
import type { SourcePage } from '../source.ts';

const REMEMBERED = 20_000;

export class PagesOnce {
  #seen = new Set<string>();

  *say(page: Omit<SourcePage, 'kind'>): Generator<SourcePage> {
    if (this.#seen.has(page.ref)) return;
    if (this.#seen.size === REMEMBERED) this.#seen.clear();
    // A copy: a piece of a text keeps the whole of it in memory.
    this.#seen.add(Buffer.from(page.ref).toString());
    yield { kind: 'page', ...page };
  }
}
