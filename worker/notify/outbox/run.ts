/** What one run may ask for and has: its view of the database, its clock, and how many queries it has left. */

import { Db } from '../../db';
import type { Bindings } from '../../env';

/** D1 answers 50 queries an invocation on the free plan; each of a batch counts. */
const QUERIES = 50;

export class Run {
  readonly db: Db;
  readonly #begun = Date.now();

  /** @param now epoch ms when it began @param spent queries that the invocation has asked before */
  constructor(
    readonly env: Bindings,
    readonly now: number,
    readonly spent: number,
  ) {
    this.db = new Db(env.DB, 'first-primary');
  }

  /** Epoch ms. */
  clock(): number {
    return this.now + this.elapsed();
  }

  /** Ms since it began. */
  elapsed(): number {
    return Date.now() - this.#begun;
  }

  /** Queries that may still be asked. */
  left(): number {
    return QUERIES - this.spent - this.db.bill.queries;
  }
}
