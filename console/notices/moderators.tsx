/** Moderators' addresses: what each is told by mail, and how often; adding, changing, removing one. */
import { useState } from 'preact/hooks';
import type { Recipient, Recipients } from '../../worker/contract-notify';
import { useApp } from '../app';
import { Dialog } from '../frame/dialog';
import { Show, useLoaded } from '../frame/loaded';
import { explain, LANGUAGES, say, t } from '../language';
import { ModeratorDialog } from './moderator-dialog';

type Asking = 'new' | { change: Recipient } | { remove: Recipient } | null;

export function Moderators({ site }: { site: string }) {
  const app = useApp();
  const loaded = useLoaded<Recipients>('/admin/recipients', { site });
  const [asking, setAsking] = useState<Asking>(null);
  const close = () => setAsking(null);
  const resume = async ({ id }: Recipient) => {
    try {
      await app.api.send('PATCH', `/admin/recipients/${id}`, { state: 'active' });
      app.tell(t.saved);
    } catch (error) {
      app.tell({ text: explain(error), bad: true });
    }
    await loaded.reload();
  };
  return (
    <section aria-labelledby="moderators">
      <header class="row">
        <h2 id="moderators">{t.mailToModerators}</h2>
        <button type="button" class="end" disabled={!loaded.data?.mail} onClick={() => setAsking('new')}>
          {t.addAddress}
        </button>
      </header>
      <p class="dim">{t.mailMeans}</p>
      <Show loaded={loaded}>
        {({ recipients, mail }) => (
          <>
            {!mail && <p class="problem">{t.noMailYet}</p>}
            {recipients.length === 0 ? (
              <p class="empty">{t.noModerators}</p>
            ) : (
              <ul class="cards">
                {recipients.map((each) => (
                  <Card key={each.id} recipient={each} onAsk={setAsking} onResume={() => resume(each)} />
                ))}
              </ul>
            )}
          </>
        )}
      </Show>
      {asking === 'new' && <ModeratorDialog site={site} onClose={close} onDone={loaded.reload} />}
      {asking && asking !== 'new' && 'change' in asking && (
        <ModeratorDialog site={site} recipient={asking.change} onClose={close} onDone={loaded.reload} />
      )}
      {asking && asking !== 'new' && 'remove' in asking && (
        <Dialog
          title={say(t.removeTitle, 0, asking.remove.email)}
          go={t.remove}
          grave
          onGo={async () => {
            await app.api.send('DELETE', `/admin/recipients/${asking.remove.id}`);
            app.tell(t.removed);
            await loaded.reload();
          }}
          onClose={close}
        >
          <p>{t.removeModeratorMeans}</p>
        </Dialog>
      )}
    </section>
  );
}

interface CardProps {
  recipient: Recipient;
  onAsk(asking: Asking): void;
  onResume(): void;
}

function Card({ recipient, onAsk, onResume }: CardProps) {
  const { email, about, frequency, language, state } = recipient;
  return (
    <li>
      <p>
        <b dir="auto">{email}</b>
        {state !== 'active' && <span class="mark spam">{t.mailStates[state]}</span>}
      </p>
      <p class="dim">
        {about.map((each) => t.abouts[each]).join(' · ')} — {t.frequencies[frequency]} —{' '}
        {(LANGUAGES as Record<string, string>)[language] ?? language}
      </p>
      <p class="row">
        {state !== 'active' && (
          <button type="button" onClick={onResume}>
            {t.mailAgain}
          </button>
        )}
        <button type="button" aria-label={`${t.change}: ${email}`} onClick={() => onAsk({ change: recipient })}>
          {t.change}
        </button>
        <button type="button" aria-label={`${t.remove}: ${email}`} onClick={() => onAsk({ remove: recipient })}>
          {t.remove}
        </button>
      </p>
    </li>
  );
}
