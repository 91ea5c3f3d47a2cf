/** What asks before it does: editing, banning, moving, and what cannot be taken back. */
import { useEffect } from 'preact/hooks';
import type { AdminComment, Verb } from '../../worker/contract-admin';
import { useApp } from '../app';
import { NewBanDialog } from '../bans/new-ban';
import { useCell } from '../cell';
import { Dialog } from '../frame/dialog';
import { Field } from '../frame/field';
import { explain, say, t } from '../language';
import { keysAreOn } from './keys';
import { currentOf, subjectsOf } from './list';
import type { QueueState } from './queue-state';

export type Open =
  | { what: 'help' | 'edit' | 'ban' | 'move' | 'pin' | 'lock' | 'delete' }
  | { what: 'everything'; verb: Verb };

interface Props {
  open: Open | null;
  queue: QueueState;
  onClose(): void;
}

export function Dialogs({ open, queue, onClose }: Props) {
  const app = useApp();
  const list = queue.list.get();
  const current = currentOf(list);
  if (!open) return null;
  if (open.what === 'help') return <Help onClose={onClose} />;
  if (open.what === 'everything')
    return (
      <Dialog
        title={say(t.everythingTitle, 0, t.verbs[open.verb])}
        go={t.verbs[open.verb]}
        onGo={() => void queue.decideAll(open.verb)}
        onClose={onClose}
      >
        <p>{t.everythingMeans}</p>
      </Dialog>
    );
  if (open.what === 'delete')
    return (
      <Dialog
        title={say(t.deleteTitle, subjectsOf(list).length)}
        go={t.verbs.delete}
        grave
        onGo={() => void queue.decide('delete')}
        onClose={onClose}
      >
        <p>{t.deleteMeans}</p>
      </Dialog>
    );
  if (!current) return null;
  const { id } = current;
  const change = async (body: object, said: string) =>
    queue.changed(await app.api.send<AdminComment>('PATCH', `/admin/comments/${id}`, body), said);
  if (open.what === 'edit')
    return (
      <Dialog
        title={t.edit}
        go={t.save}
        onGo={(form) => change({ body: form.get('body'), name: form.get('name') }, t.edited)}
        onClose={onClose}
      >
        <Field label={t.text} name="body" rows={8} value={current.body} required autofocus />
        <Field label={t.name} name="name" value={current.author.name} required />
      </Dialog>
    );
  if (open.what === 'move')
    return (
      <Dialog
        title={t.move}
        go={t.move}
        onGo={async (form) =>
          queue.changed(
            await app.api.send<AdminComment>('POST', `/admin/comments/${id}/move`, { url: form.get('url') }),
            t.moved,
          )
        }
        onClose={onClose}
      >
        <Field label={t.newPage} name="url" type="url" placeholder="https://" required autofocus hint={t.moveMeans} />
      </Dialog>
    );
  if (open.what === 'ban') return <NewBanDialog comment={current} onClose={onClose} />;
  const { what } = open;
  const flip = what === 'pin' ? { pinned: !current.pinned } : { locked: !current.locked };
  const said = what === 'pin' ? (current.pinned ? t.unpinned : t.pinned) : current.locked ? t.unlocked : t.locked;
  return <AtOnce act={() => change(flip, said)} onClose={onClose} />;
}

/** No question: it is done, and says what went wrong. */
function AtOnce({ act, onClose }: { act(): Promise<void>; onClose(): void }) {
  const app = useApp();
  useEffect(() => {
    onClose();
    act().catch((error) => app.tell({ text: explain(error), bad: true }));
  }, []);
  return null;
}

const KEYS = [
  ['j', 'next'],
  ['k', 'previous'],
  ['a', 'approve'],
  ['s', 'spam'],
  ['d', 'trash'],
  ['h', 'hold'],
  ['u', 'undo'],
  ['x', 'choose'],
  ['J K', 'extend'],
  ['*', 'all'],
  ['e', 'edit'],
  ['b', 'ban'],
  ['p', 'pin'],
  ['l', 'lock'],
  ['m', 'move'],
  ['o', 'open'],
  ['r', 'restore'],
  ['n', 'reload'],
  ['/', 'search'],
  ['?', 'help'],
] as const;

function Help({ onClose }: { onClose(): void }) {
  const on = useCell(keysAreOn);
  return (
    <Dialog title={t.help} onClose={onClose}>
      <dl class="keys">
        {KEYS.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{t.keys[what]}</dd>
          </div>
        ))}
      </dl>
      <label class="check">
        <input type="checkbox" checked={on} onClick={() => keysAreOn.set(!on)} />
        {t.keysOn}
      </label>
    </Dialog>
  );
}
