/** Deciding by a link in a mail: what opens it, what acts, and everything that may have happened in between. */
import { describe, expect, it } from 'vitest';
import { getConfig } from '../../worker/env';
import { signLink } from '../../worker/notify/links';
import { ask, readLog } from './admin';
import { bindings, call, createSite, post, problem, query, setRow, thread } from './api';
import { addModerator, linkIn, mailsTo, openPage } from './mailing';
import { decide, rows, undo } from './moderator';

const HOLD = { hold: true, challenge: 'never', classifier: false };

interface Stage {
  site: string;
  url: string;
  comment: string;
  moderator: string;
  /** Without a verb. */
  link: string;
}
/** A held comment, and the link in the mail about it. */
async function arrange(over = {}, settings = {}): Promise<Stage> {
  const { site, url } = await createSite({ ...HOLD, ...settings });
  const { id: moderator } = await addModerator(site, over);
  const { id: comment } = await post({ url, title: 'A post', body: 'Is this all right?' });
  const [mail] = await mailsTo(moderator);
  return { site, url, comment, moderator, link: linkIn(mail!, 'decide/').replace(/\?.*/, '') };
}
const statusOf = async (id: string) =>
  (await rows<{ status: string }>('SELECT status FROM comments WHERE id = ?', id))[0]?.status;
/** As somebody does who opens the page and presses the button. */
async function press(link: string, verb: string) {
  const { seen } = await openPage(`${link}?verb=${verb}`);
  return openPage(link, 'POST', { verb, seen: seen! });
}
const decisionsOf = (site: string) => readLog("site_id = ? AND action <> 'site.change'", site);

describe('threat 11: opening the link', () => {
  it.each(['GET', 'HEAD', 'OPTIONS'])('changes nothing by %s, however often', async (method) => {
    const { site, comment, link } = await arrange();
    const before = await dump(site);
    for (const verb of ['approve', 'spam', 'trash', 'delete', ''])
      for (let n = 0; n < 3; n++) {
        const answer = await call(`${link}?verb=${verb}`, { method });
        expect(answer.status).toBe(method === 'OPTIONS' ? 204 : 200);
      }
    expect(await dump(site)).toBe(before);
    expect(await statusOf(comment)).toBe('pending');
  });

  it('shows the comment as text, where it stands, and a button for each decision', async () => {
    const { site, comment, link } = await arrange();
    await setRow(comment, {
      body: 'See <img src=x onerror=boom()> [here](https://spam.example)',
      author_name: '<b>Mika',
    });
    await bindings.DB.prepare(`UPDATE pages SET url = 'javascript:boom()', title = '<script>boom()' WHERE site_id = ?`)
      .bind(site)
      .run();
    const page = await openPage(`${link}?verb=spam`);
    expect(page.verbs).toEqual(['approve', 'spam', 'trash']);
    expect(page.main).toBe('spam');
    expect(page.html).toContain('[here](https://spam.example)');
    expect(page.html).toContain('&lt;b&gt;Mika');
    expect(page.html).not.toMatch(/<img|<script|<b>|href="javascript|href="https:\/\/spam/);
    expect(page.headers.get('Content-Security-Policy')).toMatch(
      /default-src 'none'.*form-action 'self'.*frame-ancestors 'none'/,
    );
    expect(page.headers.get('Referrer-Policy')).toBe('no-referrer');
    expect(page.headers.get('Cache-Control')).toBe('no-store');
  });

  it('changes nothing by a form that says nothing, something else, or not what was seen', async () => {
    const { site, link } = await arrange();
    const { seen } = await openPage(link);
    const before = await dump(site);
    const forms: Record<string, string>[] = [
      {},
      { seen: seen! },
      { verb: 'approve' },
      { verb: 'delete', seen: seen! },
      { verb: 'approve', seen: 'approved.' },
    ];
    for (const form of forms) {
      const page = await openPage(link, 'POST', form);
      expect([page.status, page.html.includes('Nothing was done')]).toEqual([200, true]);
    }
    expect(await dump(site)).toBe(before);
  });
});

/** Everything a link could change. */
async function dump(site: string): Promise<string> {
  const tables = ['comments', 'pages', 'decisions', 'recipients', 'models'];
  return JSON.stringify(
    await Promise.all(tables.map((table) => rows(`SELECT * FROM ${table} WHERE site_id = ?`, site))),
  );
}

describe('its form', () => {
  it('approves what it says to approve: everybody can read it, and it is not gone', async () => {
    const { url, comment, link } = await arrange();
    const page = await press(link, 'approve');
    expect(page.html).toContain('Done: it is approved');
    expect(await statusOf(comment)).toBe('approved');
    const { comments, page: counted } = await thread({ url });
    expect(comments.map(({ id }) => id)).toEqual([comment]);
    expect(counted?.count).toBe(1);
  });

  it.each([
    ['spam', 'spam'],
    ['trash', 'trash'],
  ])('%s: the comment is in %s, and nowhere else', async (verb, status) => {
    const { url, comment, link } = await arrange();
    await press(link, verb);
    expect(await statusOf(comment)).toBe(status);
    expect((await thread({ url })).comments).toEqual([]);
  });

  it('is in the log under the moderator’s address, and can be taken back', async () => {
    const { site, comment, link } = await arrange();
    await press(link, 'spam');
    expect(await decisionsOf(site)).toMatchObject([
      { action: 'spam', actor_kind: 'person', actor_name: 'robin@mail.example' },
    ]);
    const [{ batch }] = (await rows<{ batch: string }>('SELECT batch FROM decisions WHERE site_id = ?', site)) as [
      { batch: string },
    ];
    expect(await undo(batch)).toMatchObject({ changed: 1 });
    expect(await statusOf(comment)).toBe('pending');
  });

  it('teaches the classifier as any other decision does', async () => {
    const { site, link } = await arrange();
    await press(link, 'spam');
    expect(await rows('SELECT good, spam FROM models WHERE site_id = ?', site)).toEqual([{ good: 0, spam: 1 }]);
    await press(link, 'approve');
    expect(await rows('SELECT good, spam FROM models WHERE site_id = ?', site)).toEqual([{ good: 1, spam: 0 }]);
  });

  it('does once what is sent twice, at the same time as well', async () => {
    const { site, comment, link } = await arrange();
    const { seen } = await openPage(link);
    const form = { verb: 'approve', seen: seen! };
    const pages = await Promise.all([1, 2, 3].map(() => openPage(link, 'POST', form)));
    pages.push(await openPage(link, 'POST', form));
    expect(pages.map(({ html }) => html.includes('Done: it is approved'))).toEqual([true, true, true, true]);
    expect(await decisionsOf(site)).toHaveLength(1);
    expect(await statusOf(comment)).toBe('approved');
  });

  it('lets one change one’s mind, from the page that says what was done', async () => {
    const { comment, link } = await arrange();
    const done = await press(link, 'trash');
    expect(done.verbs).toEqual(['approve', 'spam']);
    await openPage(link, 'POST', { verb: 'approve', seen: done.seen! });
    expect(await statusOf(comment)).toBe('approved');
  });

  it('answers readers’ reports by approving what is approved', async () => {
    const { comment, link } = await arrange();
    await press(link, 'approve');
    await setRow(comment, { flagged: 2 });
    expect((await openPage(link)).verbs).toEqual(['approve', 'spam', 'trash']);
    await press(link, 'approve');
    expect(await rows('SELECT status, flagged FROM comments WHERE id = ?', comment)).toEqual([
      { status: 'approved', flagged: 0 },
    ]);
  });
});

describe('when something has happened meanwhile', () => {
  it('says who has decided already, and leaves it so', async () => {
    const { comment, link } = await arrange();
    await decide({ action: 'approve', ids: [comment] });
    const page = await openPage(`${link}?verb=spam`);
    expect(page.html).toMatch(/owner<\/bdi> has decided about it: <bdi>Approved/);
    expect(page.verbs).toEqual(['spam', 'trash']);
  });

  it('does nothing to what somebody else has decided since the page was opened', async () => {
    const { comment, link } = await arrange();
    const { seen } = await openPage(link);
    await decide({ action: 'approve', ids: [comment] });
    for (const verb of ['trash', 'approve']) {
      const page = await openPage(link, 'POST', { verb, seen: seen! });
      expect(page.html).toContain('Nothing was done');
      expect(page.html).toContain('has decided about it');
    }
    expect(await statusOf(comment)).toBe('approved');
  });

  it('does nothing to a comment that has been decided back and forth', async () => {
    const { comment, link } = await arrange();
    const { seen } = await openPage(link);
    await decide({ action: 'spam', ids: [comment] });
    await decide({ action: 'hold', ids: [comment] });
    expect((await openPage(link, 'POST', { verb: 'approve', seen: seen! })).html).toContain('Nothing was done');
    expect(await statusOf(comment)).toBe('pending');
  });

  it('says that a comment is gone', async () => {
    const { comment, link } = await arrange();
    const { seen } = await openPage(link);
    await decide({ action: 'delete', ids: [comment] });
    const pages = [await openPage(link), await openPage(link, 'POST', { verb: 'approve', seen: seen! })];
    for (const { status, html } of pages) {
      expect(status).toBe(404);
      expect(html).toContain('This comment is gone');
      expect(html).not.toContain('all right?');
    }
    expect(await statusOf(comment)).toBe('deleted');
  });

  it.each([
    ['was removed', (id: string) => ask('DELETE', `/admin/recipients/${id}`)],
    [
      'has ended these mails',
      (id: string) => bindings.DB.prepare("UPDATE recipients SET state = 'unsubscribed' WHERE id = ?").bind(id).run(),
    ],
    [
      'is a reader only',
      (id: string) => bindings.DB.prepare("UPDATE recipients SET role = 'reader' WHERE id = ?").bind(id).run(),
    ],
  ])('does nothing for a moderator who %s', async (_, end) => {
    const { comment, moderator, link } = await arrange();
    const { seen } = await openPage(link);
    await end(moderator);
    const pages = [await openPage(link), await openPage(link, 'POST', { verb: 'approve', seen: seen! })];
    for (const { status, html } of pages) {
      expect(status).toBe(404);
      expect(html).toContain('does not moderate this site any more');
      expect(html).not.toContain('all right?');
    }
    expect(await statusOf(comment)).toBe('pending');
  });
});

describe('threat 10: a link', () => {
  const sign = (...parts: string[]) => signLink(getConfig(bindings), 'decide', ...parts);
  const inSeconds = (s: number) => Math.floor(Date.now() / 1000 + s).toString(36);

  it('works for a week, and then says so', async () => {
    const { comment, moderator, link } = await arrange();
    const until = Number.parseInt(link.split('.').at(-2)!, 36) - Date.now() / 1000;
    expect(until / 86_400).toBeCloseTo(7, 1);
    const old = `/mail/decide/${await sign(moderator, comment, inSeconds(-1))}`;
    const { seen } = await openPage(link);
    for (const page of [await openPage(old), await openPage(old, 'POST', { verb: 'approve', seen: seen! })]) {
      expect(page.status).toBe(404);
      expect(page.html).toContain('too old');
    }
    expect(await statusOf(comment)).toBe('pending');
  });

  it('is for one comment and one moderator: changed anywhere it is none', async () => {
    const { comment, moderator, url, link } = await arrange();
    const other = await post({ url, body: 'Another.' });
    const { seen } = await openPage(link);
    const token = link.split('/').at(-1)!;
    const preferences = await signLink(getConfig(bindings), 'preferences', moderator, comment, inSeconds(100));
    const forged = [
      token.replace(comment, other.id),
      `${token}x`,
      token.slice(0, -1),
      token.replace(/\.[^.]*$/, '.'),
      preferences,
      'x',
      '%00',
      '.'.repeat(2000),
      await sign(moderator, comment),
      await sign(moderator, comment, 'never!'),
      await sign(moderator, "' OR 1=1 --", inSeconds(100)),
    ];
    for (const each of forged) {
      const page = await openPage(`/mail/decide/${each}`, 'POST', { verb: 'approve', seen: seen! });
      expect([each.slice(0, 80), page.status]).toEqual([each.slice(0, 80), 404]);
    }
    expect([await statusOf(comment), await statusOf(other.id)]).toEqual(['pending', 'pending']);
  });

  it('reaches no comment of another site', async () => {
    const { moderator } = await arrange();
    const { comment } = await arrange();
    const link = `/mail/decide/${await sign(moderator, comment, inSeconds(100))}`;
    expect((await openPage(link)).html).toContain('This comment is gone');
    await openPage(link, 'POST', { verb: 'approve', seen: 'pending.' });
    expect(await statusOf(comment)).toBe('pending');
  });

  it('that leads nowhere tells programs so in their language', async () => {
    expect(await problem(call('/mail/decide/x'))).toEqual({ status: 404, code: 'not_found' });
    expect(await problem(call('/mail/decide/x', { method: 'POST' }))).toEqual({ status: 404, code: 'not_found' });
  });

  it('takes no form larger than any other request', async () => {
    const { link } = await arrange();
    const answer = await call(link, { method: 'POST', body: `verb=approve&seen=${'x'.repeat(200_000)}` });
    expect(answer.status).toBe(413);
  });
});

it.each([
  ['de', 'Was soll daraus werden?', 'ltr'],
  ['ar', 'ماذا نفعل بهذا التعليق؟', 'rtl'],
  ['pt-BR', 'What is to become of it?', 'ltr'],
])('speaks the moderator’s language: %s', async (language, title, dir) => {
  const { link } = await arrange({ language });
  const { html } = await openPage(link);
  expect(html).toContain(title);
  expect(html).toContain(`dir="${dir}"`);
});

it('threat 13: nothing of it is public', async () => {
  const { url, link } = await arrange();
  await press(link, 'approve');
  const answer = await call(`/thread${query({ url })}`);
  expect(await answer.text()).not.toContain('robin@mail.example');
});
