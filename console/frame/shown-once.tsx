/** Something secret that is shown this once: it can be copied, and closing asks for nothing else. */
import { useState } from 'preact/hooks';
import { t } from '../language';
import { Dialog } from './dialog';

interface Props {
  title: string;
  secret: string;
  hint?: string;
  onClose(): void;
}

export function ShownOnce({ title, secret, hint, onClose }: Props) {
  const [copied, setCopied] = useState(false);
  const copy = () => navigator.clipboard.writeText(secret).then(() => setCopied(true));
  return (
    <Dialog title={title} onClose={onClose}>
      <p>
        {t.shownOnce} {hint}
      </p>
      <p>
        <output class="secret" dir="ltr">
          {secret}
        </output>
      </p>
      <p class="row">
        <button type="button" class="go" onClick={copy}>
          {t.copy}
        </button>
        <span role="status">{copied ? t.copied : ''}</span>
      </p>
    </Dialog>
  );
}
