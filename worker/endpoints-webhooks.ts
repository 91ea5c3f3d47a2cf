/** The endpoints of webhooks and of the log of deliveries, as data; beside those of endpoints-notify.ts. */
import type { ErrorCode } from './contract';
import { OfSiteQuery } from './contract-admin';
import * as notify from './contract-notify';
import type { Endpoint } from './endpoints';

export const webhookAnswers = {
  Deliveries: notify.Deliveries,
  Resent: notify.Resent,
  Webhook: notify.Webhook,
  WebhookTried: notify.WebhookTried,
  WebhookWithSecret: notify.WebhookWithSecret,
  Webhooks: notify.Webhooks,
};
export const webhookBodies = {
  NewResend: notify.NewResend,
  NewWebhook: notify.NewWebhook,
  WebhookEdit: notify.WebhookEdit,
};

const BODY: ErrorCode[] = ['invalid_request', 'invalid_json', 'body_too_large', 'unsupported_media_type'];
type Entry = Omit<Endpoint, 'tag' | 'needs'> & { scope: NonNullable<Endpoint['scope']> };

export const WEBHOOK_ENTRIES: Entry[] = [
  {
    method: 'get',
    path: '/admin/webhooks',
    id: 'listWebhooks',
    summary: 'Webhooks and chats that are told what happens.',
    scope: 'sites:write',
    query: OfSiteQuery,
    status: 200,
    answer: 'Webhooks',
    errors: ['invalid_request'],
  },
  {
    method: 'post',
    path: '/admin/webhooks',
    id: 'createWebhook',
    summary: 'Tells an address or a chat what happens, from now on. What verifies signatures is shown this once.',
    scope: 'sites:write',
    also: 'comments:read',
    body: 'NewWebhook',
    status: 201,
    answer: 'WebhookWithSecret',
    errors: [...BODY, 'not_found', 'conflict'],
  },
  {
    method: 'patch',
    path: '/admin/webhooks/{id}',
    id: 'changeWebhook',
    summary: 'Another address, other events; off, or on again.',
    scope: 'sites:write',
    also: 'comments:read',
    body: 'WebhookEdit',
    status: 200,
    answer: 'Webhook',
    errors: [...BODY, 'not_found'],
  },
  {
    method: 'delete',
    path: '/admin/webhooks/{id}',
    id: 'deleteWebhook',
    summary: 'Ends a webhook: what waits is not sent any more.',
    scope: 'sites:write',
    status: 200,
    answer: 'Done',
    errors: ['not_found'],
  },
  {
    method: 'post',
    path: '/admin/webhooks/{id}/rotate',
    id: 'rotateWebhookSecret',
    summary: 'A new secret, shown this once. For a day the one before signs as well.',
    scope: 'sites:write',
    status: 200,
    answer: 'WebhookWithSecret',
    errors: ['invalid_request', 'not_found'],
  },
  {
    method: 'post',
    path: '/admin/webhooks/{id}/test',
    id: 'testWebhook',
    summary: 'Sends a test, once and now, and answers what came back.',
    scope: 'sites:write',
    status: 200,
    answer: 'WebhookTried',
    errors: ['not_found'],
  },
  {
    method: 'get',
    path: '/admin/deliveries',
    id: 'listDeliveries',
    summary: 'What became of what was sent: webhooks, and mails that wait or were given up.',
    scope: 'sites:write',
    query: notify.DeliveriesQuery,
    status: 200,
    answer: 'Deliveries',
    errors: ['invalid_request'],
  },
  {
    method: 'post',
    path: '/admin/deliveries/resend',
    id: 'resendDeliveries',
    summary: 'Sends one again, or everything of a site that was given up.',
    scope: 'sites:write',
    body: 'NewResend',
    status: 200,
    answer: 'Resent',
    errors: [...BODY, 'not_found'],
  },
];
