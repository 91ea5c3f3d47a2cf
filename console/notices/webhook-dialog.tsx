/** A webhook or a chat: its address, what it wants to know of us, what it is told. A new one, or one that is there. */
import { useState } from 'preact/hooks';
import type { EventType, Webhook, WebhookShape, WebhookWithSecret } from '../../worker/contract-notify';
import { useApp } from '../app';
import { Dialog } from '../frame/dialog';
import { Field, Select } from '../frame/field';
import { t } from '../language';

const SHAPES: WebhookShape[] = ['standard', 'slack', 'discord', 'telegram', 'ntfy'];
const CHATS_TOLD: EventType[] = ['comment.created', 'comment.held', 'comment.reported'];
/** Chats whose secret is not part of their address. */
const WITH_SECRET: WebhookShape[] = ['telegram', 'ntfy'];

interface Props {
  site: string;
  webhook?: Webhook;
  onClose(): void;
  onDone(): Promise<void>;
  /** @returns what the dialog is to do next */
  onMade?(made: WebhookWithSecret): unknown;
}

export function WebhookDialog({ site, webhook, onClose, onDone, onMade }: Props) {
  const app = useApp();
  const [shape, setShape] = useState<WebhookShape>(webhook?.shape ?? 'standard');
  const types = Object.keys(t.events) as EventType[];
  const told = webhook?.events ?? CHATS_TOLD;
  // The address of a chat is not shown: with it, anybody could write there.
  const hidden = webhook !== undefined && shape !== 'standard';
  const save = async (form: FormData) => {
    const url = String(form.get('url')).trim();
    const secret = String(form.get('secret') ?? '').trim();
    const wish = { ...(url && { url }), ...(secret && { secret }), events: form.getAll('event') };
    if (webhook) await app.api.send('PATCH', `/admin/webhooks/${webhook.id}`, { ...wish, active: form.has('active') });
    else {
      const made = await app.api.send<WebhookWithSecret>('POST', '/admin/webhooks', { site, shape, ...wish });
      await onDone();
      app.tell(t.saved);
      return onMade?.(made);
    }
    app.tell(t.saved);
    await onDone();
  };
  return (
    <Dialog
      title={webhook ? t.changeWebhook : t.newWebhook}
      go={webhook ? t.save : t.make}
      onGo={save}
      onClose={onClose}
    >
      {!webhook && (
        <Select
          label={t.whereTo}
          value={shape}
          options={SHAPES.map((each) => [each, t.shapes[each]])}
          onPick={(value) => setShape(value as WebhookShape)}
        />
      )}
      <Field
        label={t.address}
        name="url"
        type="url"
        value={webhook && !hidden ? webhook.url : ''}
        placeholder={hidden ? webhook.url : ''}
        required={!hidden}
        autofocus
        hint={hidden ? t.staysIfEmpty : t.addressHints[shape]}
      />
      {WITH_SECRET.includes(shape) && (
        <Field
          label={t.chatSecrets[shape as 'telegram' | 'ntfy']}
          name="secret"
          type="password"
          autocomplete="off"
          required={shape === 'telegram' && !webhook}
          hint={webhook && t.staysIfEmpty}
        />
      )}
      <fieldset>
        <legend>{t.tellOf}</legend>
        {types.map((each) => (
          <label key={each} class="check">
            <input type="checkbox" name="event" value={each} defaultChecked={told.includes(each)} /> {t.events[each]}{' '}
            <code>{each}</code>
          </label>
        ))}
      </fieldset>
      {webhook && (
        <label class="check">
          <input type="checkbox" name="active" defaultChecked={webhook.active} /> {t.switchedOn}
        </label>
      )}
    </Dialog>
  );
}
