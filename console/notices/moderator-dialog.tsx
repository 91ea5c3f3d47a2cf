/** A moderator's address: what about, how often, in which language. A new one, or one that is there. */
import { useState } from 'preact/hooks';
import type { About, Frequency, Recipient } from '../../worker/contract-notify';
import { useApp } from '../app';
import { Dialog } from '../frame/dialog';
import { Field, Select } from '../frame/field';
import { LANGUAGES, language, say, t } from '../language';

const ABOUTS: About[] = ['new', 'held', 'reported'];
const FREQUENCIES: Frequency[] = ['instant', 'hourly', 'daily'];

interface Props {
  site: string;
  recipient?: Recipient;
  onClose(): void;
  onDone(): Promise<void>;
}

export function ModeratorDialog({ site, recipient, onClose, onDone }: Props) {
  const app = useApp();
  const [often, setOften] = useState<string>(recipient?.frequency ?? 'instant');
  const [tongue, setTongue] = useState(recipient?.language ?? language);
  const about = recipient?.about ?? ['held', 'reported'];
  const tongues = Object.entries(LANGUAGES);
  const save = async (form: FormData) => {
    const wish = { about: form.getAll('about'), frequency: often, language: tongue };
    if (recipient) await app.api.send('PATCH', `/admin/recipients/${recipient.id}`, wish);
    else await app.api.send('POST', '/admin/recipients', { site, email: String(form.get('email')).trim(), ...wish });
    app.tell(t.saved);
    await onDone();
  };
  return (
    <Dialog
      title={recipient ? say(t.changeTitle, 0, recipient.email) : t.addAddress}
      go={recipient ? t.save : t.add}
      onGo={save}
      onClose={onClose}
    >
      {!recipient && (
        <Field label={t.settings.email} name="email" type="email" required autofocus hint={t.moderatorHint} />
      )}
      <fieldset>
        <legend>{t.tellOf}</legend>
        {ABOUTS.map((each) => (
          <label key={each} class="check">
            <input type="checkbox" name="about" value={each} defaultChecked={about.includes(each)} /> {t.abouts[each]}
          </label>
        ))}
      </fieldset>
      <Select
        label={t.howOften}
        value={often}
        options={FREQUENCIES.map((each) => [each, t.frequencies[each]])}
        onPick={setOften}
      />
      <Select
        label={t.language}
        value={tongue}
        options={tongue in LANGUAGES ? tongues : [[tongue, tongue], ...tongues]}
        onPick={setTongue}
      />
    </Dialog>
  );
}
