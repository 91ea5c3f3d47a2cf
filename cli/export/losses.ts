/** What an export in the format of others leaves out, counted: docs/leaving.md lists the same, and a test holds them together. */
import type { AnyRecord, RecordType } from '../../worker/contract-transfer.ts';

/** What is counted, by its name. */
export interface ExportLosses {
  lost: Record<string, number>;
}

/** Records that have no place in the format at all. */
const RECORDS_LOST: Partial<Record<RecordType, string>> = {
  import: 'imports',
  person: 'people who logged in',
  avatar: 'pictures of people',
  alias: 'aliases of pages',
  vote: 'single votes',
  reaction: 'single reactions',
  flag: 'flags',
  recipient: 'addresses that get mail',
  subscription: 'what they follow',
  decision: 'decisions',
  ban: 'bans',
  deletion: 'wishes to be forgotten',
  model: 'trained classifiers',
  stat: 'days of statistics',
};

export class Losses {
  readonly #counts = new Map<string, number>();

  /** Counts what of a record will not be in the export, or not come back from it. */
  note(record: AnyRecord): void {
    const name = RECORDS_LOST[record.type];
    if (name) this.#count(name);
    if (record.type === 'site' && Object.keys(record.settings).length > 0) this.#count('settings of sites');
    if (record.type === 'page') {
      if (record.key?.startsWith('#')) this.#count('ids of pages');
      if (record.pinned) this.#count('pins');
      if (record.mergedInto) this.#count('pages that became part of others');
      if (Object.keys(record.reactions).length > 0) this.#count('reactions to pages');
    }
    if (record.type === 'comment') {
      if (record.verdict) this.#count('findings of moderation');
      if (record.author.verified) this.#count('verifications of names');
      if (record.import) this.#count('origins of imported comments');
    }
  }

  counted(): ExportLosses {
    return { lost: Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1))) };
  }

  #count(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }
}
