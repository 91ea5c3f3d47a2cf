/** The dashboard: comments and spam a day, how long comments waited, busiest pages, what each phase of moderation finds. */
import { useMemo, useState } from 'preact/hooks';
import type { Stats } from '../../worker/contract-admin';
import { oneSite, useApp } from '../app';
import { useCell } from '../cell';
import { Select } from '../frame/field';
import { Show, useLoaded } from '../frame/loaded';
import { formatNumber, formatShare, formatSpan, say, t } from '../language';
import { PageCard } from '../pages/pages';
import { namePhase } from '../queue/rows';
import type { Line } from './chart';
import { Plot } from './plot';

const SPANS = ['7', '30', '90', '365'];

export function NumbersView() {
  const app = useApp();
  const site = oneSite(app, useCell(app.site));
  const [days, setDays] = useState('30');
  const loaded = useLoaded<Stats>(site ? '/admin/stats' : null, { site, days });
  return (
    <section class="page-view">
      <header class="row">
        <h1>{t.views.numbers}</h1>
        <Select
          quiet
          label={t.span}
          value={days}
          options={SPANS.map((each) => [each, say(t.days, Number(each))])}
          onPick={setDays}
        />
      </header>
      <Show loaded={loaded}>{(stats) => <Numbers stats={stats} />}</Show>
    </section>
  );
}

function Numbers({ stats: { days, pages, phases } }: { stats: Stats }) {
  const { dates, comments, waits } = useMemo(() => {
    const line = (kind: 'approved' | 'pending' | 'spam' | 'trash', colour: string, dash?: number[]): Line => ({
      name: t.statuses[kind],
      colour,
      ...(dash && { dash }),
      values: days.map((day) => day[kind]),
    });
    return {
      dates: days.map(({ day }) => day),
      comments: [
        line('approved', '--good'),
        line('pending', '--held', [2, 3]),
        line('spam', '--bad', [8, 3]),
        line('trash', '--dim', [3, 6]),
      ],
      waits: [{ name: t.waited, colour: '--accent', values: days.map(({ waitS }) => waitS) }],
    };
  }, [days]);
  return (
    <>
      <Plot title={t.perDay} days={dates} lines={comments} format={formatNumber} least={4} none={t.noComments} />
      <Plot title={t.waitTimes} days={dates} lines={waits} format={formatSpan} least={60} none={t.noWaits} />
      <section>
        <h2>{t.busiest}</h2>
        {pages.length === 0 ? (
          <p class="empty">{t.noComments}</p>
        ) : (
          <ul class="cards">
            {pages.map((page) => (
              <PageCard key={page.id} page={page} />
            ))}
          </ul>
        )}
      </section>
      <section>
        <h2>{t.phaseHits}</h2>
        {phases.length === 0 ? (
          <p class="empty">{t.noHits}</p>
        ) : (
          <table>
            <thead>
              <tr>
                <th scope="col">{t.phase}</th>
                <th scope="col">{t.hits}</th>
                <th scope="col">{t.wereGood}</th>
              </tr>
            </thead>
            <tbody>
              {phases.map(({ phase, hits, good }) => (
                <tr key={phase}>
                  <th scope="row">{namePhase(phase)}</th>
                  <td>{formatNumber(hits)}</td>
                  <td>
                    {formatNumber(good)} ({formatShare(hits > 0 ? good / hits : 0)})
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </section>
    </>
  );
}
