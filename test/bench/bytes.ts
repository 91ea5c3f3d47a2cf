/** What a reader downloads, after gzip, against Preact alone and the budgets. Does not depend on the machine. */
import { measureSizes } from '../../cli/size.ts';
import { fixed, printTable, type Report, whole } from './report.ts';

const EMBED_BYTES = 10_240;
const LAZY_BYTES = 6_144;
const IDENTITY_BYTES = 12_800;
const FORMS_BYTES = 4_096;
const COUNT_BYTES = 1_024;

/** Builds everything into outDir. */
export async function measureBytes(outDir: string, report: Report): Promise<void> {
  const { files, preact } = await measureSizes(outDir);
  const largest = (folder: string) =>
    Math.max(0, ...Object.entries(files).map(([path, bytes]) => (path.startsWith(folder) ? bytes : 0)));
  const embed = files['embed.js'] ?? Number.NaN;
  const count = files['count.js'] ?? Number.NaN;
  // A reader's browser loads the composer and one language: English's words for it are lazy/en.
  const lazy = largest('lazy/compose') + Math.max(largest('lazy/en'), largest('locales/'));
  const identity = largest('lazy/identity') + largest('identity/');
  const forms = largest('lazy/forms') + largest('forms/');
  const row = (name: string, bytes: number, budget?: number) => [
    name,
    whole(bytes),
    fixed(bytes / preact),
    budget === undefined ? '–' : whole(budget),
  ];
  printTable(
    report,
    'Bytes after gzip',
    ['file', 'bytes', 'of Preact', 'budget'],
    [
      row('Preact alone', preact),
      row('embed.js, with styles and English', embed, EMBED_BYTES),
      row('loaded later: writing, largest language', lazy, LAZY_BYTES),
      row('with that: who acts, largest language', identity, IDENTITY_BYTES),
      row('a form that few open, largest language', forms, FORMS_BYTES),
      row('count.js', count, COUNT_BYTES),
    ],
  );
  const add = (what: string, bytes: number, budget: number) =>
    report.verdicts.push({
      what,
      target: `≤ ${whole(budget)} bytes`,
      measured: whole(bytes),
      ok: bytes <= budget,
      firm: true,
    });
  add('embed.js', embed, EMBED_BYTES);
  add('loaded later', lazy, LAZY_BYTES);
  add('with that', identity, IDENTITY_BYTES);
  add('a form that few open', forms, FORMS_BYTES);
  add('count.js', count, COUNT_BYTES);
}
