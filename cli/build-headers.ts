/** Writes dist/_headers: what static files answer with besides their bytes. The worker's own answers set their own. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Folders of what the later modules say, one file a language; their sources are below widget/locales. */
export const WORDS = ['identity', 'forms', 'moderate'] as const;
/** Folders whose file names change with their content. */
export const HASHED_FILES = ['lazy', 'locales', ...WORDS] as const;

/** Any page may load these, under any cross-origin isolation. */
const EMBEDDABLE = [
  'Access-Control-Allow-Origin: *',
  'Cross-Origin-Resource-Policy: cross-origin',
  'X-Content-Type-Options: nosniff',
];
const SHORT_CACHE = 'Cache-Control: public, max-age=300, stale-while-revalidate=86400';
const FOREVER = 'Cache-Control: public, max-age=31536000, immutable';

/** The API reference draws icons from data: URLs and sets style attributes; it reaches this host only. */
const DOCS_CSP =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The console reaches this host only; its one place for a comment's markup is marked (console/comment-html.ts). */
const CONSOLE_CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; " +
  "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types afterword-console";

/** The strictest policy under which the widget must work: see docs/demo/strict-csp.html. */
const STRICT_CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types afterword";

export async function writeHeaders(outDir: string, { demo }: { demo: boolean }): Promise<void> {
  const rules: [path: string, headers: string[]][] = [
    ['/embed.js', [SHORT_CACHE, ...EMBEDDABLE]],
    ['/count.js', [SHORT_CACHE, ...EMBEDDABLE]],
    ...HASHED_FILES.map((folder): [string, string[]] => [`/${folder}/*`, [FOREVER, ...EMBEDDABLE]]),
    [
      '/docs/*',
      [`Content-Security-Policy: ${DOCS_CSP}`, 'X-Content-Type-Options: nosniff', 'Referrer-Policy: no-referrer'],
    ],
  ];
  rules.push([
    '/console/*',
    [
      `Content-Security-Policy: ${CONSOLE_CSP}`,
      'X-Content-Type-Options: nosniff',
      'Referrer-Policy: no-referrer',
      'Cross-Origin-Opener-Policy: same-origin',
    ],
  ]);
  rules.push(['/console/code/*', [FOREVER]]);
  if (demo) rules.push(['/demo/strict-csp', [`Content-Security-Policy: ${STRICT_CSP}`]]);
  const text = rules
    .map(([path, headers]) => [path, ...headers.map((header) => `  ${header}`)].join('\n'))
    .join('\n\n');
  await writeFile(join(outDir, '_headers'), `${text}\n`);
}
