/** The quiet field. With the first focus lazy/compose.tsx arrives, and draws the same field with all that belongs to it. */
import { h } from 'preact';
import { prepare, type Thread } from '../store';

export function drawComposer(s: Thread) {
  const { m } = s;
  return (
    s._later?._drawComposer(s) ?? (
      <form part="composer" key={s.key}>
        <textarea
          rows={2}
          aria-label={m.write}
          placeholder={m.write}
          onFocus={() => {
            s._drafts[''] = { id: '', open: true };
            prepare(s);
          }}
        />
        {s._laterFailed && <p class="note">{m.failed}</p>}
      </form>
    )
  );
}
