/** What is around every view: the menu, the site that is looked at, who one is, and what was said last. */
import { useEffect, useMemo } from 'preact/hooks';
import type { Grant, Summary } from '../../worker/contract-admin';
import type { Api } from '../api';
import { type App, AppContext, createSiteChoice, notice } from '../app';
import { createCell, useCell } from '../cell';
import { countUp, say, t } from '../language';
import { watchSummary } from '../live';
import { bringIntoSight, linkTo, route } from '../route';
import { listViews } from '../views';
import { AttackSwitch } from './attack';
import { Select } from './field';
import { NoticeBar } from './notice';

export function Frame({ api, grant, signOut }: { api: Api; grant: Grant; signOut(): void }) {
  const views = listViews(grant.scopes);
  const app = useMemo<App>(() => {
    const may: App['may'] = (scope) => grant.scopes.includes(scope);
    const tell: App['tell'] = (said) => notice.set(typeof said === 'string' ? { text: said } : { ...said });
    const summary = createCell<Summary | undefined>(undefined);
    return { api, grant, site: createSiteChoice(grant), summary, refresh: () => {}, may, tell, signOut };
  }, [api, grant]);
  useEffect(() => {
    if (!app.may('comments:read')) return;
    const watch = watchSummary(app);
    app.refresh = watch.refresh;
    return watch.stop;
  }, [app]);
  // Where the keyboard was, at the door, is no more.
  useEffect(() => {
    if (document.activeElement === document.body) document.getElementById('main')?.focus();
  }, []);
  const { view } = useCell(route);
  const current = views.find(({ name }) => name === view) ?? views[0]!;
  const View = current.draw;
  return (
    <AppContext.Provider value={app}>
      <Header app={app} current={current.name} />
      <main id="main" key={current.name} tabIndex={-1} aria-label={t.views[current.name]}>
        <View />
      </main>
      <NoticeBar />
    </AppContext.Provider>
  );
}

function Header({ app, current }: { app: App; current: string }) {
  const { grant, site, signOut } = app;
  const here = useCell(site);
  const summary = useCell(app.summary);
  return (
    <header class="top">
      <button type="button" class="skip" onClick={() => document.getElementById('main')?.focus()}>
        {t.skip}
      </button>
      <strong>Afterword</strong>
      <nav class="menu" aria-label={t.menu}>
        {listViews(grant.scopes).map(({ name }) => (
          <a
            key={name}
            ref={name === current ? bringIntoSight : undefined}
            href={linkTo(name)}
            aria-current={name === current ? 'page' : undefined}
          >
            {t.views[name]}{' '}
            {name === 'queue' && summary && summary.pending > 0 && (
              <span class="count">{countUp(summary.pending)}</span>
            )}
          </a>
        ))}
      </nav>
      <span class="row account">
        <AttackSwitch />
        {grant.sites.length > 1 && (
          <Select
            quiet
            label={t.site}
            value={here}
            options={[['', t.allSites], ...grant.sites.map(({ id, name }): [string, string] => [id, name])]}
            onPick={(id) => site.set(id)}
          />
        )}
        <span class="who">{say(t.signedIn, 0, grant.name)}</span>
        <button type="button" onClick={signOut}>
          {t.signOut}
        </button>
      </span>
    </header>
  );
}
