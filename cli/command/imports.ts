/** `afterword import list | show | undo`: what was imported, and taking it back. */
import type { Command } from 'commander';
import { FORMATS, type Import, type Imports, type ImportUndone } from '../../worker/contract-transfer.ts';
import { EXIT } from '../failure.ts';
import { formatCount, formatNumber, formatTime } from '../output/format.ts';
import { startProgress } from '../output/progress.ts';
import { drawTable } from '../output/table.ts';
import type { Context } from './context.ts';

export function addImportsCommands(command: Command, context: () => Context): void {
  command
    .command('list')
    .description('lists imports, the latest first')
    .action(() => listImports(context()));
  command
    .command('show')
    .description('shows an import and how far it has come')
    .argument('<id>', 'as `import list` has it')
    .action((id: string) => showImport(context(), id));
  command
    .command('undo')
    .description('takes away what an import has added')
    .argument('<id>', 'as `import list` has it')
    .option('--yes', 'do not ask')
    .action((id: string, { yes = false }: { yes?: boolean }) => undoImport(context(), id, yes));
}

async function listImports(context: Context): Promise<void> {
  const found = await context.client().ask<Imports>('GET', '/admin/imports');
  context.print(found, () => (found.imports.length === 0 ? 'Nothing was imported.' : drawImports(found.imports)));
}

async function showImport(context: Context, id: string): Promise<void> {
  const found = await context.client().ask<Import>('GET', `/admin/imports/${encodeURIComponent(id)}`);
  context.print(found, () => drawImports([found]));
}

function drawImports(imports: Import[]): string {
  const rows = imports.map(({ id, site, format, name, status, total, position, pages, comments, createdAt }) => [
    id,
    formatTime(createdAt),
    site ?? 'all',
    FORMATS[format],
    name,
    status === 'open' && total > 0 ? `open, ${Math.floor((position / total) * 100)} %` : status,
    formatNumber(pages),
    formatNumber(comments),
  ]);
  const columns = [
    { title: 'Id', whole: true },
    { title: 'Begun' },
    { title: 'Site' },
    { title: 'Format' },
    { title: 'File' },
  ];
  const numbers = [
    { title: 'Pages', right: true },
    { title: 'Comments', right: true },
  ];
  return drawTable([...columns, { title: 'Status' }, ...numbers], rows);
}

async function undoImport(context: Context, id: string, isSure: boolean): Promise<void> {
  const client = context.client();
  const path = `/admin/imports/${encodeURIComponent(id)}`;
  const found = await client.ask<Import>('GET', path);
  const what = `${formatCount(found.comments, 'comment')} of ${found.name}`;
  if (found.status === 'undone') {
    context.print({ ...found, left: false }, () => `${found.name} was taken away already.`);
    return;
  }
  if (!isSure && !(await context.confirm(`Take away ${what}?`))) {
    process.exitCode = EXIT.attention;
    context.print({ ...found, left: true }, () => `Nothing was taken away. --yes takes away ${what}.`);
    return;
  }
  const progress = startProgress({ label: 'Taking away', total: found.comments, unit: 'comments' });
  let undone: ImportUndone;
  try {
    do {
      undone = await client.ask<ImportUndone>('POST', `${path}/undo`);
      progress.update(found.comments - undone.comments);
    } while (undone.left);
  } finally {
    progress.done();
  }
  context.print(undone, () => `Taken away: ${what}.`);
}
