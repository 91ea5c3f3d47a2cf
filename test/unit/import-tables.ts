/** The tables of systems whose database is imported, as far as their comments go. */
export const issoTables = `
CREATE TABLE preferences (key VARCHAR PRIMARY KEY, value VARCHAR);
CREATE TABLE threads (id INTEGER PRIMARY KEY, uri VARCHAR(256) UNIQUE, title VARCHAR(256));
CREATE TABLE comments (tid REFERENCES threads(id), id INTEGER PRIMARY KEY, parent INTEGER, created FLOAT NOT NULL,
  modified FLOAT, mode INTEGER, remote_addr VARCHAR, text VARCHAR, author VARCHAR, email VARCHAR, website VARCHAR,
  likes INTEGER DEFAULT 0, dislikes INTEGER DEFAULT 0, voters BLOB NOT NULL, notification INTEGER DEFAULT 0);
CREATE TRIGGER remove_stale_threads AFTER DELETE ON comments BEGIN
  DELETE FROM threads WHERE id NOT IN (SELECT tid FROM comments); END;`;

export const walineTables = `
CREATE TABLE wl_Comment (id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER, comment TEXT, insertedAt DATETIME, ip TEXT,
  link TEXT, mail TEXT, nick TEXT, rid INTEGER, pid INTEGER, sticky NUMERIC, status TEXT NOT NULL, "like" INTEGER, ua TEXT,
  url TEXT, createdAt DATETIME, updatedAt DATETIME);
CREATE TABLE wl_Users (id INTEGER PRIMARY KEY AUTOINCREMENT, display_name TEXT, email TEXT, password TEXT, type TEXT, url TEXT);`;

export const cusdisTables = `
CREATE TABLE "pages" ("id" TEXT NOT NULL PRIMARY KEY, "slug" TEXT NOT NULL, "url" TEXT, "title" TEXT,
  "created_at" DATETIME NOT NULL, "projectId" TEXT NOT NULL);
CREATE TABLE "comments" ("id" TEXT NOT NULL PRIMARY KEY, "pageId" TEXT NOT NULL, "created_at" DATETIME NOT NULL,
  "deletedAt" DATETIME, "moderatorId" TEXT, "by_email" TEXT, "by_nickname" TEXT NOT NULL, "content" TEXT NOT NULL,
  "approved" BOOLEAN NOT NULL DEFAULT false, "parentId" TEXT);`;
