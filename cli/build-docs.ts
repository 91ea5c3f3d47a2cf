/**
 * Builds dist/docs: Swagger UI from its npm package, pointed at this worker's own /openapi.json and at nothing else, and
 * docs/errors.md as the page that every problem's `type` leads to.
 */
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import markdownIt from 'markdown-it';
import { ROOT } from './root.ts';

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Afterword API</title>
    <link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
    <link rel="stylesheet" href="/docs/swagger-ui.css">
  </head>
  <body>
    <div id="reference"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/init.js"></script>
  </body>
</html>
`;

const INIT = `SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  validatorUrl: null,
  defaultModelsExpandDepth: 0,
});
`;

const ERRORS_CSS = `:root { color-scheme: light dark; }
body { max-width: 42rem; margin: 3rem auto; padding: 0 1.25rem; font: 1.0625rem/1.6 Georgia, serif; }
h2 { margin-top: 2.5rem; font: bold 1.05rem ui-monospace, monospace; }
h2:target { text-decoration: underline; text-decoration-thickness: 3px; }
`;

const FROM_PACKAGE = ['swagger-ui-bundle.js', 'swagger-ui.css', 'favicon-32x32.png'];

/** Headings carry their text as id, which for an error is its code. */
async function renderErrors(): Promise<string> {
  const md = markdownIt();
  md.renderer.rules.heading_open = (tokens, i) =>
    `<${tokens[i]!.tag} id="${md.utils.escapeHtml(tokens[i + 1]!.content)}">`;
  const text = md.render(await readFile(join(ROOT, 'docs/errors.md'), 'utf8'));
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Afterword: errors</title>
    <link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
    <link rel="stylesheet" href="/docs/errors.css">
  </head>
  <body>
${text}
  </body>
</html>
`;
}

export async function buildDocs(outDir: string): Promise<void> {
  const source = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  await mkdir(outDir, { recursive: true });
  await Promise.all([
    ...FROM_PACKAGE.map((name) => copyFile(join(source, name), join(outDir, name))),
    writeFile(join(outDir, 'index.html'), PAGE),
    writeFile(join(outDir, 'init.js'), INIT),
    writeFile(join(outDir, 'errors.html'), await renderErrors()),
    writeFile(join(outDir, 'errors.css'), ERRORS_CSS),
  ]);
}
