/** What is done to a page: close, rename, move, merge. A merge goes on until all comments have moved. */
import { useState } from 'preact/hooks';
import type { AdminPage, AdminPages, PageChanged } from '../../worker/contract-admin';
import { useApp } from '../app';
import { Bar } from '../frame/bar';
import { Dialog } from '../frame/dialog';
import { Field, Select } from '../frame/field';
import { useLoaded } from '../frame/loaded';
import { explain, say, t } from '../language';
import { undoBatch } from '../queue/outbox';

export interface PageTask {
  what: 'lock' | 'rename' | 'move' | 'merge';
  page: AdminPage;
  /** The page to merge into, if it is known. */
  into?: AdminPage;
}

interface Props {
  task: PageTask;
  onClose(): void;
  onDone(): Promise<void>;
}

export function PageDialog({ task, onClose, onDone }: Props) {
  const app = useApp();
  const { page, what } = task;
  const path = `/admin/pages/${page.id}`;
  const [moved, setMoved] = useState<number | null>(null);
  const settle = async ({ batch }: PageChanged, text: string) => {
    const undo = async () => {
      try {
        const stayed = await undoBatch(app.api, batch!);
        app.tell(stayed > 0 ? { bad: true, text: say(t.stayed, stayed) } : t.undo);
      } catch (error) {
        app.tell({ bad: true, text: explain(error) });
      }
      await onDone();
    };
    app.tell(batch === null ? text : { text, undo });
    await onDone();
  };
  const title = page.title ?? page.url;
  if (what === 'lock')
    return (
      <Dialog
        title={page.locked ? t.openPage : t.closePage}
        go={page.locked ? t.openPage : t.closePage}
        onGo={async () =>
          settle(
            await app.api.send<PageChanged>('PATCH', path, { locked: !page.locked }),
            page.locked ? t.opened : t.closed,
          )
        }
        onClose={onClose}
      >
        <p dir="auto">{title}</p>
      </Dialog>
    );
  if (what === 'rename')
    return (
      <Dialog
        title={t.rename}
        go={t.save}
        onGo={async (form) => {
          const name = String(form.get('title')).trim();
          await settle(await app.api.send<PageChanged>('PATCH', path, { title: name || null }), t.renamed);
        }}
        onClose={onClose}
      >
        <Field label={t.title} name="title" value={page.title ?? ''} autofocus />
      </Dialog>
    );
  if (what === 'move')
    return (
      <Dialog
        title={t.move}
        go={t.move}
        onGo={async (form) =>
          settle(await app.api.send<PageChanged>('POST', `${path}/move`, { url: form.get('url') }), t.moved)
        }
        onClose={onClose}
      >
        <Field label={t.newAddress} name="url" type="url" value={page.url} required autofocus hint={t.pageMoveMeans} />
      </Dialog>
    );
  const merge = async (form: FormData) => {
    let batch: string | null = null;
    setMoved(0);
    try {
      for (;;) {
        const body = { into: form.get('into'), ...(batch !== null && { batch }) };
        const answer: PageChanged = await app.api.send<PageChanged>('POST', `${path}/merge`, body);
        batch ??= answer.batch;
        setMoved(answer.page.count);
        if (!answer.left) return await settle({ ...answer, batch }, t.merged);
      }
    } finally {
      setMoved(null);
    }
  };
  return (
    <Dialog title={t.merge} go={t.merge} onGo={merge} onClose={onClose}>
      <p dir="auto">{say(t.mergeMeans, page.count, title)}</p>
      {task.into ? (
        <>
          <input type="hidden" name="into" value={task.into.id} />
          <p dir="auto">{say(t.mergeInto, 0, task.into.title ?? task.into.url)}</p>
        </>
      ) : (
        <PagePicker page={page} />
      )}
      {moved !== null && <Bar what={t.merge} done={moved} of={0} />}
    </Dialog>
  );
}

/** The other page, looked for by address or title. */
function PagePicker({ page }: { page: AdminPage }) {
  const [q, setQ] = useState('');
  const [picked, setPicked] = useState('');
  const { data } = useLoaded<AdminPages>('/admin/pages', { site: page.site, q });
  const others = (data?.pages ?? []).filter(({ id }) => id !== page.id);
  // Nobody merges into what merely happens to be the first; of what they looked for, the first is meant.
  const first = q === '' ? undefined : others[0]?.id;
  const chosen = others.some(({ id }) => id === picked) ? picked : (first ?? '');
  return (
    <>
      <Field label={t.searchPages} value={q} onInput={setQ} autofocus />
      <Select
        label={t.mergeTarget}
        value={chosen}
        name="into"
        required
        options={[['', '–'], ...others.map(({ id, title, url }): [string, string] => [id, title ?? url])]}
        onPick={setPicked}
      />
    </>
  );
}
