/** The mailbox of development is nowhere else, and only of this machine. */
import { describe, expect, it } from 'vitest';
import { call } from './api';

const ask = (DEV_MAIL?: string) =>
  call('https://comments.test/dev/mail', {}, DEV_MAIL === undefined ? {} : { DEV_MAIL });

describe('/dev/mail', () => {
  it('is nothing where there is no mailbox', async () => {
    expect((await ask()).status).toBe(404);
    expect((await ask('')).status).toBe(404);
    expect((await ask('nowhere')).status).toBe(404);
  });

  it.each(['https://mail.example', 'http://10.0.0.1:8080', 'http://169.254.169.254', 'http://localhost.evil.example'])(
    'threat 2: %s is not asked, because it is none of this machine',
    async (address) => {
      const answer = await ask(address);
      expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([503, 'setup_required']);
    },
  );
});
