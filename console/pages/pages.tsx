/** Pages: find, close, rename, move, merge; and which may be one and the same. */
import { useState } from 'preact/hooks';
import type { AdminPage, AdminPages } from '../../worker/contract-admin';
import { oneSite, useApp } from '../app';
import { useCell } from '../cell';
import { usePaged } from '../frame/paged';
import { Rest } from '../frame/rest';
import { WebLink } from '../frame/web-link';
import { say, t } from '../language';
import { goTo, linkTo, route } from '../route';
import { Duplicates } from './duplicates';
import { PageDialog, type PageTask } from './page-dialog';

export function PagesView() {
  const app = useApp();
  const site = oneSite(app, useCell(app.site));
  const { query } = useCell(route);
  const list = usePaged<AdminPages, AdminPage>('/admin/pages', { site, q: query.q }, ({ pages, next }) => ({
    rows: pages,
    next,
  }));
  const [task, setTask] = useState<PageTask | null>(null);
  return (
    <section class="page-view">
      <h1>{t.views.pages}</h1>
      <search>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            goTo('pages', { q: String(new FormData(event.currentTarget).get('q')) });
          }}
        >
          <input
            type="search"
            name="q"
            aria-label={t.searchPages}
            placeholder={t.searchPages}
            defaultValue={query.q ?? ''}
          />
        </form>
      </search>
      <ul class="cards">
        {list.rows.map((page) => (
          <PageCard key={page.id} page={page} onTask={(what) => setTask({ what, page })} />
        ))}
      </ul>
      <Rest list={list} empty={t.noPages} />
      <Duplicates site={site} onMerge={(page, into) => setTask({ what: 'merge', page, into })} />
      {task && <PageDialog task={task} onClose={() => setTask(null)} onDone={list.reload} />}
    </section>
  );
}

export function PageCard({ page, onTask }: { page: AdminPage; onTask?(what: PageTask['what']): void }) {
  const app = useApp();
  return (
    <li>
      <p>
        <WebLink url={page.url}>{page.title ?? page.url}</WebLink>{' '}
        <a href={linkTo('queue', { tab: 'all', page: page.id })}>{say(t.commentCount, page.count)}</a>
        {page.locked && <span class="mark">{t.closed}</span>}
      </p>
      <p class="dim" dir="ltr">
        {page.url}
      </p>
      {onTask && app.may('pages:write') && (
        <p class="row">
          <button type="button" onClick={() => onTask('lock')}>
            {page.locked ? t.openPage : t.closePage}
          </button>
          <button type="button" onClick={() => onTask('rename')}>
            {t.rename}
          </button>
          <button type="button" onClick={() => onTask('move')}>
            {t.move}
          </button>
          <button type="button" onClick={() => onTask('merge')}>
            {t.merge}
          </button>
        </p>
      )}
    </li>
  );
}
