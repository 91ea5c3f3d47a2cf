/**
 * The wire of notices: what happens that somebody may be told, who follows what, webhooks, and what became of what was sent.
 */
import * as v from 'valibot';
import { bytes, chars, Id, IsoTime, LIMITS, PageId, PageUrl, SiteId } from './contract.ts';

/** What webhooks are told. */
export const EVENTS = {
  'comment.created': 'A comment was written, and everybody can read it',
  'comment.held': 'A comment waits for a moderator: it was written, or fell back',
  'comment.approved': 'A comment that was not can be read by everybody now',
  'comment.edited': 'The text of a comment that everybody can read was changed',
  'comment.spam': 'A comment was taken for spam by a decision',
  'comment.trashed': 'A comment was put into the trash',
  'comment.deleted': 'A comment was deleted for good, or by whom it is by',
  'comment.reported': 'A reader reported a comment to the moderators',
  'import.finished': 'An import has brought all it had to bring',
} as const;
export const EventType = v.picklist(
  Object.keys(EVENTS) as [keyof typeof EVENTS, ...(keyof typeof EVENTS)[]],
  `must be one of ${Object.keys(EVENTS).join(', ')}`,
);
export type EventType = v.InferOutput<typeof EventType>;

/** What a delivery carries: mails, and what goes to webhooks. */
export const NoticeKind = v.picklist(['reply', 'digest', 'moderator', 'moderator_digest', 'opt_in', 'code', 'webhook']);
export type NoticeKind = v.InferOutput<typeof NoticeKind>;

export const Frequency = v.picklist(['instant', 'hourly', 'daily'], 'must be instant, hourly or daily');
export type Frequency = v.InferOutput<typeof Frequency>;

/** As it is kept: what stands before the @ is the recipient's own business, the domain is in lower case and ASCII (IDNA). */
export const EmailAddress = v.pipe(
  v.string(),
  v.trim(),
  v.maxLength(LIMITS.emailChars, `must be ${LIMITS.emailChars} characters or fewer`),
  v.transform((address) => address.replace(/@([^@/?#\\:\s]+)$/, (_, domain: string) => `@${toAscii(domain)}`)),
  v.rfcEmail('must be an e-mail address'),
  v.regex(/\.[a-z][a-z0-9-]*$/, 'must be an e-mail address'),
  v.maxLength(LIMITS.emailChars, `must be ${LIMITS.emailChars} characters or fewer`),
);
const toAscii = (domain: string): string => URL.parse(`https://${domain}`)?.hostname ?? domain;
export const Language = v.pipe(
  v.string(),
  v.regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/, 'must be a language such as en or pt-BR'),
);

// Readers who follow.

/** A page is born by its first follower as by its first comment: what it is called then comes along. */
export const NewSubscription = v.strictObject({
  url: PageUrl,
  site: v.optional(SiteId),
  pageId: v.optional(PageId),
  title: v.optional(v.pipe(v.string(), bytes(LIMITS.titleChars), chars(LIMITS.titleChars))),
  comment: v.optional(
    v.pipe(v.nullable(Id), v.description('Follow replies to it; without one, everything that is said on the page')),
  ),
  email: EmailAddress,
  frequency: v.optional(Frequency),
  language: v.optional(v.pipe(Language, v.description('Of the mails'))),
});
export type NewSubscription = v.InferInput<typeof NewSubscription>;
export const Subscribed = v.object({
  confirm: v.pipe(
    v.boolean(),
    v.description(
      'Whether the address has to be confirmed, by a link that was mailed there now or before. False only to whoever is logged in with that address: nobody else is told whether it is known',
    ),
  ),
});
export type Subscribed = v.InferOutput<typeof Subscribed>;

// Moderators who get mail.

/** What a moderator may want to hear of. */
export const About = v.picklist(['new', 'held', 'reported'], 'must be new, held or reported');
export type About = v.InferOutput<typeof About>;
const Abouts = v.pipe(v.array(About), v.minLength(1, 'must name one at least'), v.maxLength(3, 'must be 3 or fewer'));
export const NewRecipient = v.strictObject({
  site: SiteId,
  email: EmailAddress,
  about: Abouts,
  frequency: v.optional(Frequency),
  language: v.optional(Language),
});
export const RecipientEdit = v.strictObject({
  about: v.optional(Abouts),
  frequency: v.optional(Frequency),
  language: v.optional(Language),
  state: v.optional(
    v.pipe(v.literal('active', 'must be active'), v.description('Mail goes there again, after it had ended')),
  ),
});
export const Recipient = v.object({
  id: Id,
  site: SiteId,
  email: v.string(),
  about: v.array(About),
  frequency: Frequency,
  language: v.string(),
  state: v.pipe(
    v.picklist(['asked', 'active', 'unsubscribed', 'bounced', 'complained']),
    v.description('Mail goes to an active one only; the others have ended it, or it came back'),
  ),
  createdAt: IsoTime,
});
export type Recipient = v.InferOutput<typeof Recipient>;
export const Recipients = v.object({
  recipients: v.array(Recipient),
  mail: v.pipe(v.boolean(), v.description('Whether mail goes out here at all')),
});
export type Recipients = v.InferOutput<typeof Recipients>;
export const DecideQuery = v.strictObject({
  verb: v.optional(
    v.pipe(v.picklist(['approve', 'spam', 'trash']), v.description('The decision that the page proposes first')),
  ),
});

// Webhooks and chats.

export const WebhookShape = v.pipe(
  v.picklist(
    ['standard', 'slack', 'discord', 'telegram', 'ntfy'],
    'must be standard, slack, discord, telegram or ntfy',
  ),
  v.description('What is sent: signed JSON as Standard Webhooks has it, or a message of a chat'),
);
export type WebhookShape = v.InferOutput<typeof WebhookShape>;
const WebhookUrl = v.pipe(
  v.string(),
  v.maxLength(LIMITS.urlBytes, `must be ${LIMITS.urlBytes} characters or fewer`),
  v.description(
    'Public https address. Of telegram `https://api.telegram.org/sendMessage?chat_id=…`, of ntfy the topic’s',
  ),
);
const WebhookEvents = v.pipe(
  v.array(EventType),
  v.minLength(1, 'must name one at least'),
  v.maxLength(20, 'must be 20 or fewer'),
);
const ChatSecret = v.pipe(
  v.string(),
  v.regex(/^[\w:.-]{8,200}$/, 'must be 8 to 200 of A-Z a-z 0-9 _ - . and :'),
  v.description('Of telegram the bot’s token; of ntfy an access token, where the topic needs one. Never shown again'),
);
export const NewWebhook = v.strictObject({
  site: SiteId,
  url: WebhookUrl,
  shape: v.optional(WebhookShape),
  events: WebhookEvents,
  secret: v.optional(ChatSecret),
});
export type NewWebhook = v.InferInput<typeof NewWebhook>;
export const WebhookEdit = v.strictObject({
  url: v.optional(WebhookUrl),
  events: v.optional(WebhookEvents),
  secret: v.optional(ChatSecret),
  active: v.optional(v.boolean()),
});
export type WebhookEdit = v.InferInput<typeof WebhookEdit>;
export const Webhook = v.object({
  id: Id,
  site: SiteId,
  url: v.pipe(v.string(), v.description('Of a chat without what is secret in it')),
  shape: WebhookShape,
  events: v.array(EventType),
  active: v.pipe(v.boolean(), v.description('false: nothing is sent; so it becomes when the receiver answers 410')),
  createdAt: IsoTime,
  rotatedAt: v.pipe(v.nullable(IsoTime), v.description('The secret before this time signs as well for a day')),
});
export type Webhook = v.InferOutput<typeof Webhook>;
export const Webhooks = v.object({ webhooks: v.array(Webhook) });
export type Webhooks = v.InferOutput<typeof Webhooks>;
export const WebhookWithSecret = v.object({
  ...Webhook.entries,
  secret: v.pipe(
    v.nullable(v.string()),
    v.description('What verifies signatures, shown this once; null: a chat has none'),
  ),
});
export type WebhookWithSecret = v.InferOutput<typeof WebhookWithSecret>;
export const WebhookTried = v.object({
  ok: v.boolean(),
  answer: v.pipe(v.string(), v.description('What came back, in short')),
});
export type WebhookTried = v.InferOutput<typeof WebhookTried>;

/** What a webhook is told of a comment that is gone: no more than which it was. */
export const GoneComment = v.object({
  id: Id,
  site: SiteId,
  page: v.pipe(
    v.nullable(v.object({ id: Id, url: v.string(), title: v.nullable(v.string()) })),
    v.description('null: nothing is left of it'),
  ),
});
export type GoneComment = v.InferOutput<typeof GoneComment>;

// What became of what was sent.

/** Of what a delivery is known by: for events of decisions two ids, of others a word and a number. */
const DeliveryEvent = v.pipe(v.string(), v.regex(/^[0-9a-z._-]{1,80}$/, 'must be the event of a delivery'));
const DeliveryTarget = v.pipe(v.string(), v.regex(/^[0-9a-z]{26}$/, 'must be the target of a delivery'));
const DeliveryStatus = v.picklist(['waiting', 'sent', 'dead'], 'must be waiting, sent or dead');
export const Delivery = v.object({
  event: v.pipe(v.string(), v.description('With `target`, what it is known by')),
  target: v.pipe(v.string(), v.description('Of a webhook its id')),
  site: SiteId,
  kind: NoticeKind,
  type: v.pipe(v.string(), v.description('Of the event; of a mail that is about none, as `kind`')),
  subject: v.pipe(v.string(), v.description('The comment or import it is about')),
  to: v.pipe(
    v.nullable(v.string()),
    v.description('The address a mail goes to; null without the scope comments:read, and of webhooks'),
  ),
  status: DeliveryStatus,
  attempts: v.pipe(v.number(), v.integer(), v.minValue(0)),
  dueAt: v.pipe(v.nullable(IsoTime), v.description('When it is tried next; null: no more')),
  answer: v.pipe(v.nullable(v.string()), v.description('What the last attempt was answered, in short')),
  createdAt: IsoTime,
  doneAt: v.pipe(v.nullable(IsoTime), v.description('When it was sent or given up; kept 30 days')),
});
export type Delivery = v.InferOutput<typeof Delivery>;
export const DeliveriesQuery = v.strictObject({
  site: SiteId,
  status: v.optional(v.pipe(DeliveryStatus, v.description('Without one what is over, sent or not, the latest first'))),
  webhook: v.optional(Id),
  after: v.optional(
    v.pipe(v.string(), v.regex(/^\d{1,15}~[0-9a-z._-]{1,80}~[0-9a-z]{26}$/, 'must be what `next` said')),
  ),
});
export const Deliveries = v.object({
  deliveries: v.pipe(v.array(Delivery), v.description('Mails that were sent leave no trace here')),
  next: v.pipe(
    v.nullable(v.string()),
    v.description('Cursor for `after`: there may be more, also where none were found so far'),
  ),
});
export type Deliveries = v.InferOutput<typeof Deliveries>;
/** One by `event` and `target`, or all of a `site` that were given up. */
export const NewResend = v.union([
  v.strictObject({ event: DeliveryEvent, target: DeliveryTarget }),
  v.strictObject({ site: SiteId }),
]);
export type NewResend = v.InferInput<typeof NewResend>;
export const Resent = v.object({
  resent: v.pipe(
    v.number(),
    v.integer(),
    v.minValue(0),
    v.description('Sent now, or in the next minutes when it is many'),
  ),
  left: v.pipe(v.boolean(), v.description('Ask again for the rest')),
});
export type Resent = v.InferOutput<typeof Resent>;

// Logging in by a code that is mailed.

export const NewEmailLogin = v.strictObject({
  url: PageUrl,
  site: v.optional(SiteId),
  email: EmailAddress,
  language: v.optional(v.pipe(Language, v.description('Of the mail'))),
});
/** The same for every address: nothing tells whether somebody here has it. */
export const EmailLogin = v.object({
  id: v.pipe(Id, v.description('To come back with, and the code: POST /session')),
  expiresAt: IsoTime,
});
export type EmailLogin = v.InferOutput<typeof EmailLogin>;
