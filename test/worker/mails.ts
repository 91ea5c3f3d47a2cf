/** The mails a run would send: composed as they are, and kept instead of going out. */
import type { NoticeKind } from '../../worker/contract-notify';
import type { Bindings } from '../../worker/env';
import type { Mail } from '../../worker/notify/mail/mail';
import { KINDS, type Kind } from '../../worker/notify/outbox/kinds';
import { call } from './api';

/** Of an Afterword that sends mail. */
export const MAIL: Partial<Bindings> = {
  MAIL_URL: 'smtp://127.0.0.1:1',
  MAIL_FROM: 'Comments <comments@blog.example>',
  PUBLIC_URL: 'https://comments.test',
};

export interface KeptMail extends Mail {
  kind: NoticeKind;
}

/** While `down` is true nothing gets out, and is tried again later. */
export const server = { down: false };

/** From now on, in this file, mails of these kinds are in what is returned. */
export function keepMails(...kinds: NoticeKind[]): KeptMail[] {
  const kept: KeptMail[] = [];
  for (const kind of kinds) {
    const real = KINDS[kind] as Kind & { by: 'mail' };
    KINDS[kind] = {
      by: 'request',
      send: async (context, rows) => {
        if (server.down) return rows.map(() => ({ sent: false, answer: 'down', outage: true }));
        const composed = await real.compose(context, rows);
        const after = composed.flatMap((each) => each?.after ?? []);
        if (after.length > 0) await context.db.batch(...after);
        return composed.map((each) => {
          if (each === null) return null;
          kept.push({ ...each.mail, kind });
          return { sent: true };
        });
      },
    };
  }
  return kept;
}

/** The path below /api/v1 of the link in a mail that leads to `name`. */
export function linkIn(mail: Mail, name: 'confirm' | 'preferences' | 'unsubscribe' | 'decide'): string {
  const found = new RegExp(`https://comments\\.test/api/v1(/mail/${name}/[\\w.-]+)`).exec(mail.text);
  if (!found) throw new Error(`no ${name} link in:\n${mail.text}`);
  return found[1]!;
}

/** What a browser does with a link, and with a form on its page. */
export const open = (path: string, method = 'GET') =>
  call(path, { method, headers: { Accept: 'text/html', 'Accept-Language': 'en' } }, MAIL);
export const press = (path: string, fields: Record<string, string> = {}) =>
  call(path, { method: 'POST', headers: { Accept: 'text/html' }, body: new URLSearchParams(fields) }, MAIL);
