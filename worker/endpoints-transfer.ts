/** The endpoints of import, export, backups and the instance as a whole, as data; beside those of endpoints-admin.ts. */
import type { ErrorCode } from './contract';
import * as transfer from './contract-transfer';
import type { Endpoint } from './endpoints';

export const transferAnswers = {
  Backup: transfer.Backup,
  Backups: transfer.Backups,
  Import: transfer.Import,
  ImportPlan: transfer.ImportPlan,
  ImportUndone: transfer.ImportUndone,
  Imported: transfer.Imported,
  Imports: transfer.Imports,
  Instance: transfer.Instance,
};
export const transferBodies = {
  ImportPlanQuery: transfer.ImportPlanQuery,
  ImportedRecords: transfer.ImportedRecords,
  NewImport: transfer.NewImport,
};

const BODY: ErrorCode[] = ['invalid_request', 'invalid_json', 'body_too_large', 'unsupported_media_type'];
type Entry = Omit<Endpoint, 'tag' | 'needs'> & { scope: NonNullable<Endpoint['scope']> };

export const TRANSFER_ENTRIES: Entry[] = [
  {
    method: 'post',
    path: '/admin/imports/plan',
    id: 'planImport',
    summary: 'Where pages would land, and which comments are there already. Writes nothing.',
    body: 'ImportPlanQuery',
    scope: 'transfer',
    status: 200,
    answer: 'ImportPlan',
    errors: [...BODY, 'not_found'],
  },
  {
    method: 'get',
    path: '/admin/imports',
    id: 'listImports',
    summary: 'Imports, the latest first.',
    scope: 'transfer',
    status: 200,
    answer: 'Imports',
    errors: [],
  },
  {
    method: 'post',
    path: '/admin/imports',
    id: 'createImport',
    summary: 'Begins an import, or finds the unfinished one of the same digest to go on with.',
    body: 'NewImport',
    scope: 'transfer',
    status: 201,
    answer: 'Import',
    errors: [...BODY, 'not_found', 'conflict'],
  },
  {
    method: 'get',
    path: '/admin/imports/{id}',
    id: 'readImport',
    summary: 'One import and how far it has come.',
    scope: 'transfer',
    status: 200,
    answer: 'Import',
    errors: ['not_found'],
  },
  {
    method: 'post',
    path: '/admin/imports/{id}/records',
    id: 'importRecords',
    summary:
      'Adds records: pages and authors before their comments, comments behind their parents. What is there already stays as it is, so that a request may be sent again.',
    body: 'ImportedRecords',
    scope: 'transfer',
    status: 200,
    answer: 'Imported',
    errors: [...BODY, 'not_found', 'conflict', 'url_invalid', 'url_not_http', 'url_too_long'],
  },
  {
    method: 'post',
    path: '/admin/imports/{id}/finish',
    id: 'finishImport',
    summary: 'Ends an import. One that has added nothing leaves no trace.',
    scope: 'transfer',
    status: 200,
    answer: 'Import',
    errors: ['not_found', 'conflict'],
  },
  {
    method: 'post',
    path: '/admin/imports/{id}/undo',
    id: 'undoImport',
    summary:
      'Takes away what an import has added, some hundred comments a request. What somebody has replied to since stays as an empty place.',
    scope: 'transfer',
    status: 200,
    answer: 'ImportUndone',
    errors: ['not_found', 'conflict'],
  },
  {
    method: 'get',
    path: '/admin/export',
    id: 'export',
    summary:
      'Everything, as newline-delimited JSON (docs/format.md), some hundred records an answer. E-mail addresses are in it if the token is for comments:read as well.',
    query: transfer.ExportQuery,
    scope: 'transfer',
    status: 200,
    answer: 'ndjson',
    errors: ['invalid_request', 'not_found'],
  },
  {
    method: 'get',
    path: '/admin/backups',
    id: 'listBackups',
    summary: 'Backups in the bucket, the latest first. For tokens of all sites that are for comments:read as well.',
    scope: 'transfer',
    status: 200,
    answer: 'Backups',
    errors: [],
  },
  {
    method: 'post',
    path: '/admin/backups',
    id: 'makeBackup',
    summary: 'Begins a backup, or goes on with the one that is not done: ask again until it is.',
    scope: 'transfer',
    status: 200,
    answer: 'Backup',
    errors: [],
  },
  {
    method: 'get',
    path: '/admin/backups/{backup}/parts/{part}',
    id: 'readBackupPart',
    summary: 'A part of a backup, counted from 1.',
    scope: 'transfer',
    status: 200,
    answer: 'gzip',
    errors: ['not_found'],
  },
  {
    method: 'get',
    path: '/admin/instance',
    id: 'readInstance',
    summary: 'What the instance can say of its own state, as `afterword doctor` asks for it.',
    scope: 'sites:write',
    status: 200,
    answer: 'Instance',
    errors: [],
  },
];
