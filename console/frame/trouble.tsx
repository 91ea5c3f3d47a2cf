/** What went wrong with asking the API, in words, and asking again. */
import { t } from '../language';

export function Trouble({ problem, reload }: { problem: string; reload(): unknown }) {
  if (!problem) return null;
  return (
    <p class="problem" role="alert">
      {problem}{' '}
      <button type="button" onClick={reload}>
        {t.retry}
      </button>
    </p>
  );
}
