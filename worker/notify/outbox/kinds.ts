/** What each kind of delivery is made of and sent by. A mail is written anew at every attempt, from the database as it then is. */
import type { CompiledQuery } from 'kysely';
import type { NoticeKind } from '../../contract-notify';
import type { Db, DeliveryRow } from '../../db';
import type { Bindings } from '../../env';
import { mailCode } from '../../identity/mail-code-letter';
import type { Mail } from '../mail/mail';
import { composeModerator, composeModeratorDigest } from '../moderators/compose';
import { composeDigests, composeOptIns, composeReplies } from '../subscriptions/compose';
import { sendWebhooks } from '../webhooks/send';
import type { Outcome } from './outcome';
import type { Later } from './settle';

/** What composing and sending may use. Whoever composes asks the database as few times as it can: 50 queries a run is all there is. */
export interface Delivering {
  env: Bindings;
  db: Db;
  /** Epoch ms, of the run. */
  now: number;
}

export interface Composed {
  /** Its id is the delivery's, whatever it says. */
  mail: Mail;
  /** What is written along with that it was sent. */
  after?: CompiledQuery[];
  /** What is written when its server says for good that there is no such address. */
  gone?: () => CompiledQuery;
}

export type Kind =
  /** @returns for each row its mail, in their order, or null: it is not to be told any more */
  | { by: 'mail'; compose: (context: Delivering, rows: DeliveryRow[]) => Promise<(Composed | null)[]> }
  /** @returns for each row what became of it, or null: it is not to be told any more */
  | { by: 'request'; send: (context: Delivering, rows: DeliveryRow[]) => Promise<(Outcome | Later | null)[]> };

/** event_id of each: reply, moderator, webhook: of the event; opt_in: 'opt_in.' and the recipient's asked_at; code: the code's id; digests: digests-store.ts. */
export const KINDS: Record<NoticeKind, Kind> = {
  reply: { by: 'mail', compose: composeReplies },
  digest: { by: 'mail', compose: composeDigests },
  opt_in: { by: 'mail', compose: composeOptIns },
  moderator: { by: 'mail', compose: composeModerator },
  moderator_digest: { by: 'mail', compose: composeModeratorDigest },
  code: mailCode,
  webhook: { by: 'request', send: sendWebhooks },
};
