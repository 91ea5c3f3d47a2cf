/** The row of the composer that says who writes: a guest's details, or who is logged in, and the ways to log in. */
import type { Me, NewComment } from '../../worker/contract';
import type { ApiError } from '../api';
import type { Thread } from '../store';
import { drawAvatar } from '../view/avatar';
import type { Draft } from '../writing/agreement';
import { describe } from '../writing/check';
import { h, recall, remember, tell } from '../writing/kit';
import type { Login, Writer } from './agreement';
import { ask } from './ask';
import { FOLLOW_KEY, wantsReplies } from './forms';
import { getKey, hasKeys, ownHandle } from './key';
import { enter, keepLogin, loginOf } from './session';
import { knownSite } from './site';
import { texts } from './texts';
import { focusWriting, redrawRow, rowOf } from './threads';
import { drawWays } from './ways';

const DETAILS = ['name', 'email', 'url'] as const;

export function drawWho(s: Thread, draft: Draft) {
  const t = texts(s);
  const login = loginOf(s);
  const row = rowOf(s);
  // What was kept from before began some other time.
  if (!draft.field?.value) draft._began = performance.now();
  return (
    <div class="who" key="who">
      {login ? drawPerson(s, login) : knownSite(s)?.guests === false ? t.login_required : drawGuest(s, draft)}
      {!login && drawWays(s)}
      {row.note && <p class="note">{row.note}</p>}
      {knownSite(s)?.mail && drawFollow(s, draft, login)}
      {login && row.claimable! > 0 && drawClaim(s, row.claimable!)}
      {!hasKeys() && <p>{t.insecure}</p>}
      <input class="sr" name="trap" tabIndex={-1} autocomplete="off" aria-hidden="true" />
    </div>
  );
}

function drawPerson(s: Thread, { person, sso }: Login) {
  const t = texts(s);
  return [
    drawAvatar(person.id, person.avatar),
    <span key="name">
      {s.say(t.writingAs, 0, person.name)} · {person.verified}
    </span>,
    // What they are called here is in the panel.
    drawMeButton(t.change),
    drawMeButton(t.me),
    // Who the page vouches for logs out there.
    sso === undefined && (
      <button type="button" class="go" key="out" onClick={() => logOut(s)}>
        {t.logOut}
      </button>
    ),
  ];
}

const drawMeButton = (words: string) =>
  hasKeys() && (
    <button type="button" class="go" data-a="me" key={words}>
      {words}
    </button>
  );

function drawGuest(s: Thread, draft: Draft) {
  const t = texts(s);
  const known = recall<NewComment['author']>('me');
  if (known)
    return [
      s.say(t.writingAs, 0, known.name),
      <button
        type="button"
        class="go"
        key="change"
        onClick={() => {
          remember('me', null);
          focusWriting(s, 'input');
          redrawRow(s);
        }}
      >
        {t.change}
      </button>,
      drawMeButton(t.me),
    ];
  const before = draft._attempt?.body.author;
  return DETAILS.map((key) => {
    const required =
      key === 'name' || !!s.required?.includes(key) || (key === 'email' && !!knownSite(s)?.mail && wantsReplies());
    const name = `author.${key}`;
    return (
      <label key={key}>
        {t[key]}
        <input
          {...({ type: key === 'email' ? key : 'text' } as object)}
          name={name}
          autocomplete={key}
          maxLength={key === 'name' ? 80 : 2048}
          pattern={key === 'url' ? 'https?://.+' : undefined}
          placeholder={required ? '' : t.optional}
          required={required}
          // What was refused is there to be mended.
          defaultValue={before?.[key] ?? ''}
          {...describe(draft, name)}
        />
      </label>
    );
  });
}

/** Being told of replies, for who said where mail reaches them, or may say so now; and of whatever is new on the page. */
function drawFollow(s: Thread, { id }: Draft, login?: Login) {
  const t = texts(s);
  const known = recall<NewComment['author']>('me');
  return [
    (login ? login.hasEmail : knownSite(s)?.guests && (!known || known.email)) && (
      <label class="check" key="follow">
        <input
          type="checkbox"
          checked={wantsReplies()}
          onChange={({ currentTarget }) => {
            remember(FOLLOW_KEY, currentTarget.checked || null);
            redrawRow(s);
          }}
        />
        {t.mailReplies}
      </label>
    ),
    !id && (
      <button type="button" class="go" data-a="follow-page" key="page">
        {t.follow}
      </button>
    ),
  ];
}

function drawClaim(s: Thread, count: number) {
  const t = texts(s);
  const answer = (take: boolean) => async () => {
    rowOf(s).claimable = 0;
    focusWriting(s);
    redrawRow(s);
    if (take) await claim(s);
  };
  return (
    <div class="ways" key="claim">
      <span>{s.say(t.claim, count)}</span>
      <button type="button" class="go" onClick={answer(true)}>
        {t.claimYes}
      </button>
      <button type="button" class="go" onClick={answer(false)}>
        {t.claimNo}
      </button>
    </div>
  );
}

/** What was written with the key becomes the person's, also on view. */
async function claim(s: Thread): Promise<void> {
  try {
    const { person } = await ask<Me>(s, 'POST', '/me/claim');
    for (const node of s._byId.values()) {
      const { author } = node.c;
      if (!person || author.id !== ownHandle()) continue;
      const { id, avatar, badge, verified } = person;
      node.c.author = { ...author, id, avatar, badge, verified };
      node.view = 0;
    }
    tell(s, texts(s).claimed);
  } catch {
    rowOf(s).note = s.m.failed;
  }
  redrawRow(s);
}

/** Forgotten here at once; the server is told if it can be reached, and the session ends by itself else. */
export function logOut(s: Thread): void {
  ask(s, 'DELETE', '/session').catch(() => {});
  keepLogin(null);
  rowOf(s).claimable = 0;
  focusWriting(s);
  tell(s, texts(s).loggedOutNow);
  redrawRow(s);
}

/** By what robots may be told: a field that people do not see, and how long it took. */
function readTraces({ _attempt, _began }: Draft, { body, trap }: Record<string, string>): Writer['said'] {
  const last = _attempt?.body;
  // What was refused and is sent again as it was is the same comment.
  if (last?.body === body) return last!;
  return { trap, writtenMs: _began && Math.round(performance.now() - _began) };
}

/** @throws ApiError when nobody has said yet who writes */
export async function authorOf(s: Thread, form: HTMLFormElement): Promise<Writer> {
  await enter(s);
  const login = loginOf(s);
  const given = Object.fromEntries(new FormData(form)) as Record<string, string>;
  const traces = readTraces(Object.values(s._drafts).find(({ field }) => field?.form === form)!, given);
  if (login) return { by: login.person, said: { ...traces, author: undefined } };
  if (knownSite(s)?.guests === false) throw { code: 'login_required', wait: 0 } satisfies ApiError;
  const author: NewComment['author'] = recall('me') ?? {
    name: given['author.name']?.trim() ?? '',
    email: given['author.email'] || undefined,
    url: given['author.url'] || undefined,
  };
  if (!author?.name) throw { field: 'author.name', wait: 0 } satisfies ApiError;
  remember('me', author);
  await getKey();
  const by = { id: ownHandle() ?? null, name: author.name, url: null, avatar: null, badge: null, verified: null };
  return { by, said: { ...traces, author } };
}
