/** The open composer: the field of view/composer.tsx, which stays the same element, and all that belongs to it. */
import { replyTo } from '../reading';
import type { Thread } from '../store';
import type { Node } from '../tree';
import type { Draft } from './agreement';
import { describe } from './check';
import { applyFormat, FORMAT_NAMES, FORMATS } from './format';
import { h, texts } from './kit';
import { keepDraft, memoryOf } from './memory';
import { redraw, submit } from './post';
import { drawTools } from './tools';

export function drawComposer(s: Thread, parent?: Node) {
  const { m, say } = s;
  const id = parent?.c.id ?? '';
  s._drafts[id] ||= { id, open: !!parent };
  const draft = s._drafts[id];
  const label = parent ? say(texts(s).replyTo, 0, parent.c.author.name) : m.write;
  return (
    <form
      part="composer"
      // Another page has a field of its own.
      key={s.key}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit(s, draft, event.currentTarget);
      }}
      onKeyDown={(event) => {
        const { key, target, currentTarget } = event;
        if (key === 'Escape' && parent) replyTo(s);
        if (!event.ctrlKey && !event.metaKey) return;
        const format = FORMAT_NAMES.find((name) => FORMATS[name][2] === key);
        if (key === 'Enter') currentTarget.requestSubmit();
        else if (format && target === draft.field) applyFormat(target as HTMLTextAreaElement, format);
        else return;
        event.preventDefault();
      }}
    >
      <textarea
        name="body"
        rows={2}
        // An empty field would be left-to-right, whatever its placeholder.
        dir={draft.field?.value ? 'auto' : undefined}
        required
        aria-label={label}
        placeholder={label}
        hidden={draft.preview !== undefined}
        {...describe(draft, 'body')}
        ref={(field) => fill(s, draft, field)}
        onFocus={() => {
          draft.open = true;
          redraw(s, id);
        }}
        onInput={({ currentTarget }) => {
          keepDraft(s.key, id, currentTarget.value);
          grow(currentTarget);
          draft.error = undefined;
          redraw(s, id);
        }}
      />
      {drawTools(s, draft)}
    </form>
  );
}

/** Puts what was kept into a new field; what is typed there already is kept. */
function fill(s: Thread, draft: Draft, field: HTMLTextAreaElement | null): void {
  draft.field = field;
  if (!field || draft._filled === field) return;
  const text = memoryOf(s.key).drafts?.[draft.id] ?? '';
  // The text of a comment that has just been sent is in the field still.
  if (!field.value || draft._filled === 0) field.value = text;
  // It was typed while this module was on its way.
  else keepDraft(s.key, draft.id, field.value);
  draft._filled = field;
  grow(field);
}

function grow({ style, scrollHeight, value }: HTMLTextAreaElement): void {
  style.height = value ? `${scrollHeight}px` : '';
}
