/** What rules would have done: "would have held 3 good and 41 spam", beside what holds now, with examples. */
import { formatNumber, say, t } from '../language';
import { CommentText } from '../queue/detail';
import { Mark, namePhase } from '../queue/rows';
import type { Outcome } from './try-out';

const KINDS = ['approved', 'held', 'spam', 'refused'] as const;

export function Result({ outcome: { looked, now, tried, examples } }: { outcome: Outcome }) {
  if (looked === 0) return <p class="empty">{t.nothingDecided}</p>;
  // What either way keeps from being read at once.
  const stopped = (trial: typeof tried, which: 'good' | 'spam') =>
    trial.held[which] + trial.spam[which] + trial.refused[which];
  return (
    <section class="outcome" aria-label={t.outcome}>
      <p role="status">
        <b>
          {say(
            t.wouldStop,
            looked,
            t.wouldStopWhat
              .replace('{good}', formatNumber(stopped(tried, 'good')))
              .replace('{spam}', formatNumber(stopped(tried, 'spam'))),
          )}
        </b>{' '}
        {t.nowStops
          .replace('{good}', formatNumber(stopped(now, 'good')))
          .replace('{spam}', formatNumber(stopped(now, 'spam')))}
      </p>
      <table>
        <thead>
          <tr>
            <td />
            <th scope="col">{t.goodNow}</th>
            <th scope="col">{t.goodThen}</th>
            <th scope="col">{t.spamNow}</th>
            <th scope="col">{t.spamThen}</th>
          </tr>
        </thead>
        <tbody>
          {KINDS.map((kind) => (
            <tr key={kind}>
              <th scope="row">{t.outcomes[kind]}</th>
              <td>{now[kind].good}</td>
              <td>{tried[kind].good}</td>
              <td>{now[kind].spam}</td>
              <td>{tried[kind].spam}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {examples.length > 0 && <h2>{t.examples}</h2>}
      {examples.map(({ comment, findings }) => (
        <blockquote key={comment.id} class="quoted">
          <p>
            <b dir="auto">{comment.author.name}</b> <Mark kind={comment.status} text={t.statuses[comment.status]} />{' '}
            {findings.map(({ phase, says, reason }) => (
              <span key={phase}>
                {namePhase(phase)} <Mark kind={says} text={t.says[says]} />{' '}
                <span class="dim" dir="auto">
                  {reason}
                </span>{' '}
              </span>
            ))}
          </p>
          <CommentText html={comment.html} />
        </blockquote>
      ))}
    </section>
  );
}
