/** HTTP of bringing comments along and taking them away. Files of other systems are read and written by the command line (cli/). */
import { Hono } from 'hono';
import type { AppEnv } from '../request';
import { listBackups, makeBackup, readBackupPart } from './backups/backups';
import { exportRecords } from './exports/export';
import { createImport, finishImport, listImports, readImport } from './imports/imports';
import { planImport } from './imports/plan';
import { importRecords } from './imports/records';
import { undoImport } from './imports/undo';
import { readInstance } from './instance/instance';

export const transfer = new Hono<AppEnv>()
  .post('/admin/imports/plan', planImport)
  .get('/admin/imports', listImports)
  .post('/admin/imports', createImport)
  .get('/admin/imports/:id', readImport)
  .post('/admin/imports/:id/records', importRecords)
  .post('/admin/imports/:id/finish', finishImport)
  .post('/admin/imports/:id/undo', undoImport)
  .get('/admin/export', exportRecords)
  .get('/admin/backups', listBackups)
  .post('/admin/backups', makeBackup)
  .get('/admin/backups/:backup/parts/:part', readBackupPart)
  .get('/admin/instance', readInstance);
