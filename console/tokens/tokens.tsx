/** API tokens: what they may do, when they were used last; making one, which is shown once; revoking. */
import { useState } from 'preact/hooks';
import type { Token, Tokens } from '../../worker/contract-admin';
import { useApp } from '../app';
import { Dialog } from '../frame/dialog';
import { Show, useLoaded } from '../frame/loaded';
import { formatAgo, formatTime, say, t } from '../language';
import { NewTokenDialog } from './new-token';

export function TokensView() {
  const app = useApp();
  const loaded = useLoaded<Tokens>('/admin/tokens');
  const [asking, setAsking] = useState<'new' | Token | null>(null);
  return (
    <section class="page-view">
      <header class="row">
        <h1>{t.views.tokens}</h1>
        <button type="button" class="go" onClick={() => setAsking('new')}>
          {t.newToken}
        </button>
      </header>
      <Show loaded={loaded}>
        {({ tokens }) =>
          tokens.length === 0 ? (
            <p class="empty">{t.noTokens}</p>
          ) : (
            <ul class="cards">
              {tokens.map((token) => (
                <li key={token.id} class={isOver(token) ? 'undone' : ''}>
                  <p>
                    <b dir="auto">{token.name}</b> <span class="dim">{token.site ?? t.allSites}</span>
                    {token.revokedAt && <span class="mark">{t.revoked}</span>}
                    {!token.revokedAt && isOver(token) && <span class="mark">{t.expired}</span>}
                  </p>
                  <p>{token.scopes.map((scope) => t.scopes[scope]).join(' · ')}</p>
                  <p class="dim">
                    {say(t.made, 0, formatAgo(token.createdAt, Date.now()))} ·{' '}
                    {token.usedAt ? say(t.used, 0, formatAgo(token.usedAt, Date.now())) : t.neverUsed} ·{' '}
                    {token.expiresAt ? say(t.until, 0, formatTime(token.expiresAt)) : t.forGood}
                  </p>
                  {!isOver(token) && (
                    <button type="button" onClick={() => setAsking(token)}>
                      {t.revoke}
                    </button>
                  )}
                </li>
              ))}
            </ul>
          )
        }
      </Show>
      {asking === 'new' && <NewTokenDialog onClose={() => setAsking(null)} onDone={loaded.reload} />}
      {asking && asking !== 'new' && (
        <Dialog
          title={say(t.revokeTitle, 0, asking.name)}
          go={t.revoke}
          grave
          onGo={async () => {
            await app.api.send('DELETE', `/admin/tokens/${asking.id}`);
            app.tell(t.revoked);
            await loaded.reload();
          }}
          onClose={() => setAsking(null)}
        >
          <p>{t.revokeMeans}</p>
        </Dialog>
      )}
    </section>
  );
}

const isOver = ({ revokedAt, expiresAt }: Token): boolean =>
  revokedAt !== null || (expiresAt !== null && Date.parse(expiresAt) <= Date.now());
