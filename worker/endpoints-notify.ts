/** The endpoints of notices and feeds, as data; beside those of endpoints.ts and endpoints-admin.ts. */
import type { ErrorCode } from './contract';
import { OfSiteQuery } from './contract-admin';
import * as notify from './contract-notify';
import type { Endpoint } from './endpoints';
import { FEED_ADMIN_ENTRIES, FEED_ENDPOINTS, feedAnswers, feedBodies } from './endpoints-feeds';
import { WEBHOOK_ENTRIES, webhookAnswers, webhookBodies } from './endpoints-webhooks';

type AdminEntry = Omit<Endpoint, 'tag' | 'needs'> & { scope: NonNullable<Endpoint['scope']> };

const BODY: ErrorCode[] = ['invalid_request', 'invalid_json', 'body_too_large', 'unsupported_media_type'];

export const notifyAnswers = {
  ...feedAnswers,
  EmailLogin: notify.EmailLogin,
  Recipient: notify.Recipient,
  Recipients: notify.Recipients,
  Subscribed: notify.Subscribed,
  ...webhookAnswers,
};
export const notifyBodies = {
  ...feedBodies,
  NewEmailLogin: notify.NewEmailLogin,
  NewRecipient: notify.NewRecipient,
  RecipientEdit: notify.RecipientEdit,
  NewSubscription: notify.NewSubscription,
  ...webhookBodies,
};

/** What a link in a mail leads to: a page, and what its button does. */
const describeLink = (name: string, get: [id: string, summary: string], post: [id: string, summary: string]) =>
  [
    { method: 'get', path: `/mail/${name}/{token}`, id: get[0], summary: get[1] },
    { method: 'post', path: `/mail/${name}/{token}`, id: post[0], summary: post[1] },
  ].map(
    (entry) =>
      ({
        ...entry,
        tag: 'notices',
        status: 200,
        answer: 'html',
        errors: ['not_found', 'invalid_request', 'invalid_json', 'body_too_large'],
      }) as Endpoint,
  );

/** For everybody. */
export const NOTIFY_ENDPOINTS: Endpoint[] = [
  ...FEED_ENDPOINTS,
  {
    method: 'post',
    path: '/login/email',
    id: 'askEmailCode',
    tag: 'identity',
    summary:
      'Mails a code of six digits to an address, good for ten minutes, once, and for the key that asks: POST /session takes it.',
    needs: 'key',
    body: 'NewEmailLogin',
    status: 200,
    answer: 'EmailLogin',
    errors: [
      ...BODY,
      'url_invalid',
      'url_not_http',
      'url_too_long',
      'switched_off',
      'proof_required',
      'proof_invalid',
      'proof_expired',
      'proof_replayed',
      'session_invalid',
    ],
  },
  {
    method: 'post',
    path: '/subscriptions',
    id: 'follow',
    tag: 'notices',
    summary:
      'Mails what is new on a page, or replies to a comment, to an address, once whoever reads mail there has agreed.',
    body: 'NewSubscription',
    status: 200,
    answer: 'Subscribed',
    errors: [
      ...BODY,
      'url_invalid',
      'url_not_http',
      'url_too_long',
      'not_found',
      'switched_off',
      'proof_invalid',
      'proof_expired',
      'proof_replayed',
      'session_invalid',
    ],
  },
  ...describeLink(
    'confirm',
    ['showConfirmation', 'Where the link in a mail that asks to confirm leads. Opening it confirms nothing.'],
    ['confirmAddress', 'Mails what was asked for, from now on.'],
  ),
  ...describeLink(
    'preferences',
    [
      'showPreferences',
      'What an address follows, and how often it is told. Every mail has the link; it is all that is needed.',
    ],
    ['changePreferences', 'How often, in which language; stops one of it or all, or starts again.'],
  ),
  ...describeLink(
    'unsubscribe',
    ['showUnsubscribe', 'A button that ends all mail. Opening it ends nothing.'],
    ['unsubscribe', 'Ends all mail of a site to an address, by one request (RFC 8058).'],
  ),
  {
    method: 'post',
    path: '/mail/bounces/{provider}',
    id: 'receiveBounces',
    tag: 'notices',
    summary:
      'What resend, postmark, mailgun, sendgrid or ses says of mail that came back or was complained about, signed as each of them does.',
    status: 200,
    answer: 'Done',
    errors: [
      'not_found',
      'invalid_request',
      'invalid_json',
      'body_too_large',
      'outside_refused',
      'outside_unreachable',
    ],
  },
  {
    method: 'get',
    path: '/mail/decide/{token}',
    id: 'showDecide',
    tag: 'notices',
    summary:
      'What a link in a moderator’s mail opens: a page with the comment as it is now, and a form. It changes nothing.',
    query: notify.DecideQuery,
    status: 200,
    answer: 'html',
    errors: ['not_found'],
  },
  {
    method: 'post',
    path: '/mail/decide/{token}',
    id: 'decideByMail',
    tag: 'notices',
    summary: 'What the form of that page sends: decides about the comment, if it is still as the page has shown it.',
    status: 200,
    answer: 'html',
    errors: ['not_found', 'invalid_json', 'body_too_large'],
  },
];
/** Below /admin. */
export const NOTIFY_ADMIN_ENTRIES: AdminEntry[] = [
  ...FEED_ADMIN_ENTRIES,
  {
    method: 'get',
    path: '/admin/recipients',
    id: 'listRecipients',
    summary: 'Moderators who get mail.',
    scope: 'sites:write',
    query: OfSiteQuery,
    status: 200,
    answer: 'Recipients',
    errors: ['invalid_request'],
  },
  {
    method: 'post',
    path: '/admin/recipients',
    id: 'addRecipient',
    summary: 'Sends a moderator mail from now on.',
    scope: 'sites:write',
    also: 'comments:moderate',
    body: 'NewRecipient',
    status: 201,
    answer: 'Recipient',
    errors: [...BODY, 'switched_off', 'conflict'],
  },
  {
    method: 'patch',
    path: '/admin/recipients/{id}',
    id: 'changeRecipient',
    summary: 'What a moderator gets mail about, how often, in which language.',
    scope: 'sites:write',
    also: 'comments:moderate',
    body: 'RecipientEdit',
    status: 200,
    answer: 'Recipient',
    errors: [...BODY, 'not_found'],
  },
  {
    method: 'delete',
    path: '/admin/recipients/{id}',
    id: 'removeRecipient',
    summary: 'Sends a moderator no more mail; links in what was sent do nothing any more.',
    scope: 'sites:write',
    status: 200,
    answer: 'Done',
    errors: ['not_found'],
  },
  ...WEBHOOK_ENTRIES,
];
