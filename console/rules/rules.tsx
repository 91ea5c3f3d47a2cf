/** A site's own rules: edit them, see what they would have done, then save. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { AdminSite } from '../../worker/contract-admin';
import { useApp } from '../app';
import { Bar } from '../frame/bar';
import { Show } from '../frame/loaded';
import { explain, t } from '../language';
import { TableRows, tidyRows } from '../sites/setting-field';
import { type SiteOf, useSite } from '../sites/use-site';
import { Result } from './result';
import { type Outcome, TRY_AT_MOST, tryOut } from './try-out';

export function RulesView() {
  const of = useSite();
  return (
    <section class="page-view">
      <h1>{t.views.rules}</h1>
      <p>{t.rulesMean}</p>
      {of.problem && (
        <p class="problem" role="alert">
          {of.problem}
        </p>
      )}
      <Show loaded={of.loaded}>
        {() => of.site && of.settings.length > 0 && <RulesForm key={of.site.id} site={of.site} of={of} />}
      </Show>
    </section>
  );
}

function RulesForm({ site, of }: { site: AdminSite; of: SiteOf }) {
  const app = useApp();
  const [rules, setRules] = useState<Record<string, unknown>[]>(site.settings.rules);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [trying, setTrying] = useState<AbortController | null>(null);
  const [problem, setProblem] = useState('');
  const mounted = useRef(new AbortController());
  useEffect(() => () => mounted.current.abort(), []);
  const shape = of.settings.find(({ name }) => name === 'rules')?.shape;
  if (shape?.kind !== 'rows') return null;
  const tidied = () => tidyRows(shape, rules);

  const run = async () => {
    const stop = new AbortController();
    setTrying(stop);
    setOutcome(null);
    setProblem('');
    const signal = AbortSignal.any([stop.signal, mounted.current.signal]);
    try {
      await tryOut(app.api, site.id, { rules: tidied() }, signal, setOutcome);
    } catch (error) {
      setProblem(explain(error));
    }
    setTrying(null);
  };
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    setProblem('');
    try {
      await of.save({ settings: { rules: tidied() } });
      app.tell(t.saved);
    } catch (error) {
      setProblem(explain(error));
    }
  };
  return (
    <form class="settings" onSubmit={save}>
      <TableRows
        shape={shape}
        rows={rules}
        onChange={(changed) => {
          setRules(changed);
          setOutcome(null);
        }}
      />
      <p class="problem" role="alert">
        {problem}
      </p>
      <p class="row save">
        {app.may('comments:read') && (
          <button type="button" disabled={trying !== null} onClick={run}>
            {t.tryOut}
          </button>
        )}
        <button class="go" type="submit">
          {t.save}
        </button>
      </p>
      {trying && <Bar what={t.tryOut} done={outcome?.looked ?? 0} of={TRY_AT_MOST} onStop={() => trying.abort()} />}
      {outcome && <Result outcome={outcome} />}
    </form>
  );
}
