/** HTTP of moderation: the queue, decisions about comments, the log with its undo, bans, trying rules. */
import { Hono } from 'hono';
import type { AppEnv } from '../request';
import { backtest } from './backtest';
import { ban, listBans, unban } from './bans';
import { readChallenge } from './challenge';
import { readAdminComment } from './context';
import { decide } from './decide';
import { editComment } from './edit';
import { listComments } from './list';
import { readLog } from './log';
import { moveComment } from './move';
import { readSummary } from './summary';
import { undo } from './undo';

export const moderation = new Hono<AppEnv>()
  .get('/challenge', readChallenge)
  .get('/admin/comments', listComments)
  .get('/admin/comments/:id', readAdminComment)
  .patch('/admin/comments/:id', editComment)
  .post('/admin/comments/:id/move', moveComment)
  .post('/admin/decisions', decide)
  .get('/admin/log', readLog)
  .post('/admin/log/:id/undo', undo)
  .get('/admin/summary', readSummary)
  .get('/admin/bans', listBans)
  .post('/admin/bans', ban)
  .delete('/admin/bans/:id', unban)
  .post('/admin/backtest', backtest);
