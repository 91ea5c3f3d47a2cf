/**
 * The wire of bringing comments along and taking them away: the records that everything is imported from and exported as (one
 * JSON object a line, docs/format.md), imports, backups, and what an instance says of itself.
 */
import * as v from 'valibot';
import { Badge, bytes, Count, chars, Id, IsoTime, LIMITS, Name, notBlank, SiteId, Status } from './contract.ts';

/** What comments are imported from, by the name that an import and the command line have for it. */
export const FORMATS = {
  afterword: 'Afterword',
  disqus: 'Disqus',
  wordpress: 'WordPress',
  isso: 'Isso',
  remark42: 'Remark42',
  commento: 'Commento',
  comentario: 'Comentario',
  artalk: 'Artalk',
  waline: 'Waline',
  twikoo: 'Twikoo',
  valine: 'Valine',
  cusdis: 'Cusdis',
  giscus: 'giscus',
  utterances: 'utterances',
} as const;
export const Format = v.picklist(
  Object.keys(FORMATS) as [keyof typeof FORMATS, ...(keyof typeof FORMATS)[]],
  `must be one of ${Object.keys(FORMATS).join(', ')}`,
);
export type Format = v.InferOutput<typeof Format>;

/** Of the format of the records themselves: a reader refuses what is newer. */
export const FORMAT_VERSION = 1;

const Text = (max: number) => v.pipe(v.string(), bytes(max), chars(max));
const Flag = v.boolean();
/** Who somebody is: a key's thumbprint, a person's id, or an imported author's id. */
const Identity = v.pipe(v.string(), v.regex(/^[\w-]{1,100}$/, 'is not an identity'));
const Email = v.pipe(v.string(), v.maxLength(LIMITS.emailChars));
/** An address, as it is: whoever reads it decides what it is good for. */
const Address = v.pipe(v.string(), v.maxBytes(LIMITS.urlBytes, `must be ${LIMITS.urlBytes} bytes or fewer`));
/** A page's key: a normalised address, or # and an explicit page id. */
const Key = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxBytes(LIMITS.urlBytes, `must be ${LIMITS.urlBytes} bytes or fewer`),
);

// Records. Their order in a file is that of RECORDS: what refers to something comes behind it.

export const SiteRecord = v.strictObject({
  type: v.literal('site'),
  id: SiteId,
  name: Text(80),
  origins: v.array(v.pipe(v.string(), v.maxLength(300))),
  settings: v.pipe(v.record(v.string(), v.unknown()), v.description('As PATCH /admin/sites/{site} takes them')),
  createdAt: IsoTime,
});
export const ImportRecord = v.strictObject({
  type: v.literal('import'),
  id: Id,
  site: SiteId,
  format: Format,
  name: Text(200),
  digest: v.string(),
  total: v.pipe(Count, v.description('Records that there were to send')),
  pages: v.pipe(Count, v.description('Pages that it added')),
  comments: v.pipe(Count, v.description('Comments that it added')),
  by: Text(80),
  createdAt: IsoTime,
  finishedAt: v.nullable(IsoTime),
});
export const AuthorRecord = v.strictObject({
  type: v.literal('author'),
  site: SiteId,
  id: v.pipe(v.string(), v.regex(/^i_[\w-]{22}$/, 'is not the id of an imported author')),
  name: Name,
  email: v.nullable(Email),
  account: v.pipe(
    v.nullable(Text(200)),
    v.description('provider:subject, as the one who may claim what they wrote logs in; or remark42:provider_sha1'),
  ),
});
export const PersonRecord = v.strictObject({
  type: v.literal('person'),
  site: SiteId,
  id: Id,
  name: Name,
  email: v.nullable(Email),
  url: v.nullable(Address),
  avatar: v.nullable(v.string()),
  verified: v.string(),
  role: v.nullable(Badge),
  createdAt: IsoTime,
  seenAt: IsoTime,
});
export const AccountRecord = v.strictObject({
  type: v.literal('account'),
  site: SiteId,
  provider: v.string(),
  subject: v.string(),
  person: Id,
  name: v.string(),
  createdAt: IsoTime,
});
export const AvatarRecord = v.strictObject({
  type: v.literal('avatar'),
  id: v.string(),
  owner: Identity,
  media: v.picklist(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'none']),
  data: v.pipe(v.string(), v.description('Base64')),
  fetchedAt: IsoTime,
});
export const PageRecord = v.strictObject({
  type: v.literal('page'),
  site: SiteId,
  id: Id,
  key: v.pipe(v.nullable(Key), v.description('null: whatever the address says')),
  url: Address,
  title: v.nullable(Text(LIMITS.titleChars)),
  locked: Flag,
  pinned: v.nullable(Id),
  mergedInto: v.nullable(Id),
  reactions: v.record(v.string(), Count),
  import: v.optional(v.pipe(v.nullable(Id), v.description('What made it, unless its first comment did'))),
  createdAt: IsoTime,
});
export type PageRecord = v.InferOutput<typeof PageRecord>;
export const AliasRecord = v.strictObject({ type: v.literal('alias'), site: SiteId, key: Key, target: Key });
export const CommentRecord = v.strictObject({
  type: v.literal('comment'),
  site: SiteId,
  page: Id,
  id: v.pipe(Id, v.description('Sorts behind its parent’s')),
  parent: v.nullable(Id),
  status: Status,
  kind: v.pipe(v.nullable(v.picklist(['pingback', 'trackback'])), v.description('null: a comment')),
  orphan: v.pipe(Flag, v.description('It was a reply, and what it replied to was not there')),
  author: v.strictObject({
    id: v.nullable(Identity),
    name: v.union([Name, v.literal('')], 'must be a name'),
    email: v.nullable(Email),
    url: v.nullable(Address),
    badge: v.nullable(Badge),
    verified: v.nullable(Text(100)),
    avatar: v.nullable(Text(100)),
  }),
  body: v.pipe(
    v.string(),
    v.maxBytes(LIMITS.importedBodyBytes, `must be ${LIMITS.importedBodyBytes} bytes or fewer`),
    v.description('Markdown; empty when it was deleted'),
  ),
  up: Count,
  down: Count,
  locked: Flag,
  import: v.nullable(Id),
  source: v.pipe(v.nullable(Text(200)), v.description('Its id where it came from')),
  verdict: v.pipe(v.nullable(v.array(v.unknown())), v.description('What moderation found')),
  decision: v.nullable(Id),
  createdAt: IsoTime,
  editedAt: v.nullable(IsoTime),
});
export type CommentRecord = v.InferOutput<typeof CommentRecord>;
export const VoteRecord = v.strictObject({
  type: v.literal('vote'),
  comment: Id,
  voter: Identity,
  value: v.picklist([1, -1]),
  createdAt: IsoTime,
});
export const ReactionRecord = v.strictObject({
  type: v.literal('reaction'),
  page: Id,
  person: Identity,
  value: v.string(),
  createdAt: IsoTime,
});
export const FlagRecord = v.strictObject({
  type: v.literal('flag'),
  comment: Id,
  reporter: Identity,
  reason: v.string(),
  note: v.nullable(v.string()),
  createdAt: IsoTime,
});
/** An address that gets mail: a reader's who follows something, or a moderator's. */
export const RecipientRecord = v.strictObject({
  type: v.literal('recipient'),
  site: SiteId,
  id: Id,
  role: v.picklist(['reader', 'moderator']),
  email: v.pipe(Email, v.regex(/^[^\s\p{C}@]+@[^\s\p{C}@]+$/u, 'must be an e-mail address')),
  state: v.picklist(['asked', 'active', 'unsubscribed', 'bounced', 'complained']),
  frequency: v.picklist(['instant', 'hourly', 'daily']),
  language: v.pipe(v.string(), v.regex(/^[A-Za-z0-9-]{2,35}$/, 'must be a language such as en or pt-BR')),
  about: v.pipe(v.array(v.string()), v.description('Of a moderator: what they hear of')),
  person: v.pipe(v.nullable(Identity), v.description('Whoever asked for it')),
  askedAt: IsoTime,
  asks: v.pipe(Count, v.description('Mails that asked to confirm, since it was confirmed')),
  createdAt: IsoTime,
});
export const SubscriptionRecord = v.strictObject({
  type: v.literal('subscription'),
  recipient: Id,
  topic: v.pipe(Id, v.description('A page, or a comment whose replies are told')),
  createdAt: IsoTime,
});
export const DecisionRecord = v.strictObject({
  type: v.literal('decision'),
  site: v.pipe(v.union([SiteId, v.literal('')]), v.description('Empty when it is about no single one')),
  id: Id,
  batch: Id,
  actor: v.strictObject({
    kind: v.picklist(['root', 'token', 'person', 'system']),
    id: v.nullable(v.string()),
    name: v.string(),
  }),
  action: v.string(),
  reason: v.nullable(v.string()),
  items: v.array(v.unknown()),
  count: v.pipe(Count, v.description('Of what was changed; there may be more than items tell')),
  createdAt: IsoTime,
  undoneBy: v.nullable(Id),
  undoes: v.nullable(v.string()),
});
export const BanRecord = v.strictObject({
  type: v.literal('ban'),
  site: SiteId,
  id: Id,
  kind: v.picklist(['author', 'ip', 'network', 'cidr', 'email', 'domain']),
  value: v.string(),
  label: v.string(),
  silent: Flag,
  reason: v.nullable(v.string()),
  by: v.string(),
  createdAt: IsoTime,
  expiresAt: v.nullable(IsoTime),
});
export const DeletionRecord = v.strictObject({ type: v.literal('deletion'), identity: Identity, dueAt: IsoTime });
export const ModelRecord = v.strictObject({
  type: v.literal('model'),
  site: SiteId,
  data: v.pipe(v.string(), v.description('What the classifier has learnt')),
  good: Count,
  spam: Count,
});
export const StatRecord = v.strictObject({
  type: v.literal('stat'),
  site: SiteId,
  day: v.pipe(v.string(), v.regex(/^\d{4}-\d\d-\d\d$/, 'must be a day')),
  name: v.string(),
  value: Count,
});
/** By their `type`. */
export const RECORDS = {
  site: SiteRecord,
  import: ImportRecord,
  author: AuthorRecord,
  person: PersonRecord,
  account: AccountRecord,
  avatar: AvatarRecord,
  page: PageRecord,
  alias: AliasRecord,
  comment: CommentRecord,
  vote: VoteRecord,
  reaction: ReactionRecord,
  flag: FlagRecord,
  recipient: RecipientRecord,
  subscription: SubscriptionRecord,
  decision: DecisionRecord,
  ban: BanRecord,
  deletion: DeletionRecord,
  model: ModelRecord,
  stat: StatRecord,
} as const;
export type RecordType = keyof typeof RECORDS;
/** The records that are added to a site that has others; all of them are for an empty instance only. */
export const ADDED_RECORDS = ['author', 'page', 'comment'] as const satisfies RecordType[];
const options = Object.values(RECORDS) as [typeof SiteRecord, ...(typeof RECORDS)[Exclude<RecordType, 'site'>][]];
export const TransferRecord = v.variant('type', options);
export type AnyRecord = v.InferOutput<typeof TransferRecord>;

/** The first line of a file. */
export const FileHead = v.object({
  type: v.literal('afterword'),
  version: Count,
  site: v.pipe(v.nullable(SiteId), v.description('null: all')),
  emails: v.pipe(Flag, v.description('Whether addresses are in it: they need comments:read as well')),
});
export type FileHead = v.InferOutput<typeof FileHead>;
/** The last line: without it the file is cut off. */
export const FileEnd = v.object({ type: v.literal('end') });
/** What both begin with, as a line: it is no record. */
export const FRAME = /^\{"type":"(?:afterword|end)"/;

export const ExportQuery = v.strictObject({
  site: v.optional(v.pipe(SiteId, v.description('All that the token is for, when left out'))),
  after: v.optional(
    v.pipe(
      v.string(),
      v.maxLength(4_500, 'is not a cursor'),
      v.regex(/^[\w-]+$/, 'is not a cursor'),
      v.description('From the Link header (rel="next") of the answer before; there is none at the end'),
    ),
  ),
});

// Imports.

const Records = <T extends v.GenericSchema>(item: T, max: number) =>
  v.pipe(v.array(item), v.maxLength(max, `must be ${max} or fewer`));

/** Asks where pages would land and which comments are there, and writes nothing. */
export const ImportPlanQuery = v.strictObject({
  site: SiteId,
  urls: v.optional(Records(v.string(), LIMITS.importRecords), []),
  comments: v.optional(Records(Id, LIMITS.importRecords), []),
});
export const Landing = v.object({
  url: v.pipe(v.string(), v.description('As asked')),
  problem: v.pipe(
    v.nullable(v.picklist(['url_invalid', 'url_not_http', 'url_too_long', 'origin_not_allowed'])),
    v.description('Why nothing can land there; origin_not_allowed: the site has no such origin'),
  ),
  key: v.pipe(v.nullable(v.string()), v.description('What the page is found by; the same key, the same page')),
  page: v.pipe(
    v.nullable(v.object({ id: Id, url: v.string(), title: v.nullable(v.string()), count: Count })),
    v.description('The page that is there already, also by an alias'),
  ),
});
export type Landing = v.InferOutput<typeof Landing>;
export const ImportPlan = v.object({
  pages: v.array(Landing),
  present: v.pipe(v.array(Id), v.description('Of the comments asked for, those this site has')),
  taken: v.pipe(v.array(Id), v.description('Those another site has')),
});
export type ImportPlan = v.InferOutput<typeof ImportPlan>;

export const NewImport = v.strictObject({
  site: v.pipe(
    v.nullable(SiteId),
    v.description('null: all records of an instance, into an empty one; for tokens with sites:write as well'),
  ),
  format: Format,
  name: v.pipe(v.string(), notBlank, bytes(200), chars(200), v.description('Of the file, for people')),
  digest: v.pipe(
    v.string(),
    v.regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits'),
    v.description('SHA-256 of all that decides what is sent: with the same one an unfinished import goes on'),
  ),
  total: v.pipe(Count, v.minValue(0), v.description('Records that will be sent')),
});
export type NewImport = v.InferInput<typeof NewImport>;
export const Import = v.object({
  id: Id,
  site: v.nullable(SiteId),
  format: Format,
  name: v.string(),
  digest: v.string(),
  status: v.picklist(['open', 'done', 'undoing', 'undone']),
  total: Count,
  position: v.pipe(Count, v.description('How many records have been sent')),
  pages: v.pipe(Count, v.description('Pages that it has added')),
  comments: v.pipe(Count, v.description('Comments that it has added, and that are still there')),
  createdAt: IsoTime,
  finishedAt: v.nullable(IsoTime),
  by: v.string(),
});
export type Import = v.InferOutput<typeof Import>;
export const Imports = v.object({ imports: v.array(Import) });
export type Imports = v.InferOutput<typeof Imports>;

export const ImportedRecords = v.strictObject({
  position: v.pipe(Count, v.minValue(0), v.description('How many records were sent before these')),
  records: v.pipe(Records(TransferRecord, LIMITS.importRecords), v.minLength(1, 'must have one at least')),
});
export type ImportedRecords = v.InferInput<typeof ImportedRecords>;
export const Imported = v.object({
  position: v.pipe(Count, v.description('How many records have been sent')),
  added: Count,
  present: v.pipe(Count, v.description('Were there already')),
  pages: v.pipe(
    v.array(v.object({ id: Id, is: Id })),
    v.description('Of page records: the page that each is, which comments must name'),
  ),
});
export type Imported = v.InferOutput<typeof Imported>;
export const ImportUndone = v.object({
  ...Import.entries,
  left: v.pipe(v.boolean(), v.description('There is more to take away: ask again')),
});
export type ImportUndone = v.InferOutput<typeof ImportUndone>;

// Backups.

export const BackupId = v.pipe(v.string(), v.regex(/^\d{8}T\d{6}Z$/, 'must be a time such as 20260131T120000Z'));
export const Backup = v.object({
  id: BackupId,
  status: v.pipe(
    v.picklist(['writing', 'verifying', 'done', 'failed']),
    v.description('verifying: all is written, and is being read back'),
  ),
  parts: v.pipe(Count, v.description('Files of gzipped records; one behind the other they are one file')),
  records: Count,
  bytes: v.pipe(Count, v.description('Compressed')),
  verified: v.pipe(Count, v.description('Parts that were read back')),
  error: v.nullable(v.string()),
  startedAt: IsoTime,
  finishedAt: v.nullable(IsoTime),
});
export type Backup = v.InferOutput<typeof Backup>;
export const Backups = v.object({ backups: v.pipe(v.array(Backup), v.description('The latest first')) });
export type Backups = v.InferOutput<typeof Backups>;

// The instance.

export const Instance = v.object({
  version: v.pipe(v.string(), v.description('Of Afterword')),
  time: v.pipe(IsoTime, v.description('By the worker’s clock')),
  schema: v.pipe(
    v.array(v.object({ table: v.string(), columns: v.array(v.string()) })),
    v.description('Tables and columns that the database has'),
  ),
  indexes: v.array(v.string()),
  crons: v.array(v.object({ name: v.string(), ranAt: v.pipe(v.nullable(IsoTime), v.description('null: never')) })),
  secrets: v.pipe(
    v.array(
      v.object({
        name: v.string(),
        weakness: v.pipe(v.nullable(v.string()), v.description('null: it is good enough')),
      }),
    ),
    v.description('Those that are set; never what they are'),
  ),
  backups: v.nullable(v.pipe(v.array(Backup), v.description('null: no bucket is bound'))),
  mail: v.pipe(
    v.nullable(v.string()),
    v.description('What in the set-up keeps mail from going out; null: nothing, or none is to go out'),
  ),
  tokens: v.pipe(Count, v.description('API tokens that never expire')),
});
export type Instance = v.InferOutput<typeof Instance>;
