/** HTTP of notices: who follows what, what links in mails lead to, webhooks, and what became of what was sent. */
import { Hono } from 'hono';
import type { AppEnv } from '../request';
import { decideByMail, showDecide } from './moderators/decide';
import { addRecipient, changeRecipient, listRecipients, removeRecipient } from './moderators/recipients';
import { receiveBounces } from './subscriptions/bounces/bounces';
import { followTopic } from './subscriptions/follow';
import {
  changePreferences,
  confirmAddress,
  openConfirm,
  openPreferences,
  openUnsubscribe,
  unsubscribe,
} from './subscriptions/preferences';
import { listDeliveries, resendDeliveries } from './webhooks/log';
import { testWebhook } from './webhooks/try';
import { changeWebhook, createWebhook, deleteWebhook, listWebhooks, rotateWebhookSecret } from './webhooks/webhooks';

export const notify = new Hono<AppEnv>()
  .post('/subscriptions', followTopic)
  .get('/mail/confirm/:token', openConfirm)
  .post('/mail/confirm/:token', confirmAddress)
  .get('/mail/preferences/:token', openPreferences)
  .post('/mail/preferences/:token', changePreferences)
  .get('/mail/unsubscribe/:token', openUnsubscribe)
  .post('/mail/unsubscribe/:token', unsubscribe)
  .post('/mail/bounces/:provider', receiveBounces)
  .get('/admin/recipients', listRecipients)
  .post('/admin/recipients', addRecipient)
  .patch('/admin/recipients/:id', changeRecipient)
  .delete('/admin/recipients/:id', removeRecipient)
  .get('/mail/decide/:token', showDecide)
  .post('/mail/decide/:token', decideByMail)
  .get('/admin/webhooks', listWebhooks)
  .post('/admin/webhooks', createWebhook)
  .patch('/admin/webhooks/:id', changeWebhook)
  .delete('/admin/webhooks/:id', deleteWebhook)
  .post('/admin/webhooks/:id/rotate', rotateWebhookSecret)
  .post('/admin/webhooks/:id/test', testWebhook)
  .get('/admin/deliveries', listDeliveries)
  .post('/admin/deliveries/resend', resendDeliveries);
