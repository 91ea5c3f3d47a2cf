/**
 * The pages that are set against each other, all with the same comments: ours with one script tag; what ours drew, saved
 * as static HTML; and the least a Preact program can do, name, time and text of each comment.
 */
import { build } from 'esbuild';
import { ROOT } from '../../cli/root.ts';

const TITLE = 'What small thing made your day?';

/** @param canonical names the thread @param body what follows the post */
const page = (canonical: string, body: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${TITLE}</title>
<link rel="canonical" href="${canonical}">
<link rel="icon" href="data:,">
<style>body { font: 17px/1.6 Georgia, serif; max-width: 42rem; margin: 2rem auto; padding: 0 1rem }</style>
</head>
<body>
<h1>${TITLE}</h1>
<p>Somebody held a door, a stranger hummed your song, the bread was still warm. There is no smallest size.</p>
${body}
</body>
</html>
`;

export const widgetPage = (canonical: string, api: string, comments: number) =>
  page(canonical, `<script src="${api}/embed.js" data-limit="${comments}" async></script>`);

export const listPage = (canonical: string, api: string) =>
  page(canonical, `<div id="list"></div>\n<script src="${api}/list.js" async></script>`);

/** @param drawn markup and styles of a thread, as `readDrawn` gives them */
export const staticPage = (canonical: string, drawn: { html: string; css: string }) =>
  page(
    canonical,
    `<afterword-thread><template shadowrootmode="open"><style>${drawn.css}</style>${drawn.html}</template></afterword-thread>`,
  );

/** In a page that shows our thread: what the browser has of it. */
export function readDrawn(): { html: string; css: string } {
  const { shadowRoot } = document.querySelector('afterword-thread')!;
  const rules = shadowRoot!.adoptedStyleSheets.flatMap((sheet) => [...sheet.cssRules]);
  return { html: shadowRoot!.innerHTML, css: rules.map((rule) => rule.cssText).join('\n') };
}

/** The bare list's script: Preact, one fetch an answer, a flat list. */
export async function buildList(): Promise<string> {
  const contents = `
    import { h, render } from 'preact';
    const api = new URL('/api/v1/thread', document.currentScript.src);
    api.searchParams.set('url', document.querySelector('link[rel=canonical]').href);
    const limit = location.hash.slice(1);
    if (limit) api.searchParams.set('limit', limit);
    const all = [];
    const draw = (c) => h('article', { key: c.id, id: 'comment-' + c.id },
      h('b', null, c.author.name), ' ', h('time', { dateTime: c.createdAt }, new Date(c.createdAt).toLocaleString()),
      h('div', { dangerouslySetInnerHTML: { __html: c.html } }));
    (async () => {
      for (let next = ''; next !== null;) {
        if (next) api.searchParams.set('after', next);
        const answer = await (await fetch(api)).json();
        all.push(...answer.comments);
        next = answer.next;
        render(h('div', null, all.map(draw)), document.getElementById('list'));
      }
    })();`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: ROOT },
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    legalComments: 'none',
  });
  return outputFiles[0]!.text;
}
