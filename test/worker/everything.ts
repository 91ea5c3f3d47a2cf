/** An instance with something of everything in it: made as people make it as far as the API goes, else put into D1. */
import { ask } from './admin';
import { ADMIN, bindings, createSite, post, setRow, thread } from './api';
import { createKey, type Key } from './key';
import { createPerson } from './person';
import { newRowId } from './rows';

/** What breaks text on its way through files, JSON, SQL and shells; three of them hide something. */
export const NAUGHTY = [
  `' OR 1=1; --`,
  '"\\"\\\\u0000\\n',
  '<script>alert(1)</script>',
  '{"type":"end"}',
  'line\u2028separator\u2029and\u0085next',
  'e\u0301 ﷽ 👩‍👩‍👧‍👦 \u{1f3f4}\u{e0067}\u{e007f}',
  'עברית \u202eright to left',
  '\u0001\u001f\u007f controls',
  '\ufeffmark',
  '%s %_ $HOME $(id) `id` __proto__',
  'ＦＵＬＬ ﬁ ǆ İ ß',
  'null',
];

/** 1x1 px. */
export const PNG = Uint8Array.from(
  atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII='),
  (char) => char.charCodeAt(0),
);

export function insert(table: string, row: Record<string, unknown>): Promise<unknown> {
  const columns = Object.keys(row);
  return bindings.DB.prepare(`INSERT INTO ${table} (${columns}) VALUES (${columns.map(() => '?')})`)
    .bind(...Object.values(row))
    .run();
}

async function ok(answer: Response | Promise<Response>): Promise<Response> {
  const { status } = await answer;
  if (status >= 400) throw new Error(`${status} ${await (await answer).text()}`);
  return answer;
}
const admin = (method: string, path: string, body?: unknown) => ok(ask(method, `/admin${path}`, body));

export interface Everything {
  site: string;
  url: string;
  other: string;
  /** Wrote `own`. */
  guest: Key;
  own: string;
  /** Logged in, with the account. */
  reader: Key;
  person: string;
  /** Batch of a decision that can be undone, and whom it was about. */
  decision: { batch: string; comment: string };
}

export async function createEverything(): Promise<Everything> {
  const { site, url } = await createSite({ votes: 'both', reactions: ['👍', '10', '❤️'], maxLinks: 9 });
  const { site: other, url: otherUrl } = await createSite({ hold: false });
  const [guest, reader, third] = [await createKey(), await createKey(), await createKey()];
  const { id: person, token } = await createPerson(reader, site, {
    name: NAUGHTY[5]!,
    email: 'robin@mail.example',
    url: 'https://robin.example/',
    role: 'moderator',
  });
  await createPerson(third, other, { email: 'mika@mail.example' });
  const avatar = newRowId();
  await insert('avatars', { id: avatar, owner: person, type: 'image/png', bytes: PNG, fetched_at: 5 });
  await insert('avatars', {
    id: 'a'.repeat(32),
    owner: guest.jkt,
    type: 'none',
    bytes: new Uint8Array(),
    fetched_at: 6,
  });
  await bindings.DB.prepare('UPDATE people SET avatar = ? WHERE id = ?').bind(avatar, person).run();
  await insert('accounts', {
    site_id: site,
    provider: 'github',
    subject: `42-${site}`,
    person_id: person,
    name: NAUGHTY[0],
    created_at: 7,
  });

  const own = (await guest.post({ url, body: 'Mine to edit.', author: { name: 'Guest', email: 'guest@mail.example' } }))
    .id;
  const reply = (await third.post({ url, parent: own, body: 'A reply with **markup**' })).id;
  await ok(
    reader.ask(
      'POST',
      '/comments',
      { url, parent: reply, body: 'By a person' },
      { token, headers: { 'Idempotency-Key': crypto.randomUUID() } },
    ),
  );
  const others: string[] = [];
  for (const [i, text] of NAUGHTY.entries())
    others.push((await post({ url, title: 'The ‘page’', body: `${text} ${i}`, author: { name: `N ${i}` } }, ADMIN)).id);
  for (const [i, text] of NAUGHTY.entries())
    await setRow(others[i]!, {
      author_name: text.slice(0, 60),
      author_url: `https://n.example/?q=${encodeURIComponent(text)}`,
      author_email: `n${i}@mail.example`,
      source_id: text,
    });
  const [a, b, c, d, e, f, g, h] = others as [string, string, string, string, string, string, string, string];
  for (const parent of [a, b, c, d, e]) await third.post({ url, parent, body: `A reply to ${parent}` });
  for (const id of [own, f, g]) await ok(reader.ask('PUT', `/comments/${id}/vote`, { value: 1 }, { token }));
  for (const id of [f, g]) await ok(guest.ask('PUT', `/comments/${id}/vote`, { value: -1 }));
  for (const value of ['10', '👍']) await ok(guest.ask('PUT', '/reaction', { url, value }));
  await ok(third.ask('PUT', '/reaction', { url, value: '❤️' }));
  await ok(guest.ask('POST', `/comments/${g}/flags`, { reason: 'other', note: NAUGHTY[1] }));
  await ok(third.ask('POST', `/comments/${g}/flags`, { reason: 'spam' }));

  for (const [action, id] of [
    ['hold', a],
    ['spam', b],
    ['trash', c],
    ['delete', d],
    ['spam', h],
  ])
    await admin('POST', '/decisions', { action, ids: [id], reason: NAUGHTY[4] });
  const undone = await admin('POST', '/decisions', { action: 'spam', ids: [e] });
  await admin('POST', `/log/${((await undone.json()) as { batch: string }).batch}/undo`);
  await admin('PATCH', `/comments/${f}`, { body: `Edited ${NAUGHTY[6]}`, name: 'Another', locked: true });
  await admin('PATCH', `/comments/${g}`, { pinned: true });
  const decided = await admin('POST', '/decisions', { action: 'spam', ids: [f] });
  const { batch } = (await decided.json()) as { batch: string };

  await admin('POST', '/bans', { site, kind: 'email', value: 'bad@mail.example', reason: NAUGHTY[2] });
  await admin('POST', '/bans', {
    site,
    kind: 'domain',
    value: 'spam.example',
    silent: true,
    expiresAt: '2099-01-01T00:00:00Z',
  });
  await admin('POST', '/bans', { site, kind: 'author', comment: reply });
  await admin('POST', '/bans', { site: other, kind: 'cidr', value: '203.0.113.0/24' });
  await admin('PATCH', `/sites/${site}`, {
    settings: {
      team: [{ name: 'Robin', email: 'robin@mail.example', role: 'moderator' }],
      rules: [{ match: 'text', pattern: NAUGHTY[1], in: 'any', says: 'hold' }],
    },
  });

  await post({ url: `${url}/from`, body: 'Will be elsewhere' }, ADMIN);
  await post({ url: `${url}/into`, body: 'Will have company' }, ADMIN);
  const idAt = async (path: string) => (await thread({ url: `${url}${path}` })).page.id!;
  await admin('POST', `/pages/${await idAt('/from')}/merge`, { into: await idAt('/into') });
  await post({ url: `${url}/moves`, body: 'On the move' }, ADMIN);
  await admin('POST', `/pages/${await idAt('/moves')}/move`, { url: `${url}/moved` });
  await admin('PATCH', `/pages/${await idAt('/moved')}`, { locked: true, title: NAUGHTY[3] });
  await post({ url: otherUrl, body: 'On another site' }, ADMIN);
  await insert('aliases', { site_id: other, key: `#${NAUGHTY[0]}`, target: '#elsewhere' });

  await fillImported(site, url);
  await fillFollowers(site, f, third.jkt);
  await insert('deletions', { identity: third.jkt, due_at: 4_000_000_000_000 });
  await insert('models', { site_id: other, version: 3, data: 'AQID', good: 2, spam: 3 });
  for (const name of ['views', 'posts']) await insert('stats', { site_id: other, day: '2026-01-31', name, value: 12 });
  return { site, url, other, guest, own, reader, person, decision: { batch, comment: f } };
}

/** Somebody who follows a comment, somebody who has not agreed yet, and a moderator who gets mail. */
async function fillFollowers(site: string, comment: string, author: string): Promise<void> {
  const common = { site_id: site, frequency: 'daily', language: 'pt-BR', asked_at: 5, asks: 1, created_at: 6 };
  const [active, asked] = [newRowId(), newRowId()];
  await insert('recipients', {
    ...common,
    id: active,
    role: 'reader',
    email: 'f@mail.example',
    state: 'active',
    author_id: author,
  });
  await insert('recipients', { ...common, id: asked, role: 'reader', email: 'g@mail.example', state: 'asked' });
  const moderator = { id: newRowId(), role: 'moderator', email: 'm@mail.example', state: 'bounced', about: '["held"]' };
  await insert('recipients', { ...common, ...moderator });
  for (const recipient_id of [active, asked])
    await insert('subscriptions', { topic: comment, recipient_id, created_at: 7 });
}

/** What an import leaves: its row, authors, and comments of every status, orphans and pingbacks among them. */
async function fillImported(site: string, url: string): Promise<void> {
  const importId = newRowId();
  await insert('imports', {
    id: importId,
    site_id: site,
    format: 'disqus',
    name: NAUGHTY[1],
    digest: 'a'.repeat(64),
    status: 'done',
    total: 9,
    position: 9,
    pages: 0,
    comments: 3,
    actor_kind: 'token',
    actor_id: newRowId(),
    actor_name: 'Tool',
    created_at: 8,
    finished_at: 9,
  });
  const author = `i_${'Z'.repeat(22)}`;
  await insert('authors', {
    site_id: site,
    id: author,
    name: NAUGHTY[2],
    email: 'old@mail.example',
    account: 'remark42:github_0a',
  });
  const written = [
    await post({ url, body: 'From elsewhere' }, ADMIN),
    await post({ url, body: 'A pingback' }, ADMIN),
    await post({ url, body: 'An orphan' }, ADMIN),
  ];
  for (const [i, { id }] of written.entries())
    await setRow(id, {
      author_id: author,
      import_id: importId,
      decision_id: importId,
      source_id: `wp:${i}`,
      author_badge: null,
      author_verified: null,
      ...(i === 1 && { kind: 'pingback' as const }),
      ...(i === 2 && { orphan: 1 }),
    });
}
