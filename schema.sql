-- Afterword's database (D1, SQLite). Applied by `npm start` and `npm run deploy`; every statement may run again.
-- A table that is there already gets the columns it lacks (cli/schema-columns.ts): a new one needs to be nullable or to
-- have a DEFAULT.
-- Times are epoch milliseconds. Ids of pages and comments are time-sorted text (worker/ids.ts); counters speak of
-- what everybody may see, so that nothing held or removed can be counted from outside.

-- A site is a set of origins that share settings and a moderation team.
CREATE TABLE IF NOT EXISTS sites (
  id         TEXT PRIMARY KEY,              -- short name, [a-z0-9-]{1,40}; the widget's `site` attribute
  name       TEXT NOT NULL,                 -- for people
  settings   TEXT NOT NULL DEFAULT '{}',    -- JSON, worker/admin/settings.ts; a missing key has its default
  version    INTEGER NOT NULL DEFAULT 1,    -- +1 whenever settings change: part of every ETag
  attack_until INTEGER NOT NULL DEFAULT 0,  -- ms; until then newcomers prove work and wait, worker/moderation/attack/attack.ts
  created_at INTEGER NOT NULL               -- ms
) WITHOUT ROWID;

-- Where a site's pages live. Scheme and `www.` are ignored, as in page keys.
CREATE TABLE IF NOT EXISTS origins (
  host    TEXT PRIMARY KEY,                 -- normalised host[:port], worker/pages/normalise.ts
  site_id TEXT NOT NULL REFERENCES sites (id)
) WITHOUT ROWID;

-- A page is born with its first comment or follower, never by a read.
CREATE TABLE IF NOT EXISTS pages (
  id         TEXT NOT NULL UNIQUE,          -- time-sorted id
  site_id    TEXT NOT NULL REFERENCES sites (id),
  key        TEXT NOT NULL,                 -- normalised URL, or '#' and an explicit page id
  url        TEXT NOT NULL,                 -- canonical address, for links
  title      TEXT,                          -- plain text, as the first writer's page named it
  count      INTEGER NOT NULL DEFAULT 0,    -- approved comments
  version    INTEGER NOT NULL DEFAULT 0,    -- +1 whenever something public changes: the ETag
  locked     INTEGER NOT NULL DEFAULT 0,    -- 1: nobody may reply
  pinned     TEXT,                          -- the top-level comment that comes first, or NULL
  merged_into TEXT,                         -- pages.id that has its comments now; an alias leads there
  reactions  TEXT NOT NULL DEFAULT '{}',    -- JSON, how many people chose each reaction
  import_id  TEXT,                          -- imports.id that made it, or NULL: its first comment did
  created_at INTEGER NOT NULL,              -- ms
  PRIMARY KEY (site_id, key)
) WITHOUT ROWID;

-- Another key for a page (moved, merged). Wins over the normaliser: looked up first.
CREATE TABLE IF NOT EXISTS aliases (
  site_id TEXT NOT NULL REFERENCES sites (id),
  key     TEXT NOT NULL,                    -- normalised URL, the URL exactly as serialised, or '#' and a page id
  target  TEXT NOT NULL,                    -- key in pages, born or not
  PRIMARY KEY (site_id, key)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS comments (
  id            TEXT PRIMARY KEY,           -- time-sorted, never before its parent's; the random part is unguessable
  site_id       TEXT NOT NULL DEFAULT '',   -- its page's site
  page_id       TEXT NOT NULL REFERENCES pages (id),
  parent_id     TEXT,                       -- comments.id as written, never re-parented; NULL at top level. Not REFERENCES: a delete would read every row
  root_id       TEXT NOT NULL,              -- the top-level comment of its branch; its own id at top level
  depth         INTEGER NOT NULL,           -- 0 at top level, unlimited
  status        TEXT NOT NULL CHECK (status IN ('approved', 'pending', 'spam', 'trash', 'deleted')),
  shown         INTEGER NOT NULL,           -- 1: has a place in the thread (approved, or removed but replied to)
  inline        INTEGER NOT NULL,           -- 1: comes with the thread (top level, or among the first of its branch)
  replies       INTEGER NOT NULL DEFAULT 0, -- at top level: shown comments of its branch below it; else 0
  up            INTEGER NOT NULL DEFAULT 0, -- votes up
  down          INTEGER NOT NULL DEFAULT 0, -- votes down
  score         REAL NOT NULL DEFAULT 0,    -- what `best` sorts by: Wilson's lower bound of up in all votes
  author_id     TEXT,                       -- a guest's key thumbprint (RFC 7638) or people.id; NULL: nobody can prove it
  author_verified TEXT,                     -- how the author logged in, as people.verified, or NULL
  author_avatar TEXT,                       -- avatars.id or NULL
  author_name   TEXT NOT NULL,              -- plain text, 1 to 80 characters
  author_email  TEXT,                       -- never public
  author_url    TEXT,                       -- http(s) only
  author_badge  TEXT,                       -- 'author', 'moderator' or NULL
  body          TEXT NOT NULL,              -- Markdown as written
  html          TEXT NOT NULL,              -- body rendered by worker/comments/markdown.ts
  html_version  INTEGER NOT NULL,           -- RENDERER_VERSION that made html
  ip_hash       TEXT,                       -- keyed hash of the client's address, NULL after 30 days
  net_hash      TEXT,                       -- keyed hash of the client's network (/24, of IPv6 /48), NULL after 30 days
  receipt_key   TEXT,                       -- the Idempotency-Key it came with: sent again, it is answered and not written
  receipt_print TEXT,                       -- SHA-256 of that request's body: another one under the same key is an error
  verdict       TEXT,                       -- JSON, what moderation's phases said (worker/moderation/verdict.ts), or NULL
  print         TEXT,                       -- fingerprint by which near duplicates are found, worker/moderation/text/print.ts
  flagged       INTEGER NOT NULL DEFAULT 0, -- readers' reports that no moderator has answered
  locked        INTEGER NOT NULL DEFAULT 0, -- at top level: 1: nobody may reply in its branch
  decision_id   TEXT,                       -- decisions.id of the last decision about its status, or NULL; of what was imported, imports.id
  kind          TEXT,                       -- 'pingback' or 'trackback', NULL: a comment
  orphan        INTEGER NOT NULL DEFAULT 0, -- 1: imported, and what it replied to was missing: it stands at top level
  import_id     TEXT,                       -- imports.id it came with, or NULL: it was written here
  source_id     TEXT,                       -- its id where it came from
  told          TEXT,                       -- events.id that its followers are told by, once; '>' and a recipients.id: they were up to there; NULL: nobody was
  created_at    INTEGER NOT NULL,           -- ms
  edited_at     INTEGER                     -- ms
);
-- A thread is one range of this index, branch by branch: oldest first, or read backwards, newest first.
CREATE INDEX IF NOT EXISTS comments_thread ON comments (page_id, root_id, id) WHERE shown = 1 AND inline = 1;
CREATE INDEX IF NOT EXISTS comments_best ON comments (page_id, score, id) WHERE shown = 1 AND parent_id IS NULL;
CREATE INDEX IF NOT EXISTS comments_branch ON comments (root_id, id) WHERE shown = 1 AND parent_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS comments_children ON comments (parent_id, id) WHERE shown = 1 AND parent_id IS NOT NULL;
-- The other replies: what was replied to is never thrown away.
CREATE INDEX IF NOT EXISTS comments_hidden ON comments (parent_id) WHERE shown = 0 AND parent_id IS NOT NULL;
-- What somebody wrote: for their own list, their copy of it, and its deletion.
CREATE INDEX IF NOT EXISTS comments_author ON comments (author_id, id) WHERE author_id IS NOT NULL;
-- Of any status, in order of time: for moderators, and for what was written just now.
CREATE INDEX IF NOT EXISTS comments_site ON comments (site_id, id);
CREATE INDEX IF NOT EXISTS comments_page ON comments (page_id, id);
-- What waits for a decision, or was decided against.
CREATE INDEX IF NOT EXISTS comments_queue ON comments (site_id, status, id) WHERE status IN ('pending', 'spam', 'trash');
CREATE INDEX IF NOT EXISTS comments_flagged ON comments (site_id, id) WHERE flagged > 0;
CREATE UNIQUE INDEX IF NOT EXISTS comments_receipt ON comments (site_id, receipt_key) WHERE receipt_key IS NOT NULL;

-- Words of comments, for moderators' search: three letters at a time, so that every language works. Filled when somebody
-- searches, and hourly (worker/moderation/queue/search-store.ts), so that a post does not pay for it. rowid is that of comments.
CREATE VIRTUAL TABLE IF NOT EXISTS search USING fts5 (
  body, author, content='', contentless_delete=1, tokenize='trigram'
);

-- Proofs that were used (RFC 9449), so that none counts twice; forgotten when they are too old to count at all.
CREATE TABLE IF NOT EXISTS proofs (
  iat INTEGER NOT NULL,                     -- seconds, as the proof says
  jkt TEXT NOT NULL,                        -- thumbprint of the key that signed it
  jti TEXT NOT NULL,                        -- the proof's own id
  PRIMARY KEY (iat, jkt, jti)
) WITHOUT ROWID;

-- Somebody who logged in, on one site: nothing links a reader across sites. A guest is a key and has no row.
CREATE TABLE IF NOT EXISTS people (
  id         TEXT PRIMARY KEY,              -- time-sorted id
  site_id    TEXT NOT NULL REFERENCES sites (id),
  name       TEXT NOT NULL,                 -- plain text, 1 to 80 characters
  email      TEXT,                          -- never public; only as a provider verified it
  url        TEXT,                          -- http(s) only
  avatar     TEXT,                          -- avatars.id or NULL
  verified   TEXT NOT NULL,                 -- how they logged in first: a provider's name, or the site's own host
  role       TEXT CHECK (role IN ('author', 'moderator')), -- on the site's team, or NULL
  created_at INTEGER NOT NULL,              -- ms
  seen_at    INTEGER NOT NULL               -- ms, the last login or renewal
) WITHOUT ROWID;
-- The site's team: their names and addresses are reserved.
CREATE INDEX IF NOT EXISTS people_team ON people (site_id) WHERE role IS NOT NULL;

-- Ways in: several accounts may belong to one person.
CREATE TABLE IF NOT EXISTS accounts (
  site_id    TEXT NOT NULL,
  provider   TEXT NOT NULL,                 -- a provider's id, 'sso', or 'mastodon' with its host in the subject
  subject    TEXT NOT NULL,                 -- what the provider calls them, forever
  person_id  TEXT NOT NULL REFERENCES people (id),
  name       TEXT NOT NULL,                 -- as the provider named them last, to tell two accounts apart
  created_at INTEGER NOT NULL,              -- ms
  PRIMARY KEY (site_id, provider, subject)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS accounts_person ON accounts (person_id);

-- A login on one device, worth nothing without its key.
CREATE TABLE IF NOT EXISTS sessions (
  id         TEXT PRIMARY KEY,              -- time-sorted id
  site_id    TEXT NOT NULL,
  person_id  TEXT NOT NULL REFERENCES people (id),
  jkt        TEXT NOT NULL,                 -- thumbprint of the device's key
  device     TEXT NOT NULL,                 -- browser and system in a few words, from the User-Agent
  created_at INTEGER NOT NULL,              -- ms
  used_at    INTEGER NOT NULL,              -- ms, the last renewal
  expires_at INTEGER NOT NULL               -- ms, moves on with every renewal
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sessions_person ON sessions (person_id);

-- Logins on their way: from the click to the provider, and back to the key that asked. Minutes old at most.
CREATE TABLE IF NOT EXISTS logins (
  id         TEXT PRIMARY KEY,              -- SHA-256 of the state sent to the provider
  code_hash  TEXT UNIQUE,                   -- SHA-256 of the one-time code, once the provider has answered
  site_id    TEXT NOT NULL,
  provider   TEXT NOT NULL,
  origin     TEXT NOT NULL,                 -- of the embedding page: the one place the code is given to
  return_to  TEXT NOT NULL,                 -- the embedding page, where the code goes when nobody opened a popup
  popup      INTEGER NOT NULL,              -- 1: the code goes to whoever opened this window
  jkt        TEXT NOT NULL,                 -- thumbprint of the key that asked
  challenge  TEXT NOT NULL,                 -- S256 of the widget's own secret (as PKCE, RFC 7636)
  kept       TEXT NOT NULL,                 -- JSON, what the protocol must remember: verifier, nonce, instance
  profile    TEXT,                          -- JSON, what the provider said; there with code_hash
  expires_at INTEGER NOT NULL               -- ms
) WITHOUT ROWID;

-- Mastodon instances this Afterword has registered itself with.
CREATE TABLE IF NOT EXISTS instances (
  host          TEXT NOT NULL,
  redirect_uri  TEXT NOT NULL,              -- ours; another domain of ours is another registration
  client_id     TEXT NOT NULL,
  client_secret TEXT NOT NULL,
  created_at    INTEGER NOT NULL,           -- ms
  PRIMARY KEY (host, redirect_uri)
) WITHOUT ROWID;

-- Pictures of people, fetched once, checked, served from here.
CREATE TABLE IF NOT EXISTS avatars (
  id         TEXT PRIMARY KEY,              -- time-sorted id, or for Gravatar a keyed hash
  owner      TEXT NOT NULL,                 -- people.id, or the comment's author_id
  type       TEXT NOT NULL,                 -- image/png, image/jpeg, image/gif or image/webp; 'none': there is none
  bytes      BLOB NOT NULL,
  fetched_at INTEGER NOT NULL               -- ms
);
CREATE INDEX IF NOT EXISTS avatars_owner ON avatars (owner);

CREATE TABLE IF NOT EXISTS votes (
  comment_id TEXT NOT NULL REFERENCES comments (id),
  voter_id   TEXT NOT NULL,                 -- as comments.author_id
  value      INTEGER NOT NULL CHECK (value IN (1, -1)),
  created_at INTEGER NOT NULL,              -- ms
  PRIMARY KEY (comment_id, voter_id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS votes_voter ON votes (voter_id);

-- What people think of a page as a whole.
CREATE TABLE IF NOT EXISTS reactions (
  page_id    TEXT NOT NULL REFERENCES pages (id),
  person_id  TEXT NOT NULL,                 -- as comments.author_id
  value      TEXT NOT NULL,                 -- one of the site's `reactions`
  created_at INTEGER NOT NULL,              -- ms
  PRIMARY KEY (page_id, person_id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS reactions_person ON reactions (person_id);

-- Comments that readers reported to the moderators.
CREATE TABLE IF NOT EXISTS flags (
  comment_id  TEXT NOT NULL REFERENCES comments (id),
  reporter_id TEXT NOT NULL,                -- as comments.author_id
  reason      TEXT NOT NULL,                -- 'spam', 'abuse', 'off_topic' or 'other'
  note        TEXT,                         -- plain text
  created_at  INTEGER NOT NULL,             -- ms
  PRIMARY KEY (comment_id, reporter_id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS flags_reporter ON flags (reporter_id);

-- People who asked to be forgotten.
CREATE TABLE IF NOT EXISTS deletions (
  identity TEXT PRIMARY KEY,                -- as comments.author_id
  due_at   INTEGER NOT NULL                 -- ms; until then they may change their mind
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS deletions_due ON deletions (due_at);

-- What moderators and the owner decided, one row for up to some hundred comments; kept as long as it can be undone.
CREATE TABLE IF NOT EXISTS decisions (
  site_id    TEXT NOT NULL,                 -- '' when it is about no single site
  id         TEXT NOT NULL,                 -- time-sorted id
  batch      TEXT NOT NULL,                 -- decisions made as one have one batch: the id of the first
  actor_kind TEXT NOT NULL,                 -- 'root', 'token', 'person' or 'system'
  actor_id   TEXT,                          -- tokens.id or people.id
  actor_name TEXT NOT NULL,                 -- as it was then
  action     TEXT NOT NULL,                 -- worker/contract-admin.ts, Action
  reason     TEXT,                          -- plain text
  items      TEXT NOT NULL,                 -- JSON [{id, before, after}]: what was changed, and how to change it back
  count      INTEGER NOT NULL,              -- of items
  created_at INTEGER NOT NULL,              -- ms
  undone_by  TEXT,                          -- decisions.id of what took it back
  undoes     TEXT,                          -- of an undo: the action it took back, or brought back
  PRIMARY KEY (site_id, id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS decisions_batch ON decisions (batch, id);
-- Those that keep a text of a comment: it goes when the comment does.
CREATE INDEX IF NOT EXISTS decisions_texts ON decisions (items ->> '$[0].id')
  WHERE action = 'edit' OR undoes = 'edit';
-- Those that name somebody who was banned: they go when somebody is forgotten.
CREATE INDEX IF NOT EXISTS decisions_bans ON decisions (COALESCE(items ->> '$[0].after.value', items ->> '$[0].before.value'))
  WHERE action IN ('ban', 'unban') OR undoes IN ('ban', 'unban');

-- Who may not write.
CREATE TABLE IF NOT EXISTS bans (
  id         TEXT NOT NULL UNIQUE,          -- time-sorted id
  site_id    TEXT NOT NULL,
  kind       TEXT NOT NULL,                 -- 'author' (comments.author_id), 'ip', 'network' (hashes), 'cidr', 'email', 'domain'
  value      TEXT NOT NULL,                 -- as compared: lower case, hashes as in comments
  label      TEXT NOT NULL,                 -- what a moderator reads: a name, an address
  silent     INTEGER NOT NULL,              -- 1: they are not told; what they write goes to spam
  reason     TEXT,                          -- plain text, for moderators
  created_by TEXT NOT NULL,                 -- as decisions.actor_name
  created_at INTEGER NOT NULL,              -- ms
  expires_at INTEGER,                       -- ms, or NULL: for good
  PRIMARY KEY (site_id, kind, value)
) WITHOUT ROWID;

-- API tokens. What one looks like and how it is compared: worker/admin/grant.ts.
CREATE TABLE IF NOT EXISTS tokens (
  id         TEXT PRIMARY KEY,              -- time-sorted id, the public half of the token
  hash       TEXT NOT NULL,                 -- SHA-256 of the secret half, base64url
  name       TEXT NOT NULL,                 -- plain text
  scopes     TEXT NOT NULL,                 -- JSON array of worker/contract-admin.ts, Scope
  site_id    TEXT,                          -- the one site it is for, or NULL: all
  created_at INTEGER NOT NULL,              -- ms
  expires_at INTEGER,                       -- ms, or NULL: never
  used_at    INTEGER,                       -- ms, to the hour
  revoked_at INTEGER                        -- ms, or NULL
) WITHOUT ROWID;

-- What a site's classifier has learnt (worker/moderation/classifier/bayes.ts).
CREATE TABLE IF NOT EXISTS models (
  site_id    TEXT PRIMARY KEY,
  version    INTEGER NOT NULL,              -- +1 whenever it learns: a worker keeps what it has read
  data       TEXT NOT NULL,                 -- counts, in the form of bayes.ts
  good       INTEGER NOT NULL,              -- comments learnt as good
  spam       INTEGER NOT NULL               -- comments learnt as spam
) WITHOUT ROWID;

-- Numbers of a day, for the dashboard.
CREATE TABLE IF NOT EXISTS stats (
  site_id TEXT NOT NULL,
  day     TEXT NOT NULL,                    -- YYYY-MM-DD, UTC
  name    TEXT NOT NULL,                    -- worker/admin/stats-store.ts
  value   INTEGER NOT NULL,
  PRIMARY KEY (site_id, day, name)
) WITHOUT ROWID;

-- What was imported. A row stays as long as its comments do: it takes them away again.
CREATE TABLE IF NOT EXISTS imports (
  id         TEXT PRIMARY KEY,              -- time-sorted id
  site_id    TEXT,                          -- NULL: a whole instance was restored
  format     TEXT NOT NULL,                 -- worker/contract-transfer.ts, Format
  name       TEXT NOT NULL,                 -- of the file
  digest     TEXT NOT NULL,                 -- SHA-256 of what decides what is sent: the same again goes on where it stopped
  status     TEXT NOT NULL,                 -- 'open', 'done', 'undoing' or 'undone'
  total      INTEGER NOT NULL,              -- records there are to send
  position   INTEGER NOT NULL DEFAULT 0,    -- records sent
  pages      INTEGER NOT NULL DEFAULT 0,    -- pages it added
  comments   INTEGER NOT NULL DEFAULT 0,    -- comments it added, and that are still there
  undone_to  TEXT,                          -- comments.id that its undo has come down to, or NULL
  actor_kind TEXT NOT NULL,                 -- as in decisions
  actor_id   TEXT,
  actor_name TEXT NOT NULL,
  created_at INTEGER NOT NULL,              -- ms
  finished_at INTEGER                       -- ms, or NULL
) WITHOUT ROWID;

-- Who wrote what was imported, as known where it came from. Whoever proves the address or the account may claim it.
CREATE TABLE IF NOT EXISTS authors (
  site_id TEXT NOT NULL,
  id      TEXT NOT NULL,                    -- comments.author_id: 'i_' and a hash
  name    TEXT NOT NULL,
  email   TEXT,                             -- lower case; never public
  account TEXT,                             -- 'provider:subject' as in accounts, or 'remark42:provider_sha1 of the subject'
  PRIMARY KEY (site_id, id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS authors_email ON authors (site_id, email) WHERE email IS NOT NULL;
CREATE INDEX IF NOT EXISTS authors_account ON authors (site_id, account) WHERE account IS NOT NULL;

-- What happened that somebody may want to hear of: written in the transaction that made it happen, and only where somebody
-- listens; gone when everybody concerned has a delivery (worker/notify/outbox/fan-out.ts).
CREATE TABLE IF NOT EXISTS events (
  cursor     TEXT NOT NULL,                 -- '' or '+': nobody has a delivery; else followers have, up to this recipients.id
  id         TEXT NOT NULL,                 -- time-sorted; of decisions, '.' and the comment's id behind the decision's
  site_id    TEXT NOT NULL,
  type       TEXT NOT NULL,                 -- worker/contract-notify.ts, EventType
  subject    TEXT NOT NULL,                 -- comments.id or imports.id
  cause      TEXT NOT NULL,                 -- 'writer', 'team' or 'system': whose doing
  created_at INTEGER NOT NULL,              -- ms
  PRIMARY KEY (cursor, id)                  -- what has got least far comes first, without an index of its own
) WITHOUT ROWID;

-- One notice on its way to one recipient: there once for each event and recipient, whatever is killed when. A mail that was
-- sent has no row any more; a webhook's stays for the log, and what failed for good until somebody sends it again.
CREATE TABLE IF NOT EXISTS deliveries (
  event_id   TEXT NOT NULL,                 -- events.id, or what else the notice is about (worker/notify/outbox/kinds.ts)
  target     TEXT NOT NULL,                 -- recipients.id, webhooks.id or codes.id
  site_id    TEXT NOT NULL,
  kind       TEXT NOT NULL,                 -- worker/contract-notify.ts, NoticeKind
  type       TEXT NOT NULL,                 -- of the event, as in events; of others, their kind
  subject    TEXT NOT NULL,                 -- as in events
  attempts   INTEGER NOT NULL,              -- begun so far
  due_at     INTEGER,                       -- ms, when to try (again); until then it is somebody's who sends it. NULL: over
  status     TEXT NOT NULL,                 -- 'waiting', 'sent' or 'dead'
  answer     TEXT,                          -- what the last attempt was answered, in short, or NULL
  created_at INTEGER NOT NULL,              -- ms
  done_at    INTEGER,                       -- ms, when it was sent or given up
  PRIMARY KEY (event_id, target)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (kind, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS deliveries_done ON deliveries (site_id, done_at) WHERE done_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS deliveries_dead ON deliveries (site_id, done_at) WHERE status = 'dead';

-- An address that gets mail about a site. A reader's counts once they have confirmed it.
CREATE TABLE IF NOT EXISTS recipients (
  id           TEXT PRIMARY KEY,            -- time-sorted id
  site_id      TEXT NOT NULL,
  role         TEXT NOT NULL CHECK (role IN ('reader', 'moderator')),
  email        TEXT NOT NULL COLLATE NOCASE, -- as written, its domain in lower case; never public
  state        TEXT NOT NULL,               -- 'asked', 'active', 'unsubscribed', 'bounced' or 'complained'; only 'active' gets notices
  frequency    TEXT NOT NULL,               -- 'instant', 'hourly' or 'daily'
  language     TEXT NOT NULL,               -- BCP 47, of the mails
  about        TEXT NOT NULL DEFAULT '[]',  -- JSON, of a moderator: 'new', 'held', 'reported'
  author_id    TEXT,                        -- as comments.author_id: whoever asked for it, or NULL
  network      TEXT,                        -- keyed hash of the network that asked last, as comments.net_hash, until it is confirmed
  asked_at     INTEGER NOT NULL,            -- ms, the last mail that asked to confirm
  asks         INTEGER NOT NULL DEFAULT 0,  -- mails that asked to confirm, since it was confirmed
  digest_due_at INTEGER,                    -- ms, when the next digest goes out, or NULL: nothing is in it
  created_at   INTEGER NOT NULL,            -- ms
  UNIQUE (site_id, role, email)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS recipients_digest ON recipients (digest_due_at) WHERE digest_due_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS recipients_asked ON recipients (asked_at) WHERE state = 'asked';
CREATE INDEX IF NOT EXISTS recipients_network ON recipients (network, asked_at) WHERE state = 'asked';
CREATE INDEX IF NOT EXISTS recipients_author ON recipients (author_id) WHERE author_id IS NOT NULL;

-- Who follows a page, or replies to a comment.
CREATE TABLE IF NOT EXISTS subscriptions (
  topic        TEXT NOT NULL,               -- pages.id or comments.id
  recipient_id TEXT NOT NULL REFERENCES recipients (id),
  created_at   INTEGER NOT NULL,            -- ms
  PRIMARY KEY (topic, recipient_id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS subscriptions_recipient ON subscriptions (recipient_id);

-- What the next digest of somebody tells.
CREATE TABLE IF NOT EXISTS digest_items (
  recipient_id TEXT NOT NULL,
  comment_id   TEXT NOT NULL,
  PRIMARY KEY (recipient_id, comment_id)
) WITHOUT ROWID;

-- Addresses of the owner's that are told what happens (Standard Webhooks), and chats.
CREATE TABLE IF NOT EXISTS webhooks (
  id         TEXT PRIMARY KEY,              -- time-sorted id
  site_id    TEXT NOT NULL,
  url        TEXT NOT NULL,                 -- https
  shape      TEXT NOT NULL,                 -- 'standard', 'slack', 'discord', 'telegram' or 'ntfy'
  events     TEXT NOT NULL,                 -- JSON array of EventType
  secret     TEXT NOT NULL,                 -- 'whsec_' and base64, or of a chat what it wants
  previous_secret TEXT,                     -- signs as well, while receivers change over
  rotated_at INTEGER,                       -- ms
  active     INTEGER NOT NULL DEFAULT 1,    -- 0: nothing is sent
  created_at INTEGER NOT NULL               -- ms
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS webhooks_site ON webhooks (site_id);

-- Logins by a code that was mailed. Good for minutes, kept for a day. The code itself is in no table: it is made of the id and AUTH_SECRET.
CREATE TABLE IF NOT EXISTS codes (
  id         TEXT PRIMARY KEY,              -- time-sorted id
  site_id    TEXT NOT NULL,
  email      TEXT NOT NULL COLLATE NOCASE,  -- as recipients.email
  jkt        TEXT NOT NULL,                 -- thumbprint of the key that asked
  network    TEXT NOT NULL,                 -- keyed hash of the network that asked
  language   TEXT NOT NULL,                 -- of the mail
  tries      INTEGER NOT NULL DEFAULT 0,    -- codes that were tried so far
  expires_at INTEGER NOT NULL               -- ms; the row stays a day, and counts against asking for more
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS codes_email ON codes (email, id);
CREATE INDEX IF NOT EXISTS codes_key ON codes (jkt, id);
CREATE INDEX IF NOT EXISTS codes_network ON codes (network, id);

-- Secret addresses of a site's moderation queue as a feed.
CREATE TABLE IF NOT EXISTS feed_keys (
  id         TEXT PRIMARY KEY,              -- time-sorted id
  hash       TEXT NOT NULL UNIQUE,          -- SHA-256 of the key, base64url
  site_id    TEXT,                          -- NULL: all sites
  name       TEXT NOT NULL,                 -- plain text
  made_by    TEXT,                          -- tokens.id or people.id: it is good while they are; NULL: the owner
  created_at INTEGER NOT NULL,              -- ms
  used_at    INTEGER                        -- ms, to the hour
) WITHOUT ROWID;

-- When each of the worker's regular jobs ran last.
CREATE TABLE IF NOT EXISTS jobs (
  name   TEXT PRIMARY KEY,
  ran_at INTEGER NOT NULL                   -- ms
) WITHOUT ROWID;

DROP INDEX IF EXISTS comments_ip;
DROP TABLE IF EXISTS receipts;
DROP TABLE IF EXISTS idempotency;
