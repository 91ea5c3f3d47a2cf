/** The pages behind links in readers' mails, as markup: pure. Their shell is worker/notify/page.ts, what their buttons do preferences.ts. */

import type { Frequency } from '../../contract-notify';
import { webAddress } from '../../web-address';
import { type Markup, markup } from '../letters/markup';
import { titleOf } from '../letters/parts';
import { directionOf, plainText } from '../letters/plain';
import { fillMarkup, fillText, toLanguage, wordsFor } from '../letters/words';
import type { NoticePage } from '../page';
import type { SiteRecipientRow, TopicRow } from './readers-store';
import { LANGUAGES, PAGE_TEXTS, type PageTexts } from './texts';

/** What has just been done, if it has to be said. */
export type Told = 'confirmed' | 'saved' | null;

const EXCERPT_CHARS = 100;
const FREQUENCIES: Frequency[] = ['instant', 'hourly', 'daily'];
/** What is said of those who get none. */
const WHY: Partial<Record<SiteRecipientRow['state'], keyof PageTexts>> = {
  unsubscribed: 'stopped',
  bounced: 'came_back',
  complained: 'complained',
};

/** Does whoever reads this want mail? */
export function showConfirm(recipient: SiteRecipientRow, topics: TopicRow[]): NoticePage {
  const { texts, page, site } = pageOf(recipient);
  return page(
    texts.confirmTitle,
    markup`<h1>${fillMarkup(texts.confirmTitle, { site })}</h1>
<p class="dim">${fillMarkup(texts.to, { email: recipient.email })}</p>
${topics.length > 0 && markup`<p>${texts.follows}</p><ul>${topics.map((topic) => markup`<li>${nameTopic(texts, topic)}</li>`)}</ul>`}
<form method="post"><button>${texts.confirm}</button></form>`,
  );
}

/** All there is to choose. @param action where the forms go, when it is not the page's own address */
export function showPreferences(
  recipient: SiteRecipientRow,
  topics: TopicRow[],
  { told, action }: { told: Told; action?: string },
): NoticePage {
  const { texts, page, site } = pageOf(recipient);
  const why = WHY[recipient.state];
  const form = formTo(action);
  const starts = recipient.state === 'unsubscribed' || recipient.state === 'bounced' || recipient.state === 'asked';
  return page(
    texts.title,
    markup`<h1>${fillMarkup(texts.title, { site })}</h1>
<p class="dim">${fillMarkup(texts.to, { email: recipient.email })}</p>
${why ? markup`<p class="note">${fillMarkup(texts[why], { site })}</p>` : told && markup`<p class="note" role="status">${texts[told]}</p>`}
${starts && form(markup`<button name="do" value="start">${recipient.state === 'asked' ? texts.confirm : texts.start}</button>`)}
${recipient.state === 'active' && form(chooseHow(recipient, texts))}
${recipient.role === 'reader' && listTopics(texts, topics, form)}
${recipient.state === 'active' && form(markup`<button class="quiet" name="do" value="stop_all">${fillMarkup(texts.stopAll, { site })}</button>`)}`,
  );
}

/** For who opens the link that mail clients press. */
export function showStop(recipient: SiteRecipientRow): NoticePage {
  const { texts, page, site } = pageOf(recipient);
  return page(
    texts.stopTitle,
    markup`<h1>${fillMarkup(texts.stopTitle, { site })}</h1>
<p class="dim">${fillMarkup(texts.to, { email: recipient.email })}</p>
<form method="post"><button>${fillMarkup(texts.stopAll, { site })}</button></form>`,
  );
}

/** @param recipient null: nothing is known of them any more @param languages Accept-Language, for them */
export function showStopped(
  recipient: SiteRecipientRow | null,
  preferencesUrl: string,
  languages: string | undefined,
): NoticePage {
  if (!recipient) return showGone(languages, 200);
  const { texts, page, site } = pageOf(recipient);
  const why = WHY[recipient.state] ?? 'stopped';
  return page(
    texts.title,
    markup`<h1>${fillMarkup(texts.title, { site })}</h1>
<p class="note" role="status">${fillMarkup(texts[why], { site })}</p>
<p><a href="${pathOf(preferencesUrl)}">${texts.change}</a></p>`,
  );
}

/** @param languages Accept-Language: of whom, nothing says */
export function showGone(languages: string | undefined, status: 200 | 404 = 404): NoticePage {
  const language = toLanguage(languages);
  const texts = PAGE_TEXTS[language];
  return {
    language,
    title: texts.goneTitle,
    status,
    body: markup`<h1>${texts.goneTitle}</h1><p>${texts.gone}</p>`,
  };
}

function pageOf(recipient: SiteRecipientRow) {
  const language = toLanguage(recipient.language);
  const site = recipient.site_name;
  const page = (title: string, body: Markup): NoticePage => ({
    language,
    title: fillText(wordsFor(language), title, { site }),
    siteName: site,
    body,
  });
  return { texts: PAGE_TEXTS[language], site, page };
}

const pathOf = (url: string): string => new URL(url).pathname;
const formTo = (action: string | undefined) => (body: Markup) =>
  action === undefined
    ? markup`<form method="post">${body}</form>`
    : markup`<form method="post" action="${pathOf(action)}">${body}</form>`;

function chooseHow(recipient: SiteRecipientRow, texts: PageTexts): Markup {
  const language = toLanguage(recipient.language);
  const checked = (is: boolean, word: 'checked' | 'selected') => is && markup` ${word}`;
  return markup`<fieldset><legend>${texts.howOften}</legend>
${FREQUENCIES.map(
  (each) =>
    markup`<label><input type="radio" name="frequency" value="${each}"${checked(each === recipient.frequency, 'checked')}>${texts[each]}</label>`,
)}</fieldset>
<fieldset><legend><label for="language">${texts.language}</label></legend><select id="language" name="language">
${Object.entries(LANGUAGES).map(
  ([tag, name]) =>
    // What has been asked for, and is not spoken here, stays.
    markup`<option value="${tag === language ? recipient.language : tag}" lang="${tag}"${checked(tag === language, 'selected')}>${name}</option>`,
)}</select></fieldset>
<button name="do" value="save">${texts.save}</button>`;
}

function listTopics(texts: PageTexts, topics: TopicRow[], form: (body: Markup) => Markup): Markup {
  if (topics.length === 0) return markup`<p class="dim">${texts.nothing}</p>`;
  return markup`<h2>${texts.following}</h2><ul>
${topics.map(
  (topic) =>
    markup`<li><span id="${topic.topic}">${nameTopic(texts, topic)}</span>${form(markup`<input type="hidden" name="topic" value="${topic.topic}"><button class="quiet" name="do" value="stop" aria-describedby="${topic.topic}">${texts.stop}</button>`)}</li>`,
)}</ul>`;
}

function nameTopic(texts: PageTexts, { is_comment, excerpt, page_title, page_url }: TopicRow): Markup {
  const name = titleOf({ title: page_title, url: page_url });
  const url = webAddress(page_url);
  const page = url === null ? name : markup`<a href="${url}" rel="noreferrer">${name}</a>`;
  const said = excerpt === null ? '' : plainText(excerpt, EXCERPT_CHARS);
  return markup`${fillMarkup(is_comment ? texts.replies : texts.page, { page })}${said && markup`<br><span class="dim" dir="${directionOf(said)}">${said}</span>`}`;
}
