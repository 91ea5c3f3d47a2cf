/**
 * The database: row types of schema.sql, a Kysely instance that only compiles, and `Db`, which sends what it compiled to
 * one D1 session. Knows no table's meaning; SQL lives in the rooms' store files.
 */
import type { D1Database, D1DatabaseSession, D1SessionBookmark, D1SessionConstraint } from '@cloudflare/workers-types';
import {
  type CompiledQuery,
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { Problem } from './problem';

export interface SiteRow {
  id: string;
  name: string;
  settings: string;
  version: number;
  attack_until: number;
  created_at: number;
}
export interface OriginRow {
  host: string;
  site_id: string;
}
export interface PageRow {
  id: string;
  site_id: string;
  key: string;
  url: string;
  title: string | null;
  count: number;
  version: number;
  locked: number;
  pinned: string | null;
  merged_into: string | null;
  reactions: string;
  import_id: string | null;
  created_at: number;
}
export interface AliasRow {
  site_id: string;
  key: string;
  target: string;
}
export type CommentStatus = 'approved' | 'pending' | 'spam' | 'trash' | 'deleted';
export interface CommentRow {
  id: string;
  site_id: string;
  page_id: string;
  parent_id: string | null;
  root_id: string;
  depth: number;
  status: CommentStatus;
  shown: number;
  inline: number;
  replies: number;
  up: number;
  down: number;
  score: number;
  author_id: string | null;
  author_verified: string | null;
  author_avatar: string | null;
  author_name: string;
  author_email: string | null;
  author_url: string | null;
  author_badge: string | null;
  body: string;
  html: string;
  html_version: number;
  ip_hash: string | null;
  net_hash: string | null;
  receipt_key: string | null;
  receipt_print: string | null;
  verdict: string | null;
  print: string | null;
  flagged: number;
  locked: number;
  decision_id: string | null;
  kind: 'pingback' | 'trackback' | null;
  orphan: number;
  import_id: string | null;
  source_id: string | null;
  told: string | null;
  created_at: number;
  edited_at: number | null;
}
export interface ProofRow {
  iat: number;
  jkt: string;
  jti: string;
}
export interface PersonRow {
  id: string;
  site_id: string;
  name: string;
  email: string | null;
  url: string | null;
  avatar: string | null;
  verified: string;
  role: 'author' | 'moderator' | null;
  created_at: number;
  seen_at: number;
}
export interface AccountRow {
  site_id: string;
  provider: string;
  subject: string;
  person_id: string;
  name: string;
  created_at: number;
}
export interface SessionRow {
  id: string;
  site_id: string;
  person_id: string;
  jkt: string;
  device: string;
  created_at: number;
  used_at: number;
  expires_at: number;
}
export interface LoginRow {
  id: string;
  code_hash: string | null;
  site_id: string;
  provider: string;
  origin: string;
  return_to: string;
  popup: number;
  jkt: string;
  challenge: string;
  kept: string;
  profile: string | null;
  expires_at: number;
}
export interface InstanceRow {
  host: string;
  redirect_uri: string;
  client_id: string;
  client_secret: string;
  created_at: number;
}
export interface AvatarRow {
  id: string;
  owner: string;
  type: string;
  bytes: ArrayBuffer;
  fetched_at: number;
}
export interface VoteRow {
  comment_id: string;
  voter_id: string;
  value: number;
  created_at: number;
}
export interface ReactionRow {
  page_id: string;
  person_id: string;
  value: string;
  created_at: number;
}
export interface FlagRow {
  comment_id: string;
  reporter_id: string;
  reason: string;
  note: string | null;
  created_at: number;
}
export interface DeletionRow {
  identity: string;
  due_at: number;
}
export interface DecisionRow {
  site_id: string;
  id: string;
  batch: string;
  actor_kind: 'root' | 'token' | 'person' | 'system';
  actor_id: string | null;
  actor_name: string;
  action: string;
  reason: string | null;
  items: string;
  count: number;
  created_at: number;
  undone_by: string | null;
  undoes: string | null;
}
export interface BanRow {
  id: string;
  site_id: string;
  kind: 'author' | 'ip' | 'network' | 'cidr' | 'email' | 'domain';
  value: string;
  label: string;
  silent: number;
  reason: string | null;
  created_by: string;
  created_at: number;
  expires_at: number | null;
}
export interface TokenRow {
  id: string;
  hash: string;
  name: string;
  scopes: string;
  site_id: string | null;
  created_at: number;
  expires_at: number | null;
  used_at: number | null;
  revoked_at: number | null;
}
export interface ModelRow {
  site_id: string;
  version: number;
  data: string;
  good: number;
  spam: number;
}
export interface StatRow {
  site_id: string;
  day: string;
  name: string;
  value: number;
}
export interface ImportRow {
  id: string;
  site_id: string | null;
  format: string;
  name: string;
  digest: string;
  status: 'open' | 'done' | 'undoing' | 'undone';
  total: number;
  position: number;
  pages: number;
  comments: number;
  undone_to: string | null;
  actor_kind: DecisionRow['actor_kind'];
  actor_id: string | null;
  actor_name: string;
  created_at: number;
  finished_at: number | null;
}
export interface AuthorRow {
  site_id: string;
  id: string;
  name: string;
  email: string | null;
  account: string | null;
}
export interface EventRow {
  id: string;
  site_id: string;
  type: string;
  subject: string;
  cause: 'writer' | 'team' | 'system';
  cursor: string;
  created_at: number;
}
export interface DeliveryRow {
  event_id: string;
  target: string;
  site_id: string;
  kind: string;
  type: string;
  subject: string;
  attempts: number;
  due_at: number | null;
  status: 'waiting' | 'sent' | 'dead';
  answer: string | null;
  created_at: number;
  done_at: number | null;
}
export interface RecipientRow {
  id: string;
  site_id: string;
  role: 'reader' | 'moderator';
  email: string;
  state: 'asked' | 'active' | 'unsubscribed' | 'bounced' | 'complained';
  frequency: 'instant' | 'hourly' | 'daily';
  language: string;
  about: string;
  author_id: string | null;
  network: string | null;
  asked_at: number;
  asks: number;
  digest_due_at: number | null;
  created_at: number;
}
export interface SubscriptionRow {
  topic: string;
  recipient_id: string;
  created_at: number;
}
export interface DigestItemRow {
  recipient_id: string;
  comment_id: string;
}
export interface WebhookRow {
  id: string;
  site_id: string;
  url: string;
  shape: 'standard' | 'slack' | 'discord' | 'telegram' | 'ntfy';
  events: string;
  secret: string;
  previous_secret: string | null;
  rotated_at: number | null;
  active: number;
  created_at: number;
}
export interface CodeRow {
  id: string;
  site_id: string;
  email: string;
  jkt: string;
  network: string;
  language: string;
  tries: number;
  expires_at: number;
}
export interface FeedKeyRow {
  id: string;
  hash: string;
  site_id: string | null;
  name: string;
  made_by: string | null;
  created_at: number;
  used_at: number | null;
}
export interface JobRow {
  name: string;
  ran_at: number;
}
export interface Tables {
  sites: SiteRow;
  origins: OriginRow;
  pages: PageRow;
  aliases: AliasRow;
  comments: CommentRow;
  proofs: ProofRow;
  people: PersonRow;
  accounts: AccountRow;
  sessions: SessionRow;
  logins: LoginRow;
  instances: InstanceRow;
  avatars: AvatarRow;
  votes: VoteRow;
  reactions: ReactionRow;
  flags: FlagRow;
  deletions: DeletionRow;
  decisions: DecisionRow;
  bans: BanRow;
  tokens: TokenRow;
  models: ModelRow;
  stats: StatRow;
  imports: ImportRow;
  authors: AuthorRow;
  events: EventRow;
  deliveries: DeliveryRow;
  recipients: RecipientRow;
  subscriptions: SubscriptionRow;
  digest_items: DigestItemRow;
  webhooks: WebhookRow;
  codes: CodeRow;
  feed_keys: FeedKeyRow;
  jobs: JobRow;
}

/** Builds queries; never runs them. */
export const query = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

const RETRY_AFTER_S = 5;

/** One request's view of D1: a session (so that replicas may serve it) and a bill. */
export class Db {
  readonly bill = { trips: 0, queries: 0, rowsRead: 0, rowsWritten: 0 };
  #session: D1DatabaseSession;
  /** Where to begin instead when D1 does not take a client's bookmark. */
  #fallback: (() => D1DatabaseSession) | undefined;

  /** @param start a client's bookmark, or where the session may begin: replicas serve 'first-unconstrained' */
  constructor(database: D1Database, start: D1SessionBookmark | D1SessionConstraint) {
    this.#session = database.withSession(start);
    if (!start.startsWith('first-')) this.#fallback = () => database.withSession('first-primary');
  }

  /** Where this session has got to; a later read that carries it sees at least as much. */
  get bookmark(): string | undefined {
    return this.#session.getBookmark() ?? undefined;
  }

  async all<T>(compiled: CompiledQuery<T>): Promise<T[]> {
    return (await this.batch(compiled))[0]?.rows as T[];
  }

  /**
   * Runs all queries in one round trip and one transaction: either all count or none.
   * @throws Problem storage_unavailable whatever D1's trouble is
   */
  async batch(...queries: CompiledQuery[]): Promise<{ rows: unknown[]; changes: number }[]> {
    this.bill.trips++;
    this.bill.queries += queries.length;
    try {
      const statements = queries.map((q) => this.#session.prepare(q.sql).bind(...q.parameters));
      const results = await this.#session.batch<unknown>(statements);
      return results.map(({ results: rows, meta }) => {
        this.bill.rowsRead += meta.rows_read;
        this.bill.rowsWritten += meta.rows_written;
        return { rows, changes: meta.changes };
      });
    } catch (cause) {
      if (this.#fallback) {
        this.#session = this.#fallback();
        this.#fallback = undefined;
        return this.batch(...queries);
      }
      throw new Problem('storage_unavailable', undefined, { cause, retryAfterS: RETRY_AFTER_S });
    }
  }
}
