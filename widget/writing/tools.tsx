/** What stands below the field while somebody writes: preview, who writes, formatting, Post. */
import type { NewComment, Preview } from '../../worker/contract';
import type { ApiError } from '../api';
import { ICONS } from '../icons';
import { replyTo } from '../reading';
import type { Thread } from '../store';
import type { Draft } from './agreement';
import { countChars, explainRefusal, MAX_CHARS } from './check';
import { applyFormat, FORMAT_NAMES } from './format';
import { h, recall, remember, request, texts } from './kit';
import { toPost } from './outbox';
import { redraw } from './post';

const PERSON = ['name', 'email', 'url'] as const;
const NEAR = 500;

const errorId = (draft: Draft): string => `error-${draft.id}`;

export function drawTools(s: Thread, draft: Draft) {
  const t = texts(s);
  const { error, field, preview, id } = draft;
  const person = recall<NewComment['author']>('me');
  const { length = 0 } = field?.value ?? '';
  return (
    <div>
      {preview !== undefined && (
        <div class="body pre" dir="auto" dangerouslySetInnerHTML={{ __html: preview as string }} />
      )}
      {draft.open && (
        <div class="who">
          {person
            ? [
                s.say(t.writingAs, 0, person.name),
                <button
                  type="button"
                  class="go"
                  onClick={() => {
                    remember('me', null);
                    redraw(s, id);
                  }}
                >
                  {t.change}
                </button>,
              ]
            : PERSON.map((key) => {
                const required = key === 'name' || !!s.required?.includes(key);
                const name = `author.${key}`;
                return (
                  <label key={key}>
                    {t[key]}
                    <input
                      {...({ type: key === 'email' ? key : 'text' } as object)}
                      name={name}
                      autocomplete={key}
                      maxLength={key === 'name' ? 80 : 2048}
                      pattern={key === 'url' ? 'https?://.+' : undefined}
                      placeholder={required ? '' : t.optional}
                      required={required}
                      {...describe(draft, name)}
                    />
                  </label>
                );
              })}
        </div>
      )}
      {error && (
        <p class="note" id={errorId(draft)}>
          {error.text}
        </p>
      )}
      {draft.open && (
        <div class="bar">
          {FORMAT_NAMES.map((format) => (
            <button key={format} type="button" title={t[format]} onClick={() => field && applyFormat(field, format)}>
              <svg viewBox="0 0 16 16">
                <path d={ICONS[format]} />
              </svg>
            </button>
          ))}
          <span>{length > MAX_CHARS - NEAR && s.say(t.left, MAX_CHARS - countChars(field?.value as string))}</span>
          {id && (
            <button type="button" onClick={() => replyTo(s)}>
              {t.cancel}
            </button>
          )}
          <button type="button" aria-pressed={preview !== undefined} onClick={() => togglePreview(s, draft)}>
            {t.preview}
          </button>
          <button class="post" part="post-button">
            {t.post}
          </button>
        </div>
      )}
    </div>
  );
}

/** Ties a field to what is wrong with it. */
export const describe = (draft: Draft, name: string) =>
  draft.error && (draft.error.field || 'body') === name
    ? { 'aria-invalid': true, 'aria-describedby': errorId(draft) }
    : {};

async function togglePreview(s: Thread, draft: Draft): Promise<void> {
  const body = draft.field?.value.trim();
  const open = draft.preview === undefined;
  draft.preview = draft.error = undefined;
  if (open && body) {
    try {
      const asked = toPost({ url: s.url, site: s.site ?? undefined, body });
      const [{ html }] = await request<Preview>(`${s.api}/preview`, {}, asked);
      draft.preview = s._trust(html);
    } catch (error) {
      draft.error = explainRefusal(error as ApiError, texts(s));
    }
  }
  redraw(s, draft.id);
}
