/** Who may not write: the list, a new one by hand, ending one. */
import { useState } from 'preact/hooks';
import type { Ban, Bans } from '../../worker/contract-admin';
import { useApp } from '../app';
import { useCell } from '../cell';
import { Show, useLoaded } from '../frame/loaded';
import { explain, formatAgo, formatTime, say, t } from '../language';
import { NewBanDialog } from './new-ban';

export function BansView() {
  const app = useApp();
  const site = useCell(app.site);
  const loaded = useLoaded<Bans>('/admin/bans', { site });
  const [asking, setAsking] = useState(false);
  const may = app.may('comments:moderate');
  const end = async (ban: Ban) => {
    try {
      await app.api.send('DELETE', `/admin/bans/${ban.id}`);
      app.tell(t.unbanned);
    } catch (error) {
      app.tell({ text: explain(error), bad: true });
    }
    await loaded.reload();
  };
  return (
    <section class="page-view">
      <header class="row">
        <h1>{t.views.bans}</h1>
        {may && (
          <button type="button" class="go" onClick={() => setAsking(true)}>
            {t.newBan}
          </button>
        )}
      </header>
      <Show loaded={loaded}>
        {({ bans }) =>
          bans.length === 0 ? (
            <p class="empty">{t.noBans}</p>
          ) : (
            <ul class="cards">
              {bans.map((ban) => (
                <li key={ban.id}>
                  <p>
                    <b dir="auto">{ban.label}</b> <span class="mark">{t.banKinds[ban.kind]}</span>
                    {ban.silent && <span class="mark">{t.silent}</span>}
                  </p>
                  <p class="dim">
                    {ban.site} · <span dir="auto">{ban.by}</span> · {formatAgo(ban.createdAt, Date.now())} ·{' '}
                    {ban.expiresAt ? (
                      <time dateTime={ban.expiresAt} title={formatTime(ban.expiresAt)}>
                        {say(t.until, 0, formatTime(ban.expiresAt))}
                      </time>
                    ) : (
                      t.forGood
                    )}
                    {ban.reason && (
                      <>
                        {' · '}
                        <q dir="auto">{ban.reason}</q>
                      </>
                    )}
                  </p>
                  {may && (
                    <button type="button" onClick={() => end(ban)}>
                      {t.endBan}
                    </button>
                  )}
                </li>
              ))}
            </ul>
          )
        }
      </Show>
      {asking && <NewBanDialog onClose={() => setAsking(false)} onDone={() => loaded.reload()} />}
    </section>
  );
}
