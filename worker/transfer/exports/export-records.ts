/**
 * From rows to the records of docs/format.md: an explicit list of fields in an order that never changes, so that the same
 * rows are the same bytes. A row by a stranger's or an older hand makes a valid record or none. Pure.
 */
import { base64url } from 'jose';
import type { AnyRecord, RecordType } from '../../contract-transfer';
import type {
  AccountRow,
  AliasRow,
  AuthorRow,
  AvatarRow,
  BanRow,
  CommentRow,
  DecisionRow,
  DeletionRow,
  FlagRow,
  ImportRow,
  ModelRow,
  PageRow,
  PersonRow,
  ReactionRow,
  RecipientRow,
  SiteRow,
  StatRow,
  SubscriptionRow,
  VoteRow,
} from '../../db';

interface Rows {
  site: SiteRow & { origins: string };
  import: ImportRow;
  author: AuthorRow;
  person: PersonRow;
  account: AccountRow;
  /** D1 gives a BLOB as an array of its bytes. */
  avatar: Omit<AvatarRow, 'bytes'> & { bytes: ArrayLike<number> | ArrayBuffer };
  page: PageRow;
  alias: AliasRow;
  comment: CommentRow;
  vote: VoteRow;
  reaction: ReactionRow;
  flag: FlagRow;
  recipient: RecipientRow;
  subscription: SubscriptionRow;
  decision: DecisionRow;
  ban: BanRow;
  deletion: DeletionRow;
  model: ModelRow;
  stat: StatRow;
}
type Of<T extends RecordType> = Extract<AnyRecord, { type: T }>;
/** @param emails whether addresses may be in it @returns null when the record is nothing without them */
type Present<T extends RecordType> = (row: Rows[T], emails: boolean) => Of<T> | null;

const PRESENT: { [T in RecordType]: Present<T> } = {
  site: (row, emails) => ({
    type: 'site',
    id: row.id,
    name: row.name,
    origins: readJson(row.origins, isArray, []) as string[],
    settings: readJson(row.settings, isObject, {}, !emails),
    createdAt: iso(row.created_at),
  }),
  import: (row) => ({
    type: 'import',
    id: row.id,
    site: row.site_id!,
    format: row.format as Of<'import'>['format'],
    name: row.name,
    digest: row.digest,
    total: row.total,
    pages: row.pages,
    comments: row.comments,
    by: row.actor_name,
    createdAt: iso(row.created_at),
    finishedAt: isoOrNull(row.finished_at),
  }),
  author: (row, emails) => ({
    type: 'author',
    site: row.site_id,
    id: row.id,
    name: row.name,
    email: emails ? row.email : null,
    account: row.account,
  }),
  person: (row, emails) => ({
    type: 'person',
    site: row.site_id,
    id: row.id,
    name: row.name,
    email: emails ? row.email : null,
    url: row.url,
    avatar: row.avatar,
    verified: row.verified,
    role: row.role,
    createdAt: iso(row.created_at),
    seenAt: iso(row.seen_at),
  }),
  // Of who logs in by mail the account is the address.
  account: (row, emails) =>
    !emails && row.provider === 'email'
      ? null
      : {
          type: 'account',
          site: row.site_id,
          provider: row.provider,
          subject: row.subject,
          person: row.person_id,
          name: row.name,
          createdAt: iso(row.created_at),
        },
  avatar: (row) => ({
    type: 'avatar',
    id: row.id,
    owner: row.owner,
    media: row.type as Of<'avatar'>['media'],
    data: toBase64(row.bytes),
    fetchedAt: iso(row.fetched_at),
  }),
  page: (row) => ({
    type: 'page',
    site: row.site_id,
    id: row.id,
    key: row.key,
    url: row.url,
    title: row.title,
    locked: row.locked === 1,
    pinned: row.pinned,
    mergedInto: row.merged_into,
    reactions: readJson(row.reactions, isCounts, {}) as Record<string, number>,
    import: row.import_id,
    createdAt: iso(row.created_at),
  }),
  alias: (row) => ({ type: 'alias', site: row.site_id, key: row.key, target: row.target }),
  comment: (row, emails) => ({
    type: 'comment',
    site: row.site_id,
    page: row.page_id,
    id: row.id,
    parent: row.parent_id,
    status: row.status,
    kind: row.kind,
    orphan: row.orphan === 1,
    author: {
      id: row.author_id,
      name: row.author_name,
      email: emails ? row.author_email : null,
      url: row.author_url,
      badge: row.author_badge as Of<'comment'>['author']['badge'],
      verified: row.author_verified,
      avatar: row.author_avatar,
    },
    body: row.body,
    up: row.up,
    down: row.down,
    locked: row.locked === 1,
    import: row.import_id,
    source: row.source_id,
    // Findings quote what was found: an address that is banned, too.
    verdict: emails ? readJson(row.verdict, isArray, null) : null,
    decision: row.decision_id,
    createdAt: iso(row.created_at),
    editedAt: isoOrNull(row.edited_at),
  }),
  vote: (row) => ({
    type: 'vote',
    comment: row.comment_id,
    voter: row.voter_id,
    value: row.value === 1 ? 1 : -1,
    createdAt: iso(row.created_at),
  }),
  reaction: (row) => ({
    type: 'reaction',
    page: row.page_id,
    person: row.person_id,
    value: row.value,
    createdAt: iso(row.created_at),
  }),
  flag: (row) => ({
    type: 'flag',
    comment: row.comment_id,
    reporter: row.reporter_id,
    reason: row.reason,
    note: row.note,
    createdAt: iso(row.created_at),
  }),
  recipient: (row, emails) =>
    emails
      ? {
          type: 'recipient',
          site: row.site_id,
          id: row.id,
          role: row.role,
          email: row.email,
          state: row.state,
          frequency: row.frequency,
          language: row.language,
          about: readJson(row.about, isArray, []) as string[],
          person: row.author_id,
          askedAt: iso(row.asked_at),
          asks: row.asks,
          createdAt: iso(row.created_at),
        }
      : null,
  subscription: (row, emails) =>
    emails
      ? { type: 'subscription', recipient: row.recipient_id, topic: row.topic, createdAt: iso(row.created_at) }
      : null,
  decision: (row, emails) => {
    const items = readJson(row.items, isArray, [], !emails);
    if (!emails && items.some(isAboutEmail)) return null;
    return {
      type: 'decision',
      site: row.site_id,
      id: row.id,
      batch: row.batch,
      // Who decides by a link in a mail is called by their address.
      actor: {
        kind: row.actor_kind,
        id: row.actor_id,
        name: !emails && row.actor_name.includes('@') ? 'somebody' : row.actor_name,
      },
      action: row.action,
      reason: row.reason,
      items,
      count: row.count,
      createdAt: iso(row.created_at),
      undoneBy: row.undone_by,
      undoes: row.undoes,
    };
  },
  ban: (row, emails) =>
    row.kind === 'email' && !emails
      ? null
      : {
          type: 'ban',
          site: row.site_id,
          id: row.id,
          kind: row.kind,
          value: row.value,
          label: row.label,
          silent: row.silent === 1,
          reason: row.reason,
          by: row.created_by,
          createdAt: iso(row.created_at),
          expiresAt: isoOrNull(row.expires_at),
        },
  deletion: (row) => ({ type: 'deletion', identity: row.identity, dueAt: iso(row.due_at) }),
  model: (row) => ({ type: 'model', site: row.site_id, data: row.data, good: row.good, spam: row.spam }),
  stat: (row) => ({ type: 'stat', site: row.site_id, day: row.day, name: row.name, value: row.value }),
};

/** @param row of a SELECT of this type in export-store.ts */
export const presentRecord = (type: RecordType, row: object, emails: boolean): AnyRecord | null =>
  (PRESENT[type] as (row: object, emails: boolean) => AnyRecord | null)(row, emails);

/** The latest moment that a date of four digits has. */
const LATEST_MS = 253_402_300_799_999;
const iso = (ms: number): string => new Date(Math.min(Math.max(ms, 0), LATEST_MS)).toISOString();
const isoOrNull = (ms: number | null): string | null => (ms === null ? null : iso(ms));

const isArray = (value: unknown): value is unknown[] => Array.isArray(value);
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isCounts = (value: unknown): value is Record<string, number> =>
  isObject(value) && Object.values(value).every((count) => Number.isSafeInteger(count));
/** An item of the log of a ban. */
const isAboutEmail = (item: unknown): boolean =>
  isObject(item) && [item.before, item.after].some((side) => isObject(side) && side.kind === 'email');

/** @param bare without what is called `email`, however deep */
function readJson<T, E>(json: string | null, is: (value: unknown) => value is T, fallback: E, bare = false): T | E {
  try {
    const value: unknown = JSON.parse(json ?? 'null', (name, inner) => (bare && name === 'email' ? undefined : inner));
    return is(value) ? value : fallback;
  } catch {
    return fallback;
  }
}

/** Of RFC 4648 section 4. */
function toBase64(bytes: ArrayLike<number> | ArrayBuffer): string {
  const text = base64url
    .encode(new Uint8Array(bytes as ArrayLike<number>))
    .replaceAll('-', '+')
    .replaceAll('_', '/');
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=');
}
