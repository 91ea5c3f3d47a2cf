/** The queue: every filter by itself and with others, in order, page by page, whoever asks. */
import { describe, expect, it } from 'vitest';
import type { AdminComment, AdminCommentContext, AdminComments, Summary } from '../../worker/contract-admin';
import type { CommentRow } from '../../worker/db';
import { bearer } from './admin';
import { ADMIN, bill, bindings, call, createSite, problem, query, setRow } from './api';
import { createKey } from './key';
import { createPerson } from './person';
import { insertComments, insertPage, newRowId } from './rows';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
type Params = Record<string, string | number>;

async function list(params: Params, headers: Record<string, string> = ADMIN): Promise<AdminComments> {
  const answer = await call(`/admin/comments${query(params)}`, { headers });
  if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** Walks a listing to its end. */
async function listAll(params: Params): Promise<AdminComment[]> {
  const all: AdminComment[] = [];
  let after: string | null = null;
  do {
    const { comments, next }: AdminComments = await list({ ...params, ...(after && { after }) });
    all.push(...comments);
    after = next;
  } while (after !== null);
  return all;
}

/** xorshift32, so that a run can be repeated. */
function makeRandom(seed: number): <T>(of: readonly T[]) => T {
  let state = seed;
  return (of) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return of[(state >>> 0) % of.length]!;
  };
}

const STATUSES = ['approved', 'pending', 'spam', 'trash', 'deleted'] as const;
const WORDS = ['garden', 'Coffee', 'ÄRGER', '100% off', 'snake_case', 'a "quote"', '日本語です', 'OR NOT'] as const;
const authors = ['a', 'b', 'c'].map((letter) => letter.repeat(43));
const hashes = ['1', '2', '3'].map((digit) => digit.repeat(32));

/** Two sites with some hundred comments of every kind. */
async function fillSites() {
  const pick = makeRandom(4711);
  const sites = [(await createSite()).site, (await createSite()).site];
  const pages = await Promise.all(
    sites.flatMap((site) => ['one', 'two', 'three'].map(async (path) => ({ site, id: await insertPage(site, path) }))),
  );
  const now = Date.now();
  const rows = Array.from({ length: 400 }, (_, i) => {
    const page = pick(pages);
    const created_at = now - (400 - i) * HOUR_MS;
    const status = pick(STATUSES);
    const hasHash = created_at > now - 30 * DAY_MS;
    return {
      site_id: page.site,
      page_id: page.id,
      created_at,
      status,
      author_id: pick([...authors, null]),
      author_name: pick(['Mika', 'Garden Owner', 'Zoë']),
      body: status === 'deleted' ? '' : `${pick(WORDS)} ${pick(['and', 'or', 'near'])} ${pick(WORDS)} ${i}`,
      ip_hash: hasHash ? pick(hashes) : null,
      net_hash: hasHash ? pick(hashes) : null,
      flagged: pick([0, 0, 0, 2]),
      verdict: pick([
        null,
        '[{"phase":"links","says":"hold","reason":"x"}]',
        '[{"phase":"bayes","says":"spam","reason":"y"}]',
        'broken',
      ]),
    };
  });
  return { sites, pages, now, rows: await insertComments(rows) };
}

describe('GET /admin/comments', () => {
  it('finds what fits every filter given, whatever they are, in order, each comment once', async () => {
    const { sites, pages, now, rows } = await fillSites();
    const pick = makeRandom(23);
    const iso = (hours: number) => new Date(now - hours * HOUR_MS).toISOString();
    const filters: Record<string, [() => string, (row: CommentRow, value: string) => boolean]> = {
      site: [() => pick(sites), (row, value) => row.site_id === value],
      status: [() => pick(STATUSES), (row, value) => row.status === value],
      author: [() => pick(authors), (row, value) => row.author_id === value],
      page: [() => pick(pages).id, (row, value) => row.page_id === value],
      ip: [() => pick(hashes), (row, value) => row.ip_hash === value],
      network: [() => pick(hashes), (row, value) => row.net_hash === value],
      flagged: [() => pick(['true', 'false']), (row, value) => row.flagged > 0 === (value === 'true')],
      phase: [() => pick(['links', 'bayes', 'other']), (row, value) => !!row.verdict?.includes(`"${value}"`)],
      from: [() => iso(pick([50, 100, 300])), (row, value) => row.created_at >= Date.parse(value)],
      to: [() => iso(pick([10, 90, 250])), (row, value) => row.created_at < Date.parse(value)],
      q: [
        () => pick([...WORDS, 'COFFEE', 'ärger', 'mika', '本語で', ' garden ', 'nowhere to be found']),
        (row, value) =>
          [row.body, row.author_name].some((text) => text.toLowerCase().includes(value.trim().toLowerCase())),
      ],
    };
    const names = Object.keys(filters);
    for (let run = 0; run < 100; run++) {
      const chosen = run < names.length ? [names[run]!] : names.filter(() => pick([true, false, false, false]));
      const params = Object.fromEntries(chosen.map((name) => [name, filters[name]![0]()]));
      const sort = pick(['newest', 'oldest']);
      const fitting = rows
        .filter((row) => chosen.every((name) => filters[name]![1](row, params[name]!)))
        .map(({ id }) => id);
      const found = await listAll({ ...params, sort, limit: pick([7, 40, 100]) });
      expect({ params, ids: found.map(({ id }) => id) }).toEqual({
        params,
        ids: sort === 'oldest' ? fitting : fitting.toReversed(),
      });
    }
  }, 60_000);

  it('tells all that moderators may know of a comment, and nothing that runs', async () => {
    const { site } = await createSite();
    const page_id = await insertPage(site, 'one');
    const [row] = await insertComments([
      {
        site_id: site,
        page_id,
        status: 'pending',
        author_id: authors[0]!,
        author_name: '<b>Mika</b>',
        author_email: 'mika@example.org',
        author_url: 'javascript:alert(1)',
        author_badge: 'root',
        html: '<p>Hello.</p><script>alert(1)</script>',
        ip_hash: hashes[0]!,
        net_hash: hashes[1]!,
        verdict: '[{"phase":"links","says":"hold","reason":"Six links.","more":1},{"phase":7},"x",null]',
        flagged: 2,
        up: 3,
        down: 1,
        locked: 1,
        receipt_key: 'secret-of-the-writer',
        edited_at: 5,
      },
    ]);
    await bindings.DB.prepare('UPDATE pages SET pinned = ? WHERE id = ?').bind(row!.id, page_id).run();
    const { comments, next, unsearched } = await list({ site });
    expect({ next, unsearched }).toEqual({ next: null, unsearched: 0 });
    expect(comments).toEqual([
      {
        id: row!.id,
        site,
        page: { id: page_id, url: `https://${site}.example/one`, title: 'one' },
        parent: null,
        depth: 0,
        author: {
          id: 'a'.repeat(12),
          key: authors[0],
          name: '<b>Mika</b>',
          email: 'mika@example.org',
          url: null,
          avatar: null,
          badge: null,
          verified: null,
        },
        ip: hashes[0],
        network: hashes[1],
        body: 'Hello.',
        html: '<p>Hello.</p>&lt;script>alert(1)&lt;/script>',
        status: 'pending',
        findings: [{ phase: 'links', says: 'hold', reason: 'Six links.' }],
        flags: 2,
        replies: 0,
        votes: 2,
        pinned: true,
        locked: true,
        decision: null,
        imported: null,
        createdAt: new Date(row!.created_at).toISOString(),
        editedAt: '1970-01-01T00:00:00.005Z',
      },
    ]);
  });

  it('shows a token of one site that site alone, whatever it asks for', async () => {
    const [mine, other] = [(await createSite()).site, (await createSite()).site];
    const [here, there] = [await insertPage(mine, 'one'), await insertPage(other, 'one')];
    const of = { author_id: authors[1]!, status: 'pending', flagged: 1, body: 'Something rare: xylograph.' } as const;
    const [own] = await insertComments([
      { site_id: mine, page_id: here, ...of },
      { site_id: other, page_id: there, ...of },
    ]);
    const headers = await bearer(['comments:read'], mine);
    const asked: Params[] = [
      {},
      { author: authors[1]! },
      { flagged: 'true' },
      { status: 'pending' },
      { q: 'xylograph' },
    ];
    for (const params of asked)
      expect(
        (await list(params, headers)).comments.map(({ id }) => id),
        JSON.stringify(params),
      ).toEqual([own!.id]);
    expect((await list({ page: there }, headers)).comments).toEqual([]);
    expect(await problem(call(`/admin/comments${query({ site: other })}`, { headers }))).toEqual({
      status: 403,
      code: 'scope_missing',
    });
  });

  it('is open to the site’s team, for whom a proof counts once', async () => {
    const { site } = await createSite();
    const [row] = await insertComments([{ site_id: site, page_id: await insertPage(site, 'one'), status: 'spam' }]);
    const key = await createKey();
    const { token } = await createPerson(key, site, { role: 'moderator' });
    const headers = {
      Authorization: `DPoP ${token}`,
      DPoP: await key.prove('GET', '/admin/comments', { token }),
    };
    expect((await list({}, headers)).comments.map(({ id }) => id)).toEqual([row!.id]);
    expect(await problem(call('/admin/comments', { headers }))).toEqual({ status: 401, code: 'proof_replayed' });
  });

  it('reads little more than it shows, on one site and on all', async () => {
    const { site } = await createSite();
    const page_id = await insertPage(site, 'one');
    await insertComments(
      Array.from({ length: 3000 }, (_, i) => ({
        site_id: site,
        page_id,
        status: i % 3 ? ('approved' as const) : ('pending' as const),
        author_id: authors[i % 2]!.replace('a', 'x'),
        created_at: Date.now() - i,
      })),
    );
    const sites = await bindings.DB.prepare('SELECT COUNT(*) AS n FROM sites').first<number>('n');
    const asked: Params[] = [
      { site },
      { site, status: 'pending' },
      { page: page_id },
      { page: page_id, sort: 'oldest' },
      { status: 'pending', from: new Date(Date.now() - HOUR_MS).toISOString() },
      { author: authors[1]!.replace('a', 'x') },
      {},
    ];
    for (const params of asked) {
      const answer = await call(`/admin/comments${query({ ...params, limit: 20 })}`, { headers: ADMIN });
      const cost = bill(answer);
      expect(cost, JSON.stringify(params)).toMatchObject({ trips: 1, written: 0 });
      // Of each: its place in the index, its row, its page; of all sites each site's first ones.
      expect(cost.read, JSON.stringify(params)).toBeLessThan(
        21 * 4 + (params.status && !params.site ? 4 * sites! * 21 : 0),
      );
    }
  });

  it('stops a walk that finds too little, and goes on from there', async () => {
    const { site } = await createSite();
    const page_id = await insertPage(site, 'one');
    const start = Date.now() - DAY_MS;
    const rows = await insertComments(
      Array.from({ length: 12_000 }, (_, i) => ({
        site_id: site,
        page_id,
        created_at: start + i,
        status: i === 700 ? ('deleted' as const) : ('approved' as const),
      })),
    );
    const params = { site, status: 'deleted' };
    const first = await call(`/admin/comments${query(params)}`, { headers: ADMIN });
    expect(bill(first).read).toBeLessThan(50_000);
    expect(await first.json()).toMatchObject({ comments: [], next: rows[2000]!.id });
    expect((await list({ ...params, after: rows[2000]!.id })).comments.map(({ id }) => id)).toEqual([rows[700]!.id]);
    expect((await listAll(params)).map(({ id }) => id)).toEqual([rows[700]!.id]);
    expect((await listAll({ ...params, sort: 'oldest' })).map(({ id }) => id)).toEqual([rows[700]!.id]);
  }, 60_000);

  it('names the parameter that is wrong', async () => {
    const wrong: [Params, string][] = [
      [{ limit: 0 }, 'limit'],
      [{ limit: 101 }, 'limit'],
      [{ status: 'shown' }, 'status'],
      [{ after: 'x' }, 'after'],
      [{ flagged: '1' }, 'flagged'],
      [{ from: 'yesterday' }, 'from'],
      [{ to: '1969-12-31T00:00:00Z' }, 'to'],
      [{ ip: '1.2.3.4' }, 'ip'],
      [{ phase: "x' OR 1" }, 'phase'],
      [{ author: '%' }, 'author'],
      [{ q: ' a ' }, 'q'],
      [{ q: 'x'.repeat(201) }, 'q'],
      [{ sort: 'best' }, 'sort'],
      [{ more: 1 }, 'more'],
    ];
    for (const [params, field] of wrong)
      expect(await problem(call(`/admin/comments${query(params)}`, { headers: ADMIN }))).toEqual({
        status: 400,
        code: 'invalid_request',
        field,
      });
  });
});

describe('GET /admin/comments/{id}', () => {
  const read = async (id: string, headers: Record<string, string> = ADMIN): Promise<AdminCommentContext> => {
    const answer = await call(`/admin/comments/${id}`, { headers });
    if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
    return answer.json();
  };

  it('comes with what it answers, its author’s history, reports and decisions', async () => {
    const { site } = await createSite();
    const page_id = await insertPage(site, 'one');
    const at = Date.now() - DAY_MS;
    const others = await insertComments(
      (['approved', 'approved', 'spam', 'trash', 'pending', 'deleted', 'approved'] as const).map((status, i) => ({
        site_id: site,
        page_id,
        status,
        author_id: authors[2]!,
        created_at: at + i,
      })),
    );
    // Elsewhere the same key is somebody else's history.
    const elsewhere = (await createSite()).site;
    await insertComments([{ site_id: elsewhere, page_id: await insertPage(elsewhere, 'one'), author_id: authors[2]! }]);
    const branch: CommentRow[] = [];
    for (let depth = 0; depth < 8; depth++) {
      const above = branch.at(-1);
      const [row] = await insertComments([
        {
          site_id: site,
          page_id,
          depth,
          created_at: at + 100 + depth,
          ...(above && { parent_id: above.id, root_id: above.root_id }),
          ...(depth === 7 && { author_id: authors[2]!, status: 'pending' as const }),
        },
      ]);
      branch.push(row!);
    }
    const { id } = branch[7]!;
    await bindings.DB.batch([
      bindings.DB.prepare(
        `INSERT INTO flags VALUES (?, 'the-reporters-own-key', 'abuse', 'Rude.', 1), (?, 'x', 'spam', NULL, 2)`,
      ).bind(id, id),
      bindings.DB.prepare(
        `INSERT INTO decisions (site_id, id, batch, actor_kind, actor_name, action, items, count, created_at)
        VALUES (?1, ?2, ?2, 'root', 'owner', 'hold', ?3, 1, 3)`,
      ).bind(site, newRowId(), JSON.stringify([{ id, before: { status: 'approved' }, after: { status: 'pending' } }])),
    ]);
    const answer = await read(id);
    expect(answer.comment.id).toBe(id);
    expect(answer.ancestors.map((above) => above.id)).toEqual(branch.slice(2, 7).map((row) => row.id));
    expect({ ...answer.history, recent: answer.history.recent.map((other) => other.id) }).toEqual({
      approved: 3,
      pending: 1,
      spam: 1,
      trash: 1,
      since: new Date(at).toISOString(),
      recent: others
        .slice(2)
        .map((row) => row.id)
        .toReversed(),
    });
    expect(answer.flags).toEqual([
      { reason: 'spam', note: null, createdAt: '1970-01-01T00:00:00.002Z' },
      { reason: 'abuse', note: 'Rude.', createdAt: '1970-01-01T00:00:00.001Z' },
    ]);
    expect(JSON.stringify(answer)).not.toContain('the-reporters-own-key');
    expect(answer.log).toMatchObject([{ action: 'hold', by: { kind: 'root', name: 'owner' } }]);
  });

  it('knows no history of a comment that nobody can prove to be theirs', async () => {
    const { site } = await createSite();
    const page_id = await insertPage(site, 'one');
    const [, row] = await insertComments([
      { site_id: site, page_id },
      { site_id: site, page_id },
    ]);
    const { history, ancestors, flags, log } = await read(row!.id);
    expect({ history, ancestors, flags, log }).toEqual({
      history: { approved: 0, pending: 0, spam: 0, trash: 0, since: null, recent: [] },
      ancestors: [],
      flags: [],
      log: [],
    });
  });

  it('is not there for who may not know of it, nor where there is none', async () => {
    const [mine, other] = [(await createSite()).site, (await createSite()).site];
    const [row] = await insertComments([{ site_id: other, page_id: await insertPage(other, 'one') }]);
    const headers = await bearer(['comments:read'], mine);
    for (const [id, asker] of [
      [row!.id, headers],
      [newRowId(), ADMIN],
      ['x', ADMIN],
    ] as const)
      expect(await problem(call(`/admin/comments/${id}`, { headers: asker }))).toEqual({
        status: 404,
        code: 'not_found',
      });
  });
});

describe('GET /admin/summary', () => {
  const read = async (params: Params, headers: Record<string, string> = ADMIN): Promise<Summary> =>
    (await call(`/admin/summary${query(params)}`, { headers })).json();

  it('counts what waits on a site, and by a token of one site on that alone', async () => {
    const [{ site }, other] = [await createSite(), (await createSite()).site];
    const page_id = await insertPage(site, 'one');
    const until = Date.now() + HOUR_MS;
    await bindings.DB.prepare('UPDATE sites SET attack_until = ? WHERE id = ?').bind(until, site).run();
    const rows = await insertComments([
      { site_id: site, page_id, status: 'pending' },
      { site_id: site, page_id, status: 'pending', flagged: 1 },
      { site_id: site, page_id, status: 'spam' },
      { site_id: site, page_id, flagged: 3 },
      { site_id: site, page_id, status: 'trash', created_at: Date.now() + 1000 },
    ]);
    const expected = {
      pending: 2,
      flagged: 2,
      spam: 1,
      latest: rows.at(-1)!.id,
      attackUntil: new Date(until).toISOString(),
    };
    expect(await read({ site })).toEqual(expected);
    expect(await read({}, await bearer(['comments:read'], site))).toEqual(expected);
    expect(await read({ site: other })).toEqual({ pending: 0, flagged: 0, spam: 0, latest: null, attackUntil: null });
    expect(await read({})).toMatchObject({ attackUntil: new Date(until).toISOString() });
    await setRow(rows[0]!.id, { status: 'approved' });
    expect(await read({ site })).toMatchObject({ pending: 1 });
  });

  it('stops counting at a thousand, and reads no more', async () => {
    const { site } = await createSite();
    const page_id = await insertPage(site, 'one');
    await insertComments(
      Array.from({ length: 2500 }, (_, i) => ({
        site_id: site,
        page_id,
        status: i % 2 ? ('pending' as const) : ('approved' as const),
      })),
    );
    const answer = await call(`/admin/summary${query({ site })}`, { headers: ADMIN });
    expect(answer.headers.get('Cache-Control')).toBe('private, no-store');
    expect(await answer.clone().json()).toMatchObject({ pending: 1000 });
    const cost = bill(answer);
    expect(cost).toMatchObject({ trips: 1, written: 0 });
    expect(cost.read).toBeLessThan(1020);
  });
});
