/** The end of a list that comes in pages: what went wrong, more of it, or that there is nothing. */
import { t } from '../language';
import type { Paged } from './paged';
import { Trouble } from './trouble';

export function Rest<R>({ list, empty }: { list: Paged<R>; empty: string }) {
  const { rows, problem, loading, more, reload } = list;
  return (
    <>
      <Trouble problem={problem} reload={reload} />
      {rows.length === 0 && !loading && !problem && <p class="empty">{empty}</p>}
      {more && (
        <button type="button" class="more" disabled={loading} onClick={more}>
          {t.more}
        </button>
      )}
      {loading && rows.length === 0 && <p class="late">{t.loading}</p>}
    </>
  );
}
