/** Pages that may be one: asked for when somebody wants to know. */
import { useState } from 'preact/hooks';
import type { AdminPage, PageDuplicates } from '../../worker/contract-admin';
import { useApp } from '../app';
import { Show, useLoaded } from '../frame/loaded';
import { say, t } from '../language';

interface Props {
  site: string;
  onMerge(page: AdminPage, into: AdminPage): void;
}

export function Duplicates({ site, onMerge }: Props) {
  const app = useApp();
  const [wanted, setWanted] = useState(false);
  const loaded = useLoaded<PageDuplicates>(wanted ? '/admin/pages/duplicates' : null, { site });
  return (
    <details onToggle={(event) => event.currentTarget.open && setWanted(true)}>
      <summary>{t.duplicates}</summary>
      <Show loaded={loaded}>
        {({ groups }) =>
          groups.length === 0 ? (
            <p class="empty">{t.noDuplicates}</p>
          ) : (
            groups.map(({ reason, pages }) => {
              // Into the one with most comments.
              const [into, ...others] = [...pages].sort((a, b) => b.count - a.count) as [AdminPage, ...AdminPage[]];
              return (
                <section key={into.id} class="card">
                  <h2>{t.duplicateReasons[reason]}</h2>
                  <p>
                    <b dir="ltr">{into.url}</b> ({say(t.commentCount, into.count)})
                  </p>
                  {others.map((page) => (
                    <p key={page.id} class="row">
                      <span dir="ltr">{page.url}</span> ({say(t.commentCount, page.count)})
                      {app.may('pages:write') && (
                        <button type="button" onClick={() => onMerge(page, into)}>
                          {t.merge}
                        </button>
                      )}
                    </p>
                  ))}
                </section>
              );
            })
          )
        }
      </Show>
    </details>
  );
}
