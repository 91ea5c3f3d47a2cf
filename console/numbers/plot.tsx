/** A plot, what its colours mean, and the same as a table for who cannot see it. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { t } from '../language';
import type { Line } from './chart';

interface Props {
  title: string;
  /** YYYY-MM-DD, one a value. */
  days: string[];
  lines: Line[];
  format(value: number): string;
  /** How high the plot reaches at least. */
  least: number;
  /** Said when there is no value at all. */
  none: string;
}

export function Plot({ title, days, lines, format, least, none }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let gone = false;
    let remove: (() => void) | undefined;
    const times = days.map((day) => Date.parse(day) / 1000);
    import('./chart').then(
      ({ drawChart }) => {
        if (!gone && place.current) remove = drawChart(place.current, { times, lines, format, least });
      },
      // The table has it all.
      () => setFailed(true),
    );
    return () => {
      gone = true;
      remove?.();
    };
  }, [days, lines]);
  if (lines.every(({ values }) => values.every((value) => value === null)))
    return (
      <section class="plot">
        <h2>{title}</h2>
        <p class="empty">{none}</p>
      </section>
    );
  return (
    <section class="plot">
      <h2>{title}</h2>
      <p class="legend" aria-hidden="true">
        {lines.map(({ name, colour }) => (
          <span key={name}>
            <i style={{ background: `var(${colour})` }} />
            {name}
          </span>
        ))}
      </p>
      {!failed && <div class="canvas" ref={place} aria-hidden="true" />}
      <details open={failed}>
        <summary>{t.asTable}</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">{t.day}</th>
              {lines.map(({ name }) => (
                <th scope="col" key={name}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {days.map((day, i) => (
              <tr key={day}>
                <th scope="row">{day}</th>
                {lines.map(({ name, values }) => (
                  <td key={name}>{values[i] == null ? '–' : format(values[i]!)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </section>
  );
}
