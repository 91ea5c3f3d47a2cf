/** Trying settings against what has been written. */
import { describe, expect, it } from 'vitest';
import type { Backtest } from '../../worker/contract-admin';
import { ask } from './admin';
import { ADMIN, bindings, createSite, post, problem, setRow } from './api';
import { createKey } from './key';

const tryOn = async (body: object): Promise<Backtest> => {
  const answer = await ask('POST', '/admin/backtest', body);
  if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
  return answer.json();
};
const NONE = { good: 0, spam: 0 };
const rule = (says: string, pattern = 'casino') => ({ match: 'word', pattern, says });
const decide = (id: string, status: 'spam' | 'trash' | 'pending') =>
  setRow(id, { status, shown: 0, decision_id: `decision-of-${status}` });
const dump = async () =>
  JSON.stringify(
    (
      await bindings.DB.batch(
        ['comments', 'sites', 'decisions', 'models'].map((name) => bindings.DB.prepare(`SELECT * FROM ${name}`)),
      )
    ).map(({ results }) => results),
  );

describe('a trial', () => {
  it('says how many good ones and how much spam other settings would have held, and changes nothing', async () => {
    const { site, url } = await createSite();
    for (const body of ['Good', 'A good casino', 'Good, too']) await post({ url, body });
    for (const body of ['casino one', 'casino two', 'other spam']) await decide((await post({ url, body })).id, 'spam');
    await decide((await post({ url, body: 'casino trash' })).id, 'trash');
    await decide((await post({ url, body: 'casino, waiting' })).id, 'pending');
    await setRow((await post({ url, body: 'casino, by a phase' })).id, { status: 'spam', shown: 0 });
    await post({ url, body: 'The casino rule is mine', author: { name: 'Marigold', badge: 'author' } }, ADMIN);
    const before = await dump();
    const { examples, ...numbers } = await tryOn({ site, settings: { rules: [rule('hold')] } });
    expect(numbers).toEqual({
      looked: 7,
      now: { approved: { good: 3, spam: 4 }, held: NONE, spam: NONE, refused: NONE },
      tried: { approved: { good: 2, spam: 1 }, held: { good: 1, spam: 3 }, spam: NONE, refused: NONE },
      next: null,
    });
    expect(examples.map(({ comment, findings }) => [comment.body, findings.map(({ phase }) => phase)])).toEqual([
      ['casino trash', ['rules']],
      ['casino two', ['rules']],
      ['casino one', ['rules']],
      ['A good casino', ['rules']],
    ]);
    expect(await dump()).toBe(before);
    const { tried } = await tryOn({ site, settings: { rules: [rule('refuse'), rule('spam', 'other')] } });
    expect([tried.refused, tried.spam]).toEqual([
      { good: 1, spam: 3 },
      { good: 0, spam: 1 },
    ]);
  });

  it('starts from the settings that hold', async () => {
    const { site, url } = await createSite();
    await post({ url, body: 'A casino' });
    await bindings.DB.prepare('UPDATE sites SET settings = ? WHERE id = ?')
      .bind(JSON.stringify({ rules: [rule('hold')] }), site)
      .run();
    const { now, tried, examples } = await tryOn({ site, settings: { rules: [] } });
    expect([now.held.good, tried.approved.good, examples.length]).toEqual([1, 1, 1]);
    expect((await tryOn({ site, settings: {} })).tried).toEqual(now);
  });

  it('takes an author for who they are without the comment itself', async () => {
    const { site, url } = await createSite();
    const me = await createKey();
    await me.post({ url, body: 'The first' });
    expect((await tryOn({ site, settings: { trustAfter: 1 } })).tried.held.good).toBe(1);
    await me.post({ url, body: 'The second' });
    expect((await tryOn({ site, settings: { trustAfter: 1 } })).tried.held.good).toBe(0);
    expect((await tryOn({ site, settings: { holdNewPages: true } })).tried.held.good).toBe(1);
  });

  it('goes through all of a history, some at a time, each once', async () => {
    const { site, url } = await createSite();
    const { id } = await post({ url });
    await bindings.DB.prepare(`
      WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 249)
      INSERT INTO comments (id, site_id, page_id, root_id, depth, status, shown, inline, author_name, body, html, html_version,
        created_at)
      SELECT printf('%026d', n.value), c.site_id, c.page_id, printf('%026d', n.value), 0, 'approved', 1, 1, 'Mika',
        'No. ' || n.value, '<p>No. ' || n.value || '</p>', 1, n.value
      FROM comments c CROSS JOIN n WHERE c.id = ?`)
      .bind(id)
      .run();
    let looked = 0;
    let requests = 0;
    for (let after: string | null | undefined; after !== null; requests++) {
      const answer: Backtest = await tryOn({ site, settings: { hold: true }, ...(after && { after }) });
      expect(answer.tried.held.good).toBe(answer.looked);
      expect(answer.examples.length).toBe(10);
      looked += answer.looked;
      after = answer.next;
    }
    expect([looked, requests]).toEqual([250, 3]);
  });

  it('names what is wrong with the settings', async () => {
    const { site } = await createSite();
    const cases: [object, string][] = [
      [{ rules: [rule('hold'), { match: 'regex', pattern: '((', says: 'hold' }] }, 'settings.rules.1.pattern'],
      [{ rules: [{ ...rule('hold'), says: 'shout' }] }, 'settings.rules.0.says'],
      [{ maxLinks: -1 }, 'settings.maxLinks'],
      [{ unknown: 1 }, 'settings.unknown'],
    ];
    for (const [settings, field] of cases)
      expect(await problem(ask('POST', '/admin/backtest', { site, settings }))).toEqual({
        status: 400,
        code: 'invalid_request',
        field,
      });
    expect(await problem(ask('POST', '/admin/backtest', { site: 'none', settings: {} }))).toMatchObject({
      field: 'site',
    });
  });
});
