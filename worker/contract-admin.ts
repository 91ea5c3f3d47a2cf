/**
 * The wire of those who run a site: moderators, owners, their tools. What readers and writers exchange is in contract.ts.
 * Every endpoint below /admin wants a bearer token, or a login of somebody on the site's team, with the scope it names.
 */
import * as v from 'valibot';
import {
  Author,
  Body,
  bytes,
  Count,
  chars,
  Id,
  IsoTime,
  LIMITS,
  Name,
  notBlank,
  PageUrl,
  SiteId,
  Status,
  Website,
} from './contract.ts';
import { Settings } from './contract-settings.ts';

/** What a token may do. The root token may do everything. */
export const SCOPES = {
  'comments:read': 'Read comments of any status, with what moderators know of them; the log; bans',
  'comments:moderate': 'Decide about comments, change and move them, ban their writers, undo',
  'pages:write': 'Close, rename, move and merge pages',
  'sites:write': 'Sites: origins, names, settings, rules; webhooks, who gets mail, what was sent',
  'stats:read': 'Numbers for the dashboard',
  transfer: 'Import and export',
  'tokens:write': 'Make and revoke tokens, with no more scopes than one has',
} as const;
export const Scope = v.picklist(
  Object.keys(SCOPES) as [keyof typeof SCOPES, ...(keyof typeof SCOPES)[]],
  `must be one of ${Object.keys(SCOPES).join(', ')}`,
);
export type Scope = v.InferOutput<typeof Scope>;

const Line = (max: number) => v.pipe(v.string(), notBlank, bytes(max), chars(max));
const Reason = v.pipe(v.string(), bytes(LIMITS.reasonChars), chars(LIMITS.reasonChars));
const Hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/, 'must be 32 hexadecimal digits'));
const Flag = v.picklist(['true', 'false'], 'must be true or false');

// Who asks.

export const Grant = v.object({
  kind: v.picklist(['root', 'token', 'person']),
  name: v.string(),
  scopes: v.array(Scope),
  site: v.pipe(v.nullable(SiteId), v.description('The one site it is for; null: all')),
  expiresAt: v.nullable(IsoTime),
  sites: v.array(v.object({ id: SiteId, name: v.string() })),
});
export type Grant = v.InferOutput<typeof Grant>;

// Tokens.

export const NewToken = v.strictObject({
  name: Line(80),
  scopes: v.pipe(v.array(Scope), v.minLength(1, 'must name one at least')),
  site: v.optional(v.nullable(SiteId)),
  expiresAt: v.optional(v.nullable(IsoTime)),
});
export const Token = v.object({
  id: Id,
  name: v.string(),
  scopes: v.array(Scope),
  site: v.nullable(SiteId),
  createdAt: IsoTime,
  expiresAt: v.nullable(IsoTime),
  usedAt: v.pipe(v.nullable(IsoTime), v.description('To the hour')),
  revokedAt: v.nullable(IsoTime),
});
export type Token = v.InferOutput<typeof Token>;
export const Tokens = v.object({ tokens: v.array(Token) });
export type Tokens = v.InferOutput<typeof Tokens>;
export const CreatedToken = v.object({
  ...Token.entries,
  token: v.pipe(v.string(), v.description('Shown this once; only its hash is kept')),
});
export type CreatedToken = v.InferOutput<typeof CreatedToken>;

// Sites.

const Origin = v.pipe(v.string(), v.maxLength(300), v.description('Such as https://blog.example, no path'));
/** Every setting may be left out: it stays as it is, or at its default. */
const SomeSettings = v.strictObject(
  Object.fromEntries(Object.entries(Settings.entries).map(([name, schema]) => [name, v.optional(schema.wrapped)])) as {
    [K in keyof typeof Settings.entries]: v.OptionalSchema<(typeof Settings.entries)[K]['wrapped'], undefined>;
  },
);
export const NewSite = v.strictObject({
  id: SiteId,
  name: Line(80),
  origins: v.pipe(v.array(Origin), v.maxLength(50, 'must be 50 or fewer')),
  settings: v.optional(SomeSettings),
});
export const SiteEdit = v.strictObject({
  name: v.optional(Line(80)),
  origins: v.optional(v.pipe(v.array(Origin), v.maxLength(50, 'must be 50 or fewer'))),
  settings: v.optional(SomeSettings),
});
export const AdminSite = v.object({
  id: SiteId,
  name: v.string(),
  origins: v.pipe(v.array(v.string()), v.description('Hosts, without scheme and www.')),
  settings: Settings,
  attackUntil: v.pipe(v.nullable(IsoTime), v.description('Attack mode is on until then')),
  createdAt: IsoTime,
});
export type AdminSite = v.InferOutput<typeof AdminSite>;
export const AdminSites = v.object({ sites: v.array(AdminSite) });
export type AdminSites = v.InferOutput<typeof AdminSites>;
export const AttackMode = v.strictObject({
  minutes: v.pipe(
    v.number(),
    v.integer(),
    v.minValue(0),
    v.maxValue(10_080),
    v.description('How long from now; 0 turns it off'),
  ),
});

// Comments.

/** What a phase of moderation said about a comment. */
export const Finding = v.object({
  phase: v.string(),
  says: v.picklist(['hold', 'spam', 'refuse']),
  reason: v.pipe(v.string(), v.description('For moderators, in English')),
});
export type Finding = v.InferOutput<typeof Finding>;

export const AdminComment = v.object({
  id: Id,
  site: SiteId,
  page: v.object({ id: Id, url: v.string(), title: v.nullable(v.string()) }),
  parent: v.nullable(Id),
  depth: Count,
  author: v.object({
    ...Author.entries,
    key: v.pipe(v.nullable(v.string()), v.description('Identity in full: what a filter and a ban take')),
    email: v.nullable(v.string()),
  }),
  ip: v.pipe(v.nullable(v.string()), v.description('Keyed hash of the client’s address; kept 30 days')),
  network: v.pipe(v.nullable(v.string()), v.description('Keyed hash of its network')),
  body: v.string(),
  html: v.string(),
  status: Status,
  findings: v.pipe(v.array(Finding), v.description('Why it was held or taken for spam')),
  flags: v.pipe(Count, v.description('Readers’ reports that nobody has answered')),
  replies: v.pipe(Count, v.description('Shown ones below a top-level comment')),
  votes: v.pipe(v.number(), v.integer()),
  pinned: v.boolean(),
  locked: v.pipe(v.boolean(), v.description('Nobody may reply in its branch')),
  decision: v.pipe(v.nullable(Id), v.description('The last one about it; of what was imported, the import')),
  imported: v.pipe(
    v.nullable(
      v.object({
        import: Id,
        source: v.pipe(v.nullable(v.string()), v.description('Its id where it came from')),
        kind: v.pipe(v.nullable(v.picklist(['pingback', 'trackback'])), v.description('null: a comment')),
        orphan: v.pipe(v.boolean(), v.description('It was a reply, and what it replied to was not there')),
      }),
    ),
    v.description('null: it was written here'),
  ),
  createdAt: IsoTime,
  editedAt: v.nullable(IsoTime),
});
export type AdminComment = v.InferOutput<typeof AdminComment>;

/** Which comments: all that is given must fit. */
const filter = {
  site: v.optional(SiteId),
  status: v.optional(Status),
  q: v.optional(
    v.pipe(
      v.string(),
      v.maxBytes(200, 'must be 200 bytes or fewer'),
      v.check((s) => [...s.trim()].length >= LIMITS.searchChars, `must be ${LIMITS.searchChars} characters or more`),
      v.description('A text in body or name, as it stands there; case is ignored'),
    ),
  ),
  author: v.optional(v.pipe(v.string(), v.regex(/^[\w-]{24,43}$/, 'must be an author’s key'))),
  ip: v.optional(Hash),
  network: v.optional(Hash),
  page: v.optional(Id),
  phase: v.optional(v.pipe(v.string(), v.regex(/^[a-z_]{1,30}$/, 'must be the name of a phase'))),
  from: v.optional(v.pipe(IsoTime, v.description('Written at this time or later'))),
  to: v.optional(v.pipe(IsoTime, v.description('Written before'))),
};
export const CommentFilter = v.strictObject({ ...filter, flagged: v.optional(v.boolean()) });
export type CommentFilter = v.InferOutput<typeof CommentFilter>;
export const AdminCommentsQuery = v.strictObject({
  ...filter,
  flagged: v.optional(Flag),
  sort: v.optional(v.picklist(['newest', 'oldest'], 'must be newest or oldest')),
  after: v.optional(Id),
  limit: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^\d{1,3}$/, 'must be a number'),
      v.transform(Number),
      v.minValue(LIMITS.queueSize.min, `must be ${LIMITS.queueSize.min} or more`),
      v.maxValue(LIMITS.queueSize.max, `must be ${LIMITS.queueSize.max} or fewer`),
    ),
  ),
});
export const AdminComments = v.object({
  comments: v.pipe(v.array(AdminComment), v.description('A search lists them in the order in which they arrived here')),
  next: v.pipe(
    v.nullable(Id),
    v.description('Cursor for `after`: there may be more, also where fewer than asked for, or none, were found so far'),
  ),
  unsearched: v.pipe(
    Count,
    v.description(
      'With `q`: how many of the latest, as after an import, cannot be found yet; every search takes some in',
    ),
  ),
});
export type AdminComments = v.InferOutput<typeof AdminComments>;

// Decisions.

export const Verb = v.picklist(
  ['approve', 'hold', 'spam', 'trash', 'restore', 'delete'],
  'must be approve, hold, spam, trash, restore or delete',
);
export type Verb = v.InferOutput<typeof Verb>;
/** Everything the log may tell of. */
export const Action = v.picklist([
  ...Verb.options,
  'edit',
  'pin',
  'unpin',
  'lock',
  'unlock',
  'move',
  'ban',
  'unban',
  'page.lock',
  'page.unlock',
  'page.rename',
  'page.move',
  'page.merge',
  'site.create',
  'site.change',
  'token.create',
  'token.revoke',
  'webhook.create',
  'webhook.change',
  'webhook.delete',
  'attack.on',
  'attack.off',
  'import',
  'import.undo',
  'undo',
]);
export type Action = v.InferOutput<typeof Action>;

/** Either `ids` or `filter`. With a filter, a request takes the next that fit; `left` tells whether to ask again. */
export const NewDecision = v.strictObject({
  action: Verb,
  ids: v.optional(
    v.pipe(
      v.array(Id),
      v.minLength(1, 'must name one at least'),
      v.maxLength(LIMITS.decisionsPerRequest, `must be ${LIMITS.decisionsPerRequest} or fewer`),
    ),
  ),
  filter: v.optional(CommentFilter),
  reason: v.optional(Reason),
  batch: v.optional(v.pipe(Id, v.description('Of the first answer, to make this one decision with it'))),
});
export type NewDecision = v.InferInput<typeof NewDecision>;
export const Decided = v.object({
  batch: v.pipe(v.nullable(Id), v.description('What undoes it all; null when nothing was changed')),
  changed: v.array(v.object({ id: Id, from: Status, to: Status })),
  skipped: v.pipe(Count, v.description('Not there, or so already')),
  left: v.pipe(Count, v.description('How many fit the filter still; 10,000 at most are counted')),
});
export type Decided = v.InferOutput<typeof Decided>;

export const AdminCommentEdit = v.strictObject({
  body: v.optional(Body),
  name: v.optional(Name),
  url: v.optional(v.nullable(Website)),
  pinned: v.optional(v.boolean()),
  locked: v.optional(v.boolean()),
  reason: v.optional(Reason),
});
export const CommentMove = v.strictObject({
  url: v.pipe(PageUrl, v.description('Of the page it shall be on, with its whole branch')),
  reason: v.optional(Reason),
});

export const Decision = v.object({
  id: Id,
  batch: Id,
  site: v.pipe(v.nullable(SiteId), v.description('null: about no single site')),
  by: v.object({ kind: v.picklist(['root', 'token', 'person', 'system']), name: v.string() }),
  action: Action,
  reason: v.nullable(v.string()),
  count: Count,
  items: v.pipe(
    v.array(v.object({ id: v.string(), before: v.unknown(), after: v.unknown() })),
    v.description('The first 20: what was changed; none where it takes another scope to know'),
  ),
  createdAt: IsoTime,
  undone: v.boolean(),
  undoable: v.boolean(),
});
export type Decision = v.InferOutput<typeof Decision>;
export const LogQuery = v.strictObject({
  site: v.optional(SiteId),
  batch: v.optional(Id),
  comment: v.optional(Id),
  after: v.optional(Id),
});
export const Log = v.object({ decisions: v.array(Decision), next: v.nullable(Id) });
export type Log = v.InferOutput<typeof Log>;
export const Undone = v.object({
  changed: v.pipe(Count, v.description('Comments and pages that are as before again')),
  skipped: v.pipe(Count, v.description('Something else was decided about them since')),
  left: v.pipe(v.boolean(), v.description('Ask again for the rest')),
});
export type Undone = v.InferOutput<typeof Undone>;

export const AdminCommentContext = v.object({
  comment: AdminComment,
  ancestors: v.pipe(v.array(AdminComment), v.description('The nearest five, outermost first')),
  history: v.object({
    approved: Count,
    pending: Count,
    spam: Count,
    trash: Count,
    since: v.nullable(IsoTime),
    recent: v.pipe(v.array(AdminComment), v.description('The last five others of this author')),
  }),
  flags: v.array(v.object({ reason: v.string(), note: v.nullable(v.string()), createdAt: IsoTime })),
  log: v.array(Decision),
});
export type AdminCommentContext = v.InferOutput<typeof AdminCommentContext>;

// Bans.

export const BanKind = v.picklist(
  ['author', 'ip', 'network', 'cidr', 'email', 'domain'],
  'must be author, ip, network, cidr, email or domain',
);
export const NewBan = v.strictObject({
  site: SiteId,
  kind: BanKind,
  value: v.optional(v.pipe(v.string(), v.maxLength(254), v.description('Unless `comment` tells it'))),
  comment: v.optional(v.pipe(Id, v.description('Of whose writer, address, network, e-mail or domain'))),
  silent: v.optional(v.pipe(v.boolean(), v.description('They are not told: what they write is spam'))),
  expiresAt: v.optional(v.nullable(IsoTime)),
  reason: v.optional(Reason),
});
export const Ban = v.object({
  id: Id,
  site: SiteId,
  kind: BanKind,
  value: v.string(),
  label: v.string(),
  silent: v.boolean(),
  reason: v.nullable(v.string()),
  by: v.string(),
  createdAt: IsoTime,
  expiresAt: v.nullable(IsoTime),
});
export type Ban = v.InferOutput<typeof Ban>;
export const OfSiteQuery = v.strictObject({ site: v.optional(SiteId) });
export const Bans = v.object({ bans: v.array(Ban) });
export type Bans = v.InferOutput<typeof Bans>;

// Trying rules against what has been written.

/** Judges comments that moderators have decided about, newest first, as if these settings held. */
export const NewBacktest = v.strictObject({
  site: SiteId,
  settings: v.pipe(SomeSettings, v.description('What to change for the trial')),
  after: v.optional(Id),
});
const Trial = v.object({
  approved: v.object({ good: Count, spam: Count }),
  held: v.object({ good: Count, spam: Count }),
  spam: v.object({ good: Count, spam: Count }),
  refused: v.object({ good: Count, spam: Count }),
});
export const Backtest = v.object({
  looked: Count,
  now: v.pipe(Trial, v.description('Under the settings that hold')),
  tried: v.pipe(Trial, v.description('Under those to be tried')),
  examples: v.pipe(
    v.array(v.object({ comment: AdminComment, findings: v.array(Finding) })),
    v.description('The first ten that would fare otherwise'),
  ),
  next: v.pipe(v.nullable(Id), v.description('There is more: add its numbers to these')),
});
export type Backtest = v.InferOutput<typeof Backtest>;

// Pages.

export const AdminPage = v.object({
  id: Id,
  site: SiteId,
  url: v.string(),
  title: v.nullable(v.string()),
  count: Count,
  locked: v.boolean(),
  createdAt: IsoTime,
});
export type AdminPage = v.InferOutput<typeof AdminPage>;
export const AdminPagesQuery = v.strictObject({
  site: SiteId,
  q: v.optional(
    v.pipe(v.string(), v.maxBytes(200, 'must be 200 bytes or fewer'), v.description('In address or title')),
  ),
  after: v.optional(v.pipe(v.string(), v.maxLength(4_000))),
});
export const AdminPages = v.object({ pages: v.array(AdminPage), next: v.nullable(v.string()) });
export type AdminPages = v.InferOutput<typeof AdminPages>;
export const PageEdit = v.strictObject({
  locked: v.optional(v.boolean()),
  title: v.optional(v.nullable(Line(LIMITS.titleChars))),
  reason: v.optional(Reason),
});
export const PageMove = v.strictObject({
  url: v.pipe(PageUrl, v.description('Its new address; the old one leads there from now on')),
  reason: v.optional(Reason),
});
/** Takes some hundred branches a request; `left` tells whether to ask again, with the `batch` of the first answer. */
export const PageMerge = v.strictObject({
  into: v.pipe(Id, v.description('The page that has all comments then')),
  reason: v.optional(Reason),
  batch: v.optional(Id),
});
export const PageChanged = v.object({ page: AdminPage, batch: v.nullable(Id), left: v.boolean() });
export type PageChanged = v.InferOutput<typeof PageChanged>;
export const PageDuplicatesQuery = v.strictObject({ site: SiteId });
export const PageDuplicates = v.object({
  groups: v.array(v.object({ reason: v.picklist(['title', 'address']), pages: v.array(AdminPage) })),
});
export type PageDuplicates = v.InferOutput<typeof PageDuplicates>;

// Numbers.

export const Summary = v.object({
  pending: v.pipe(Count, v.description('1,000 at most are counted, here and below')),
  flagged: Count,
  spam: Count,
  latest: v.pipe(v.nullable(Id), v.description('The newest comment of any status')),
  attackUntil: v.nullable(IsoTime),
});
export type Summary = v.InferOutput<typeof Summary>;
export const StatsQuery = v.strictObject({
  site: SiteId,
  days: v.optional(v.pipe(v.string(), v.regex(/^\d{1,3}$/), v.transform(Number), v.minValue(1), v.maxValue(365))),
});
export const Stats = v.object({
  days: v.array(
    v.object({
      day: v.pipe(v.string(), v.description('YYYY-MM-DD, UTC')),
      approved: Count,
      pending: Count,
      spam: Count,
      trash: Count,
      decided: v.pipe(Count, v.description('Held comments that were decided about that day')),
      waitS: v.pipe(v.nullable(Count), v.description('How long those waited, in seconds, on average')),
    }),
  ),
  pages: v.pipe(v.array(AdminPage), v.description('The ten with most comments in these days')),
  phases: v.pipe(
    v.array(v.object({ phase: v.string(), hits: Count, good: v.pipe(Count, v.description('Approved in the end')) })),
    v.description('What each phase of moderation found in these days'),
  ),
});
export type Stats = v.InferOutput<typeof Stats>;
