/** What the mailbox of `npm start` looks like in a browser. A mail's HTML is shown in a frame that may do nothing but open links. */
import { createHash } from 'node:crypto';

export interface KeptMail {
  id: string;
  subject: string;
  from: string;
  to: string;
  date: Date | undefined;
  text: string;
  html: string;
}

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; }
h2 { font-size: 1.1rem; margin-top: 2rem; }
ol { list-style: none; padding: 0; }
li { border-top: 1px solid #8885; padding: .6rem 0; }
li a { font-weight: 600; }
p, dl { margin: .2rem 0; }
small, dt { opacity: .75; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; }
dd { margin: 0; }
iframe { width: 100%; height: 36rem; border: 1px solid #8888; background: Canvas; resize: both; }
pre { white-space: pre-wrap; border: 1px solid #8888; padding: 1rem; }
`;
const hash = createHash('sha256').update(STYLE).digest('base64');
export const PAGE_CSP = `default-src 'none'; style-src 'sha256-${hash}'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** Nothing in a mail is run or fetched; its links open beside it. */
const FRAME = 'allow-popups allow-popups-to-escape-sandbox';
const FRAME_CSP = `default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; frame-ancestors 'self'; sandbox ${FRAME}`;

const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
const when = (date: Date | undefined) => (date ? date.toISOString().slice(0, 19).replace('T', ' ') : '');

const page = (title: string, body: string) =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
  `<title>${escapeHtml(title)}</title><style>${STYLE}</style><body>${body}`;

export function listPage(mails: KeptMail[]): string {
  const rows = mails.map(
    ({ id, subject, to, date }) =>
      `<li><a href="/dev/mail/${id}" dir="auto">${escapeHtml(subject) || '(no subject)'}</a><p><small>${escapeHtml(to)} · ${when(date)}</small>`,
  );
  const list = rows.length > 0 ? `<ol>${rows.join('')}</ol>` : '<p>No mail yet.';
  return page(
    'Mail',
    `<h1>Mail</h1><p>What Afterword has sent on this machine, the newest first. <a href="/dev/mail">Look again</a>${list}`,
  );
}

/** @param source as it came, a character a byte */
export function mailPage({ id, subject, from, to, date, text, html }: KeptMail, source: string): string {
  const headers = source.slice(0, Math.max(source.indexOf('\r\n\r\n'), 0));
  return page(
    subject,
    `<p><a href="/dev/mail">All mail</a><h1 dir="auto">${escapeHtml(subject)}</h1>` +
      `<dl><dt>From<dd>${escapeHtml(from)}<dt>To<dd>${escapeHtml(to)}<dt>Date<dd>${when(date)}</dl>` +
      (html ? `<h2>HTML</h2><iframe title="The mail" sandbox="${FRAME}" src="/dev/mail/${id}/html"></iframe>` : '') +
      `<h2>Text</h2><pre dir="auto">${escapeHtml(text)}</pre>` +
      `<h2>Headers</h2><pre>${escapeHtml(headers)}</pre><p><a href="/dev/mail/${id}/source">Source</a>`,
  );
}

/** For the frame. */
export function mailHtml({ html }: KeptMail): { body: string; csp: string } {
  const base = '<base target="_blank">';
  const withBase = /<head[^>]*>/i.test(html) ? html.replace(/<head[^>]*>/i, `$&${base}`) : base + html;
  return { body: withBase, csp: FRAME_CSP };
}
