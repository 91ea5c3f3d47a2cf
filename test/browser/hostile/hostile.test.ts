/** Hostile text in every field, seen by a real browser: nothing executes. Payloads are of our own writing. */
import { describe, expect, it } from 'vitest';
import { freshPath, postComment, serverUrl, useBrowser } from '../harness.ts';

const { open } = useBrowser();
const html = `<!doctype html><html lang="en"><title>A page</title><body><script src="{server}/embed.js" async></script></body></html>`;

const PAYLOADS = [
  '<script>boom()</script>',
  '<img src=x onerror=boom()>',
  '<svg><animate onbegin=boom() attributeName=x></svg>',
  '<math><mtext><table><mglyph><style><img src=x onerror=boom()>',
  '<noscript><p title="</noscript><img src=x onerror=boom()>">',
  '[a](javascript:boom())',
  '[a](java&#10;script:boom())',
  '[a](data:text/html,<script>boom()</script>)',
  '<javascript:boom()>',
  '![a](x"onerror="boom())',
  '![a](javascript:boom())',
  '[a](https://a.example "x" onmouseover="boom())',
  '`<img src=x onerror=boom()>`',
  '"><img src=x onerror=boom()>',
  "'-boom()-'",
  '{{constructor.constructor("boom()")()}}',
  '<a href="https://a.example" style="position:fixed;inset:0" class="c" id="x">y</a>',
  '<style>*{display:none}</style>',
  '[x]: javascript:boom()\n\n[x]',
  '| <img src=x onerror=boom()> |\n|---|\n| <script>boom()</script> |',
];

describe('hostile text', () => {
  it('threats 4, 5 and 6: executes nothing, styles nothing and adds no attribute, in any field', async () => {
    const url = freshPath('hostile');
    for (const payload of PAYLOADS)
      await postComment({ url, title: payload, body: payload, author: { name: payload.slice(0, 80) } });
    for (const payload of PAYLOADS) {
      const answer = await postComment({
        url,
        body: 'x',
        author: { name: 'x', url: `https://x.example/${payload}` },
      }).catch(() => null);
      if (answer) expect(answer.author.url).toMatch(/^https:\/\/x\.example\//);
    }
    const { page: p } = await open('about:blank');
    await p.addInitScript(() => {
      (window as unknown as { booms: number }).booms = 0;
      (window as unknown as { boom(): void }).boom = () => (window as unknown as { booms: number }).booms++;
    });
    const dialogs: string[] = [];
    p.on('dialog', (d) => {
      dialogs.push(d.message());
      void d.dismiss();
    });
    await p.route(`**${url}`, (route) =>
      route.fulfill({ contentType: 'text/html', body: html.replace('{server}', '') }),
    );
    await p.goto(new URL(url, serverUrl()).href);
    await p
      .getByRole('article')
      .nth(PAYLOADS.length - 1)
      .waitFor();
    await p.locator('[part=body] a').first().hover();
    await p.waitForLoadState('networkidle');
    const seen = await p.evaluate(() => {
      const all = [...document.querySelector('afterword-thread')!.shadowRoot!.querySelectorAll('[part=body] *')];
      return {
        booms: (window as unknown as { booms: number }).booms,
        odd: all
          .filter((e) =>
            e.matches('script,style,svg,math,iframe,object,form,[style],[class],[id],[onerror],[onmouseover]'),
          )
          .map((e) => e.outerHTML),
        hrefs: all
          .map((e) => e.getAttribute('href'))
          .filter((h) => h !== null && /^\s*(javascript|data|vbscript):/i.test(h)),
      };
    });
    expect(seen).toEqual({ booms: 0, odd: [], hrefs: [] });
    expect(dialogs).toEqual([]);
  });
});
