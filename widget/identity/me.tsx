/** The panel about oneself: who one is here, and in sections of their own what one wrote, where one is logged in, one's data. */
import type { NewComment, Person } from '../../worker/contract';
import type { Thread } from '../store';
import { drawAvatar } from '../view/avatar';
import { changed, h, recall, remember } from '../writing/kit';
import type { Login } from './agreement';
import { drawDetails } from './details';
import { drawLogins } from './logins';
import { drawMuted } from './mute';
import { drawData } from './my-data';
import { drawOwn } from './own';
import { change, loadPanel, type Panel } from './panel';
import { drawAction } from './parts';
import { keepLogin, loginOf } from './session';
import { texts } from './texts';
import { eachThread, redrawRow } from './threads';
import { logOut } from './who';

const panels = new WeakMap<Thread, Panel>();

export function openMe(s: Thread): void {
  const p: Panel = { comments: [] };
  panels.set(s, p);
  loadPanel(s, p);
}

/** Above everything while it is open; the browser keeps the focus in it, and gives it back. */
export function drawMe(s: Thread) {
  const p = panels.get(s);
  if (!p) return;
  const t = texts(s);
  // Another way to log in was added, or somebody logged out.
  if (!p.loading && p.session !== loginOf(s)?.id) loadPanel(s, p);
  const { me, loading, note } = p;
  return (
    <dialog
      key="me"
      aria-label={t.meTitle}
      ref={(element) => {
        if (element?.open === false) element.showModal();
      }}
      onClose={() => {
        panels.delete(s);
        changed(s);
      }}
    >
      <div class="self">
        <h2 tabIndex={-1}>{t.meTitle}</h2>
        <button aria-label={t.close} onClick={({ currentTarget }) => currentTarget.closest('dialog')?.close()}>
          ✕
        </button>
      </div>
      <div role="status">{(loading || note) && <p class="note">{loading ? s.m.loading : note}</p>}</div>
      {me?.person ? drawPerson(s, p, me.person) : !p.session && drawGuest(s, p)}
      {drawOwn(s, p)}
      {me?.person && drawLogins(s, p, me)}
      {drawMuted(s)}
      {me && drawData(s, p, me)}
    </dialog>
  );
}

function drawGuest(s: Thread, p: Panel) {
  const t = texts(s);
  return (
    <section key="guest">
      <p>{t.guest}</p>
      {drawDetails(s, p, ['name', 'email', 'url'], recall<NewComment['author']>('me') ?? {}, (given) => {
        remember('me', given);
        redrawRow(s);
      })}
    </section>
  );
}

function drawPerson(s: Thread, p: Panel, person: Person) {
  const t = texts(s);
  const { verified, id, avatar } = person;
  const login = loginOf(s);
  return (
    <section key="person">
      <div class="self">
        {drawAvatar(id, avatar)}
        {/* Who the page vouches for logs in and out there. */}
        {login?.sso === undefined && [s.say(t.via, 0, verified), drawAction(t.logOut, () => logOut(s))]}
      </div>
      {drawDetails(s, p, ['name', 'url'], person, async ({ name, url }) => {
        const { person } = await change(s, p, 'PATCH', '/me', { name, url: url ?? null });
        if (login && person) rename(login, person);
      })}
    </section>
  );
}

/** A person's name is the same on all they wrote, also on view. */
function rename(login: Login, person: Person): void {
  keepLogin({ ...login, person });
  eachThread((s) => {
    for (const n of s._byId.values()) {
      if (n.c.author.id !== person.id) continue;
      n.c = { ...n.c, author: { ...n.c.author, name: person.name, url: person.url } };
      changed(s, n);
    }
  });
}
