/** One's own comment: edited and deleted in its place, by mouse and by keyboard, and by nobody else. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { Thread } from '../../../worker/contract.ts';
import { OTHER_HOST } from '../global-setup.ts';
import { freshPath, postComment, serverUrl, useBrowser } from '../harness.ts';

const { open } = useBrowser();
const html =
  '<!doctype html><html lang="en"><title>A page</title><body><main><h1>A page</h1><script src="{server}/embed.js" async></script></main></body></html>';

const field = (p: Page) => p.getByRole('textbox', { name: /write a response/i });
const comment = (p: Page, text: string) => p.locator('.b', { has: p.locator('[part=body]', { hasText: text }) }).last();
const more = (p: Page, text: string) => comment(p, text).locator('[data-a=more]').first();
const editor = (p: Page) => p.getByRole('textbox', { name: 'Your comment, in Markdown' });
const focused = (p: Page) =>
  p.locator('afterword-thread').evaluate((e) => {
    const active = e.shadowRoot!.activeElement;
    return active?.id || active?.getAttribute('data-a') || active?.textContent || active?.localName;
  });

/** @param shown a part of it as it is rendered */
async function write(p: Page, text: string, shown = text): Promise<void> {
  await field(p).click();
  const name = p.getByRole('textbox', { name: 'Name' });
  await name.fill('Noor');
  await field(p).fill(text);
  await p.getByRole('button', { name: 'Post', exact: true }).click();
  // Its id is the server's by then.
  await comment(p, shown).locator('[data-a=more], [data-a=delete]').waitFor();
}

/** The edge may answer with what it had some seconds ago. */
const seeing = (p: Page, text: string) =>
  expect
    .poll(
      async () => {
        await p.reload();
        await p.locator('.in h2').waitFor();
        return p.getByText(text).count();
      },
      { timeout: 10_000, interval: 1000 },
    )
    .toBe(1);

async function stored(url: string): Promise<Thread> {
  const address = new URL(url, serverUrl()).href;
  const bookmark = '00000000-00000000-00000000-00000000000000000000000000000000';
  const answer = await fetch(`${serverUrl()}/api/v1/thread?${new URLSearchParams({ url: address, bookmark })}`);
  return (await answer.json()) as Thread;
}

describe('editing', () => {
  it('is done in place with the Markdown as it was written, and is there after a reload', async () => {
    const url = freshPath('edit');
    const { page: p } = await open(url, { html });
    await write(p, 'A **bold** clame', 'clame');
    await more(p, 'clame').click();
    await p.getByRole('button', { name: 'Edit', exact: true }).click();
    await expect.poll(() => editor(p).inputValue()).toBe('A **bold** clame');
    await editor(p).fill('A **bold** claim');
    await p.getByRole('button', { name: 'Save' }).click();
    await p.locator('[part=body]', { hasText: 'A bold claim' }).waitFor();
    expect(await editor(p).count()).toBe(0);
    const [kept] = (await stored(url)).comments;
    expect(kept?.html).toContain('<strong>bold</strong> claim');
    expect(kept?.editedAt).not.toBeNull();
    await p.reload();
    await p.locator('[part=body]', { hasText: 'A bold claim' }).waitFor();
  });

  it('is done by keyboard alone: menu, text, Ctrl+Enter, and the focus comes back', async () => {
    const { page: p } = await open(freshPath('edit-keys'), { html });
    await write(p, 'First thought');
    await more(p, 'First thought').focus();
    await p.keyboard.press('Enter');
    await expect.poll(() => focused(p)).toBe('copy');
    await p.keyboard.press('Escape');
    await expect.poll(() => focused(p)).toBe('more');
    await p.keyboard.press('Enter');
    await expect.poll(() => focused(p)).toBe('copy');
    await p.keyboard.press('Tab');
    expect(await focused(p)).toBe('edit');
    await p.keyboard.press('Enter');
    await expect.poll(() => editor(p).inputValue()).toBe('First thought');
    await expect.poll(() => focused(p)).toBe('textarea');
    await p.keyboard.press('Control+End');
    await p.keyboard.type('s');
    await p.keyboard.press('Control+Enter');
    await p.locator('[part=body]', { hasText: 'First thoughts' }).waitFor();
    await expect.poll(() => focused(p)).toBe('more');
    await expect.poll(() => p.getByRole('status').first().textContent()).toBe('Saved');
  });

  it('asks nothing when nothing was changed, and asks before a change is lost', async () => {
    const { page: p } = await open(freshPath('leave'), { html });
    await write(p, 'As it was');
    const edit = async () => {
      await more(p, 'As it was').click();
      await p.getByRole('button', { name: 'Edit', exact: true }).click();
      await expect.poll(() => editor(p).inputValue()).toBe('As it was');
    };
    await edit();
    await p.keyboard.press('Escape');
    await expect.poll(() => editor(p).count()).toBe(0);
    await edit();
    await editor(p).fill('Quite another thing');
    await p.keyboard.press('Escape');
    await p.getByText('Discard what you changed?').last().waitFor();
    expect(await editor(p).inputValue()).toBe('Quite another thing');
    await p.getByRole('button', { name: 'Discard' }).click();
    await expect.poll(() => editor(p).count()).toBe(0);
    await edit();
  });

  it('asks also when the text as it stands there could not be fetched', async () => {
    const { page: p } = await open(freshPath('edit-offline'), { html });
    await write(p, 'As it was');
    await more(p, 'As it was').click();
    await p.getByRole('button', { name: 'Edit', exact: true }).click();
    await expect.poll(() => editor(p).inputValue()).toBe('As it was');
    await editor(p).fill('Quite another thing');
    await p.route('**/source', (route) => route.abort());
    await p.reload();
    await p.getByText('No connection.').first().waitFor();
    await editor(p).press('Escape');
    await p.getByText('Discard what you changed?').last().waitFor();
    expect(await editor(p).inputValue()).toBe('Quite another thing');
  });

  it('keeps the text through a reload, and says in words why it was refused', async () => {
    const { page: p } = await open(freshPath('edit-draft'), { html });
    await write(p, 'To be continued');
    await more(p, 'To be continued').click();
    await p.getByRole('button', { name: 'Edit', exact: true }).click();
    await expect.poll(() => editor(p).inputValue()).toBe('To be continued');
    await editor(p).fill('To be continued soon');
    await p.reload();
    await expect.poll(() => editor(p).inputValue()).toBe('To be continued soon');
    await p.context().setOffline(true);
    await p.getByRole('button', { name: 'Save' }).click();
    await p.locator('form').getByText('No connection.').waitFor();
    expect(await editor(p).inputValue()).toBe('To be continued soon');
    await p.context().setOffline(false);
    await editor(p).fill(' ');
    await p.getByRole('button', { name: 'Save' }).click();
    await p.locator('form').getByText('Write something, 10,000 characters at most.').waitFor();
    await editor(p).fill('To be continued now');
    await p.getByRole('button', { name: 'Save' }).click();
    await p.locator('[part=body]', { hasText: 'To be continued now' }).waitFor();
  });

  it('is offered no longer than the site allows', async () => {
    const { page: p } = await open(freshPath('window'), { html });
    await write(p, 'Fresh');
    await p.clock.install({ time: Date.now() + 16 * 60_000 });
    await seeing(p, 'Fresh');
    await more(p, 'Fresh').click();
    await p.getByRole('button', { name: 'Delete', exact: true }).waitFor();
    expect(await p.getByRole('button', { name: 'Edit', exact: true }).count()).toBe(0);
  });
});

describe('deleting', () => {
  it('asks first, then the comment is gone and the focus is on its neighbour', async () => {
    const url = freshPath('delete');
    await postComment({ url, body: 'Staying', author: { name: 'Mika' } });
    const { page: p } = await open(url, { html });
    await write(p, 'Regretted');
    await more(p, 'Regretted').focus();
    await p.keyboard.press('Enter');
    await p.getByRole('button', { name: 'Delete', exact: true }).press('Enter');
    await expect.poll(() => focused(p)).toBe('Keep');
    await p.keyboard.press('Enter');
    await expect.poll(() => focused(p)).toBe('more');
    await more(p, 'Regretted').click();
    await p.getByRole('button', { name: 'Delete', exact: true }).click();
    await p.getByRole('group', { name: 'Delete this comment?' }).getByRole('button', { name: 'Delete' }).click();
    await expect.poll(() => p.locator('[part=comment]').count()).toBe(1);
    const { comments, page } = await stored(url);
    expect(page.count).toBe(1);
    await expect.poll(() => focused(p)).toBe(`comment-${comments[0]?.id}`);
    await p.getByRole('heading', { name: '1 response' }).waitFor();
  });

  it('leaves the place when others have answered, and takes it away with the last answer', async () => {
    const url = freshPath('delete-parent');
    const { page: p } = await open(url, { html });
    await write(p, 'A question');
    await comment(p, 'A question').getByRole('button', { name: 'Reply' }).click();
    const reply = p.getByRole('textbox', { name: 'Reply to Noor' });
    await reply.fill('My own answer');
    await reply.press('Control+Enter');
    await more(p, 'My own answer').waitFor();
    const remove = async (text: string) => {
      await more(p, text).click();
      await p.getByRole('button', { name: 'Delete', exact: true }).click();
      await p.getByRole('group', { name: 'Delete this comment?' }).getByRole('button', { name: 'Delete' }).click();
    };
    const place = p.locator('[part=comment]').first();
    await place.locator('[data-a=more]').click();
    await p.getByRole('button', { name: 'Delete', exact: true }).click();
    await p.getByRole('group', { name: 'Delete this comment?' }).getByRole('button', { name: 'Delete' }).click();
    await p.getByText('This comment was removed.').waitFor();
    expect(await p.locator('[part=body]').count()).toBe(1);
    await remove('My own answer');
    await expect.poll(() => p.locator('[part=comment]').count()).toBe(0);
    expect((await stored(url)).comments).toHaveLength(0);
  });
});

describe('somebody else', () => {
  it('is offered neither Edit nor Delete on another one’s comment', async () => {
    const url = freshPath('others');
    const { page: p } = await open(url, { html });
    await write(p, 'Mine alone');
    const { page: other } = await open(url, { html });
    await seeing(other, 'Mine alone');
    await more(other, 'Mine alone').click();
    await other.getByRole('button', { name: 'Report' }).waitFor();
    expect(await other.getByRole('button', { name: /^(Edit|Delete)$/ }).count()).toBe(0);
    await more(other, 'Mine alone').click();
    // With a key of their own as well.
    await write(other, 'Theirs');
    await more(other, 'Mine alone').click();
    await other.getByRole('button', { name: 'Report' }).waitFor();
    expect(await other.getByRole('button', { name: /^(Edit|Delete)$/ }).count()).toBe(0);
    await more(other, 'Theirs').click();
    await other.getByRole('button', { name: 'Edit', exact: true }).waitFor();
    await p.reload();
    await p.locator('[part=comment]').nth(1).waitFor();
    await more(p, 'Mine alone').click();
    await p.getByRole('button', { name: 'Edit', exact: true }).waitFor();
  });
});

describe('a page without https', () => {
  it('has no keys: the menu says what cannot be done, and gives the link to be copied by hand', async () => {
    const url = `http://${OTHER_HOST}${freshPath('http')}`;
    const { id } = await postComment({ url, body: 'In the open', author: { name: 'Mika' } });
    const { page: p } = await open(url, { html });
    await more(p, 'In the open').click();
    await comment(p, 'In the open').getByText('Editing and voting need https').waitFor();
    expect(await p.getByRole('button', { name: /^(Edit|Delete|Report)$/ }).count()).toBe(0);
    await p.getByRole('button', { name: 'Copy link' }).click();
    const link = p.getByRole('textbox', { name: 'Copy link' });
    await expect.poll(() => link.inputValue()).toBe(`${url}#comment-${id}`);
    await expect
      .poll(() => link.evaluate((e: HTMLInputElement) => e.selectionEnd! - e.selectionStart!))
      .toBe(`${url}#comment-${id}`.length);
    await comment(p, 'In the open').locator('[data-a=vote]').first().click();
    await comment(p, 'In the open').getByText('Editing and voting need https').waitFor();
  });
});

describe('a comment that waits for approval', () => {
  const note = (p: Page) => p.locator('[part=comment]').getByText('Waiting for approval. Only you can see it.');

  it('is seen by its writer only, also when the device has forgotten all but the key, and can be edited and deleted', async () => {
    // There are no keys without https.
    const url = `https://held.${OTHER_HOST}${freshPath('held')}`;
    const { page: p } = await open(url, { html });
    await write(p, 'Patience');
    await note(p).waitFor();
    await p.reload();
    await note(p).waitFor();
    await p.evaluate(() => localStorage.clear());
    await p.reload();
    await p.getByText('The first word is yours').waitFor();
    await field(p).click();
    await note(p).waitFor();
    await p.getByRole('button', { name: 'Edit', exact: true }).click();
    await expect.poll(() => editor(p).inputValue()).toBe('Patience');
    await editor(p).fill('More patience');
    await p.getByRole('button', { name: 'Save' }).click();
    await p.locator('[part=body]', { hasText: 'More patience' }).waitFor();
    await p.reload();
    await p.locator('[part=body]', { hasText: 'More patience' }).waitFor();
    const { page: other } = await open(url, { html });
    await other.getByText('The first word is yours').waitFor();
    await field(other).click();
    await other.getByRole('textbox', { name: 'Name' }).waitFor();
    expect(await other.getByText('More patience').count()).toBe(0);
    await p.getByRole('button', { name: 'Delete', exact: true }).click();
    await p.getByRole('group', { name: 'Delete this comment?' }).getByRole('button', { name: 'Delete' }).click();
    await expect.poll(() => p.locator('[part=comment]').count()).toBe(0);
    await p.reload();
    await p.getByText('The first word is yours').waitFor();
    expect(await p.getByText('More patience').count()).toBe(0);
  });
});
