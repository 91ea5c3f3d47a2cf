/** HTTP of notices: who follows what, what links in mails lead to, webhooks, and what became of what was sent. */
import { Hono } from 'hono';
import type { AppEnv } from '../request';
import { addRecipient, changeRecipient, listRecipients, removeRecipient } from './moderators/recipients';

export const notify = new Hono<AppEnv>()
  .get('/admin/recipients', listRecipients)
  .post('/admin/recipients', addRecipient)
  .patch('/admin/recipients/:id', changeRecipient)
  .delete('/admin/recipients/:id', removeRecipient);
