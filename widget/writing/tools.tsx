/** What stands below the field while somebody writes: preview, who writes (identity.tsx), formatting, Post. */
import type { Preview } from '../../worker/contract';
import type { ApiError } from '../api';
import { ICONS } from '../icons';
import { replyTo } from '../reading';
import type { Thread } from '../store';
import type { Draft } from './agreement';
import { countChars, errorId, explainRefusal, MAX_CHARS } from './check';
import { applyFormat, FORMAT_NAMES } from './format';
import { drawWho } from './identity';
import { h, request, texts } from './kit';
import { redraw } from './post';

const NEAR = 500;

export function drawTools(s: Thread, draft: Draft) {
  const t = texts(s);
  const { error, field, preview, id } = draft;
  const { length = 0 } = field?.value ?? '';
  return (
    <div>
      {preview !== undefined && (
        <div class="body pre" dir="auto" dangerouslySetInnerHTML={{ __html: preview as string }} />
      )}
      {draft.open && drawWho(s, draft)}
      {error && (
        <p class="note" id={errorId(draft)}>
          {explainRefusal(s, error)}
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

async function togglePreview(s: Thread, draft: Draft): Promise<void> {
  const body = draft.field?.value.trim();
  const open = draft.preview === undefined;
  draft.preview = draft.error = undefined;
  if (open && body) {
    try {
      const [{ html }] = await request<Preview>(
        `${s.api}/preview`,
        {},
        {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({ url: s.url, site: s.site ?? undefined, body }),
        },
      );
      draft.preview = s._trust(html);
    } catch (error) {
      draft.error = error as ApiError;
    }
  }
  redraw(s, draft.id);
}
