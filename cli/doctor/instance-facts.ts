/** All that is known of an instance before it is judged: what examine-instance.ts collects, and the checks read. */
import type { AdminPage, AdminSite, Grant } from '../../worker/contract-admin.ts';
import type { Instance } from '../../worker/contract-transfer.ts';
import type { Tables } from '../schema-columns.ts';

/** A clock that was read, and this machine's at that moment, epoch ms. */
export interface Clock {
  name: string;
  theirs: number;
  ours: number;
}

export interface Group {
  site: string;
  reason: 'title' | 'address';
  pages: Pick<AdminPage, 'id' | 'url' | 'count'>[];
}

export interface InstanceFacts {
  /** Origin. */
  server: string;
  /** On this machine: `npm start`, where no cron runs. */
  isLocal: boolean;
  /** Epoch ms, by this machine. */
  now: number;
  /** Its own. */
  clock: Clock | undefined;
  /** Those of the pages that were looked at. */
  witnesses: Clock[];
  /** What this checkout is. */
  own: { version: string; tables: Tables; indexes: string[] };
  /** Why it answers nothing at all; nothing else is known then. */
  refusal?: { status: number; code: string; detail: string };
  /** Whether there is a token for it. */
  hasToken: boolean;
  grant?: Grant;
  instance?: Instance;
  /** It is older than what the endpoint was made for. */
  isOld?: boolean;
  sites?: AdminSite[];
  /** Hosts of sites whose pages come by http only. */
  httpOnly: { site: string; host: string }[];
  /** Sites that take no guests, and know no other way to log in. */
  closed: string[];
  groups: Group[];
}
