/** What phases that ask others are written against: what they are given, and how long they have. */
import type { Finding } from '../../contract-admin';
import type { Settings } from '../../contract-settings';
import type { Bindings } from '../../env';
import type { Judged } from '../verdict';

/** For each of them; a writer waits for it. */
export const CAP_MS = 2_500;

/** A comment that others are asked about. */
export interface Asked {
  siteId: string;
  page: { url: string; title: string | null };
  parent: string | null;
  idempotencyKey: string;
  comment: Judged;
  /** Somebody who logged in. */
  verified: boolean;
  newcomer: boolean;
  /** What the phases of this worker said. */
  findings: Finding[];
  settings: Settings;
  /** Of the request. */
  headers: Headers;
  env: Bindings;
  /** Epoch ms. */
  now: number;
}

export interface OutsidePhase {
  /** As findings name it. */
  name: string;
  isOn(settings: Settings): boolean;
  /**
   * @param signal ends with the time they have
   * @returns null: it passes
   * @throws whatever went wrong, in words for a moderator: the comment is held, and says so
   */
  ask(asked: Asked, signal: AbortSignal): Promise<Omit<Finding, 'phase'> | null>;
}
