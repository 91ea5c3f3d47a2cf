/** For everyone: axe finds nothing in any state, in any language and scheme; every text is there. */
import { describe, expect, it } from 'vitest';
import { findViolations } from '../axe.ts';
import { freshPath, postComment, useBrowser } from '../harness.ts';

const { open } = useBrowser();
const page = (lang = 'en') =>
  `<!doctype html><html lang="${lang}"><head><title>A page</title><meta name="color-scheme" content="light dark"></head><body><main><h1>A page</h1><script src="{server}/embed.js" async></script></main></body></html>`;

describe('axe finds nothing', () => {
  it.each(['light', 'dark'] as const)(
    'in the demo, %s: reading, composing, replying, failing, focused',
    async (colorScheme) => {
      const { page: p } = await open('/', { colorScheme });
      await p.locator('[part=comment]').nth(12).waitFor();
      expect(await findViolations(p)).toEqual([]);
      await p.getByRole('textbox', { name: /write a response/i }).click();
      await p.getByRole('button', { name: 'Post', exact: true }).waitFor();
      expect(await findViolations(p)).toEqual([]);
      await p.getByRole('button', { name: 'Post', exact: true }).click();
      await p.locator('form').getByText('Write something').first().waitFor();
      expect(await findViolations(p)).toEqual([]);
      await p.getByRole('button', { name: 'Reply' }).first().click();
      await p.getByRole('textbox', { name: /^Reply to/ }).waitFor();
      expect(await findViolations(p)).toEqual([]);
      await p
        .getByRole('button', { name: /^Replies to/ })
        .first()
        .click();
      expect(await findViolations(p)).toEqual([]);
    },
  );

  it('in a thread with every kind of markup, a deep branch, a permalink, and nothing', async () => {
    const url = freshPath('markup');
    const body =
      '# Title\n\n1. one\n2. two\n\n- [ ] task\n- [x] done\n\n| a | b |\n|---|:-:|\n| 1 | 2 |\n\n> quote\n\n```js\nconst wide = "' +
      'x'.repeat(200) +
      '";\n```\n\n![picture](https://a.example/x.png) ~~gone~~ `code` <https://a.example>';
    let parent = await postComment({
      url,
      body,
      author: { name: 'Mika', url: 'https://mika.example', badge: 'author' },
    });
    for (let i = 0; i < 8; i++)
      parent = await postComment({ url, body: `level ${i}`, parent: parent.id, author: { name: 'Noor' } });
    const { page: p } = await open(url, { html: page() });
    await p.locator('[part=comment]').first().waitFor();
    expect(await findViolations(p)).toEqual([]);
    const outline = await p
      .locator('afterword-thread')
      .evaluate((e) => [...e.shadowRoot!.querySelectorAll('h1,h2,h3,h4,h5,h6')].map((x) => x.localName));
    expect(outline).toEqual(['h2']);
    const deep = await open(`${url}#comment-${parent.id}`, { html: page() });
    await deep.page.getByText('level 7').waitFor();
    expect(await findViolations(deep.page)).toEqual([]);
    const empty = await open(freshPath('nothing'), { html: page() });
    await empty.page.getByText('The first word is yours').waitFor();
    expect(await findViolations(empty.page)).toEqual([]);
  });
});

describe('languages', () => {
  it.each([
    ['de', 'ltr'],
    ['fr', 'ltr'],
    ['es', 'ltr'],
    ['ja', 'ltr'],
    ['ar', 'rtl'],
  ])('%s: loads its texts, runs %s, formats its numbers and dates, and axe finds nothing', async (lang, direction) => {
    const url = freshPath(lang);
    for (let i = 0; i < 3; i++) await postComment({ url, body: 'x', author: { name: 'Mika' } });
    const { page: p } = await open(url, { html: page(lang) });
    await p.locator('[part=comment]').nth(2).waitFor();
    const heading = p.getByRole('heading', { level: 2 });
    expect(await heading.textContent()).not.toMatch(/response/);
    expect(await heading.textContent()).toContain('A page');
    expect(await heading.evaluate((e) => getComputedStyle(e).direction)).toBe(direction);
    await p.getByRole('textbox').first().click();
    await p.locator('form [part=post-button]').waitFor();
    const text = await p
      .locator('afterword-thread')
      .evaluate((e) => [...e.shadowRoot!.children].map((x) => x.textContent).join(' '));
    expect(text).toContain('Mika');
    expect(text).not.toMatch(/\b(Reply|Post|Preview|Name|Oldest|Newest)\b/);
    expect(await findViolations(p)).toEqual([]);
  });

  it('falls back to English for a language it does not have', async () => {
    const { page: p } = await open(freshPath('tlh'), { html: page('tlh') });
    await p.getByText('The first word is yours').waitFor();
  });
});

describe('by keyboard', () => {
  it('every control of a thread can be reached and shows its focus', async () => {
    const { page: p } = await open('/');
    await p.locator('[part=comment]').nth(12).waitFor();
    await p.getByRole('button', { name: 'Oldest' }).focus();
    const seen = new Set<string>();
    for (let i = 0; i < 30; i++) {
      await p.keyboard.press('Tab');
      const focused = await p.evaluate(() => {
        const e = document.querySelector('afterword-thread')!.shadowRoot!.activeElement;
        if (!e) return null;
        const { outlineStyle, boxShadow, borderColor } = getComputedStyle(e);
        return {
          name: e.getAttribute('aria-label') ?? e.textContent?.trim() ?? '',
          ring: outlineStyle !== 'none' || boxShadow !== 'none' || borderColor !== '',
        };
      });
      if (!focused) continue;
      expect(focused.ring).toBe(true);
      seen.add(focused.name.replace(/ .*/, ''));
    }
    for (const name of ['Newest', 'Best', 'Write', 'Reply', 'More', 'Replies']) expect([...seen]).toContain(name);
  });

  it('controls are at least 24 pixels high and wide', async () => {
    const { page: p } = await open('/', { viewport: { width: 360, height: 800 } });
    await p.locator('[part=comment]').nth(12).waitFor();
    await p.getByRole('textbox', { name: /write a response/i }).click();
    await p.getByRole('button', { name: 'Post', exact: true }).waitFor();
    const small = await p.locator('afterword-thread').evaluate((e) =>
      [...e.shadowRoot!.querySelectorAll('button, input, textarea')]
        // A box to check is hit by its words as well.
        .map((x) => ({
          name: x.getAttribute('aria-label') ?? x.textContent,
          box: (x.matches('[type=checkbox], [type=radio]') ? x.closest('label')! : x).getBoundingClientRect(),
        }))
        .filter(({ box }) => box.width > 0 && (box.width < 24 || box.height < 24))
        .map(({ name, box }) => `${name} ${box.width}x${box.height}`),
    );
    expect(small).toEqual([]);
  });
});
