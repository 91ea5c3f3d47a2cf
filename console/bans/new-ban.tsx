/** Banning: the writer of a comment, their address, network, e-mail or domain; or a value by hand. */
import { useState } from 'preact/hooks';
import type { AdminComment, Ban } from '../../worker/contract-admin';
import { useApp } from '../app';
import { useCell } from '../cell';
import { Dialog } from '../frame/dialog';
import { Field, Select } from '../frame/field';
import { explain, say, t } from '../language';

type Kind = Ban['kind'];

const DAY_MS = 86_400_000;
const DAYS = ['1', '7', '30', '365', ''] as const;

/** What of a comment can be banned. */
const kindsOf = ({ author, ip, network }: AdminComment): Kind[] => [
  ...(author.key ? (['author'] as const) : []),
  ...(ip ? (['ip'] as const) : []),
  ...(network ? (['network'] as const) : []),
  ...(author.email ? (['email'] as const) : []),
  ...(author.email || author.url ? (['domain'] as const) : []),
];

interface Props {
  comment?: AdminComment;
  onClose(): void;
  onDone?(ban: Ban): void;
}

export function NewBanDialog({ comment, onClose, onDone }: Props) {
  const app = useApp();
  const looked = useCell(app.site);
  const kinds = comment ? kindsOf(comment) : (['email', 'domain', 'cidr', 'author', 'ip', 'network'] as const);
  const [kind, setKind] = useState<Kind | undefined>(kinds[0]);
  const [days, setDays] = useState('30');
  const [site, setSite] = useState(comment?.site ?? (looked || app.grant.sites[0]?.id));
  const ban = async (form: FormData) => {
    const body = {
      site,
      kind,
      ...(comment ? { comment: comment.id } : { value: String(form.get('value')).trim() }),
      silent: form.has('silent'),
      expiresAt: days === '' ? null : new Date(Date.now() + Number(days) * DAY_MS).toISOString(),
      ...(form.get('reason') && { reason: form.get('reason') }),
    };
    const made = await app.api.send<Ban>('POST', '/admin/bans', body);
    const lift = () =>
      app.api.send('DELETE', `/admin/bans/${made.id}`).then(
        () => app.tell(t.unbanned),
        (error) => app.tell({ text: explain(error), bad: true }),
      );
    app.tell({ text: say(t.banned, 0, made.label), undo: lift });
    onDone?.(made);
  };
  if (!kind)
    return (
      <Dialog title={t.ban} onClose={onClose}>
        <p>{t.nothingToBan}</p>
      </Dialog>
    );
  return (
    <Dialog title={t.ban} go={t.ban} onGo={ban} onClose={onClose}>
      <Select
        label={t.banWhat}
        value={kind}
        options={kinds.map((each) => [each, t.banKinds[each]])}
        onPick={(value) => setKind(value as Kind)}
      />
      {!comment && <Field label={t.value} name="value" required hint={t.banHints[kind]} />}
      {!comment && app.grant.sites.length > 1 && (
        <Select
          label={t.site}
          value={site ?? ''}
          options={app.grant.sites.map(({ id, name }) => [id, name])}
          onPick={setSite}
        />
      )}
      <Select
        label={t.howLong}
        value={days}
        options={DAYS.map((each) => [each, each === '' ? t.forGood : say(t.days, Number(each))])}
        onPick={setDays}
      />
      <Field label={t.reason} name="reason" hint={t.reasonHint} />
      <label class="check">
        <input type="checkbox" name="silent" /> {t.silently}
      </label>
    </Dialog>
  );
}
