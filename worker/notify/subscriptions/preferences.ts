/**
 * What links in readers' mails lead to. Opening one does nothing, as mail scanners open them all; its button does, by POST, and a mail
 * client may press that of `unsubscribe` itself (RFC 8058). The link alone says whose it is: no login, no cookie, no script.
 */
import * as v from 'valibot';
import { Frequency, Language } from '../../contract-notify';
import { parseForm } from '../../parse';
import { Problem } from '../../problem';
import { type AppContext, openDb } from '../../request';
import { answerPage } from '../page';
import { showConfirm, showGone, showPreferences, showStop, showStopped, type Told } from './pages';
import { readConfirmLink, readerLinks, readReaderLink } from './reader-links';
import {
  confirm,
  type SiteRecipientRow,
  selectRecipient,
  selectTopics,
  startAgain,
  stopAll,
  stopTopic,
  type TopicRow,
  updatePreferences,
} from './readers-store';

/** `GET /mail/confirm/{token}` */
export const openConfirm = (c: AppContext) => withConfirm(c, false);
/** `POST /mail/confirm/{token}` */
export const confirmAddress = (c: AppContext) => withConfirm(c, true);

async function withConfirm(c: AppContext, agrees: boolean): Promise<Response> {
  const now = Date.now();
  const id = await readConfirmLink(c.env, c.req.param('token') ?? '', now);
  if (id === null) return answerGone(c);
  const db = openDb(c, 'first-primary');
  const results = await db.batch(...(agrees ? [confirm(id, now)] : []), selectRecipient(id), selectTopics(id));
  const [recipients, topics] = results.slice(agrees ? 1 : 0);
  const recipient = recipients!.rows[0] as SiteRecipientRow | undefined;
  if (!recipient) return answerGone(c);
  const list = topics!.rows as TopicRow[];
  if (recipient.state === 'asked') return answerPage(c, showConfirm(recipient, list));
  // Confirmed now or before, or stopped since: what there is to choose, elsewhere, as this link does not last.
  const { preferencesUrl } = await readerLinks(c.env, id);
  return answerPage(c, showPreferences(recipient, list, { told: agrees ? 'confirmed' : null, action: preferencesUrl }));
}

/** `GET /mail/preferences/{token}` */
export async function openPreferences(c: AppContext): Promise<Response> {
  const id = await readReaderLink(c.env, c.req.param('token') ?? '');
  return id === null ? answerGone(c) : answerPreferences(c, id, null);
}

const Change = v.variant('do', [
  v.object({ do: v.literal('save'), frequency: Frequency, language: Language }),
  v.object({ do: v.literal('stop'), topic: v.pipe(v.string(), v.maxLength(100)) }),
  v.object({ do: v.literal('stop_all') }),
  v.object({ do: v.literal('start') }),
]);
const TOLD = { save: 'saved', stop: 'saved', stop_all: null, start: 'saved' } as const satisfies Record<string, Told>;

/** `POST /mail/preferences/{token}`: a form, of which each button sends what it does. @throws Problem invalid_request */
export async function changePreferences(c: AppContext): Promise<Response> {
  const id = await readReaderLink(c.env, c.req.param('token') ?? '');
  if (id === null) return answerGone(c);
  const sent = v.safeParse(Change, Object.fromEntries(await parseForm(c.req.raw)));
  if (!sent.success) throw new Problem('invalid_request', 'The form does not say what to do.');
  const change = sent.output;
  const queries = {
    save: () =>
      change.do === 'save' ? [updatePreferences(id, { frequency: change.frequency, language: change.language })] : [],
    stop: () => (change.do === 'stop' ? [stopTopic(id, change.topic)] : []),
    stop_all: () => stopAll(id),
    start: () => [startAgain(id, Date.now())],
  }[change.do]();
  return answerPreferences(c, id, TOLD[change.do], queries);
}

async function answerPreferences(
  c: AppContext,
  id: string,
  told: Told,
  queries: Parameters<ReturnType<typeof openDb>['batch']> = [],
): Promise<Response> {
  const results = await openDb(c, 'first-primary').batch(...queries, selectRecipient(id), selectTopics(id));
  const [recipients, topics] = results.slice(queries.length);
  const recipient = recipients!.rows[0] as SiteRecipientRow | undefined;
  if (!recipient) return answerGone(c);
  return answerPage(c, showPreferences(recipient, topics!.rows as TopicRow[], { told }));
}

/** `GET /mail/unsubscribe/{token}`: for people whose mail client opens the address instead of posting to it. */
export async function openUnsubscribe(c: AppContext): Promise<Response> {
  const id = await readReaderLink(c.env, c.req.param('token') ?? '');
  const [recipient] = id === null ? [] : await openDb(c).all(selectRecipient(id));
  return recipient ? answerPage(c, showStop(recipient)) : answerGone(c);
}

/** `POST /mail/unsubscribe/{token}`: whatever the body says, and as often as it comes; nobody is asked anything first. */
export async function unsubscribe(c: AppContext): Promise<Response> {
  const id = await readReaderLink(c.env, c.req.param('token') ?? '');
  if (id === null) return answerGone(c);
  const results = await openDb(c, 'first-primary').batch(...stopAll(id), selectRecipient(id));
  const recipient = results.at(-1)!.rows[0] as SiteRecipientRow | undefined;
  const { preferencesUrl } = await readerLinks(c.env, id);
  return answerPage(c, showStopped(recipient ?? null, preferencesUrl, c.req.header('Accept-Language')));
}

/** A link that nobody here made, that is too old, or whose address is not known any more. */
function answerGone(c: AppContext): Promise<Response> {
  if (!c.req.header('Accept')?.includes('text/html'))
    throw new Problem('not_found', 'This link leads nowhere any more.');
  return answerPage(c, showGone(c.req.header('Accept-Language')));
}
