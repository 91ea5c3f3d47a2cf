/** Development: shows the mailbox that `npm start` runs (DEV_MAIL), at this address. Deployed, there is nothing here. */
import { fetchOutside } from '../../outgoing';
import { Problem } from '../../problem';
import type { AppContext } from '../../request';

const CAPS = { maxBytes: 5_000_000, timeoutMs: 8_000 };
const ROOM = '/dev/mail';

/** @throws Problem not_found without a mailbox, setup_required when it is none of this machine */
export async function showMailbox(c: AppContext): Promise<Response> {
  const mailbox = URL.parse(c.env.DEV_MAIL ?? '');
  if (!mailbox) throw new Problem('not_found');
  // Stands for itself: only addresses of this machine may.
  const origins = { [mailbox.origin]: mailbox.origin };
  const address = new URL(mailbox.origin);
  address.pathname = new URL(c.req.url).pathname.slice(ROOM.length);
  return fetchOutside(address, CAPS, origins);
}
