/** Reporting a comment to the moderators. */
import type { Done } from '../../worker/contract';
import type { ApiError } from '../api';
import type { Thread } from '../store';
import type { Node } from '../tree';
import { changed, h, tell, texts as writingTexts } from '../writing/kit';
import { texts } from './texts';
import { ask, closeBelow, openBelow, sayBelow, sayWhy } from './tools';

const REASONS = ['spam', 'abuse', 'off_topic', 'other'] as const;
const NOTE_CHARS = 1000;

export function openReport(s: Thread, n: Node): void {
  let error: string | undefined;
  let sending = false;
  const send = async (form: HTMLFormElement) => {
    const { reason, note } = Object.fromEntries(new FormData(form)) as Record<string, string>;
    sending = true;
    changed(s, n);
    try {
      await ask<Done>(s, 'POST', `/comments/${n.c.id}/flags`, { reason, note: note?.trim() || undefined });
      sayBelow(s, n, texts(s).reported, true);
    } catch (thrown) {
      sending = false;
      error = sayWhy(s, thrown as ApiError);
      tell(s, error);
      changed(s, n);
    }
  };
  openBelow(
    s,
    n,
    () => {
      const t = texts(s);
      return (
        <form
          class="report"
          onSubmit={(event) => {
            event.preventDefault();
            if (!sending) send(event.currentTarget);
          }}
        >
          <fieldset>
            <legend>{t.reportAsk}</legend>
            {REASONS.map((reason) => (
              <label key={reason}>
                <input type="radio" name="reason" value={reason} required />
                {t[reason]}
              </label>
            ))}
          </fieldset>
          <label class="wide">
            {t.reportNote}
            <input name="note" maxLength={NOTE_CHARS} placeholder={t.optional} />
          </label>
          {error && <p class="note">{error}</p>}
          <div class="bar">
            <span />
            <button type="button" onClick={() => closeBelow(s, n)}>
              {writingTexts(s).cancel}
            </button>
            <button class="post" disabled={sending}>
              {sending ? writingTexts(s).sending : t.send}
            </button>
          </div>
        </form>
      );
    },
    'input',
  );
}
