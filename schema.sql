-- Afterword's database (D1, SQLite). Applied by `npm start` and `npm run deploy`; every statement may run again.
-- Times are epoch milliseconds. Ids of pages and comments are time-sorted text (worker/ids.ts); counters speak of
-- what everybody may see, so that nothing held or removed can be counted from outside.

-- A site is a set of origins that share settings and a moderation team.
CREATE TABLE IF NOT EXISTS sites (
  id         TEXT PRIMARY KEY,              -- short name, [a-z0-9-]{1,40}; the widget's `site` attribute
  name       TEXT NOT NULL,                 -- for people
  settings   TEXT NOT NULL DEFAULT '{}',    -- JSON, worker/admin/settings.ts; a missing key has its default
  version    INTEGER NOT NULL DEFAULT 1,    -- +1 whenever settings change: part of every ETag
  created_at INTEGER NOT NULL               -- ms
) WITHOUT ROWID;

-- Where a site's pages live. Scheme and `www.` are ignored, as in page keys.
CREATE TABLE IF NOT EXISTS origins (
  host    TEXT PRIMARY KEY,                 -- normalised host[:port], worker/pages/normalise.ts
  site_id TEXT NOT NULL REFERENCES sites (id)
) WITHOUT ROWID;

-- A page is born with its first comment, never by a read.
CREATE TABLE IF NOT EXISTS pages (
  id         TEXT NOT NULL UNIQUE,          -- time-sorted id
  site_id    TEXT NOT NULL REFERENCES sites (id),
  key        TEXT NOT NULL,                 -- normalised URL, or '#' and an explicit page id
  url        TEXT NOT NULL,                 -- canonical address, for links
  title      TEXT,                          -- plain text, as the first writer's page named it
  count      INTEGER NOT NULL DEFAULT 0,    -- approved comments
  version    INTEGER NOT NULL DEFAULT 0,    -- +1 whenever something public changes: the ETag
  locked     INTEGER NOT NULL DEFAULT 0,    -- 1: nobody may reply
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
  page_id       TEXT NOT NULL REFERENCES pages (id),
  parent_id     TEXT REFERENCES comments (id), -- as written, never re-parented; NULL at top level
  root_id       TEXT NOT NULL,              -- the top-level comment of its branch; its own id at top level
  depth         INTEGER NOT NULL,           -- 0 at top level, unlimited
  status        TEXT NOT NULL CHECK (status IN ('approved', 'pending', 'spam', 'trash', 'deleted')),
  shown         INTEGER NOT NULL,           -- 1: has a place in the thread (approved, or removed but replied to)
  inline        INTEGER NOT NULL,           -- 1: comes with the thread (top level, or among the first of its branch)
  replies       INTEGER NOT NULL DEFAULT 0, -- at top level: shown comments of its branch below it; else 0
  votes         INTEGER NOT NULL DEFAULT 0, -- up minus down
  score         REAL NOT NULL DEFAULT 0,    -- what `best` sorts by
  author_name   TEXT NOT NULL,              -- plain text, 1 to 80 characters
  author_email  TEXT,                       -- never public
  author_url    TEXT,                       -- http(s) only
  author_badge  TEXT,                       -- 'author', 'moderator' or NULL
  body          TEXT NOT NULL,              -- Markdown as written
  html          TEXT NOT NULL,              -- body rendered by worker/comments/markdown.ts
  html_version  INTEGER NOT NULL,           -- RENDERER_VERSION that made html
  ip_hash       TEXT,                       -- keyed hash of the client's address, NULL after 30 days
  created_at    INTEGER NOT NULL,           -- ms
  edited_at     INTEGER                     -- ms
);
-- A thread is one range of this index, branch by branch: oldest first, or read backwards, newest first.
CREATE INDEX IF NOT EXISTS comments_thread ON comments (page_id, root_id, id) WHERE shown = 1 AND inline = 1;
CREATE INDEX IF NOT EXISTS comments_best ON comments (page_id, score, id) WHERE shown = 1 AND parent_id IS NULL;
CREATE INDEX IF NOT EXISTS comments_branch ON comments (root_id, id) WHERE shown = 1 AND parent_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS comments_children ON comments (parent_id, id) WHERE shown = 1 AND parent_id IS NOT NULL;
-- What the nightly purge of address hashes walks.
CREATE INDEX IF NOT EXISTS comments_ip ON comments (id) WHERE ip_hash IS NOT NULL;

-- The first answer to each Idempotency-Key, kept 30 days.
CREATE TABLE IF NOT EXISTS idempotency (
  site_id     TEXT NOT NULL,
  key         TEXT NOT NULL,                -- as the client sent it
  fingerprint TEXT NOT NULL,                -- SHA-256 of the request body: another body under the same key is an error
  answer      TEXT NOT NULL,                -- JSON, the Comment as first answered
  created_at  INTEGER NOT NULL,             -- ms
  PRIMARY KEY (site_id, key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS idempotency_age ON idempotency (created_at);
