/** Which pages of a stage comments stand on, and where each lands: the SQL of landing.ts. */
import type { Stage } from './stage-store.ts';

/** Marks pages that have comments. @returns how many do not */
export function markUsed({ db }: Stage): number {
  db.exec('UPDATE pages SET used = 1 WHERE ref IN (SELECT page FROM comments)');
  return (db.prepare('SELECT count(*) AS count FROM pages WHERE used = 0').get() as { count: number }).count;
}

export interface UsedPage {
  n: number;
  url: string;
  created: number | null;
}
export function* listUsed({ db }: Stage): Generator<UsedPage> {
  const next = db.prepare('SELECT n, url, created FROM pages WHERE used = 1 AND n > ? ORDER BY n LIMIT 500');
  for (let last = 0; ; ) {
    const rows = next.all(last) as unknown as UsedPage[];
    if (rows.length === 0) return;
    yield* rows;
    last = rows.at(-1)!.n;
  }
}

export interface Land {
  key: string;
  url: string;
  page: string;
  was: boolean;
  title: string | null;
  count: number;
}

export function landPage({ db }: Stage, n: number, target: string | null, where: Land | { problem: string }): void {
  if ('problem' in where) {
    db.prepare('UPDATE pages SET target = ?, problem = ? WHERE n = ?').run(target, where.problem, n);
    return;
  }
  db.prepare(
    'INSERT INTO lands (key, url, page, was, title, count) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
  ).run(...[where.key, where.url, where.page, Number(where.was), where.title, where.count]);
  db.prepare('UPDATE pages SET target = ?, land = (SELECT land FROM lands WHERE key = ?) WHERE n = ?').run(
    target,
    where.key,
    n,
  );
}

/** The page that the server says it is. */
export function namePage({ db }: Stage, id: string, is: string): void {
  db.prepare('UPDATE lands SET page = ? WHERE page = ?').run(is, id);
}

/** Ids that the file brought along, some hundred at a time. */
export function* listOwnIds({ db }: Stage, size: number): Generator<string[]> {
  const next = db.prepare('SELECT own FROM comments WHERE own > ? ORDER BY own LIMIT ?');
  db.exec('CREATE INDEX comments_own ON comments (own) WHERE own IS NOT NULL');
  for (let last = ''; ; ) {
    const ids = (next.all(last, size) as { own: string }[]).map((row) => row.own);
    if (ids.length === 0) return;
    yield ids;
    last = ids.at(-1)!;
  }
}

export function forgetOwnIds({ db }: Stage, ids: string[]): void {
  db.prepare('UPDATE comments SET own = NULL WHERE own IN (SELECT value FROM json_each(?))').run(JSON.stringify(ids));
}

/** Ids that comments will have, some hundred at a time. */
export function* listIds({ db }: Stage, size: number): Generator<string[]> {
  const next = db.prepare('SELECT id FROM tree WHERE id > ? ORDER BY id LIMIT ?');
  for (let last = ''; ; ) {
    const ids = (next.all(last, size) as { id: string }[]).map((row) => row.id);
    if (ids.length === 0) return;
    yield ids;
    last = ids.at(-1)!;
  }
}

export function markPresent({ db }: Stage, ids: string[]): void {
  db.prepare('UPDATE tree SET present = 1 WHERE id IN (SELECT value FROM json_each(?))').run(JSON.stringify(ids));
}
