/** Following by mail: a page, the replies to a comment, or to one's own that has just been posted. */
import type { Comment, Me, NewComment } from '../../worker/contract';
import type { Subscribed } from '../../worker/contract-notify';
import type { ApiError } from '../api';
import type { Place } from '../identity/agreement';
import type { Subject } from '../identity/below';
import type { Thread } from '../store';
import { changed, h, recall, remember, tell, texts as writingTexts } from '../writing/kit';
import { loadTexts, texts } from './texts';
import { ask, closeBelow, drawPending, eachThread, loginOf, openBelow, sayWhy } from './tools';

const FREQUENCIES = ['instant', 'hourly', 'daily'] as const;
/** How often, as it was chosen last on this device. */
const OFTEN_KEY = 'often';

export async function openFollow(s: Thread, n: Subject): Promise<void> {
  let error: string | undefined;
  let sending = false;
  let email = recall<NewComment['author']>('me')?.email ?? '';
  const send = async (form: HTMLFormElement) => {
    const given = Object.fromEntries(new FormData(form)) as Record<string, string>;
    sending = true;
    error = undefined;
    changed(s, n);
    try {
      remember(OFTEN_KEY, given.frequency);
      say(s, n, await follow(s, n?.c.id, given.address!), true);
    } catch (thrown) {
      error = sayWhy(s, thrown as ApiError);
      tell(s, error);
    }
    sending = false;
    changed(s, n);
  };
  openBelow(
    s,
    n,
    () => {
      const t = texts(s);
      return (
        <form
          class="report"
          onSubmit={(event) => {
            event.preventDefault();
            if (!sending) send(event.currentTarget);
          }}
        >
          <fieldset>
            <legend>{n ? s.say(t.followReplies, 0, `\u2068${n.c.author.name}\u2069`) : t.followPage}</legend>
            {FREQUENCIES.map((frequency) => (
              <label key={frequency}>
                <input
                  type="radio"
                  name="frequency"
                  value={frequency}
                  defaultChecked={frequency === (recall(OFTEN_KEY) ?? 'instant')}
                />
                {t[frequency]}
              </label>
            ))}
          </fieldset>
          <label key={email}>
            {t.address}
            <input
              {...({ type: 'email' } as object)}
              name="address"
              autocomplete="email"
              dir="ltr"
              required
              defaultValue={email}
            />
          </label>
          {error && <p class="note">{error}</p>}
          <div class="bar">
            <span />
            <button type="button" onClick={() => closeBelow(s, n)}>
              {writingTexts(s).cancel}
            </button>
            <button class="post" disabled={sending}>
              {sending ? writingTexts(s).sending : t.follow}
            </button>
          </div>
        </form>
      );
    },
    '[name=address]',
  );
  if (email || !loginOf(s)) return;
  // What is known of who is logged in is there to be changed, unless they were faster.
  email = (await ownAddress(s).catch(() => null)) ?? '';
  const field = email && !sending;
  if (field) changed(s, n);
}

const ownAddress = async (place: Place): Promise<string | null> => (await ask<Me>(place, 'GET', '/me')).email;

/** @returns what to say about it @throws ApiError */
async function follow(s: Thread, comment: string | undefined, email: string): Promise<string> {
  const { url, site, pageId, title } = s;
  const { language } = writingTexts(s);
  const { confirm } = await ask<Subscribed>(s, 'POST', '/subscriptions', {
    url,
    site: site ?? undefined,
    pageId: pageId ?? undefined,
    title: [...title].slice(0, 300).join('') || undefined,
    comment,
    email,
    frequency: recall(OFTEN_KEY) ?? undefined,
    language,
  });
  return texts(s)[confirm ? 'confirm' : 'followed'];
}

/** The comment is there, whatever becomes of this. */
export async function followOwn({ api, key }: Place, { author }: NewComment, { id }: Comment): Promise<void> {
  let done = false;
  eachThread(async (s) => {
    if (done || s.key !== key || s.api !== api) return;
    done = true;
    try {
      await loadTexts(s);
      const email = author ? author.email : await ownAddress(s);
      if (email) say(s, s._byId.get(id), await follow(s, id, email));
    } catch {
      say(s, s._byId.get(id), texts(s)?.notFollowed ?? s.m.failed);
    }
  });
}

/** Below the comment, or above the conversation; what may be done with one that waits stays there. @param instead of the form */
function say(s: Thread, n: Subject, text: string, instead?: boolean): void {
  openBelow(s, n, () => [
    <p class="note" key="said">
      {text}
    </p>,
    n && drawPending(s, n),
  ]);
  // The button that was pressed is gone.
  if (instead) s.target = n ? `#comment-${n.c.id}` : '.in>form textarea';
  tell(s, text);
}
