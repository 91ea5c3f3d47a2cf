/** Making an API token. It is shown this once: it can be copied, and closing asks for nothing else. */
import { useState } from 'preact/hooks';
import type { CreatedToken } from '../../worker/contract-admin';
import { useApp } from '../app';
import { Dialog, STAY } from '../frame/dialog';
import { Field, Select } from '../frame/field';
import { ShownOnce } from '../frame/shown-once';
import { say, t } from '../language';

const DAY_MS = 86_400_000;
const DAYS = ['7', '90', '365', ''] as const;

export function NewTokenDialog({ onClose, onDone }: { onClose(): void; onDone(): Promise<void> }) {
  const app = useApp();
  const { grant } = app;
  const [made, setMade] = useState<CreatedToken>();
  const [site, setSite] = useState(grant.site ?? '');
  const [days, setDays] = useState('90');
  if (made) return <ShownOnce title={t.tokenMade} secret={made.token} onClose={onClose} />;
  const make = async (form: FormData) => {
    const token = await app.api.send<CreatedToken>('POST', '/admin/tokens', {
      name: form.get('name'),
      scopes: form.getAll('scope'),
      site: site || null,
      expiresAt: days === '' ? null : new Date(Date.now() + Number(days) * DAY_MS).toISOString(),
    });
    await onDone();
    setMade(token);
    return STAY;
  };
  return (
    <Dialog title={t.newToken} go={t.make} onGo={make} onClose={onClose}>
      <Field label={t.name} name="name" required autofocus hint={t.tokenNameHint} />
      <fieldset>
        <legend>{t.mayDo}</legend>
        {grant.scopes.map((scope) => (
          <label key={scope} class="check">
            <input type="checkbox" name="scope" value={scope} /> {t.scopes[scope]} <code>{scope}</code>
          </label>
        ))}
      </fieldset>
      {grant.site === null && (
        <Select
          label={t.site}
          value={site}
          options={[['', t.allSites], ...grant.sites.map(({ id, name }): [string, string] => [id, name])]}
          onPick={setSite}
        />
      )}
      <Select
        label={t.howLong}
        value={days}
        options={DAYS.map((each) => [each, each === '' ? t.forGood : say(t.days, Number(each))])}
        onPick={setDays}
      />
    </Dialog>
  );
}
