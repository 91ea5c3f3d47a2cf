/**
 * The wire: what clients may send, what they get, limits and error codes. With contract-settings.ts and contract-admin.ts all
 * that worker, widget, console and CLI share; these import only the schema library and each other. OpenAPI is generated from
 * them (worker/openapi.ts).
 */
import * as v from 'valibot';

/** Limits of the wire. `Chars` are characters as a person counts them (grapheme clusters, UAX #29). */
export const LIMITS = {
  urlBytes: 2048,
  pageIdChars: 200,
  titleChars: 300,
  nameChars: 80,
  emailChars: 254,
  bodyChars: 10_000,
  bodyBytes: 40_000,
  /** What a character may take in short texts: the longest emoji do with less, towers of marks do not. */
  bytesPerChar: 32,
  requestBytes: 65_536,
  /** A request that brings records of an import. */
  importBytes: 1_048_576,
  importRecords: 500,
  /** A comment that was written elsewhere may be longer than one written here. */
  importedBodyBytes: 262_144,
  countsPerRequest: 100,
  /** Comments a thread answer holds; a branch is never split across two answers. */
  pageSize: { default: 50, min: 10, max: 200 },
  /** Replies of a branch that a thread answer holds; the rest is behind `more`. */
  repliesInline: 5,
  /** Nearest ancestors that come with a single comment. */
  ancestors: 50,
  noteChars: 1_000,
  /** How old a proof may be, and how far ahead of this clock. */
  proofAgeS: 120,
  proofSkewS: 60,
  /** Comments an answer of GET /me/comments holds. */
  ownComments: 50,
  /** How long somebody who asked to be forgotten may change their mind. */
  deletionDelayS: 86_400,
  /** Comments that one request of a moderator may decide about; more take several, of one batch. */
  decisionsPerRequest: 300,
  /** Comments an answer of GET /admin/comments holds. */
  queueSize: { default: 50, min: 1, max: 100 },
  /** How long a decision can be undone, and what was decided against is kept. */
  undoDays: 30,
  /** Shortest text that can be searched for. */
  searchChars: 3,
  reasonChars: 500,
  rulesPerSite: 200,
  patternChars: 500,
} as const;

/** Every error an answer may carry: its HTTP status and an English title. Explained in docs/errors.md. */
export const ERRORS = {
  invalid_request: [400, 'The request is not valid'],
  invalid_json: [400, 'The request body is not valid JSON'],
  url_invalid: [400, 'The page address is not a URL'],
  url_not_http: [400, 'The page address is not http or https'],
  url_too_long: [400, 'The page address is too long'],
  idempotency_key_required: [400, 'The Idempotency-Key header is missing or malformed'],
  login_expired: [400, 'This login took too long, or was used before'],
  code_wrong: [400, 'This is not the code that was mailed'],
  unauthorized: [401, 'The API token is not valid'],
  token_expired: [401, 'The API token has expired'],
  token_revoked: [401, 'The API token was revoked'],
  proof_required: [401, 'This needs the proof of a key'],
  proof_invalid: [401, 'The proof does not fit this request'],
  proof_expired: [401, 'The proof is too old, or from the future'],
  proof_replayed: [401, 'This proof was used before'],
  session_invalid: [401, 'You are not logged in any more'],
  sso_invalid: [401, 'The single sign-on token is not valid'],
  scope_missing: [403, 'This needs an API token that may do it'],
  banned: [403, 'You may not write here'],
  comment_refused: [403, 'This comment is not accepted here'],
  challenge_required: [403, 'This comment must come with the solution of a challenge'],
  origin_not_allowed: [403, 'This origin belongs to no site'],
  page_locked: [403, 'This conversation is closed'],
  login_required: [403, 'This site asks its writers to log in'],
  login_denied: [403, 'The login was cancelled'],
  not_yours: [403, 'This comment is not yours'],
  edit_closed: [403, 'This comment can no longer be edited'],
  name_reserved: [403, 'This name or address belongs to somebody of this site'],
  switched_off: [403, 'This site has switched this off'],
  not_found: [404, 'There is nothing here'],
  conflict: [409, 'Something else has happened meanwhile'],
  parent_unavailable: [409, 'The comment you reply to is not there'],
  body_too_large: [413, 'The request body is too large'],
  unsupported_media_type: [415, 'The request body must be application/json'],
  idempotency_key_reused: [422, 'This Idempotency-Key was used for another comment'],
  rate_limited: [429, 'Too many requests'],
  internal: [500, 'Something went wrong'],
  login_failed: [502, 'The login service did not answer as it should'],
  outside_refused: [502, 'That address may not be asked from here'],
  outside_unreachable: [502, 'That address did not answer'],
  setup_required: [503, 'This Afterword is not set up yet'],
  storage_unavailable: [503, 'The database did not answer'],
} as const satisfies Record<string, readonly [number, string]>;
export type ErrorCode = keyof typeof ERRORS;

/** RFC 9457 problem details; branch on `code`. */
export const ProblemBody = v.object({
  type: v.pipe(v.string(), v.description('A page that explains the code')),
  title: v.string(),
  status: v.pipe(v.number(), v.integer()),
  code: v.picklist(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]),
  detail: v.string(),
  field: v.optional(v.pipe(v.string(), v.description('The offending field, dotted: `author.url`'))),
});
export type ProblemBody = v.InferOutput<typeof ProblemBody>;

export const chars = (max: number) => v.maxGraphemes(max, `must be ${max} characters or fewer`);
/** For a text without a limit in bytes of its own. */
export const bytes = (max: number) =>
  v.maxBytes(max * LIMITS.bytesPerChar, `must be ${max * LIMITS.bytesPerChar} bytes or fewer`);
/** Something that can be seen: not only spaces, marks, controls and invisible letters. */
export const notBlank = v.check<string, string>(
  (s) => /[^\p{C}\p{Z}\p{M}\p{Default_Ignorable_Code_Point}\u2800]/u.test(s),
  'must not be blank',
);

/** What became of a comment. */
export const Status = v.picklist(
  ['approved', 'pending', 'spam', 'trash', 'deleted'],
  'must be approved, pending, spam, trash or deleted',
);
export type Status = v.InferOutput<typeof Status>;

export const Id = v.pipe(
  v.string(),
  v.regex(/^[0-9a-z]{26}$/, 'must be an id: 26 lower-case letters and digits'),
  v.description('Time-sorted id'),
);
export const PageUrl = v.pipe(
  v.string(),
  v.minLength(1, 'must not be empty'),
  v.description(`http(s) URL, ${LIMITS.urlBytes} bytes at most`),
);
export const SiteId = v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,40}$/, 'must be 1 to 40 of a-z, 0-9 and -'));
export const PageId = v.pipe(
  v.string(),
  notBlank,
  bytes(LIMITS.pageIdChars),
  chars(LIMITS.pageIdChars),
  v.description('An explicit page id; wins over the URL'),
);
export const IsoTime = v.pipe(
  v.string(),
  v.isoTimestamp('must be an ISO 8601 time such as 2026-01-31T12:00:00.000Z'),
  v.check((s) => Date.parse(s) >= 0, 'must be a time since 1970'),
);
const Cursor = v.pipe(v.string(), v.maxLength(60, 'is not a cursor'), v.regex(/^[0-9a-z.e+_-]+$/, 'is not a cursor'));
const Bookmark = v.pipe(
  v.string(),
  v.regex(/^[\w-]{1,200}$/, 'is not a bookmark'),
  v.description('From the Afterword-Bookmark header of a write: the answer is at least as new, and not from a cache'),
);

export const Sort = v.picklist(['oldest', 'newest', 'best'], 'must be oldest, newest or best');
export type Sort = v.InferOutput<typeof Sort>;
export const Badge = v.picklist(['author', 'moderator'], 'must be author or moderator');
/** What stands beside a name: who somebody is here, or that it was no person who wrote. */
const Mark = v.picklist([...Badge.options, 'pingback', 'trackback']);

export const Votes = v.picklist(['off', 'up', 'both'], 'must be off, up or both');
export type Votes = v.InferOutput<typeof Votes>;

/** Whom a comment is by, as everybody may see it. */
export const Author = v.object({
  id: v.pipe(
    v.nullable(v.string()),
    v.description('The same for everything one key or one person wrote on a site; null when nobody can prove it'),
  ),
  name: v.string(),
  url: v.nullable(v.string()),
  avatar: v.pipe(v.nullable(v.string()), v.description('A picture served from here')),
  badge: v.pipe(v.nullable(Mark), v.description('pingback and trackback: another site said that it links here')),
  verified: v.pipe(
    v.nullable(v.string()),
    v.description('How they logged in: name of a provider, or host of the site’s own login'),
  ),
});

/** A comment as everybody may see it. `html` is safe to insert as it is. */
export const Comment = v.object({
  id: Id,
  parent: v.nullable(Id),
  depth: v.pipe(v.number(), v.integer()),
  author: Author,
  html: v.pipe(v.string(), v.description('Rendered and sanitized; empty when the comment was removed')),
  status: v.picklist(['approved', 'pending', 'deleted']),
  createdAt: IsoTime,
  editedAt: v.nullable(IsoTime),
  votes: v.pipe(v.number(), v.integer(), v.description('Up minus down')),
  pinned: v.pipe(v.boolean(), v.description('Comes first in its thread, whatever the order, besides `limit` others')),
  more: v.pipe(
    v.nullable(v.object({ count: v.pipe(v.number(), v.integer()), after: v.string() })),
    v.description('On a top-level comment whose branch was cut: GET /comments/{id}/replies?after='),
  ),
});
export type Comment = v.InferOutput<typeof Comment>;

export const Count = v.pipe(v.number(), v.integer());
export const Reactions = v.pipe(
  v.array(v.object({ value: v.string(), count: Count })),
  v.description('As the site offers them; empty when it offers none'),
);
export type Reactions = v.InferOutput<typeof Reactions>;

export const Page = v.object({
  id: v.pipe(v.nullable(Id), v.description('null until something can be seen')),
  url: v.string(),
  title: v.nullable(v.string()),
  count: v.pipe(v.number(), v.integer()),
  locked: v.boolean(),
  reactions: Reactions,
});
export type Page = v.InferOutput<typeof Page>;

export const Thread = v.object({
  page: Page,
  sort: Sort,
  votes: v.pipe(Votes, v.description('What readers may do: nothing, vote up, or both ways')),
  required: v.pipe(v.array(v.picklist(['email', 'url'])), v.description('Author fields this site requires')),
  comments: v.pipe(v.array(Comment), v.description('Flat, depth-first')),
  next: v.pipe(v.nullable(v.string()), v.description('Cursor for `after`')),
});
export type Thread = v.InferOutput<typeof Thread>;

export const Replies = v.object({ comments: v.array(Comment), next: v.nullable(v.string()) });
export type Replies = v.InferOutput<typeof Replies>;

export const CommentInContext = v.object({
  page: Page,
  comment: Comment,
  ancestors: v.pipe(v.array(Comment), v.description(`The nearest ${LIMITS.ancestors}, outermost first`)),
});
export type CommentInContext = v.InferOutput<typeof CommentInContext>;

export const Counts = v.object({
  counts: v.pipe(v.array(v.pipe(v.number(), v.integer())), v.description('As asked: every url, then every page_id')),
});
export type Counts = v.InferOutput<typeof Counts>;

export const Preview = v.object({ html: v.string() });
export type Preview = v.InferOutput<typeof Preview>;

const Limit = v.pipe(
  v.string(),
  v.regex(/^\d{1,4}$/, 'must be a number'),
  v.transform(Number),
  v.minValue(LIMITS.pageSize.min, `must be ${LIMITS.pageSize.min} or more`),
  v.maxValue(LIMITS.pageSize.max, `must be ${LIMITS.pageSize.max} or fewer`),
);

export const ThreadQuery = v.strictObject({
  url: PageUrl,
  site: v.optional(SiteId),
  page_id: v.optional(PageId),
  sort: v.optional(Sort),
  limit: v.optional(Limit),
  after: v.optional(Cursor),
  bookmark: v.optional(Bookmark),
});
export const RepliesQuery = v.strictObject({
  limit: v.optional(Limit),
  after: v.optional(Id),
  bookmark: v.optional(Bookmark),
});
export const CommentQuery = v.strictObject({ bookmark: v.optional(Bookmark) });
const list = <T extends v.GenericSchema<string, string>>(item: T) =>
  v.optional(
    v.pipe(v.array(item), v.maxLength(LIMITS.countsPerRequest, `must be ${LIMITS.countsPerRequest} or fewer`)),
    [],
  );
export const CountsQuery = v.strictObject({ url: list(PageUrl), page_id: list(PageId), site: v.optional(SiteId) });

export const Body = v.pipe(
  v.string(),
  notBlank,
  v.maxBytes(LIMITS.bodyBytes, `must be ${LIMITS.bodyBytes} bytes or fewer`),
  chars(LIMITS.bodyChars),
  v.description('Markdown'),
);

export const Name = v.pipe(v.string(), notBlank, bytes(LIMITS.nameChars), chars(LIMITS.nameChars));
export const Website = v.pipe(v.string(), v.maxBytes(LIMITS.urlBytes, `must be ${LIMITS.urlBytes} bytes or fewer`));

/** Who writes, in their own words: for those who have not logged in. */
const NewAuthor = v.pipe(
  v.strictObject({
    name: Name,
    email: v.optional(
      v.nullable(
        v.pipe(
          v.string(),
          v.email('must be an e-mail address'),
          v.maxLength(LIMITS.emailChars, `must be ${LIMITS.emailChars} characters or fewer`),
        ),
      ),
    ),
    url: v.optional(v.nullable(Website)),
    badge: v.optional(v.pipe(Badge, v.description('With an API token only'))),
  }),
  v.description('Needed unless a session says who writes, and refused then'),
);

/** What any writer may set. */
export const NewComment = v.strictObject({
  url: PageUrl,
  site: v.optional(SiteId),
  pageId: v.optional(PageId),
  title: v.optional(v.pipe(v.string(), bytes(LIMITS.titleChars), chars(LIMITS.titleChars))),
  parent: v.optional(v.nullable(Id)),
  body: Body,
  author: v.optional(NewAuthor),
  createdAt: v.optional(v.pipe(IsoTime, v.description('With an API token only'))),
  trap: v.optional(
    v.pipe(
      v.string(),
      v.maxLength(200),
      v.description('Of a field that people do not see: whatever fills it in is no person'),
    ),
  ),
  writtenMs: v.optional(
    v.pipe(
      v.number(),
      v.integer(),
      v.minValue(0),
      v.description('How long the writer took, from the first key, in ms'),
    ),
  ),
});
export type NewComment = v.InferInput<typeof NewComment>;

export const NewPreview = v.strictObject({ url: PageUrl, site: v.optional(SiteId), body: Body });

export const CommentEdit = v.strictObject({ body: Body });
export const Source = v.object({ body: v.pipe(v.string(), v.description('Markdown, as written')) });
export type Source = v.InferOutput<typeof Source>;

export const NewVote = v.strictObject({ value: v.picklist([1, 0, -1], 'must be 1, 0 or -1') });
export const Vote = v.object({ votes: Count, value: v.picklist([1, 0, -1]) });
export type Vote = v.InferOutput<typeof Vote>;

export const NewFlag = v.strictObject({
  reason: v.picklist(['spam', 'abuse', 'off_topic', 'other'], 'must be spam, abuse, off_topic or other'),
  note: v.optional(v.pipe(v.string(), bytes(LIMITS.noteChars), chars(LIMITS.noteChars))),
});
export const Done = v.object({ ok: v.literal(true) });
export type Done = v.InferOutput<typeof Done>;

export const NewReaction = v.strictObject({
  url: PageUrl,
  site: v.optional(SiteId),
  pageId: v.optional(PageId),
  title: v.optional(v.pipe(v.string(), bytes(LIMITS.titleChars), chars(LIMITS.titleChars))),
  value: v.pipe(v.nullable(v.string()), v.description('One of the site’s reactions; null takes it back')),
});
export type NewReaction = v.InferOutput<typeof NewReaction>;
export const Reaction = v.object({ reactions: Reactions, value: v.nullable(v.string()) });
export type Reaction = v.InferOutput<typeof Reaction>;

/** What writing on a site takes and offers. */
export const SiteQuery = v.strictObject({ url: PageUrl, site: v.optional(SiteId) });
export const Site = v.object({
  id: SiteId,
  guests: v.pipe(v.boolean(), v.description('Whether one may write without logging in')),
  providers: v.pipe(
    v.array(v.object({ id: v.string(), name: v.string(), instance: v.boolean() })),
    v.description('Ways to log in; `instance`: needs the host of the reader’s own server'),
  ),
  sso: v.pipe(v.boolean(), v.description('Whether the site’s own accounts may be handed over')),
  mail: v.pipe(v.boolean(), v.description('Whether one may log in by a code that is mailed, and follow by mail')),
  votes: Votes,
  editWindowS: v.pipe(Count, v.description('How long a comment can be edited, in seconds')),
});
export type Site = v.InferOutput<typeof Site>;

export const ChallengeQuery = v.strictObject({
  url: PageUrl,
  site: v.optional(SiteId),
  key: v.pipe(
    v.string(),
    v.regex(/^[\w-]{16,64}$/, 'must be 16 to 64 of A-Z, a-z, 0-9, - and _'),
    v.description('Idempotency-Key of the comment it is for'),
  ),
});
/** What a comment that was refused with `challenge_required` must come with; null for what is not asked. */
export const Challenge = v.object({
  work: v.pipe(
    v.nullable(v.object({ parameters: v.looseObject({ algorithm: v.string() }), signature: v.string() })),
    v.description(
      'Proof of work (ALTCHA, version 2). The header Afterword-Work takes `{challenge, solution}` as JSON in base64, for this comment only',
    ),
  ),
  turnstile: v.pipe(
    v.nullable(v.string()),
    v.description('Site key of Cloudflare Turnstile. The header Afterword-Turnstile takes the token'),
  ),
});
export type Challenge = v.InferOutput<typeof Challenge>;

const Thumbprint = v.pipe(v.string(), v.regex(/^[\w-]{43}$/, 'must be a SHA-256 in base64url'));
/** How a login begins: the browser goes there. No credential is in it. */
export const LoginQuery = v.strictObject({
  url: PageUrl,
  site: v.optional(SiteId),
  origin: v.pipe(v.string(), v.description('Of the embedding page, exactly')),
  jkt: v.pipe(Thumbprint, v.description('Thumbprint of the key that asks (RFC 7638)')),
  challenge: v.pipe(Thumbprint, v.description('S256 of a secret that the one-time code is exchanged with')),
  redirect: v.optional(
    v.pipe(v.picklist(['1']), v.description('Come back with the code in the fragment; else a popup tells its opener')),
  ),
  back: v.optional(v.pipe(PageUrl, v.description('Where to come back to, on `origin`; `url` unless given'))),
  instance: v.optional(v.pipe(v.string(), v.maxLength(253), v.description('Host of the reader’s server'))),
});

export const NewSession = v.union([
  v.strictObject({
    code: v.pipe(v.string(), v.maxLength(100), v.description('One-time code of a login')),
    verifier: v.pipe(v.string(), v.maxLength(128), v.description('The secret behind `challenge`')),
  }),
  v.strictObject({ sso: v.pipe(v.string(), v.maxLength(8192)), url: PageUrl, site: v.optional(SiteId) }),
  v.strictObject({
    emailCode: v.strictObject({
      id: v.pipe(Id, v.description('From POST /login/email, asked with the same key')),
      code: v.pipe(v.string(), v.regex(/^\d{6}$/, 'must be six digits')),
      name: v.optional(v.pipe(Name, v.description('What a new person is called'))),
    }),
  }),
]);
export type NewSession = v.InferInput<typeof NewSession>;
export const SessionRenewal = v.strictObject({ session: Id });

export const Person = v.object({
  id: v.pipe(v.string(), v.description('As `author.id`')),
  name: v.string(),
  url: v.nullable(v.string()),
  avatar: v.nullable(v.string()),
  badge: v.nullable(Badge),
  verified: v.pipe(v.string(), v.description('As `author.verified`')),
});
export type Person = v.InferOutput<typeof Person>;
export const Session = v.object({
  id: v.pipe(Id, v.description('What renews it, with the proof of its key')),
  token: v.pipe(v.string(), v.description('For `Authorization: DPoP`; bound to the key')),
  expiresAt: v.pipe(IsoTime, v.description('Of the token')),
  person: Person,
  hasEmail: v.pipe(v.boolean(), v.description('Whether an address of theirs is known: GET /me tells it')),
});
export type Session = v.InferOutput<typeof Session>;

/** Everything a person sees of themselves. */
export const Me = v.object({
  id: v.string(),
  person: v.pipe(v.nullable(Person), v.description('null for a guest')),
  email: v.nullable(v.string()),
  accounts: v.array(v.object({ provider: v.string(), name: v.string(), createdAt: IsoTime })),
  sessions: v.array(
    v.object({ id: Id, device: v.string(), createdAt: IsoTime, usedAt: IsoTime, current: v.boolean() }),
  ),
  claimable: v.pipe(
    Count,
    v.description(
      'Comments of this device’s key, and imported ones of their address or accounts, that the person may take along',
    ),
  ),
  deleteAt: v.pipe(v.nullable(IsoTime), v.description('When everything will be deleted')),
});
export type Me = v.InferOutput<typeof Me>;
export const MeEdit = v.strictObject({ name: v.optional(Name), url: v.optional(v.nullable(Website)) });

export const OwnQuery = v.strictObject({
  url: v.optional(PageUrl),
  site: v.optional(SiteId),
  page_id: v.optional(PageId),
  after: v.optional(Id),
});
export const OwnComment = v.object({
  comment: v.object({ ...Comment.entries, status: Status }),
  page: v.object({ url: v.string(), title: v.nullable(v.string()) }),
});
export const OwnComments = v.object({ comments: v.array(OwnComment), next: v.nullable(Id) });
export type OwnComments = v.InferOutput<typeof OwnComments>;

/** A copy of everything that is stored about somebody. */
export const MyData = v.object({
  exportedAt: IsoTime,
  me: Me,
  comments: v.array(v.looseObject({ id: Id, body: v.string() })),
  votes: v.array(v.object({ comment: Id, value: Count, createdAt: IsoTime })),
  reactions: v.array(v.object({ page: v.string(), value: v.string(), createdAt: IsoTime })),
  flags: v.array(v.object({ comment: Id, reason: v.string(), note: v.nullable(v.string()), createdAt: IsoTime })),
  subscriptions: v.pipe(
    v.array(
      v.object({
        email: v.string(),
        state: v.string(),
        frequency: v.string(),
        page: v.string(),
        comment: v.nullable(Id),
        createdAt: IsoTime,
      }),
    ),
    v.description('What is mailed to you: all of a page, or replies to a comment'),
  ),
});
export type MyData = v.InferOutput<typeof MyData>;
