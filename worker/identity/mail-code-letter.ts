/** The mail with the six digits, for those of the outbox that are still good. There is no link in it that logs anybody in. */
import { writeCode } from '../notify/letters/asked';
import type { Kind } from '../notify/outbox/kinds';
import { digitsOf } from './mail-code-digits';
import { type MailedRow, selectMailed } from './mail-code-store';

export const mailCode: Kind = {
  by: 'mail',
  async compose({ env, db, now }, rows) {
    const ids = rows.map(({ subject }) => subject);
    const codes = new Map((await db.all(selectMailed(ids, now))).map((code) => [code.id, code]));
    return Promise.all(
      ids.map(async (id) => {
        const code = codes.get(id);
        if (!code) return null;
        const letter = writeCode(shellOf(code), {
          code: await digitsOf(env, code),
          minutes: Math.ceil((code.expires_at - now) / 60_000),
        });
        return { mail: { id: `code.${id}`, to: code.email, ...letter } };
      }),
    );
  },
};

const shellOf = ({ language, site_name, site_id, host }: MailedRow) => ({
  language,
  siteName: site_name,
  siteHost: host ?? site_id,
});
