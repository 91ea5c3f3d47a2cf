/** Editing a comment in its place: the Markdown as it was written, kept on the device until it is saved or given up. */
import type { Comment, Source } from '../../worker/contract';
import type { ApiError } from '../api';
import type { Thread } from '../store';
import type { Node } from '../tree';
import { addComments, changed, h, tell, texts as writingTexts } from '../writing/kit';
import { keep, keepDraft, memoryOf } from '../writing/memory';
import { ask } from './ask';
import { closeBelow, openBelow } from './below';
import { texts } from './texts';
import { sayWhy } from './words';

interface Edit {
  /** As the server has it; undefined until it has answered. */
  source?: string;
  text: string;
  way: Way;
  error?: string;
  saving?: boolean;
  /** Leaving would lose what was changed: it is asked. */
  asking?: boolean;
}

/** Under what a text being edited is kept among the drafts. */
const draftKey = (n: Node): string => `edit:${n.c.id}`;
const draftOf = (s: Thread, n: Node): string | undefined => memoryOf(s.key).drafts?.[draftKey(n)];
const isChanged = ({ source = '', text }: Edit): boolean => text !== source;

/** Whether a new text was begun, on this page before it was loaded. */
export const wasBeingEdited = (s: Thread, n: Node): boolean => draftOf(s, n) !== undefined;

/** Where the text comes from, and where it goes. */
interface Way {
  load(): Promise<string>;
  save(body: string): Promise<Comment>;
}
const ownWay = (s: Thread, n: Node): Way => ({
  load: async () => (await ask<Source>(s, 'GET', `/comments/${n.c.id}/source`)).body,
  save: (body) => ask<Comment>(s, 'PATCH', `/comments/${n.c.id}`, { body }),
});

/** @param quiet nobody asked for it just now: the focus stays where it is @param way as its writer, unless given */
export async function openEdit(s: Thread, n: Node, quiet?: boolean, way: Way = ownWay(s, n)): Promise<void> {
  const edit: Edit = { text: draftOf(s, n) ?? '', way };
  openBelow(s, n, () => drawEdit(s, n, edit), quiet ? undefined : 'textarea');
  try {
    edit.source = await way.load();
    edit.text ||= edit.source;
  } catch (error) {
    fail(s, n, edit, error as ApiError);
  }
  changed(s, n);
}

function drawEdit(s: Thread, n: Node, edit: Edit) {
  const t = texts(s);
  const { source, text, error, saving, asking } = edit;
  const errorId = `fault-${n.c.id}`;
  if (source === undefined && !text) return <p class="note">{error ?? s.m.loading}</p>;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save(s, n, edit);
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') leave(s, n, edit);
        else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) save(s, n, edit);
        else return;
        event.preventDefault();
      }}
    >
      <textarea
        dir="auto"
        aria-label={t.editing}
        value={text}
        readOnly={saving}
        aria-invalid={!!error}
        aria-describedby={error && errorId}
        ref={grow}
        onInput={({ currentTarget }) => {
          edit.text = currentTarget.value;
          edit.error = undefined;
          edit.asking = false;
          keepDraft(s.key, draftKey(n), isChanged(edit) ? edit.text : '');
          changed(s, n);
        }}
      />
      {error && (
        <p class="note" id={errorId}>
          {error}
        </p>
      )}
      <div class="bar">
        <span>{asking && t.discardAsk}</span>
        {asking ? (
          <button type="button" key="discard" onClick={() => discard(s, n)}>
            {t.discard}
          </button>
        ) : (
          <button type="button" key="cancel" onClick={() => leave(s, n, edit)}>
            {writingTexts(s).cancel}
          </button>
        )}
        <button class="post" key="save" disabled={saving}>
          {saving ? writingTexts(s).sending : t.save}
        </button>
      </div>
    </form>
  );
}

async function save(s: Thread, n: Node, edit: Edit): Promise<void> {
  if (edit.saving) return;
  edit.asking = false;
  edit.saving = true;
  edit.error = undefined;
  changed(s, n);
  try {
    const comment = await edit.way.save(edit.text);
    addComments(s, [comment]);
    keepDraft(s.key, draftKey(n), '');
    const { mine } = memoryOf(s.key);
    if (mine) keep(s.key, { mine: mine.map((own) => (own.id === comment.id ? comment : own)) });
    tell(s, texts(s).saved);
    closeBelow(s, n);
  } catch (error) {
    edit.saving = false;
    fail(s, n, edit, error as ApiError);
  }
}

function leave(s: Thread, n: Node, edit: Edit): void {
  if (!isChanged(edit)) discard(s, n);
  else {
    edit.asking = true;
    tell(s, texts(s).discardAsk);
    // The button that was pressed is gone.
    s.target = `#below-${n.c.id} .bar button`;
    changed(s, n);
  }
}

function discard(s: Thread, n: Node): void {
  keepDraft(s.key, draftKey(n), '');
  closeBelow(s, n);
}

/** The text stays, and it is said why. */
function fail(s: Thread, n: Node, edit: Edit, error: ApiError): void {
  edit.error = sayWhy(s, error);
  tell(s, edit.error);
  changed(s, n);
}

function grow(field: HTMLTextAreaElement | null): void {
  if (!field) return;
  field.style.height = '';
  field.style.height = `${field.scrollHeight}px`;
}
