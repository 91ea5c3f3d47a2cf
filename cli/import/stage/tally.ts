/** What is counted by its reason, with a few examples: so that a plan can say it however long the file is. */

export interface Tallied {
  reason: string;
  count: number;
  /** What the first few were: ids in the file, addresses. */
  examples: string[];
}

const EXAMPLES = 5;
const EXAMPLE_CHARS = 200;

export interface Tally {
  add(reason: string, what: string): void;
  list(): Tallied[];
}

export function createTally(): Tally {
  const found = new Map<string, Tallied>();
  return {
    add(reason, what) {
      const entry = found.get(reason) ?? { reason, count: 0, examples: [] };
      found.set(reason, entry);
      entry.count++;
      if (entry.examples.length < EXAMPLES) entry.examples.push(what.slice(0, EXAMPLE_CHARS));
    },
    list: () => [...found.values()].sort((a, b) => b.count - a.count),
  };
}
