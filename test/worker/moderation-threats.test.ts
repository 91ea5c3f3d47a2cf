/** Ways around moderation, and what it might give away: of who is banned, who is forgotten, and who moderates. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Ban } from '../../worker/contract-admin';
import type { Bindings } from '../../worker/env';
import worker from '../../worker/index';
import { ask } from './admin';
import {
  ADMIN,
  bindings,
  call,
  createSite,
  draft,
  key as newKey,
  post,
  problem,
  query,
  send,
  setRow,
  thread,
} from './api';
import { expectCounted } from './counted';
import { createKey, type Key } from './key';
import { askUndo, createToken, decide, edit, readLog, rows, undo } from './moderator';
import { createPerson } from './person';
import { askWatched } from './watched';

const DAY_MS = 86_400_000;
const MODERATION = '47 * * * *';
const runCron = (laterMs: number, cron = '') =>
  worker.scheduled({ scheduledTime: Date.now() + laterMs, cron } as ScheduledController, bindings as Bindings);
const from = (address: string) => ({ 'CF-Connecting-IP': address });
const say = (me: Key, over: object = {}, token?: string) =>
  me.ask(
    'POST',
    '/comments',
    { ...(token ? { url, body: 'Hello.' } : draft({ url })), ...over },
    {
      headers: { 'Idempotency-Key': newKey() },
      ...(token && { token }),
    },
  );
const codeOf = async (answer: Promise<Response>) => {
  const response = await answer;
  return response.ok ? 'written' : (await problem(response)).code;
};
async function ban(body: object): Promise<Ban> {
  const answer = await ask('POST', '/admin/bans', { site, ...body });
  if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** Every value of the tables of which a row is somebody’s, as text. */
async function dumpAll(): Promise<string> {
  const tables = await rows<{ name: string }>(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_cf_%'",
  );
  return JSON.stringify(await Promise.all(tables.map(({ name }) => rows(`SELECT * FROM ${name}`))));
}

let site: string;
let url: string;
const UNJUDGED = { attackAfter: 0, challenge: 'never', classifier: false };
beforeEach(async () => {
  ({ site, url } = await createSite(UNJUDGED));
});

describe('a ban', () => {
  it('of a domain finds the website and the mailbox of who logged in', async () => {
    const [me, other] = [await createKey(), await createKey()];
    const withSite = await createPerson(me, site, { url: 'https://www.Shop.spam.example:8443/a?b' });
    const withMail = await createPerson(other, site, { email: 'b+1@mail.spam.example' });
    expect(await codeOf(say(me, {}, withSite.token))).toBe('written');
    await ban({ kind: 'domain', value: 'spam.example' });
    expect(await codeOf(say(me, {}, withSite.token))).toBe('banned');
    expect(await codeOf(say(other, {}, withMail.token))).toBe('banned');
  });

  it('of a mailbox finds it under every name that it has, and in an edit', async () => {
    const [me, guest] = [await createKey(), await createKey()];
    const { token } = await createPerson(me, site, { email: 'Robin+1@example.org' });
    const comment = await guest.post({ url, author: { name: 'B', email: 'robin+2@example.org' } });
    const own = (await (await say(me, {}, token)).json()) as { id: string };
    await ban({ kind: 'email', value: 'robin@example.org' });
    expect(await codeOf(say(me, {}, token))).toBe('banned');
    expect(await codeOf(guest.ask('PATCH', `/comments/${comment.id}`, { body: 'Changed.' }))).toBe('banned');
    expect(await codeOf(me.ask('PATCH', `/comments/${own.id}`, { body: 'Changed.' }, { token }))).toBe('banned');
  });

  it('goes along when somebody takes their comments to a login', async () => {
    const me = await createKey();
    await me.post({ url });
    await ban({ kind: 'author', value: me.jkt });
    const { id, token } = await createPerson(me, site);
    expect(await codeOf(say(me, {}, token))).toBe('written');
    expect((await me.ask('POST', '/me/claim', undefined, { token })).status).toBe(200);
    expect(await codeOf(say(me, {}, token))).toBe('banned');
    expect(await rows('SELECT value FROM bans WHERE site_id = ?', site)).toEqual([{ value: id }]);
  });

  it('that is silent cannot be told from waiting, whatever the banned ask', async () => {
    ({ site, url } = await createSite({ ...UNJUDGED, hold: true }));
    const page = (await post({ url }, ADMIN)).id;
    const [honest, banned] = [await createKey(), await createKey()];
    await ban({ kind: 'author', value: banned.jkt, silent: true });
    const story = async (me: Key) => {
      const told: unknown[] = [];
      const tell = async (answer: Response) => {
        const names = ['Content-Type', 'Cache-Control', 'Server-Timing', 'Content-Disposition', 'Retry-After'];
        told.push(
          answer.status,
          names.map((name) => answer.headers.get(name)),
        );
        const text = await answer.text();
        told.push(
          text
            .replaceAll(/[0-9a-z]{26}/g, '<id>')
            .replaceAll(me.jkt, '<key>')
            .replaceAll(me.handle, '<handle>')
            .replaceAll(/"[\dT:.-]+Z"/g, '<time>')
            .replaceAll(/"addressHash":"[^"]*"/g, '<hash>'),
        );
        return text;
      };
      const headers = { 'Idempotency-Key': newKey() };
      const first = await me.ask('POST', '/comments', draft({ url }), { headers });
      const { id } = (await first.clone().json()) as { id: string };
      await tell(first);
      await tell(await me.ask('POST', '/comments', draft({ url }), { headers }));
      await tell(await say(me, { parent: page, body: 'A reply.' }));
      await tell(await say(me, { parent: id, body: 'To myself.' }));
      for (const path of [
        `/comments/${id}`,
        `/comments/${id}/replies`,
        `/thread${query({ url })}`,
        `/counts${query({ url })}`,
      ])
        await tell(await me.ask('GET', path));
      await tell(await me.ask('GET', `/comments/${id}/source`));
      await tell(await me.ask('PUT', `/comments/${id}/vote`, { value: 1 }));
      await tell(await me.ask('POST', `/comments/${id}/flags`, { reason: 'other' }));
      await tell(await me.ask('PATCH', `/comments/${id}`, { body: 'Changed.' }));
      await tell(await me.ask('GET', '/me/comments'));
      await tell(await me.ask('GET', '/me'));
      await tell(await me.ask('GET', '/me/export'));
      await tell(await me.ask('DELETE', `/comments/${id}`));
      await tell(await me.ask('GET', '/me/comments'));
      return told;
    };
    expect(await story(banned)).toEqual(await story(honest));
    expect(await rows("SELECT COUNT(*) AS n FROM comments WHERE site_id = ? AND status = 'spam'", site)).toEqual([
      { n: 1 },
    ]);
  });
});

describe('somebody who is forgotten', () => {
  it('is in no ban, no line of the log and no verdict; as a moderator neither', async () => {
    const [me, team] = [await createKey(), await createKey()];
    const moderator = await createPerson(team, site, { name: 'Quillon Abernathy', role: 'moderator' });
    const as = (method: string, path: string, input?: object) =>
      team.ask(method, path, input, { token: moderator.token });
    const comment = await me.post({
      url,
      author: { name: 'Pernille Quist', email: 'pernille@example.org' },
      body: 'Kestrel',
    });
    await edit(comment.id, { body: 'Kestrels' });
    const asked = [
      ['author', comment.id],
      ['ip', comment.id],
    ];
    await setRow(comment.id, { ip_hash: '0123456789abcdef0123456789abcdef' });
    const bans: string[] = [];
    for (const [kind, id] of asked) {
      const answer = await as('POST', '/admin/bans', { site, kind, comment: id });
      expect(answer.status).toBe(201);
      bans.push(((await answer.json()) as Ban).id);
    }
    expect((await as('POST', '/admin/decisions', { action: 'trash', ids: [comment.id] })).status).toBe(200);
    const batch = (
      await rows<{ id: string }>("SELECT id FROM decisions WHERE site_id = ? AND action = 'ban'", site)
    )[0]!.id;
    expect((await me.ask('DELETE', '/me')).status).toBe(200);
    expect((await team.ask('DELETE', '/me', undefined, { token: moderator.token })).status).toBe(200);
    for (const cron of ['', MODERATION]) await runCron(DAY_MS + 3_600_000, cron);
    const left = await dumpAll();
    const needles = ['Pernille', 'pernille', 'Kestrel', me.jkt, 'Abernathy', moderator.token];
    expect(needles.filter((needle) => left.includes(needle))).toEqual([]);
    expect(await rows('SELECT kind, created_by FROM bans WHERE site_id = ?', site)).toEqual([
      { kind: 'ip', created_by: 'somebody' },
    ]);
    expect((await problem(askUndo(batch))).code).toBe('conflict');
    expect((await readLog({ site })).decisions.map(({ by }) => by.name)).toEqual([
      'somebody',
      'somebody',
      'somebody',
      'owner',
    ]);
  });

  it('leaves no hash of an address after 30 days, but in the ban that needs it', async () => {
    const { id: comment } = await post({ url }, from('203.0.113.9'));
    const { value } = await ban({ kind: 'ip', comment, silent: true });
    await post({ url, body: 'Again.' }, from('203.0.113.9'));
    const spam = (
      await rows<{ id: string }>("SELECT id FROM comments WHERE site_id = ? AND status = 'spam'", site)
    )[0]!;
    await decide({ action: 'approve', ids: [spam.id] });
    expect((await dumpAll()).split(value).length).toBeGreaterThan(3);
    for (const cron of ['', MODERATION]) await runCron(31 * DAY_MS, cron);
    expect(await rows('SELECT verdict, ip_hash FROM comments WHERE id = ?', spam.id)).toMatchObject([
      { ip_hash: null },
    ]);
    expect((await dumpAll()).split(value).length - 1).toBe(1);
  });
});

describe('a report', () => {
  it('goes with who made it, and counts once when two become one', async () => {
    const [me, other] = [await createKey(), await createKey()];
    const { token } = await createPerson(other, site);
    const { id } = await post({ url }, ADMIN);
    const flagged = () => rows('SELECT flagged FROM comments WHERE id = ?', id);
    const report = (key: Key, options = {}) => key.ask('POST', `/comments/${id}/flags`, { reason: 'spam' }, options);
    for (const answer of [await report(me), await report(other), await report(other, { token })])
      expect(answer.status).toBe(201);
    expect(await flagged()).toEqual([{ flagged: 3 }]);
    expect((await other.ask('POST', '/me/claim', undefined, { token })).status).toBe(200);
    expect(await flagged()).toEqual([{ flagged: 2 }]);
    expect((await me.ask('DELETE', '/me')).status).toBe(200);
    for (const cron of ['', MODERATION]) await runCron(DAY_MS + 3_600_000, cron);
    expect(await flagged()).toEqual([{ flagged: 1 }]);
    await expectCounted();
  });
});

describe('a harmless comment', () => {
  it('opens no door to what comes behind it, in a new comment or in an edit', async () => {
    const loud = 'LOOK AT THIS WONDERFUL OFFER WHICH YOU WILL NOT FIND ANYWHERE ELSE IN THE WORLD, EVER';
    const me = await createKey();
    const [first] = [await me.post({ url }), await me.post({ url, body: 'Nice.' })];
    expect([first.status, (await me.post({ url, body: loud })).status]).toEqual(['approved', 'pending']);
    const edited = await me.ask('PATCH', `/comments/${first.id}`, { body: loud });
    expect(((await edited.json()) as { status: string }).status).toBe('pending');
  });
});

describe('the log', () => {
  it('shows settings and tokens to nobody who may not see them elsewhere', async () => {
    const team = [{ name: 'Noor Haddad', email: 'noor@blog.example' }];
    expect((await ask('PATCH', `/admin/sites/${site}`, { settings: { team } })).status).toBe(200);
    const reader = await createToken(['comments:read', 'comments:moderate'], site);
    const { decisions } = await readLog({ site }, reader);
    expect(decisions.map(({ action, items, undoable }) => [action, items, undoable])).toEqual([
      ['token.create', [], false],
      ['site.change', [], false],
    ]);
    const [, change] = (await readLog({ site })).decisions;
    expect([change!.items.length, change!.undoable]).toEqual([1, true]);
    expect((await problem(askUndo(change!.batch, reader))).code).toBe('scope_missing');
  });
});

describe('a moderator who leaves the team', () => {
  it('moderates no more from that moment on', async () => {
    const team = (...names: string[]) => names.map((name) => ({ name, email: `${name.toLowerCase()}@blog.example` }));
    const change = async (settings: object) =>
      expect((await ask('PATCH', `/admin/sites/${site}`, { settings })).status).toBe(200);
    await change({ team: team('Noor', 'Ines') });
    const [noor, ines, own] = [await createKey(), await createKey(), await createKey()];
    const logins = [
      [noor, await createPerson(noor, site, { role: 'moderator', email: 'Noor@blog.example' })],
      [ines, await createPerson(ines, site, { role: 'moderator', email: 'ines@blog.example' })],
      [own, await createPerson(own, site, { role: 'moderator' })],
    ] as const;
    await bindings.DB.prepare("INSERT INTO accounts VALUES (?, 'sso', 'subject-1', ?, 'Own', 0)")
      .bind(site, logins[2][1].id)
      .run();
    const may = () =>
      Promise.all(
        logins.map(async ([key, { token }]) => (await key.ask('GET', '/admin/summary', undefined, { token })).status),
      );
    await change({ hold: true });
    expect(await may()).toEqual([200, 200, 200]);
    await change({ team: team('Noor') });
    expect(await may()).toEqual([200, 403, 200]);
  });
});

describe('reports and votes', () => {
  it('threat 15: neither stuffed reports nor stuffed votes take a comment away, or make its writer trusted', async () => {
    ({ site, url } = await createSite({ ...UNJUDGED, trustAfter: 1, votes: 'both' }));
    const me = await createKey();
    const mine = await me.post({ url });
    expect(mine.status).toBe('pending');
    const { id } = await post({ url }, ADMIN);
    const crowd = await Promise.all(Array.from({ length: 12 }, () => createKey()));
    await Promise.all(
      crowd.flatMap((one) => [
        one.ask('POST', `/comments/${id}/flags`, { reason: 'spam' }),
        one.ask('POST', `/comments/${id}/flags`, { reason: 'abuse' }),
        one.ask('PUT', `/comments/${id}/vote`, { value: -1 }),
        one.ask('PUT', `/comments/${mine.id}/vote`, { value: 1 }),
        one.ask('POST', `/comments/${mine.id}/flags`, { reason: 'other' }),
      ]),
    );
    expect(await rows('SELECT status, flagged, down FROM comments WHERE id = ?', id)).toEqual([
      { status: 'approved', flagged: 12, down: 12 },
    ]);
    expect(await rows('SELECT status, flagged, up FROM comments WHERE id = ?', mine.id)).toEqual([
      { status: 'pending', flagged: 0, up: 0 },
    ]);
    expect((await me.post({ url, body: 'Another.' })).status).toBe('pending');
    await expectCounted();
  });
});

describe('what moderators send', () => {
  it('threat 20: is capped, in number, size and depth, and refused with the field', async () => {
    const id = (await post({ url }, ADMIN)).id;
    const decision = (body: unknown) => ask('POST', '/admin/decisions', body);
    expect(await problem(decision({ action: 'trash', ids: Array(301).fill(id) }))).toMatchObject({
      status: 400,
      field: 'ids',
    });
    const deep = JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`);
    for (const [method, path, body] of [
      ['POST', '/admin/decisions', { action: 'trash', ids: deep }],
      ['POST', '/admin/decisions', { action: 'trash', filter: { site, q: deep } }],
      ['PATCH', `/admin/sites/${site}`, { settings: { rules: deep } }],
      ['PATCH', `/admin/comments/${id}`, { body: deep }],
      ['POST', '/admin/bans', { site, kind: 'email', value: deep }],
      ['POST', '/admin/backtest', { site, settings: deep }],
    ] as const)
      expect(await problem(ask(method, path, body))).toMatchObject({
        status: 400,
        code: expect.stringMatching(/^invalid_/),
      });
    const raw = (text: string) =>
      call('/admin/decisions', {
        method: 'POST',
        body: text,
        headers: { ...ADMIN, 'Content-Type': 'application/json' },
      });
    expect((await problem(raw('['.repeat(60_000)))).status).toBe(400);
    expect((await problem(raw(`{"a":"${'x'.repeat(10_000_000)}"}`))).status).toBe(413);
    expect((await problem(ask('PATCH', `/admin/comments/${id}`, { body: 'x'.repeat(20_000) }))).field).toBe('body');
    expect(await rows('SELECT status, body FROM comments WHERE id = ?', id)).toEqual([
      { status: 'approved', body: 'Hello.' },
    ]);
  });

  it('threat 20: makes no rule that takes longer than a request has', async () => {
    const rule = (pattern: string) => ({ settings: { rules: [{ match: 'regex', pattern, says: 'hold' }] } });
    for (const pattern of ['\\pL{1000}', '(?:(?:a{30}){30})', '(?:.{1,500}x){2}'])
      expect(await problem(ask('PATCH', `/admin/sites/${site}`, rule(pattern)))).toMatchObject({
        status: 400,
        field: 'settings.rules.0.pattern',
      });
    const words = Array.from({ length: 70 }, (_, n) => `word${n}`).join('|');
    expect((await ask('PATCH', `/admin/sites/${site}`, rule(words))).status).toBe(200);
  });

  it('threat 20: is rendered and hardened like a stranger’s, also when an undo brings it back', async () => {
    const { id } = await post({ url }, ADMIN);
    const hostile = '<img src=x onerror=alert(1)> [x](javascript:alert(1)) <script>alert(1)</script>';
    await edit(id, { body: hostile, name: '<b>B</b>' });
    const { batch } = (await readLog({ site })).decisions[0]!;
    await undo(batch);
    const [again] = (await readLog({ site })).decisions;
    await undo(again!.batch);
    const [comment] = (await thread({ url })).comments;
    expect(comment!.html).not.toMatch(/<(?:img|script)|href="javascript/i);
    expect(comment!.html).toContain('&lt;script');
  });

  it('is done to 300 long comments at once', async () => {
    const body = 'Buy cheap watches and handbags at our shop, friends. '.repeat(188);
    const { id } = await post({ url, body }, ADMIN);
    const [row] = await rows<Record<string, unknown>>('SELECT * FROM comments WHERE id = ?', id);
    const ids = Array.from({ length: 299 }, (_, n) => id.slice(0, 20) + n.toString(32).padStart(6, '0'));
    const columns = Object.keys(row!).filter((name) => !['id', 'root_id', 'receipt_key'].includes(name));
    await bindings.DB.prepare(
      `INSERT INTO comments (id, root_id, ${columns}) SELECT value, value, ${columns} FROM comments, json_each(?) WHERE comments.id = ?`,
    )
      .bind(JSON.stringify(ids), id)
      .run();
    await bindings.DB.prepare('UPDATE pages SET count = 300 WHERE site_id = ?').bind(site).run();
    const { changed } = await decide({ action: 'spam', ids: [id, ...ids] });
    expect(changed.length).toBe(300);
    await expectCounted();
  });
});

describe('a post that begins an attack', () => {
  it.each([
    ['a reply', true, 12],
    // Once an attack: page, comment, proof, the line of the log and the site.
    ['the first on its page', false, 13],
  ])('costs two trips and few rows: %s', async (_, isReply, most) => {
    ({ site, url } = await createSite({ attackAfter: 3, challenge: 'never' }));
    const parent = (await post({ url }, ADMIN)).id;
    for (let n = 0; n < 3; n++) await post({ url, body: `No. ${n}` }, from(`203.0.113.${n}`));
    await bindings.DB.prepare('UPDATE sites SET attack_until = 0 WHERE id = ?').bind(site).run();
    const me = await createKey();
    const input = draft(isReply ? { url, parent, body: 'Now.' } : { url: `${url}/new`, body: 'Now.' });
    const { trips, written } = await askWatched(me, 'POST', '/comments', input, undefined, {
      'Idempotency-Key': newKey(),
    });
    const [line] = await rows<{ attack_until: number }>('SELECT attack_until FROM sites WHERE id = ?', site);
    expect([trips, line!.attack_until > 0]).toEqual([2, true]);
    expect(written).toBeLessThanOrEqual(most);
  });
});

describe('everything at once', () => {
  it('loses nothing and miscounts nothing', async () => {
    ({ site, url } = await createSite({ ...UNJUDGED, votes: 'both' }));
    const keys = await Promise.all([1, 2, 3, 4].map(() => createKey()));
    const roots = await Promise.all(Array.from({ length: 6 }, () => post({ url }, ADMIN)));
    const ids: string[] = roots.map(({ id }) => id);
    for (let n = 0; n < 24; n++)
      ids.push((await post({ url, parent: ids[(n * 7) % ids.length]!, body: `No. ${n}` }, ADMIN)).id);
    const own: { key: Key; id: string }[] = [];
    for (const key of keys)
      for (let n = 0; n < 4; n++)
        own.push({ key, id: (await key.post({ url, parent: ids[n]!, body: `Mine ${n}` })).id });
    const other = `${url}/other`;
    await post({ url: other }, ADMIN);
    const batches: string[] = [];
    const decided = async (action: 'spam' | 'trash' | 'hold' | 'approve' | 'delete' | 'restore', some: string[]) => {
      const answer = await ask('POST', '/admin/decisions', { action, ids: some });
      if (answer.status !== 200) return answer.status;
      const { batch } = (await answer.json()) as { batch: string | null };
      if (batch) batches.push(batch);
      return 200;
    };
    const [pageOne] = await rows<{ id: string }>(
      "SELECT id FROM pages WHERE site_id = ? AND url NOT LIKE '%other'",
      site,
    );
    const [pageTwo] = await rows<{ id: string }>("SELECT id FROM pages WHERE site_id = ? AND url LIKE '%other'", site);
    await keys[3]!.ask('DELETE', '/me');
    for (let round = 0; round < 4; round++) {
      const some = (from: number, n: number) => Array.from({ length: n }, (_, i) => ids[(from + i * 5) % ids.length]!);
      const acts: Promise<unknown>[] = [
        decided('spam', some(round, 8)),
        decided('trash', some(round + 3, 8)),
        decided('approve', some(round + 1, 8)),
        decided('restore', some(round + 2, 20)),
        decided('hold', some(round + 4, 4)),
        decided('delete', some(round * 7, 1)),
        ...own
          .slice(round * 4, round * 4 + 4)
          .flatMap(({ key, id }, n) => [
            key.ask('PATCH', `/comments/${id}`, { body: `Edited ${round}` }),
            decided('spam', [id]),
            ...(n % 2 === 0 ? [key.ask('DELETE', `/comments/${id}`)] : []),
            keys[(n + 1) % 3]!.ask('PUT', `/comments/${id}/vote`, { value: 1 }),
            keys[(n + 2) % 3]!.ask('POST', `/comments/${id}/flags`, { reason: 'spam' }),
          ]),
        ...batches.slice(-4).flatMap((batch) => [askUndo(batch), askUndo(batch)]),
        ...some(round + 5, 3).map((parent) => send(draft({ url, parent, body: `Reply ${round}` }), ADMIN)),
        ask('POST', `/admin/comments/${roots[round]!.id}/move`, { url: round % 2 === 0 ? other : url }),
        ...(round === 1 ? [ask('POST', `/admin/pages/${pageTwo!.id}/merge`, { into: pageOne!.id })] : []),
        ...(round === 2 ? [runCron(26 * 3_600_000)] : []),
        ...(round === 3 ? [runCron(40 * DAY_MS, MODERATION)] : []),
      ];
      const answers = await Promise.all(acts);
      expect(answers.filter((one) => (one instanceof Response ? one.status : Number(one ?? 0)) === 500)).toEqual([]);
      await expectCounted();
    }
    expect(batches.length).toBeGreaterThan(20);
    for (const batch of batches.toReversed()) await askUndo(batch);
    await expectCounted();
  });
});
