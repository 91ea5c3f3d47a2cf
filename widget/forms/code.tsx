/** Logging in by six digits that are mailed: the address, then the digits, on this device only. */
import type { NewComment } from '../../worker/contract';
import type { EmailLogin } from '../../worker/contract-notify';
import type { ApiError } from '../api';
import type { Thread } from '../store';
import { h, recall, tell, texts as writingTexts } from '../writing/kit';
import { drawEntry } from './entry';
import { texts } from './texts';
import { ask, logIn, redrawRow, sayWhy } from './tools';

const AGAIN_MS = 30_000;

interface Login {
  email?: string;
  /** Of the code that was sent there; undefined while the address is asked for. */
  id?: string | undefined;
  note?: string | undefined;
  invalid?: boolean;
  busy?: boolean;
  /** Another code may be asked for. */
  again?: boolean;
}
const logins = new WeakMap<Thread, Login>();

/** Goes on where it was left, for a thread: the mail may be read on this very device. */
export function openCode(s: Thread) {
  if (!logins.has(s)) logins.set(s, {});
  s.target = logins.get(s)!.id ? '[name=code]' : '[name=address]';
  return () => drawCode(s, logins.get(s)!);
}

function drawCode(s: Thread, login: Login) {
  const t = texts(s);
  const { email, id, note, invalid, busy, again } = login;
  const said = { note: busy ? writingTexts(s).sending : note, invalid: !!invalid, busy: !!busy };
  if (!id)
    return drawEntry(
      {
        ...said,
        name: 'address',
        label: t.address,
        words: t.sendCode,
        value: email ?? recallAuthor()?.email ?? '',
        inputMode: 'email',
        autocomplete: 'email',
      },
      (text) => send(s, login, text),
    );
  const another = (
    <button type="button" class="go" key="another" onClick={() => turnBack(s, login)}>
      {t.otherAddress}
    </button>
  );
  return drawEntry(
    {
      ...said,
      name: 'code',
      label: t.code,
      words: t.logInHere,
      inputMode: 'numeric',
      autocomplete: 'one-time-code',
      onInput(field) {
        field.value = digitsOf(field.value);
        if (field.value[5] && !login.busy) tryCode(s, login, field.value);
      },
    },
    (text) => tryCode(s, login, text),
    again && (
      <button type="button" class="go" key="again" onClick={() => send(s, login, email!)}>
        {t.again}
      </button>
    ),
    another,
  );
}

/** As they are typed or pasted, in any script's digits, with whatever stands around them. */
function digitsOf(text: string): string {
  const digits = text.match(/[0-9\u0660-\u0669\u06f0-\u06f9\uff10-\uff19]/g) ?? [];
  return digits
    .map((digit) => digit.charCodeAt(0) & 15)
    .slice(0, 6)
    .join('');
}

async function send(s: Thread, login: Login, email: string): Promise<void> {
  const t = texts(s);
  await attempt(s, login, async () => {
    const { url, site } = s;
    const { language } = writingTexts(s);
    const asked = { url, site: site ?? undefined, email, language };
    const { id } = await ask<EmailLogin>(s, 'POST', '/login/email', asked);
    Object.assign(login, { id, email, again: false, note: s.say(t.codeSent, 0, `\u2068${email}\u2069`) });
    s.target = '[name=code]';
    setTimeout(() => {
      if (login.id !== id) return;
      login.again = true;
      redrawRow(s);
    }, AGAIN_MS);
  });
}

const tryCode = (s: Thread, login: Login, code: string): Promise<void> =>
  attempt(s, login, async () => {
    s.target = '[name=code]';
    const name = recallAuthor()?.name;
    await logIn(s, { emailCode: { id: login.id!, code, name } });
    logins.delete(s);
    // What was said of the mail is no news any more.
    login.note = undefined;
  });

/** One thing at a time; what goes wrong is said where it was asked for. */
async function attempt(s: Thread, login: Login, work: () => Promise<void>): Promise<void> {
  if (login.busy) return;
  login.busy = true;
  login.invalid = false;
  redrawRow(s);
  try {
    await work();
  } catch (thrown) {
    login.invalid = true;
    login.note = explain(s, login, thrown as ApiError);
  }
  login.busy = false;
  if (login.note) tell(s, login.note);
  redrawRow(s);
}

function explain(s: Thread, login: Login, error: ApiError): string {
  const t = texts(s);
  const { code, wait } = error;
  if (code === 'code_wrong') return t.wrong;
  if (code === 'rate_limited') return s.say(t.enough, Math.ceil(wait / 60));
  if (code !== 'login_expired') return sayWhy(s, error);
  turnBack(s, login);
  return t.over;
}

function turnBack(s: Thread, login: Login): void {
  login.id = login.note = undefined;
  s.target = '[name=address]';
  redrawRow(s);
}

/** What a guest said of themselves before. */
const recallAuthor = () => recall<NewComment['author']>('me');
