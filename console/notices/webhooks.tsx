/** Webhooks and chats of a site: what each is told; a new one, a change, a test, a new secret, the end. */
import { useState } from 'preact/hooks';
import type { Webhooks as Listed, Webhook, WebhookTried, WebhookWithSecret } from '../../worker/contract-notify';
import { useApp } from '../app';
import { Dialog, STAY } from '../frame/dialog';
import { Show, useLoaded } from '../frame/loaded';
import { ShownOnce } from '../frame/shown-once';
import { explain, formatAgo, say, t } from '../language';
import { linkTo } from '../route';
import { WebhookDialog } from './webhook-dialog';

type Asking =
  | { what: 'new' }
  | { what: 'change' | 'rotate' | 'remove'; webhook: Webhook }
  | { what: 'secret'; secret: string };

export function Webhooks({ site }: { site: string }) {
  const app = useApp();
  const loaded = useLoaded<Listed>('/admin/webhooks', { site });
  const [asking, setAsking] = useState<Asking | null>(null);
  const close = () => setAsking(null);
  const test = async ({ id }: Webhook) => {
    try {
      const { ok, answer } = await app.api.send<WebhookTried>('POST', `/admin/webhooks/${id}/test`);
      app.tell({ text: say(ok ? t.testWorked : t.testFailed, 0, answer), bad: !ok });
    } catch (error) {
      app.tell({ text: explain(error), bad: true });
    }
  };
  const showSecret = ({ secret }: WebhookWithSecret) => {
    if (secret === null) return;
    setAsking({ what: 'secret', secret });
    return STAY;
  };
  return (
    <section aria-labelledby="webhooks">
      <header class="row">
        <h2 id="webhooks">{t.webhooks}</h2>
        <button type="button" class="end" onClick={() => setAsking({ what: 'new' })}>
          {t.newWebhook}
        </button>
      </header>
      <p class="dim">{t.webhooksMean}</p>
      <Show loaded={loaded}>
        {({ webhooks }) =>
          webhooks.length === 0 ? (
            <p class="empty">{t.noWebhooks}</p>
          ) : (
            <ul class="cards">
              {webhooks.map((webhook) => (
                <Card
                  key={webhook.id}
                  webhook={webhook}
                  onTest={() => test(webhook)}
                  onAsk={(what) => setAsking({ what, webhook })}
                />
              ))}
            </ul>
          )
        }
      </Show>
      {asking?.what === 'new' && (
        <WebhookDialog site={site} onClose={close} onDone={loaded.reload} onMade={showSecret} />
      )}
      {asking?.what === 'change' && (
        <WebhookDialog site={site} webhook={asking.webhook} onClose={close} onDone={loaded.reload} />
      )}
      {asking?.what === 'secret' && (
        <ShownOnce title={t.webhookSecret} secret={asking.secret} hint={t.secretHint} onClose={close} />
      )}
      {asking?.what === 'rotate' && (
        <Dialog
          title={t.rotateTitle}
          go={t.rotate}
          onGo={async () => {
            const made = await app.api.send<WebhookWithSecret>('POST', `/admin/webhooks/${asking.webhook.id}/rotate`);
            await loaded.reload();
            return showSecret(made);
          }}
          onClose={close}
        >
          <p>{t.rotateMeans}</p>
        </Dialog>
      )}
      {asking?.what === 'remove' && (
        <Dialog
          title={say(t.removeTitle, 0, asking.webhook.url)}
          go={t.remove}
          grave
          onGo={async () => {
            await app.api.send('DELETE', `/admin/webhooks/${asking.webhook.id}`);
            app.tell(t.removed);
            await loaded.reload();
          }}
          onClose={close}
        >
          <p>{t.removeWebhookMeans}</p>
        </Dialog>
      )}
    </section>
  );
}

interface CardProps {
  webhook: Webhook;
  onTest(): Promise<void>;
  onAsk(what: 'change' | 'rotate' | 'remove'): void;
}

function Card({ webhook, onTest, onAsk }: CardProps) {
  const [busy, setBusy] = useState(false);
  const { id, url, shape, events, active, createdAt, rotatedAt } = webhook;
  const test = () => {
    setBusy(true);
    void onTest().finally(() => setBusy(false));
  };
  return (
    <li class={active ? '' : 'undone'}>
      <p>
        <b dir="ltr">{url}</b>
        <span class="mark">{t.shapes[shape]}</span>
        {!active && <span class="mark spam">{t.options.off}</span>}
      </p>
      <p>{events.map((each) => t.events[each]).join(' · ')}</p>
      <p class="dim">
        {say(t.made, 0, formatAgo(createdAt, Date.now()))}
        {rotatedAt && ` · ${say(t.rotated, 0, formatAgo(rotatedAt, Date.now()))}`}
      </p>
      <div>
        <p class="row">
          <button type="button" disabled={busy} onClick={test}>
            {t.test}
          </button>
          <button type="button" onClick={() => onAsk('change')}>
            {t.change}
          </button>
          {shape === 'standard' && (
            <button type="button" onClick={() => onAsk('rotate')}>
              {t.rotate}
            </button>
          )}
          <button type="button" onClick={() => onAsk('remove')}>
            {t.remove}
          </button>
          <a href={linkTo('notices', { webhook: id })}>{t.views.log}</a>
        </p>
      </div>
    </li>
  );
}
