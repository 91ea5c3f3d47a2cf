/**
 * The pages a person sees on the way back from a login: one that hands the code to who asked and closes, and one for what
 * cannot be handed to anybody. Nothing of a stranger's is in them but an address that was checked.
 */
import { ERRORS, type ErrorCode } from '../contract';
import type { Problem } from '../problem';
import type { AppContext } from '../request';

/** What the window that opened the popup is told. */
export type LoginMessage = { afterword: 'login'; code: string } | { afterword: 'login'; error: ErrorCode };

const TEXTS = {
  en: [
    'Logging in',
    'You can close this window.',
    'This login took too long, or was used before. Close this window and try again.',
  ],
  de: [
    'Anmeldung',
    'Du kannst dieses Fenster schließen.',
    'Diese Anmeldung dauerte zu lange oder wurde schon benutzt. Schließe das Fenster und versuche es noch einmal.',
  ],
  fr: [
    'Connexion',
    'Vous pouvez fermer cette fenêtre.',
    'Cette connexion a pris trop de temps ou a déjà servi. Fermez cette fenêtre et réessayez.',
  ],
  es: [
    'Inicio de sesión',
    'Puedes cerrar esta ventana.',
    'Este inicio de sesión tardó demasiado o ya se usó. Cierra esta ventana e inténtalo de nuevo.',
  ],
  ja: [
    'ログイン',
    'このウィンドウは閉じてかまいません。',
    'このログインは時間切れか、すでに使われています。ウィンドウを閉じて、もう一度お試しください。',
  ],
  ar: [
    'تسجيل الدخول',
    'يمكنك إغلاق هذه النافذة.',
    'استغرق تسجيل الدخول وقتًا طويلًا أو استُخدم من قبل. أغلق النافذة وحاول مجددًا.',
  ],
} as const;

/**
 * Hands the message to the window that opened this one if it is of the very origin that asked; where nobody did, the page
 * that asked is loaded with the code in its fragment, which no server sees.
 */
export function answerMessage(
  c: AppContext,
  to: { origin: string; returnTo: string; popup: boolean },
  message: LoginMessage,
): Response {
  const fragment = `#afterword=${'code' in message ? message.code : `!${message.error}`}`;
  const back = to.returnTo.replace(/#.*/, '') + fragment;
  if (!to.popup) return noStore(c).redirect(back);
  const [title, done] = textsFor(c);
  const script = `
    const back = ${inScript(back)};
    if (opener) { opener.postMessage(${inScript(message)}, ${inScript(to.origin)}); close(); }
    else location.replace(back);`;
  return page(c, 200, title, done, script);
}

/** For a login nobody knows (any more): nobody can be told but the person. */
export function answerExpired(c: AppContext): Response {
  const [title, , expired] = textsFor(c);
  return page(c, 400, title, expired);
}

/** For a login that must not begin: who asked is nobody to be told. */
export function answerRefused(c: AppContext, { code, status }: Problem): Response {
  const [title] = textsFor(c);
  return page(c, status, title, ERRORS[code][1]);
}

function page(c: AppContext, status: number, title: string, text: string, script?: string): Response {
  const nonce = crypto.randomUUID();
  noStore(c).header(
    'Content-Security-Policy',
    `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'; ` +
      `frame-ancestors 'none'`,
  );
  const lang = languageOf(c);
  return c.html(
    `<!doctype html>
<html lang="${lang}" dir="${lang === 'ar' ? 'rtl' : 'ltr'}">
<meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">
<title>${title}</title>
<style nonce="${nonce}">:root{color-scheme:light dark}body{font:1.1rem/1.6 system-ui,sans-serif;max-width:26em;margin:20vh auto;padding:0 1.5em}</style>
<p>${text}</p>
${script === undefined ? '' : `<script nonce="${nonce}">${script}</script>`}
</html>`,
    status as 200,
  );
}

function noStore(c: AppContext): AppContext {
  c.header('Cache-Control', 'no-store');
  return c;
}

/** JSON that cannot end a script element. */
const inScript = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');

type Language = keyof typeof TEXTS;
const textsFor = (c: AppContext) => TEXTS[languageOf(c)];

function languageOf(c: AppContext): Language {
  const asked = (c.req.header('Accept-Language') ?? '').split(',').map((tag) => tag.trim().slice(0, 2).toLowerCase());
  return asked.find((tag): tag is Language => tag in TEXTS) ?? 'en';
}
