/** The ways to log in, as the site offers them. */
import type { Thread } from '../store';
import { h } from '../writing/kit';
import { hasKeys } from './key';
import { prepareLogin, startLogin } from './login';
import { knownSite } from './site';
import { texts } from './texts';
import { redrawRow, rowOf } from './threads';

/** @param words before them, unless they are those of who writes */
export function drawWays(s: Thread, words?: string) {
  const { providers = [], guests = true, sso = false } = knownSite(s) ?? {};
  const t = texts(s);
  if (!hasKeys()) return;
  // Where the page vouches for its readers, another login would not count.
  if (!providers[0] || s.sso) return !guests && sso && <p key="sso">{t.siteLogin}</p>;
  prepareLogin();
  const { instanceOf } = rowOf(s);
  const intro = words ?? (guests ? t.orLogIn : t.logIn);
  return [
    <div class="ways" role="group" aria-label={intro} key="ways">
      <span>{intro}</span>
      {providers.map(({ id, name, instance }) => (
        <button
          type="button"
          class="go"
          key={id}
          aria-expanded={instance ? instanceOf === id : undefined}
          onClick={() => {
            if (!instance) startLogin(s, id);
            else {
              rowOf(s).instanceOf = instanceOf === id ? undefined : id;
              s.target = instanceOf === id ? undefined : '[name=instance]';
              redrawRow(s);
            }
          }}
        >
          {name}
        </button>
      ))}
    </div>,
    instanceOf && drawInstance(s, instanceOf),
  ];
}

/** Asks for the reader's own server. A form in a form there is none: Enter is heard here. */
function drawInstance(s: Thread, provider: string) {
  const t = texts(s);
  let field: HTMLInputElement | null;
  const go = () => {
    const host = field?.value
      .trim()
      .replace(/^(https?:\/\/|.*@)/, '')
      .replace(/\/.*/, '');
    if (host) startLogin(s, provider, host);
    else field?.focus();
  };
  return (
    <div class="ways" key="instance">
      <label>
        {t.instance}
        <input
          name="instance"
          ref={(input) => {
            field = input;
          }}
          placeholder="mastodon.social"
          inputMode="url"
          autocapitalize="none"
          autocomplete="off"
          spellcheck={false}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            event.preventDefault();
            event.stopPropagation();
            go();
          }}
        />
      </label>
      <button type="button" class="go" onClick={go}>
        {t.logInHere}
      </button>
    </div>
  );
}
