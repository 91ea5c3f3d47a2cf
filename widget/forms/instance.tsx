/** Asks for the reader's own server, where a provider is many. A form in a form there is none: Enter is heard here. */
import type { Thread } from '../store';
import { drawEntry } from './entry';
import { texts } from './texts';
import { startLogin } from './tools';

export function drawInstance(s: Thread, provider: string) {
  const t = texts(s);
  return drawEntry(
    {
      name: 'instance',
      label: t.instance,
      words: t.logInHere,
      placeholder: 'mastodon.social',
      inputMode: 'url',
      autocomplete: 'off',
    },
    // In the click itself: the browser opens a window only then.
    (text) => startLogin(s, provider, text.replace(/^(https?:\/\/|.*@)/, '').replace(/\/.*/, '')),
  );
}
