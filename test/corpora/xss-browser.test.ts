/** Known attack payloads through every field of a comment, drawn by the widget in Chromium: none executes. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../../cli/root.ts';
import type { NewComment } from '../../worker/contract.ts';
import { freshPath, postComment, serverUrl, useBrowser } from '../browser/harness.ts';

const FILE = join(ROOT, '../shared/data/xss/dompurify-expect.json');
const { open } = useBrowser();
const html =
  '<!doctype html><title>x</title><body><afterword-thread limit="1000"></afterword-thread><script src="/embed.js" async></script></body>';

it.skipIf(!existsSync(FILE))(
  'threats 4, 5 and 6: 223 payloads, in body, name, website and title, execute nothing',
  async () => {
    const payloads = (JSON.parse(readFileSync(FILE, 'utf8')) as { payload: string }[]).map((each) => each.payload);
    expect(payloads.length).toBeGreaterThanOrEqual(200);
    const url = freshPath('payloads');
    const graphemes = new Intl.Segmenter();
    const cut = (text: string, max: number) =>
      [...graphemes.segment(text)]
        .slice(0, max)
        .map((s) => s.segment)
        .join('');
    const attempt = (comment: NewComment) =>
      postComment(comment).catch((error: unknown) =>
        /answered 4\d\d/.test(String(error)) ? null : Promise.reject(error),
      );
    let accepted = 0;
    for (const payload of payloads) {
      const made = [
        await attempt({ url, title: cut(payload, 300), body: payload, author: { name: cut(payload, 80) } }),
        await attempt({
          url,
          body: `\`\`\`\n${payload}\n\`\`\`\n\n> ${payload}`,
          author: { name: 'x', url: cut(payload, 500) },
        }),
        await attempt({
          url,
          body: `[x](${payload}) ![x](<${payload}>)`,
          author: { name: 'x', url: `https://x.example/?${payload}` },
        }),
      ];
      accepted += made.filter((each) => each !== null).length;
    }
    // Of the three only the one whose website is no address may be refused.
    expect(accepted).toBeGreaterThanOrEqual(payloads.length * 2);

    const { page } = await open('about:blank');
    let dialogs = 0;
    page.on('dialog', (dialog) => {
      dialogs++;
      void dialog.dismiss();
    });
    await page.addInitScript(() => {
      const seen = window as unknown as { executed: number };
      seen.executed = 0;
      for (const name of ['alert', 'prompt', 'confirm', 'print'] as const)
        (window as unknown as Record<string, unknown>)[name] = () => seen.executed++;
    });
    const foreign: string[] = [];
    page.on('request', (request) => {
      if (new URL(request.url()).origin !== new URL(serverUrl()).origin) foreign.push(request.url());
    });
    await page.route(`**${url}`, (route) => route.fulfill({ contentType: 'text/html', body: html }));
    await page.goto(new URL(url, serverUrl()).href);
    await page
      .getByRole('article')
      .nth(accepted - 1)
      .waitFor({ state: 'attached', timeout: 60_000 });
    await page.evaluate(() => {
      for (const e of document.querySelector('afterword-thread')!.shadowRoot!.querySelectorAll('[part=body] *'))
        for (const type of ['mouseover', 'focus', 'load', 'error', 'toggle']) e.dispatchEvent(new Event(type));
    });
    // Whatever a payload had asked for has failed or arrived by then.
    await page.waitForLoadState('networkidle');
    const found = await page.evaluate(() => ({
      executed: (window as unknown as { executed: number }).executed,
      odd: [...document.querySelector('afterword-thread')!.shadowRoot!.querySelectorAll('[part=body] *, header *')]
        .filter(
          (e) =>
            [...e.attributes].some(
              (a) => /^on|^style$|^srcdoc$/i.test(a.name) || /^\s*(javascript|data|vbscript):/i.test(a.value),
            ) || /^(script|iframe|object|embed|form|style|link|meta|base)$/.test(e.localName),
        )
        .map((e) => e.outerHTML.slice(0, 200)),
    }));
    expect(found).toEqual({ executed: 0, odd: [] });
    expect(dialogs).toBe(0);
    expect(foreign).toEqual([]);
  },
  240_000,
);
