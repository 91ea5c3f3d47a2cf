/** How far something long has got, and a button that stops it. */
import { formatNumber, t } from '../language';

interface Props {
  what: string;
  done: number;
  /** 0: not known yet. */
  of: number;
  onStop?(): void;
}

export function Bar({ what, done, of, onStop }: Props) {
  return (
    <div class="running">
      <span>{what}</span>
      <progress aria-label={what} max={of || 1} {...(of > 0 && { value: done })} />
      <span>{of > 0 ? `${formatNumber(done)} / ${formatNumber(of)}` : formatNumber(done)}</span>
      {onStop && (
        <button type="button" onClick={onStop}>
          {t.stop}
        </button>
      )}
    </div>
  );
}
