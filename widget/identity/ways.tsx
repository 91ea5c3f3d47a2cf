/** The ways to log in, as the site offers them. */
import type { Thread } from '../store';
import { h } from '../writing/kit';
import { turnWay } from './forms';
import { hasKeys } from './key';
import { prepareLogin, startLogin } from './login';
import { knownSite } from './site';
import { texts } from './texts';
import { rowOf } from './threads';

/** @param words before them, unless they are those of who writes */
export function drawWays(s: Thread, words?: string) {
  const { providers = [], guests = true, sso = false, mail } = knownSite(s) ?? {};
  const t = texts(s);
  if (!hasKeys()) return;
  // Where the page vouches for its readers, another login would not count.
  const ways = mail ? [...providers, { id: 'email', name: t.mail, instance: true }] : providers;
  if (!ways[0] || s.sso) return !guests && sso && <p key="sso">{t.siteLogin}</p>;
  prepareLogin();
  const { way, draw } = rowOf(s);
  const intro = words ?? (guests ? t.orLogIn : t.logIn);
  return [
    <div class="ways" role="group" aria-label={intro} key="ways">
      <span>{intro}</span>
      {ways.map(({ id, name, instance }) => (
        <button
          type="button"
          class="go"
          key={id}
          aria-expanded={instance ? way === id : undefined}
          onClick={() => (instance ? turnWay : startLogin)(s, id)}
        >
          {name}
        </button>
      ))}
    </div>,
    draw?.(),
  ];
}
