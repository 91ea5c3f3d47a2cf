/** The bar below: what was done last and how to take it back, or what went wrong. Screen readers hear it as well. */
import { useEffect } from 'preact/hooks';
import { notice } from '../app';
import { useCell } from '../cell';
import { t } from '../language';
import { KeyHint } from './key-hint';

const SHOWN_MS = 12_000;

export function NoticeBar() {
  const said = useCell(notice);
  useEffect(() => {
    if (!said || said.bad) return;
    const timer = setTimeout(() => notice.get() === said && notice.set(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [said]);
  return (
    <div class={`notice ${said ? 'on' : ''} ${said?.bad ? 'bad' : ''}`}>
      <p role="status">{said && !said.bad ? said.text : ''}</p>
      <p role="alert">{said?.bad ? said.text : ''}</p>
      {said?.undo && (
        <button type="button" aria-keyshortcuts="u" onClick={said.undo}>
          {t.undo} <KeyHint name="u" />
        </button>
      )}
      {said && (
        <button type="button" aria-label={t.close} onClick={() => notice.set(null)}>
          ×
        </button>
      )}
    </div>
  );
}
