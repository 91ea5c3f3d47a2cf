/** Comments put straight into D1, of any status and time: what a site has after years, without the years. */
import type { CommentRow } from '../../worker/db';
import { newId } from '../../worker/ids';
import { bindings } from './api';

export const newRowId = (at = Date.now()) => newId(at, crypto.getRandomValues(new Uint8Array(16)));

/** A page without comments. @returns its id */
export async function insertPage(site: string, path: string): Promise<string> {
  const id = newRowId();
  const url = `https://${site}.example/${path}`;
  await bindings.DB.prepare(
    'INSERT INTO pages (id, site_id, key, url, title, created_at) VALUES (?1, ?2, ?3, ?3, ?4, 0)',
  )
    .bind(id, site, url, path)
    .run();
  return id;
}

/** Top-level comments; counters stay as they are. @returns the whole rows, in the order in which they were written */
export async function insertComments(
  rows: (Pick<CommentRow, 'site_id' | 'page_id'> & Partial<CommentRow>)[],
): Promise<CommentRow[]> {
  const full = rows.map((row): CommentRow => {
    const created_at = row.created_at ?? Date.now();
    const id = row.id ?? newRowId(created_at);
    const status = row.status ?? 'approved';
    return {
      id,
      parent_id: null,
      root_id: id,
      depth: 0,
      status,
      shown: status === 'approved' ? 1 : 0,
      inline: 1,
      replies: 0,
      up: 0,
      down: 0,
      score: 0,
      author_id: null,
      author_verified: null,
      author_avatar: null,
      author_name: 'Mika',
      author_email: null,
      author_url: null,
      author_badge: null,
      body: 'Hello.',
      html: '<p>Hello.</p>',
      html_version: 1,
      ip_hash: null,
      net_hash: null,
      receipt_key: null,
      receipt_print: null,
      verdict: null,
      print: null,
      flagged: 0,
      locked: 0,
      decision_id: null,
      kind: null,
      orphan: 0,
      import_id: null,
      source_id: null,
      told: null,
      created_at,
      edited_at: null,
      ...row,
    };
  });
  const columns = Object.keys(full[0] ?? {});
  const values = columns.map((name) => `value ->> '${name}'`);
  const insert = bindings.DB.prepare(`INSERT INTO comments (${columns}) SELECT ${values} FROM json_each(?)`);
  for (let i = 0; i < full.length; i += 500) await insert.bind(JSON.stringify(full.slice(i, i + 500))).run();
  return full;
}
