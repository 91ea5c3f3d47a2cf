/** A site's settings: typed, every one documented (docs/deploying.md, docs/moderation.md) and with a safe default. */
import * as v from 'valibot';
import { Badge, LIMITS, Sort, Votes } from './contract.ts';

/** What to do with a comment that a site's own rule finds. */
export const Rule = v.strictObject({
  /** `text`: anywhere in it; `word`: between what is no letter or digit; `regex`: RE2 syntax, in linear time. Case is ignored. */
  match: v.picklist(['text', 'word', 'regex'], 'must be text, word or regex'),
  pattern: v.pipe(
    v.string(),
    v.minLength(1, 'must not be empty'),
    v.maxLength(LIMITS.patternChars, `must be ${LIMITS.patternChars} characters or fewer`),
  ),
  /** Where to look. */
  in: v.optional(
    v.picklist(['any', 'body', 'name', 'email', 'url', 'link'], 'must be any, body, name, email, url or link'),
    'any',
  ),
  says: v.picklist(['hold', 'spam', 'refuse'], 'must be hold, spam or refuse'),
});
export type Rule = v.InferOutput<typeof Rule>;

const integer = (min: number, max: number) =>
  v.pipe(
    v.number(),
    v.integer('must be a whole number'),
    v.minValue(min, `must be ${min} or more`),
    v.maxValue(max, `must be ${max} or fewer`),
  );
const httpsUrl = v.pipe(
  v.string(),
  v.maxBytes(LIMITS.urlBytes, `must be ${LIMITS.urlBytes} bytes or fewer`),
  v.url('must be a URL'),
  v.startsWith('https://', 'must begin with https://'),
);

/** As stored in sites.settings. */
export const Settings = v.object({
  /** Hold every comment until a moderator approves it. */
  hold: v.optional(v.boolean(), false),
  /** Hold what somebody writes until this many comments of theirs were approved; 0: from the first on they are trusted. */
  trustAfter: v.optional(integer(0, 20), 0),
  /** More links than this are held; of somebody unknown a second one, when the text looks like spam. */
  maxLinks: v.optional(integer(0, 100), 3),
  /** Hold the first comment on a page that nobody has written on before. */
  holdNewPages: v.optional(v.boolean(), false),
  /** What to look for in comments, and what to do then. */
  rules: v.optional(
    v.pipe(v.array(Rule), v.maxLength(LIMITS.rulesPerSite, `must be ${LIMITS.rulesPerSite} or fewer`)),
    [],
  ),
  /** Languages that are written here (BCP 47, such as `en`): others are held; none: all are welcome. */
  languages: v.optional(
    v.pipe(v.array(v.pipe(v.string(), v.regex(/^[a-z]{2,3}$/, 'must be a language such as en'))), v.maxLength(30)),
    [],
  ),
  /** Hold what the classifier takes for spam. */
  classifier: v.optional(v.boolean(), true),
  /** When newcomers must have their device do some work first. */
  challenge: v.optional(v.picklist(['never', 'attack', 'newcomers'], 'must be never, attack or newcomers'), 'attack'),
  /** Comments of newcomers a minute that turn attack mode on; 0: it is turned on by hand only. */
  attackAfter: v.optional(integer(0, 100), 20),
  /** Cloudflare Turnstile's site key: newcomers pass it. Needs the secret TURNSTILE_SECRET. */
  turnstile: v.optional(v.nullable(v.pipe(v.string(), v.regex(/^[\w-]{1,100}$/, 'must be a site key'))), null),
  /** Ask Akismet. Needs the secret AKISMET_KEY. */
  akismet: v.optional(v.boolean(), false),
  /** Ask a service of your own, by a signed POST. Needs the secret PHASE_SECRET. */
  phaseUrl: v.optional(v.nullable(httpsUrl), null),
  /** Ask Workers AI, where the binding AI is there. */
  ai: v.optional(v.boolean(), false),
  /** Days after its first comment when a page's conversation closes; 0: never. */
  closeAfter: v.optional(integer(0, 36_500), 0),
  /** Days that spam and trash are kept. */
  retention: v.optional(integer(1, LIMITS.undoDays), LIMITS.undoDays),
  /** Order of a thread when the reader has not chosen. */
  sort: v.optional(Sort, 'oldest'),
  /** Writers must leave an e-mail address. */
  requireEmail: v.optional(v.boolean(), false),
  /** Writers must leave a website. */
  requireUrl: v.optional(v.boolean(), false),
  /** Show images in comments; off, they become links, and readers' browsers contact no other host. */
  images: v.optional(v.boolean(), false),
  /** One may write without logging in. */
  guests: v.optional(v.boolean(), true),
  /** Minutes in which writers may edit their comment; 0: never. */
  editWindow: v.optional(integer(0, 43_200), 15),
  /** Readers vote on comments: not at all, up, or both ways. */
  votes: v.optional(Votes, 'up'),
  /** What readers may think of a page, shown above the conversation: emoji, eight at most; none: switched off. */
  reactions: v.optional(
    v.pipe(
      v.array(
        v.pipe(v.string(), v.minLength(1, 'must not be empty'), v.maxLength(16, 'must be 16 characters or fewer')),
      ),
      v.maxLength(8, 'must be 8 or fewer'),
    ),
    [],
  ),
  /** Ask Gravatar for pictures of guests who leave an e-mail address; readers' browsers never do. */
  gravatar: v.optional(v.boolean(), false),
  /**
   * Who runs the site. Names and addresses are reserved; whoever logs in with the address, as a provider verified it, has
   * the role.
   */
  team: v.optional(
    v.array(
      v.object({
        name: v.string(),
        email: v.optional(v.string()),
        role: v.optional(Badge, 'moderator'),
      }),
    ),
    [],
  ),
  /** Where the public keys of the site's own accounts are (RFC 7517), for single sign-on. */
  ssoJwks: v.optional(v.nullable(v.pipe(v.string(), v.url('must be a URL'))), null),
  /** The `iss` that single sign-on tokens must carry, if any. */
  ssoIssuer: v.optional(v.nullable(v.string()), null),
});
export type Settings = v.InferOutput<typeof Settings>;
