/** HTTP of moderation: the queue, decisions about comments, the log with its undo, bans, trying rules. */
import { Hono } from 'hono';
import type { AppEnv } from '../request';
import { readChallenge } from './attack/challenge';
import { ban, listBans, unban } from './bans/bans';
import { decide } from './decisions/decide';
import { editComment } from './decisions/edit';
import { readLog } from './decisions/log';
import { moveComment } from './decisions/move';
import { undo } from './decisions/undo';
import { readAdminComment } from './queue/context';
import { listComments } from './queue/list';
import { readSummary } from './queue/summary';
import { backtest } from './trial/backtest';

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
