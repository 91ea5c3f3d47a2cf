/** Where somebody is logged in, and with which accounts. */
import type { Me } from '../../worker/contract';
import type { Thread } from '../store';
import { h } from '../writing/kit';
import { attempt, change, type Panel } from './panel';
import { drawAction, drawSection } from './parts';
import { loginOf } from './session';
import { nameOfProvider } from './site';
import { texts } from './texts';
import { rowOf } from './threads';
import { drawWays } from './ways';

export function drawLogins(s: Thread, p: Panel, { accounts, sessions }: Me) {
  const t = texts(s);
  const { note } = rowOf(s);
  const logOut = (session: string) =>
    attempt(s, p, async () => {
      await change(s, p, 'DELETE', `/me/sessions/${session}`);
      s.target = '.devices h3';
    });
  return [
    drawSection(
      'accounts',
      t.accounts,
      <ul>
        {accounts.map(({ provider, name }) => (
          <li key={provider + name}>
            {nameOfProvider(s, provider)} · <bdi>{name}</bdi>
          </li>
        ))}
      </ul>,
      drawWays(s, t.addLogin),
      note && <p class="note">{note}</p>,
    ),
    drawSection(
      'devices',
      t.devices,
      <ul>
        {sessions.map(({ id, device, usedAt }) => (
          <li key={id}>
            {device} <time dateTime={usedAt}>{s.ago(Date.parse(usedAt), s.now())}</time>{' '}
            {id === loginOf(s)?.id ? <span class="badge">{t.thisDevice}</span> : drawAction(t.logOut, () => logOut(id))}
          </li>
        ))}
      </ul>,
    ),
  ];
}
