/** English, and what a language has to say. `{…}` is filled by whoever writes the letter; `{page}` and `{author}` are a stranger's. */

/** By plural category of `{n}`. */
export type Plural = { other: string } & Partial<Record<Intl.LDMLPluralRule, string>>;

type Worded<T> = {
  readonly [K in keyof T]: T[K] extends string
    ? string
    : T[K] extends { other: string; one: string }
      ? Plural
      : Worded<T[K]>;
};
export type Texts = Worded<typeof en>;

export const en = {
  somebody: 'Somebody',
  toPage: 'Read and reply',
  read: 'Read it on the page',

  // To readers.
  replySubject: 'New reply on “{page}”',
  commentSubject: 'New comment on “{page}”',
  repliedTo: '{author} replied to {parent}',
  replied: '{author} replied',
  commented: '{author} commented',
  onPage: 'on {page}',
  whyReply: 'You get this mail because you follow replies to this comment.',
  whyPage: 'You get this mail because you follow this page.',
  whyDigest: 'You get this mail because you follow conversations on {site}.',
  preferences: 'Choose what you get',
  unsubscribe: 'Stop all these mails',
  digest: { one: '{n} new comment on {site}', other: '{n} new comments on {site}' },
  more: { one: 'And {n} more.', other: 'And {n} more.' },

  // To moderators.
  about: { new: 'New comment', held: 'Waiting for approval', reported: 'Reported comment' },
  aboutSubject: {
    new: 'New comment on “{page}”',
    held: 'Waiting for approval: “{page}”',
    reported: 'Reported comment on “{page}”',
  },
  why: 'Why it waits',
  reports: 'What readers report',
  reportReasons: { spam: 'Spam', abuse: 'Abuse', off_topic: 'Off topic', other: 'Something else' },
  approve: 'Approve',
  spam: 'Spam',
  trash: 'Trash',
  acting: 'Each opens a page that asks first. Nothing happens before you say so there.',
  console: 'Open the console',
  waiting: { one: '{n} comment is waiting on {site}', other: '{n} comments are waiting on {site}' },
  whyModerator: 'You get this mail because you moderate {site}.',
  phases: {
    bans: 'banned',
    rules: 'your rules',
    everything: 'all are held',
    newcomer: 'newcomer',
    new_page: 'new page',
    attack: 'attack mode',
    honeypot: 'honeypot',
    hurry: 'too fast',
    rate: 'too many',
    history: 'history',
    reserved_name: 'reserved name',
    shouting: 'shouting',
    repetition: 'repetition',
    stacked_marks: 'stacked marks',
    hidden_characters: 'hidden characters',
    masked_words: 'masked words',
    script: 'script',
    language: 'language',
    links: 'links',
    only_links: 'only links',
    doubled: 'posted twice',
    copies: 'copies',
    classifier: 'looks like spam',
    akismet: 'Akismet',
    turnstile: 'Turnstile',
    own: 'your service',
    ai: 'Workers AI',
  },

  // What was asked for this moment.
  optInSubject: 'Please confirm: mail from {site}',
  optInTitle: 'Would you like mail from {site}?',
  optInReplies: 'Somebody, probably you, asked for replies to a comment on this page to be sent to this address:',
  optInPage: 'Somebody, probably you, asked for new comments on this page to be sent to this address:',
  confirm: 'Yes, send them to me',
  leadsTo: 'The button leads to {host}.',
  ignoreOptIn: 'If it was not you, ignore this mail. Nothing else will be sent.',
  codeSubject: '{code} is your code for {site}',
  codeTitle: 'Your code for {site}',
  codeUse: {
    one: 'Enter it where you asked for it. It works once, within {n} minute.',
    other: 'Enter it where you asked for it. It works once, within {n} minutes.',
  },
  codeWarning: 'Nobody from {site} will ever ask you for it. If you did not ask for a code, ignore this mail.',
};
